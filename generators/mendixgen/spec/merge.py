"""The merge of a rollback: an old release's specification, with what AWS cannot undo kept as it is now.

Fields that are marked ``x-one-way`` in the sections' schemas (an engine version, a volume's size) keep the
current value where the two differ: they are *held forward*. So do the settings that say how an environment is
guarded and reached (``KEPT``): an old release must not take the protection off, nor lead to another state. The rest
is what the old release says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from mendixgen.diagnostics import Diagnostic, Refused
from mendixgen.spec.edit import same

Path = tuple[str | int, ...]
FIXED = ("name", "account", "region")
"""What an environment is; a rollback across a change of these is refused."""

_REACHED = "it says where the environment is, and what is there now would not be found"
_GUARDED = "it guards the environment, and going back must not change what is allowed"
KEPT = {"target": _REACHED, "state": _REACHED, "deploy_role": _REACHED, "protected": _GUARDED, "limits": _GUARDED}
"""Settings of the header that stay as they are now, and why."""

_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class HeldForward:
    """One field that kept its newer value. ``kept`` and ``asked`` are None where the YAML did not set it."""

    path: Path
    kept: Any
    asked: Any
    reason: str

    def __str__(self) -> str:
        return ".".join(map(str, self.path))


@dataclass(frozen=True, slots=True)
class Merged:
    """The data that a rollback writes, and what it held forward."""

    data: dict[str, Any]
    held_forward: tuple[HeldForward, ...] = ()


def merge(
    current: Mapping[str, Any],
    target: Mapping[str, Any],
    schemas: Mapping[str, Mapping[str, Any]],
    target_schemas: Mapping[str, Mapping[str, Any]] | None = None,
) -> Merged:
    """``target`` with the one-way fields and the ``KEPT`` settings of ``current``.

    ``current`` and ``target`` are the data of whole specifications, ``schemas`` the section schemas of the
    areas at the *current* pins: what is one-way is known by the version that set it. ``target_schemas`` are
    those at the pins that the rollback goes to; an area that is off there, and a field that a version there
    does not have, cannot be held. A one-way field that a specification leaves out is compared by its
    default. An entry of a map that only one side has goes as ``target`` says; of list entries, those at the
    same place (or with the same ``name``) are compared.

    Raises:
        Refused: MXP122, name, account or region differ.
    """
    problems = [
        Diagnostic(
            "MXP122",
            f"the {key} of an environment never changes, but would: from {current[key]!r} to {target.get(key)!r}",
            hint="make a new environment, and move what is in this one",
        )
        for key in FIXED
        if key in current and current[key] != target.get(key)
    ]
    if problems:
        raise Refused(problems)
    data: dict[str, Any] = deepcopy(dict(target))
    held: list[HeldForward] = _keep(current, data)
    for area, schema in schemas.items():
        if target_schemas is not None and area not in target_schemas:
            continue
        now, then = current.get(area), data.get(area)
        found: list[HeldForward] = []
        merged = _Merge(schema, found).value({} if now is None else now, {} if then is None else then, schema, (area,))
        if target_schemas is not None:
            found = _without_unknown(merged, found, target_schemas[area])
        held += found
        if merged or area in data:
            data[area] = then if then is None and not merged else merged
    return Merged(data, tuple(held))


def _keep(current: Mapping[str, Any], data: dict[str, Any]) -> list[HeldForward]:
    """Make the ``KEPT`` settings of ``data`` those of ``current``, and say which were others."""
    held = []
    for key, reason in KEPT.items():
        now, then = current.get(key), data.get(key)
        if same(now, then):
            continue
        held.append(HeldForward((key,), deepcopy(now), then, reason))
        if now is None:
            del data[key]
        else:
            data[key] = deepcopy(now)
    return held


def _without_unknown(section: Any, held: list[HeldForward], schema: Mapping[str, Any]) -> list[HeldForward]:
    """What is held of ``held``, after taking the fields out of ``section`` that its version does not have."""
    from mendixgen.spec.structure import check

    unknown = {finding.path for finding in check(section, schema)[1] if finding.code == "MXS201"}
    kept = []
    for one in held:
        parents = [one.path[1:end] for end in range(2, len(one.path) + 1)]
        gone = next((path for path in parents if path in unknown), None)
        if gone is None:
            kept.append(one)
            continue
        parent = section
        for step in gone[:-1]:
            parent = parent[step]
        parent.pop(gone[-1], None)
    return kept


class _Merge:
    def __init__(self, schema: Mapping[str, Any], held: list[HeldForward]) -> None:
        self.definitions = schema.get("$defs", {})
        self.held = held

    def resolve(self, schema: Any) -> Mapping[str, Any]:
        """The schema behind a reference; of a choice, the branches' properties taken together."""
        if not isinstance(schema, Mapping):
            return {}
        while "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**self.definitions[schema["$ref"].rsplit("/", 1)[1]], **rest}
        branches = [self.resolve(b) for word in ("anyOf", "oneOf", "allOf") for b in schema.get(word, ())]
        joined: dict[str, Any] = {}
        for branch in branches:
            properties = {**joined.get("properties", {}), **branch.get("properties", {})}
            joined = {**joined, **branch, "properties": properties}
        return {**joined, **schema} if branches else schema

    def value(self, now: Any, then: Any, schema: Any, path: Path) -> Any:
        schema = self.resolve(schema)
        if isinstance(now, Mapping) and isinstance(then, Mapping):
            return self.mapping(now, then, schema, path)
        if isinstance(now, list) and isinstance(then, list):
            return self.sequence(now, then, schema.get("items"), path)
        return deepcopy(then)

    def mapping(
        self, now: Mapping[str, Any], then: Mapping[str, Any], schema: Mapping[str, Any], path: Path
    ) -> dict[str, Any]:
        properties = schema.get("properties", {})
        result: dict[str, Any] = {}
        for key in [*then, *(key for key in properties if key not in then)]:
            part = properties.get(key)
            place = (*path, key)
            if part is None:
                entry = self.entry(key, schema)
                result[key] = (
                    self.value(_filled(now.get(key)), _filled(then[key]), entry, place)
                    if key in now and entry
                    else deepcopy(then[key])
                )
                continue
            field = self.resolve(part)
            if "x-one-way" in field:
                self.one_way(now.get(key), then.get(key, _MISSING), field, place, result)
            elif key in then and key not in now and then[key] is None:
                result[key] = None
            else:
                asked = then.get(key, _MISSING)
                nested = self.nested(now.get(key), asked, field, place)
                if nested is not _MISSING:
                    result[key] = nested
        return result

    def nested(self, now: Any, asked: Any, field: Mapping[str, Any], path: Path) -> Any:
        """A field that is not one-way itself, but may hold some: they count also where one side leaves it out."""
        if asked is _MISSING or asked is None:
            if isinstance(now, Mapping) and field.get("properties"):
                merged = self.mapping(now, {}, field, path)
                return merged or asked
            return asked
        return self.value({} if now is None and isinstance(asked, Mapping) else now, asked, field, path)

    def one_way(self, now: Any, asked: Any, field: Mapping[str, Any], path: Path, result: dict[str, Any]) -> None:
        default = field.get("default")
        effective_now = default if now is None else now
        effective_then = default if asked is _MISSING or asked is None else asked
        if same(effective_now, effective_then) or effective_now is None:
            if asked is not _MISSING:
                result[path[-1]] = deepcopy(asked)  # type: ignore[index]  # a key: one-way fields are properties
            return
        result[str(path[-1])] = deepcopy(effective_now)
        self.held.append(HeldForward(path, effective_now, effective_then, str(field["x-one-way"])))

    def entry(self, key: str, schema: Mapping[str, Any]) -> Any:
        for pattern, entry in schema.get("patternProperties", {}).items():
            if re.search(pattern, key):
                return entry
        other = schema.get("additionalProperties")
        return other if isinstance(other, Mapping) else None

    def sequence(self, now: list[Any], then: list[Any], schema: Any, path: Path) -> list[Any]:
        named = {item["name"]: item for item in now if isinstance(item, Mapping) and isinstance(item.get("name"), str)}
        result = []
        for index, item in enumerate(then):
            counterpart = now[index] if index < len(now) else _MISSING
            if isinstance(item, Mapping) and "name" in item:
                counterpart = named.get(item["name"], _MISSING)
            known = counterpart is not _MISSING and schema is not None
            result.append(self.value(counterpart, item, schema, (*path, index)) if known else deepcopy(item))
        return result


def _filled(entry: Any) -> Any:
    return {} if entry is None else entry
