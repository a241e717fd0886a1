"""What somebody has changed in a cluster since the releases brought it there, and who, by the cluster's own word.

A server keeps for each field who set it last and when (``metadata.managedFields``). Source: Kubernetes documentation,
"Server-Side Apply".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mendixctl.cluster.api import MANAGER, Api
from mendixctl.engine.deployment.comparison import Object, Step, against, unwanted
from mendixgen.kubernetes.diff import Does

Happened = Literal["changed", "deleted", "added"]


@dataclass(frozen=True, slots=True)
class FieldOutside:
    """A field of ours that has another value. ``manager``, ``at``: who set it and when; empty where nobody owns it."""

    path: str
    released: Any
    now: Any
    manager: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ObjectOutside:
    """An object that was changed or deleted, or that carries our labels and is of no release."""

    address: str
    happened: Happened
    fields: tuple[FieldOutside, ...] = ()


def outside(api: Api, objects: Sequence[Object], environment: str) -> tuple[ObjectOutside, ...]:
    """What of ``objects`` the cluster has otherwise, by a trial. Errors as for `mendixctl.cluster.api`."""
    found = against(api, objects)
    changed = [_changed(step) for step in found.steps if step.change is not None]
    extra = [ObjectOutside(step.address, "added") for step in unwanted(api, objects, environment)]
    return tuple(sorted([*changed, *extra], key=lambda one: one.address))


def _changed(step: Step) -> ObjectOutside:
    if step.change is None or step.live is None or step.change.does is Does.CREATE:
        return ObjectOutside(step.address, "deleted")
    fields = tuple(
        FieldOutside(field.path, field.after, field.before, *owner(step.live, field.path))
        for field in step.change.fields
    )
    return ObjectOutside(step.address, "changed", fields)


def owner(live: Object, path: str) -> tuple[str, str]:
    """Who but us set a field of an object last, and when; twice empty where nobody did."""
    entries = live["metadata"].get("managedFields") or ()
    found = [
        (str(one.get("time") or ""), str(one.get("manager") or ""))
        for one in entries
        if one.get("manager") != MANAGER and _owns(one.get("fieldsV1") or {}, path)
    ]
    at, manager = max(found, default=("", ""))
    return manager, at


def _owns(node: Mapping[str, Any], path: str) -> bool:
    """Whether a set of fields has the one at a dotted path, something below it, or the whole that it is a part of."""
    if not path or not node:
        return True
    return any(_owns(below, rest) for below, rest in _steps(node, path))


def _steps(node: Mapping[str, Any], path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    # a name may have dots itself, so every field that the path can begin with is tried
    for key, below in node.items():
        name = key.removeprefix("f:")
        if key.startswith("f:") and (path == name or path.startswith(f"{name}.")):
            yield below, path[len(name) + 1 :]
