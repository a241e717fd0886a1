"""What a cluster serves, as clients ask for it: versions, groups, resources, and OpenAPI v3 of each group."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from mendixctl.emulator.kubernetes import statuses
from mendixctl.emulator.kubernetes.kinds import Kind
from mendixctl.emulator.kubernetes.schemas import REFERENCE, Definitions

VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
Kinds = Mapping[tuple[str, str, str], Kind]


def answer(path: list[str], version: str, kinds: Kinds, definitions: Definitions) -> Any:
    """The answer to a question about the API itself; None for every other path.

    Raises:
        StatusError: there is no such group.
    """
    match path:
        case ["version"]:
            minor = version.split(".")[1]
            return {"major": "1", "minor": minor, "gitVersion": f"v{version}.0-eks-emulated", "platform": "linux/amd64"}
        case ["healthz" | "livez" | "readyz", *_]:
            return "ok"
        case ["openapi", *place]:
            return _described(place, version, kinds, definitions)
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": _groups(kinds)}
        case ["api", "v1"]:
            return _resources("", "v1", kinds)
        case ["apis", group]:
            found = next((one for one in _groups(kinds) if one["name"] == group), None)
            if found is None:
                raise statuses.no_resource()
            return {"kind": "APIGroup", "apiVersion": "v1", **found}
        case ["apis", group, of]:
            return _resources(group, of, kinds)
    return None


def _described(place: list[str], version: str, kinds: Kinds, definitions: Definitions) -> dict[str, Any]:
    match place:
        case ["v3"]:
            return {"paths": {one: {"serverRelativeURL": _url(one, version)} for one in sorted(_places(kinds))}}
        case ["v3", "api", "v1"]:
            return _openapi("", "v1", version, kinds, definitions)
        case ["v3", "apis", group, of]:
            return _openapi(group, of, version, kinds, definitions)
    raise statuses.no_resource()


def _groups(kinds: Kinds) -> list[dict[str, Any]]:
    versions: dict[str, set[str]] = {}
    for group, version, _ in kinds:
        if group:
            versions.setdefault(group, set()).add(version)
    found = []
    for group, names in sorted(versions.items()):
        listed = [{"groupVersion": f"{group}/{one}", "version": one} for one in sorted(names)]
        found.append({"name": group, "versions": listed, "preferredVersion": listed[-1]})
    return found


def _resources(group: str, version: str, kinds: Kinds) -> dict[str, Any]:
    here = [kind for kind in kinds.values() if (kind.group, kind.version) == (group, version)]
    if not here:
        raise statuses.no_resource()
    resources: list[dict[str, Any]] = []
    for kind in sorted(here, key=lambda one: one.plural):
        shape = {"namespaced": kind.namespaced, "kind": kind.name}
        resources.append(
            {
                "name": kind.plural,
                "singularName": kind.name.lower(),
                "shortNames": list(kind.short),
                "verbs": VERBS,
                **shape,
            }
        )
        for part in kind.subresources:
            scale = {"group": "autoscaling", "version": "v1", "kind": "Scale"} if part == "scale" else {}
            verbs = ["get", "patch", "update"]
            resources.append({"name": f"{kind.plural}/{part}", "singularName": "", "verbs": verbs, **shape, **scale})
    name = f"{group}/{version}" if group else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": resources}


def _places(kinds: Iterable[tuple[str, str, str]]) -> set[str]:
    return {f"apis/{group}/{version}" if group else f"api/{version}" for group, version, _ in kinds}


def _url(place: str, version: str) -> str:
    return f"/openapi/v3/{place}?hash={hashlib.sha256(f'{place} {version}'.encode()).hexdigest()[:32]}"


def _openapi(group: str, version: str, cluster: str, kinds: Kinds, definitions: Definitions) -> dict[str, Any]:
    """The paths (clients look there whether fields are validated) and the schemas that they lead to."""
    here = [kind for kind in kinds.values() if (kind.group, kind.version) == (group, version)]
    if not here:
        raise statuses.no_resource()
    base = f"/apis/{group}/{version}" if group else f"/api/{version}"
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for kind in here:
        said = {"group": group, "version": version, "kind": kind.name}
        scope = "/namespaces/{namespace}" if kind.namespaced else ""
        queries = ("dryRun", "fieldManager", "fieldValidation", "force")
        parameters = [{"name": one, "in": "query", "schema": {"type": "string"}} for one in queries]
        operation = {"x-kubernetes-group-version-kind": said, "parameters": parameters, "responses": {}}
        paths[f"{base}{scope}/{kind.plural}"] = {"post": {**operation, "x-kubernetes-action": "post"}}
        paths[f"{base}{scope}/{kind.plural}/{{name}}"] = {
            method: {**operation, "x-kubernetes-action": method} for method in ("get", "put", "patch", "delete")
        }
        name = definitions.name(kind) or f"{'.'.join(reversed(group.split('.')))}.{version}.{kind.name}"
        if kind.is_custom:
            schemas[name] = {
                "type": "object",
                "x-kubernetes-group-version-kind": [said],
                "x-kubernetes-preserve-unknown-fields": True,
            }
        else:
            _collect(definitions, name, schemas)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": f"v{cluster}.0"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _collect(definitions: Definitions, name: str, into: dict[str, Any]) -> None:
    if not name or name in into:
        return
    into[name] = {}
    into[name] = _rewritten(definitions, definitions.content[name], into)


def _rewritten(definitions: Definitions, schema: Any, into: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_rewritten(definitions, one, into) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "$ref":
            name = value.removeprefix(REFERENCE)
            _collect(definitions, name, into)
            found[key] = f"#/components/schemas/{name}"
        elif key == "type" and isinstance(value, list):
            found[key] = next(one for one in value if one != "null")
        else:
            found[key] = _rewritten(definitions, value, into)
    return found
