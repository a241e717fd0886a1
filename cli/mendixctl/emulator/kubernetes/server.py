"""Requests to the API of one emulated cluster: what they ask, of which object, and what comes of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.kubernetes import controllers, discovery, patches, statuses, tables, validation
from mendixctl.emulator.kubernetes.apply import ConflictError, Manager, applied, updated
from mendixctl.emulator.kubernetes.kinds import Kind
from mendixctl.emulator.kubernetes.schemas import Definitions, definitions
from mendixctl.emulator.kubernetes.selectors import matches_fields, matches_labels
from mendixctl.emulator.kubernetes.statuses import StatusError
from mendixctl.emulator.kubernetes.store import Event, Key, Object, Store, key_of, moment

ADDRESSED = frozenset({"apiVersion", "kind"})
Targets = Callable[[str, list[str], int], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names: a kind, an object of it (``name`` may be empty: all), and a part of that."""

    kind: Kind
    namespace: str
    name: str
    part: str = ""

    @property
    def key(self) -> Key:
        return key_of(self.kind, self.namespace, self.name)


@dataclass(slots=True)
class Cluster:
    """One cluster's API. ``version`` is Kubernetes' ("1.35"); ``targets`` is told who belongs to a target group."""

    name: str
    version: str
    targets: Targets
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(self.name)

    @property
    def definitions(self) -> Definitions:
        return definitions(self.version)

    def answer(self, request: Request, path: list[str]) -> Response:
        """The answer to a request; ``path`` is what follows the cluster's own address."""
        controllers.settle(self.store, self.targets)
        try:
            status, body = self._answer(request, path)
        except StatusError as error:
            status, body = error.code, error.body
        if isinstance(body, str):
            return Response(status, body.encode(), (("Content-Type", "text/plain"),))
        return Response(status, json.dumps(body).encode(), (("Content-Type", "application/json"),))

    def _answer(self, request: Request, path: list[str]) -> tuple[int, Any]:
        kinds = self.store.kinds()
        found = discovery.answer(path, self.version, kinds, self.definitions)
        if found is not None:
            return 200, found
        if path[:2] == ["apis", "authorization.k8s.io"] and request.method == "POST":
            return 201, {**_sent(request), "status": {"allowed": True}}
        target = self.target(path)
        if target.name:
            return self._one(request, target)
        return self._many(request, target)

    def target(self, path: list[str]) -> Target:
        """What a path names.

        Raises:
            StatusError: nothing that the cluster serves.
        """
        match path:
            case ["api", version, *rest]:
                group = ""
            case ["apis", group, version, *rest]:
                pass
            case _:
                raise statuses.no_resource()
        kinds = self.store.kinds()
        namespace = ""
        if len(rest) > 2 and rest[0] == "namespaces" and rest[2] not in {"status", "finalize"}:
            namespace, rest = rest[1], rest[2:]
        plural, name, part = (*rest, "", "", "")[:3]
        kind = kinds.get((group, version, plural))
        if kind is None or len(rest) > 3 or (part and part not in {*kind.subresources, "finalize"}):
            raise statuses.no_resource()
        return Target(kind, namespace, name, part)

    def selected(self, request: Request, target: Target) -> list[Object]:
        """The objects that a list or a watch is about."""
        labels, where = _one_of(request, "labelSelector"), _one_of(request, "fieldSelector")
        try:
            return [
                one
                for one in self.store.select(target.kind.group, target.kind.plural, target.namespace)
                if matches_labels(one["metadata"].get("labels", {}), labels) and matches_fields(one, where)
            ]
        except ValueError as error:
            raise statuses.bad(str(error)) from error

    def since(self, number: int, request: Request, target: Target) -> list[Event]:
        """What happened to the objects of a watch after a version."""
        controllers.settle(self.store, self.targets)
        labels, where = _one_of(request, "labelSelector"), _one_of(request, "fieldSelector")
        kind = target.kind
        found = []
        for event in reversed(self.store.events):
            if event.number <= number:
                break
            same = event.key[:2] == (kind.group, kind.plural) and target.namespace in {"", event.key[2]}
            if (
                same
                and matches_labels(event.value["metadata"].get("labels", {}), labels)
                and matches_fields(event.value, where)
            ):
                found.append(event)
        return found[::-1]

    def _many(self, request: Request, target: Target) -> tuple[int, Any]:
        if request.method == "GET":
            values, number = self.selected(request, target), str(self.store.number)
            if _wants_table(request):
                return 200, tables.table(values, number)
            kind = f"{target.kind.name}List"
            head = {"apiVersion": target.kind.api_version, "kind": kind, "metadata": {"resourceVersion": number}}
            return 200, {**head, "items": values}
        if request.method == "DELETE":
            for value in self.selected(request, target):
                metadata = value["metadata"]
                self.store.delete(key_of(target.kind, metadata.get("namespace", ""), metadata["name"]))
            return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}
        if request.method != "POST":
            raise StatusError(405, "MethodNotAllowed", "the server does not allow this method on the resource")
        sent = _sent(request)
        metadata = sent.setdefault("metadata", {})
        if "generateName" in metadata and not metadata.get("name"):
            metadata["name"] = f"{metadata['generateName']}{self.store.number + 1:05x}"
        target = Target(target.kind, target.namespace, str(metadata.get("name", "")))
        if self.store.get(target.key) is not None:
            raise statuses.exists(target.kind, target.name)
        return 201, self._write(request, target, None, sent, _updater(request, target))

    def _one(self, request: Request, target: Target) -> tuple[int, Any]:
        live = self.store.get(target.key)
        applies = request.method == "PATCH" and _content_type(request) == patches.APPLY
        if live is None and not (applies and not target.part):
            raise statuses.not_found(target.kind, target.name)
        if target.part == "scale":
            return 200, self._scale(request, target, live or {})
        if request.method == "GET":
            return 200, tables.table([live or {}], str(self.store.number)) if _wants_table(request) else live
        if request.method == "DELETE":
            return self._delete(request, target, live or {})
        if request.method == "PUT":
            return 200, self._write(request, target, live, _sent(request), _updater(request, target))
        if request.method == "PATCH":
            return (200 if live else 201), self._patch(request, target, live)
        raise StatusError(405, "MethodNotAllowed", "the server does not allow this method on the resource")

    def _patch(self, request: Request, target: Target, live: Object | None) -> Object:
        sent, schema = _sent(request), self.definitions.of(target.kind)
        match _content_type(request):
            case patches.APPLY:
                return self._apply(request, target, live, sent)
            case patches.JSON:
                try:
                    new = patches.json_patch(live, sent)
                except patches.PatchError as error:
                    raise statuses.invalid(target.kind, target.name, str(error)) from error
            case patches.STRATEGIC if not target.kind.is_custom:
                new = patches.strategic(self.definitions, schema, live, sent)
            case patches.MERGE:
                new = patches.merge(live, sent)
            case other:
                raise statuses.unknown_format(other)
        return self._write(request, target, live, new, _updater(request, target))

    def _apply(self, request: Request, target: Target, live: Object | None, sent: Object) -> Object:
        name = _one_of(request, "fieldManager")
        if not name:
            message = "fieldManager: Required value: is required for apply patch"
            raise statuses.bad(f'PatchOptions.meta.k8s.io "" is invalid: {message}')
        self._check_address(target, sent)
        manager = Manager(name, "Apply", target.kind.api_version, target.part)
        force = _one_of(request, "force").lower() == "true"
        schema = self.definitions.of(target.kind)
        try:
            new = applied(self.definitions, schema, live, sent, manager, force=force, moment=moment())
        except ConflictError as error:
            raise statuses.conflict(target.kind, target.name, error) from error
        return self._store(request, target, live, new)

    def _write(self, request: Request, target: Target, live: Object | None, new: Object, manager: Manager) -> Object:
        """Store what was created, put or patched."""
        self._check_address(target, new)
        said = new.get("metadata", {}).get("resourceVersion")
        if live is not None and said not in {None, "", live["metadata"]["resourceVersion"]}:
            raise statuses.stale(target.kind, target.name)
        if target.part == "status" and live is not None:
            new = {**live, "status": new.get("status", {})}
        elif live is not None and "status" in live:
            new = {**new, "status": live["status"]}
        new = {**new, "apiVersion": target.kind.api_version, "kind": target.kind.name}
        schema = self.definitions.of(target.kind)
        return self._store(
            request, target, live, updated(self.definitions, schema, live, new, manager, moment=moment())
        )

    def _store(self, request: Request, target: Target, live: Object | None, new: Object) -> Object:
        metadata = new.setdefault("metadata", {})
        metadata["name"] = target.name
        if target.kind.namespaced:
            metadata["namespace"] = target.namespace
            space = self.store.get(("", "namespaces", "", target.namespace))
            if space is None:
                raise statuses.not_found(Kind("", "v1", "Namespace", "namespaces", namespaced=False), target.namespace)
            if live is None and "deletionTimestamp" in space["metadata"]:
                message = f"unable to create new content in namespace {target.namespace} because it is being terminated"
                raise StatusError(403, "Forbidden", f'{target.kind.plural} "{target.name}" is forbidden: {message}')
        validation.check(self.definitions, target.kind, new, live)
        if _one_of(request, "dryRun"):
            return self.store.prepared(target.key, new)
        stored = self.store.put(target.key, new)
        self.store.finish(target.key)
        controllers.settle(self.store, self.targets)
        return self.store.get(target.key) or stored

    def _check_address(self, target: Target, sent: Mapping[str, Any]) -> None:
        kind, metadata = target.kind, sent.get("metadata") or {}
        if sent.get("kind", kind.name) != kind.name or sent.get("apiVersion", kind.api_version) != kind.api_version:
            said = f'{sent.get("kind")} in version "{sent.get("apiVersion")}"'
            raise statuses.bad(f"{said} cannot be handled as a {kind.name}")
        if metadata.get("name", target.name) != target.name:
            raise statuses.bad("the name of the object does not match the name on the URL")
        if kind.namespaced and metadata.get("namespace", target.namespace) != target.namespace:
            raise statuses.bad("the namespace of the provided object does not match the namespace sent on the request")

    def _delete(self, request: Request, target: Target, live: Object) -> tuple[int, Any]:
        said = _sent(request) if request.body else {}
        policy = said.get("propagationPolicy") or _one_of(request, "propagationPolicy")
        uid = (said.get("preconditions") or {}).get("uid")
        if uid not in {None, live["metadata"]["uid"]}:
            raise statuses.stale(target.kind, target.name)
        if said.get("dryRun") or _one_of(request, "dryRun"):
            return 200, live
        left = self.store.delete(target.key, orphan=policy == "Orphan")
        if target.key in self.store.objects:
            return 200, left
        kind, uid = target.kind, live["metadata"]["uid"]
        details = {"name": target.name, "group": kind.group, "kind": kind.plural, "uid": uid}
        return 200, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}

    def _scale(self, request: Request, target: Target, live: Object) -> Object:
        """``autoscaling/v1`` Scale of an object: read, put or patched."""
        if request.method != "GET":
            sent = _sent(request)
            if _content_type(request) == patches.JSON:
                sent = patches.json_patch(self._scaled(target, live), sent)
            count = (sent.get("spec") or {}).get("replicas")
            if not isinstance(count, int) or count < 0:
                raise statuses.invalid(target.kind, target.name, "spec.replicas: must be greater than or equal to 0")
            new = copy.deepcopy(live)
            new.setdefault("spec", {})["replicas"] = count
            manager = Manager(_manager_name(request), "Update", target.kind.api_version, "scale")
            live = self._write(request, Target(target.kind, target.namespace, target.name), live, new, manager)
        return self._scaled(target, live)

    def _scaled(self, target: Target, live: Object) -> Object:
        metadata = {key: live["metadata"][key] for key in ("name", "namespace", "uid", "resourceVersion")}
        status = live.get("status") or {}
        return {
            "apiVersion": "autoscaling/v1",
            "kind": "Scale",
            "metadata": metadata,
            "spec": {"replicas": (live.get("spec") or {}).get("replicas", status.get("replicas", 1))},
            "status": {"replicas": status.get("replicas", 0), "selector": status.get("labelSelector", "")},
        }


def _updater(request: Request, target: Target) -> Manager:
    return Manager(_manager_name(request), "Update", target.kind.api_version, target.part)


def _manager_name(request: Request) -> str:
    agent = str(request.environ.get("HTTP_USER_AGENT", "")).split("/")[0]
    return _one_of(request, "fieldManager") or agent or "unknown"


def _one_of(request: Request, name: str) -> str:
    return (request.query.get(name) or [""])[-1]


def _content_type(request: Request) -> str:
    return str(request.environ.get("CONTENT_TYPE", "")).split(";")[0].strip()


def _wants_table(request: Request) -> bool:
    return "as=Table" in str(request.environ.get("HTTP_ACCEPT", ""))


def _sent(request: Request) -> Any:
    """The object that was sent, JSON or YAML.

    Raises:
        StatusError: it is neither.
    """
    if "protobuf" in _content_type(request):
        raise statuses.unknown_format(_content_type(request))
    try:
        if _content_type(request) in {patches.APPLY, "application/yaml"}:
            return yaml.safe_load(request.body)
        return json.loads(request.body)
    except (ValueError, yaml.YAMLError) as error:
        raise statuses.bad(f"the body cannot be read: {error}") from error
