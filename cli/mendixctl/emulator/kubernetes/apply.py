"""Server-side apply, and what every other write does to the ownership of fields.

Source: "Server-Side Apply" of the Kubernetes documentation. Who applies owns what the applied object says. What it no
longer says and nobody else owns is removed; what another owns with another value is a conflict, unless it is forced.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mendixctl.emulator.kubernetes.fields import MISSING, Path, canonical, fields, from_fields, to_fields, value_at
from mendixctl.emulator.kubernetes.schemas import Definitions, Schema, is_atomic

Object = dict[str, Any]


class ConflictError(Exception):
    """Fields that others own with other values: (manager, path) each."""

    def __init__(self, conflicts: list[tuple[str, str]]) -> None:
        super().__init__(conflicts)
        self.conflicts = conflicts


@dataclass(frozen=True, slots=True)
class Manager:
    """Who writes: ``operation`` is "Apply" or "Update"; ``subresource`` is empty for the object itself."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""

    def is_of(self, entry: Mapping[str, Any]) -> bool:
        return (entry["manager"], entry["operation"], entry.get("subresource", "")) == (
            self.name,
            self.operation,
            self.subresource,
        )


def applied(
    definitions: Definitions,
    schema: Schema,
    live: Object | None,
    said: Object,
    manager: Manager,
    *,
    force: bool,
    moment: str,
) -> Object:
    """``live`` with what a manager applies. ``moment``: the time in RFC 3339.

    Raises:
        ConflictError: others own what it would change.
    """
    wanted = fields(definitions, schema, said)
    before = live or {}
    entries = list(before.get("metadata", {}).get("managedFields", ()))
    others = [(entry, from_fields(entry["fieldsV1"])) for entry in entries if not manager.is_of(entry)]
    mine: set[Path] = set()
    for entry in entries:
        if manager.is_of(entry):
            mine = from_fields(entry["fieldsV1"])
    contested = {
        path
        for path in wanted
        if (there := value_at(definitions, schema, before, path)) is not MISSING
        and there != value_at(definitions, schema, said, path)
    }
    conflicts = [(entry["manager"], dotted(path)) for entry, owned in others for path in sorted(owned & contested)]
    if conflicts and not force:
        raise ConflictError(conflicts)
    others = [(entry, owned - contested) for entry, owned in others]
    result: Object = _merged(definitions, schema, copy.deepcopy(before), said)
    kept = set().union(*(owned for _, owned in others)) if others else set()
    held = {path[:length] for path in wanted | kept for length in range(1, len(path) + 1)}
    for path in sorted(mine - held, key=len, reverse=True):
        for length in range(len(path), 0, -1):
            part = path[:length]
            if part in held or (length < len(path) and value_at(definitions, schema, result, part) not in ({}, [])):
                break
            _remove(definitions, schema, result, part)
    _own(result, [*others, (_entry(manager, moment), wanted)], entries)
    return result


def updated(
    definitions: Definitions, schema: Schema, live: Object | None, new: Object, manager: Manager, *, moment: str
) -> Object:
    """``new`` with the ownership that writing it in place of ``live`` gives: who changes a field owns it alone."""
    before = live or {}
    had, has = fields(definitions, schema, before), fields(definitions, schema, new)
    changed = {
        path
        for path in has
        if path not in had or value_at(definitions, schema, before, path) != value_at(definitions, schema, new, path)
    }
    result = copy.deepcopy(new)
    entries = list(before.get("metadata", {}).get("managedFields", ()))
    owners, mine = [], set(changed)
    for entry in entries:
        owned = from_fields(entry["fieldsV1"]) & has
        if manager.is_of(entry):
            mine |= owned
        else:
            owners.append((entry, owned - changed))
    if mine:
        owners.append((_entry(manager, moment), mine))
    _own(result, owners, entries)
    return result


def dotted(path: Path) -> str:
    """A path as kubectl shows it: ``.spec.containers[name="a"].image``."""
    text = ""
    for kind, name in path:
        text += f".{name}" if kind == "f" else f"[{name}]"
    return text


def _entry(manager: Manager, moment: str) -> Object:
    entry: Object = {
        "manager": manager.name,
        "operation": manager.operation,
        "apiVersion": manager.api_version,
        "time": moment,
        "fieldsType": "FieldsV1",
    }
    return {**entry, "subresource": manager.subresource} if manager.subresource else entry


def _own(
    result: Object, owners: Iterable[tuple[Mapping[str, Any], set[Path]]], before: list[Mapping[str, Any]]
) -> None:
    """Write the owners down; an entry whose fields are the same keeps its time."""
    kept = {(one["manager"], one["operation"], one.get("subresource", "")): one for one in before}
    entries = []
    for entry, owned in owners:
        if not owned:
            continue
        new = {**entry, "fieldsV1": to_fields(owned)}
        old = kept.get((new["manager"], new["operation"], new.get("subresource", "")))
        entries.append(old if old is not None and old["fieldsV1"] == new["fieldsV1"] else new)
    entries.sort(key=lambda one: (one["operation"], one["manager"], one.get("subresource", "")))
    metadata = result.setdefault("metadata", {})
    metadata.pop("managedFields", None)
    if entries:
        metadata["managedFields"] = entries


def _merged(definitions: Definitions, schema: Schema, live: Any, said: Any) -> Any:
    if isinstance(said, Mapping) and isinstance(live, Mapping) and not is_atomic(schema):
        result = dict(live)
        for key, value in said.items():
            child = definitions.child(schema, key)
            result[key] = _merged(definitions, child, result[key], value) if key in result else copy.deepcopy(value)
        return result
    if isinstance(said, list) and isinstance(live, list):
        keys = definitions.keys(schema)
        if keys is not None:
            items = definitions.items(schema)
            there = {canonical(definitions.defaulted(schema, keys, one)): one for one in live}
            merged = []
            for one in said:
                old = there.pop(canonical(definitions.defaulted(schema, keys, one)), None)
                merged.append(copy.deepcopy(one) if old is None else _merged(definitions, items, old, one))
            return [*merged, *there.values()]
        if schema.get("x-kubernetes-list-type") == "set":
            return [*live, *(one for one in said if one not in live)]
    return copy.deepcopy(said)


def _remove(definitions: Definitions, schema: Schema, value: Any, path: Path) -> None:
    """Take out what is at a path."""
    (kind, name), below = path[0], path[1:]
    if kind == "f":
        if not isinstance(value, dict) or name not in value:
            return
        if below:
            _remove(definitions, definitions.child(schema, name), value[name], below)
        else:
            del value[name]
    elif isinstance(value, list):
        keys = definitions.keys(schema) or ()
        for item in list(value):
            same = canonical(definitions.defaulted(schema, keys, item) if kind == "k" else item) == name
            if same and below:
                _remove(definitions, definitions.items(schema), item, below)
            elif same:
                value.remove(item)
