"""What a server refuses to store: fields that it does not know, values of another type, changes of what is fixed.

Kubernetes' own kinds are judged by the schemas of the cluster's version; custom ones by the schema of their
CustomResourceDefinition, where the cluster has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mendixctl.emulator.kubernetes import statuses
from mendixctl.emulator.kubernetes.kinds import Kind
from mendixctl.emulator.kubernetes.schemas import Definitions, Schema
from mendixctl.emulator.kubernetes.store import Object

NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
ANY_NAME = frozenset({"rbac.authorization.k8s.io"})

FIXED: Mapping[str, tuple[str, ...]] = {
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "Deployment": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
    "DaemonSet": ("spec.selector",),
    "Job": ("spec.selector", "spec.template"),
    "PersistentVolumeClaim": ("spec.storageClassName", "spec.accessModes"),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "TargetGroupBinding": ("spec.targetGroupARN", "spec.targetType"),
}
"""What a real server does not let change. Source: the API reference ("immutable") of each kind; of the last one the
webhook of the AWS Load Balancer Controller.
"""

WHOLE: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def check(definitions: Definitions, kind: Kind, value: Object, before: Object | None) -> None:
    """Refuse what a real server would refuse.

    Raises:
        StatusError: 400 for unknown fields, 422 for what is invalid.
    """
    name = value["metadata"].get("name", "")
    if kind.group not in ANY_NAME and not NAME.fullmatch(name):
        message = f'metadata.name: Invalid value: "{name}": a lowercase RFC 1123 subdomain must consist of lower case'
        raise statuses.invalid(kind, name, f"{message} alphanumeric characters, '-' or '.'", "metadata.name")
    said = {key: part for key, part in value.items() if key != "status"}
    unknown: list[tuple[str, str]] = []
    wrong: list[tuple[str, str]] = []
    for path, known, message in _faults(definitions, definitions.of(kind), said, "", custom=kind.is_custom):
        (wrong if known else unknown).append((path, message))
    if unknown:
        listed = ", ".join(f'unknown field "{path}"' for path, _ in unknown)
        raise statuses.bad(f"strict decoding error: {listed}")
    if wrong:
        path, message = wrong[0]
        raise statuses.invalid(kind, name, f"{path}: {message}", path)
    if before is not None:
        for path in FIXED.get(kind.name, ()):
            old, new = _at(before, path), _at(value, path)
            if old is not None and old != new:
                raise statuses.invalid(kind, name, f"{path}: Invalid value: {new!r}: field is immutable", path)


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _faults(
    definitions: Definitions, schema: Schema, value: Any, path: str, *, custom: bool
) -> list[tuple[str, bool, str]]:
    """Faults as (path, whether the field is known, message)."""
    schema = definitions.resolved(schema)
    wanted = schema.get("type")
    kinds = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if "oneOf" in schema and not kinds:  # int-or-string, quantities
        return []
    if kinds and not any(_is(value, one) for one in kinds):
        return [(path, True, f"Invalid value: {value!r}: must be of type {kinds[0]}")]
    found = []
    if isinstance(value, Mapping):
        known = schema.get("properties") or {}
        open_ended = "additionalProperties" in schema or not known or (custom and not path)
        for key, part in value.items():
            place = f"{path}.{key}" if path else key
            if not open_ended and key not in known:
                found.append((place, False, ""))
            else:
                found += _faults(definitions, definitions.child(schema, key), part, place, custom=custom)
        found += [
            (f"{path}.{key}".lstrip("."), True, "Required value")
            for key in schema.get("required", ())
            if value.get(key) is None and key != "status"
        ]
    elif isinstance(value, list):
        for place, one in enumerate(value):
            found += _faults(definitions, schema.get("items", {}), one, f"{path}[{place}]", custom=custom)
    elif "enum" in schema and value not in schema["enum"]:
        listed = ", ".join(f'"{one}"' for one in schema["enum"])
        found.append((path, True, f'Unsupported value: "{value}": supported values: {listed}'))
    return found


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, WHOLE.get(kind, (object,)))
