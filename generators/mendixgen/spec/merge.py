"""The merge of a rollback: an old release's specification, with what AWS cannot undo kept as it is now.

Fields that are marked ``x-one-way`` in the sections' schemas (an engine version, a volume's size) keep the
current value where the two differ: they are *held forward*. So do the settings that say how an environment is
guarded and reached (``KEPT``): an old release must not take the protection off, nor lead to another state. The rest
is what the old release says, and what neither says is compared by the default of the version that each side runs.
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
    """One field that kept its newer value. ``kept`` and ``asked`` are None where nothing sets it."""

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
    default, which the two versions may have different ones of; so are the entries that a map has by default. An
    entry of a map that only one side has goes as ``target`` says; of list entries, those at the same place (or with
    the same ``name``) are compared. Where a create-only setting differs, its resource is made anew, and the one-way
    settings beside and below it begin anew as well.

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
        other = schema if target_schemas is None else target_schemas[area]
        found = _Comparison(schema, other, current.get(area) or {}, data.get(area) or {}, area).held
        if target_schemas is not None:
            found = _without_unknown(data.get(area), found, other)
        if found:
            data[area] = placed(data.get(area), found, other)
        held += found
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
    """Those of ``held`` that the version which is gone back to has a field for."""
    from mendixgen.spec.structure import check

    unknown = {finding.path for finding in check(placed(section, held, schema), schema)[1] if finding.code == "MXS201"}
    return [one for one in held if not any(one.path[1:end] in unknown for end in range(2, len(one.path) + 1))]


def placed(section: Any, held: list[HeldForward], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``section`` with what is held in its place; mappings on the way there are made where there are none.

    The first step of each path is the area's name.
    """
    known = _Schema(schema)
    result: dict[str, Any] = deepcopy(dict(section or {}))
    for one in held:
        parent: Any = result
        field = known.root
        for step in one.path[1:-1]:
            field = known.below(field, step)
            if isinstance(step, str) and parent.get(step) is None:
                parent[step] = known.written(field)
            parent = parent[step]
        if one.kept is None:
            parent.pop(one.path[-1], None)
        else:
            parent[one.path[-1]] = deepcopy(one.kept)
    return result


def meant(section: Any, schema: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The mapping at ``path``, whose first step is the area's name, with the defaults of what it does not set."""
    known = _Schema(schema)
    value, field = section, known.root
    for step in path[1:]:
        value, field = (value or {}).get(step) if isinstance(value, Mapping) else None, known.below(field, step)
        value = known.whole(value, field)
    given = value if isinstance(value, Mapping) else {}
    return {
        key: known.whole(given.get(key), known.below(field, key)) for key in {**field.get("properties", {}), **given}
    }


class _Schema:
    """A section's schema, with its references followed."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.definitions = schema.get("$defs", {})
        self.root = self.resolve(schema)

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

    def below(self, field: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
        """What is said of a property, of a map's entry or of a list's item; nothing where there is none."""
        if isinstance(step, int):
            return self.resolve(field.get("items"))
        if step in field.get("properties", {}):
            return self.resolve(field["properties"][step])
        for pattern, entry in field.get("patternProperties", {}).items():
            if re.search(pattern, step):
                return self.resolve(entry)
        return self.resolve(field.get("additionalProperties"))

    def whole(self, value: Any, field: Mapping[str, Any]) -> Any:
        """``value`` as it is meant: the default where it is left out, with the entries that a map always has."""
        value = field.get("default") if value is None or value is _MISSING else value
        if not isinstance(value, Mapping):
            return value
        return {**_always(field), **value}

    def written(self, field: Mapping[str, Any]) -> dict[str, Any]:
        """The shortest that means the same as leaving a mapping out, once something has to stand in it."""
        default = field.get("default")
        if not isinstance(default, Mapping) or field.get("properties"):
            return {}
        return {key: self._short(entry, self.below(field, key)) for key, entry in default.items()}

    def _short(self, value: Any, field: Mapping[str, Any]) -> Any:
        if not isinstance(value, Mapping) or not field.get("properties"):
            return deepcopy(value)
        properties = field["properties"]
        return {
            key: deepcopy(item)
            for key, item in value.items()
            if key not in properties or not same(item, self.resolve(properties[key]).get("default"))
        }


def _always(field: Mapping[str, Any]) -> Mapping[str, Any]:
    if "x-resolve" not in field:
        return {}
    from mendixgen.resolve import ALWAYS

    return ALWAYS.get(field["x-resolve"], {})


class _Comparison:
    """What of one section is held forward; ``schema`` is the current version's, ``other`` the target's."""

    def __init__(
        self,
        schema: Mapping[str, Any],
        other: Mapping[str, Any],
        now: Mapping[str, Any],
        then: Mapping[str, Any],
        area: str,
    ) -> None:
        self.schema, self.other = _Schema(schema), _Schema(other)
        self.now, self.then = now, then
        self.held: list[HeldForward] = []
        self.mapping(now, then, self.schema.root, self.other.root, (area,), renewed=False)

    def value(
        self, now: Any, then: Any, field: Mapping[str, Any], other: Mapping[str, Any], path: Path, *, renewed: bool
    ) -> None:
        if isinstance(now, Mapping) and isinstance(then, Mapping):
            self.mapping(now, then, field, other, path, renewed=renewed)
        elif isinstance(now, list) and isinstance(then, list):
            self.sequence(now, then, field, other, path, renewed=renewed)

    def mapping(
        self,
        now: Mapping[str, Any],
        then: Mapping[str, Any],
        schema: Mapping[str, Any],
        other: Mapping[str, Any],
        path: Path,
        *,
        renewed: bool,
    ) -> None:
        properties = schema.get("properties", {})
        renewed = renewed or self.made_anew(now, then, schema, other)
        first = len(self.held)
        for key in [*then, *(key for key in properties if key not in then)]:
            place = (*path, key)
            field, there = self.schema.below(schema, key), self.other.below(other, key)
            if key not in properties:
                if key in now and field:
                    self.value(_filled(now[key]), _filled(then[key]), field, there, place, renewed=renewed)
            elif "x-one-way" in field:
                if not renewed:
                    self.one_way(now.get(key), then.get(key), field, there, place)
            else:
                whole_now, whole_then = self.schema.whole(now.get(key), field), self.other.whole(then.get(key), there)
                if isinstance(whole_now, Mapping) and whole_then is None and field.get("properties"):
                    whole_then = {}
                if isinstance(whole_then, Mapping) and whole_now is None:
                    whole_now = {}
                self.value(whole_now, whole_then, field, there, place, renewed=renewed)
        self.companions(now, then, properties, path, self.held[first:])

    def made_anew(
        self, now: Mapping[str, Any], then: Mapping[str, Any], schema: Mapping[str, Any], other: Mapping[str, Any]
    ) -> bool:
        """Whether a create-only setting differs for certain, so that what was one-way ends with the old resource."""
        for key in schema.get("properties", {}):
            field, there = self.schema.below(schema, key), self.other.below(other, key)
            if "x-create-only" not in field:
                continue
            one, two = self.schema.whole(now.get(key), field), self.other.whole(then.get(key), there)
            if one is not None and two is not None and not same(one, two):
                return True
        return False

    def one_way(self, now: Any, asked: Any, field: Mapping[str, Any], other: Mapping[str, Any], path: Path) -> None:
        default = field.get("default")
        effective_now = default if now is None else now
        effective_then = (other or field).get("default") if asked is None else asked
        if "x-follows" in field:
            leading, goes_to = self.leading(field["x-follows"])
            effective_now = leading if effective_now is None else effective_now
            effective_then = goes_to if effective_then is None else effective_then
        if effective_now is None or same(effective_now, effective_then):
            return
        self.held.append(HeldForward(path, effective_now, effective_then, str(field["x-one-way"])))

    def leading(self, key: str) -> tuple[Any, Any]:
        """The value of a setting at the section's top, now and after the merge."""
        field, there = self.schema.below(self.schema.root, key), self.other.below(self.other.root, key)
        now = self.schema.whole(self.now.get(key), field)
        then = self.other.whole(self.then.get(key), there or field)
        anew = self.made_anew(self.now, self.then, self.schema.root, self.other.root)
        return now, now if "x-one-way" in field and now is not None and not anew else then

    def companions(
        self,
        now: Mapping[str, Any],
        then: Mapping[str, Any],
        properties: Mapping[str, Any],
        path: Path,
        held: list[HeldForward],
    ) -> None:
        """Hold what goes with something that was held in this mapping."""
        kept = {one.path[-1] for one in held if one.path[:-1] == path}
        for key, part in properties.items():
            leader = self.schema.resolve(part).get("x-held-with")
            if leader in kept and not same(now.get(key), then.get(key)):
                self.held.append(HeldForward((*path, key), now.get(key), then.get(key), f"it goes with {leader}"))

    def sequence(
        self,
        now: list[Any],
        then: list[Any],
        schema: Mapping[str, Any],
        other: Mapping[str, Any],
        path: Path,
        *,
        renewed: bool,
    ) -> None:
        named = {item["name"]: item for item in now if isinstance(item, Mapping) and isinstance(item.get("name"), str)}
        field, there = self.schema.below(schema, 0), self.other.below(other, 0)
        for index, item in enumerate(then):
            counterpart = now[index] if index < len(now) else _MISSING
            if isinstance(item, Mapping) and "name" in item:
                counterpart = named.get(item["name"], _MISSING)
            if counterpart is not _MISSING and field:
                self.value(counterpart, item, field, there, (*path, index), renewed=renewed)


def _filled(entry: Any) -> Any:
    return {} if entry is None else entry
