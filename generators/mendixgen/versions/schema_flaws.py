"""Whether the schema that a ``module.json`` brings can be worked with at all, whoever wrote it.

`mendixgen.spec.structure` and its neighbours follow references, compile patterns and compare bounds without a second
look; this is the first one. What is released is checked more strictly (`mendixgen.authoring.manifest`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mendixgen.versions.pattern_cost import is_bounded

MOST = 200_000
"""Parts of a schema with its references written out; the largest section has some thousands."""

DEEPEST = 64

FILLED = -2 * DEEPEST

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
"""What ``type`` may say (JSON Schema, "Instance data model")."""

_MAPS = ("properties", "patternProperties", "$defs")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("additionalProperties", "items", "propertyNames")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1 << 60


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
        return is_bounded(value)
    except (re.error, TypeError, OverflowError, RecursionError, MemoryError):
        return False


def _is_kind(value: Any) -> bool:
    kinds = value if isinstance(value, list) else [value]
    return bool(kinds) and all(isinstance(kind, str) and kind in TYPES for kind in kinds)


def _is_discriminator(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("propertyName"), str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


_SOUND: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(_NUMBERS, _is_number),
    **dict.fromkeys(_COUNTS, _is_count),
    **dict.fromkeys(_MAPS, _is(dict)),
    **dict.fromkeys(_LISTS, lambda value: isinstance(value, list) and bool(value)),
    **dict.fromkeys(("description", "title", "$ref", "x-unit", "x-one-way", "x-resolve", "x-variable"), _is(str)),
    "type": _is_kind,
    "pattern": _is_pattern,
    "required": _is_texts,
    "enum": lambda value: isinstance(value, list) and bool(value),
    "examples": _is(list),
    "discriminator": _is_discriminator,
}
"""Keyword -> whether its value is one that can be worked with; `multipleOf` is also not zero."""


def flaw(schema: Mapping[str, Any]) -> str:
    """What is wrong with a schema, in words; empty where nothing is."""
    try:
        return _Reader(schema).flaw
    except RecursionError:
        return "it is nested too deep"


class _Reader:
    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.flaw = ""
        definitions = schema.get("$defs", {})
        self.definitions: Mapping[str, Any] = definitions if isinstance(definitions, Mapping) else {}
        self.sizes: dict[str, int] = {}
        self.open: dict[str, int] = {}
        self.steps: list[int] = []
        """Of each step from the top: 1, it leads to a part of the value, and values end somewhere; 0, it does not, or
        the part is filled in where it is missing; `FILLED`, so is what is below it."""
        size = self.size(schema, "section", 0)
        if not self.flaw and size > MOST:
            self.flaw = f"with its references written out it has more than {MOST:,} parts"

    def size(self, schema: Any, place: str, depth: int) -> int:
        """The number of parts of a schema, references written out; what is wrong on the way is kept."""
        if self.flaw:
            return 1
        if not isinstance(schema, Mapping):
            self.flaw = f"{place} is no schema"
            return 1
        if depth > DEEPEST:
            self.flaw = f"{place} is nested too deep"
            return 1
        for keyword, value in schema.items():
            sound = _SOUND.get(keyword)
            if (sound is not None and not sound(value)) or (keyword == "multipleOf" and not value):
                self.flaw = f"{keyword} of {place} cannot be used"
                return 1
        total = 1
        for child, where, is_part in _children(schema, place):
            default = child.get("default") if isinstance(child, Mapping) else None
            self.steps.append(FILLED if default else int(is_part and default is None))
            total += self.size(child, where, depth + 1)
            self.steps.pop()
        return total + (self.referred(schema["$ref"], place, depth) if "$ref" in schema else 0)

    def referred(self, reference: str, place: str, depth: int) -> int:
        name = reference.rsplit("/", 1)[-1]
        if name not in self.definitions or not reference.startswith("#/$defs/"):
            self.flaw = f"{place} refers to {reference[:80]}, which is not there"
        elif name in self.open:
            if sum(self.steps[self.open[name] :]) <= 0:
                self.flaw = f"{place} refers to {name}, of which it is a part, without an end"
        elif name not in self.sizes:
            self.open[name] = len(self.steps)
            self.sizes[name] = self.size(self.definitions[name], name, depth + 1)
            del self.open[name]
        return self.sizes.get(name, 1)


def _children(schema: Mapping[str, Any], place: str) -> Iterator[tuple[Any, str, bool]]:
    """The schemas in a schema: each with its place, and whether it is of a part of the value."""
    for keyword in _MAPS:
        for name, child in schema.get(keyword, {}).items():
            if keyword == "patternProperties" and not _is_pattern(name):
                yield None, f"a pattern of {place}", True
            yield child, str(name), keyword != "$defs"
    for keyword in _LISTS:
        yield from ((child, place, keyword == "prefixItems") for child in schema.get(keyword, ()))
    for keyword in _SINGLE:
        if keyword in schema and schema[keyword] is not True and not _is_closed(keyword, schema[keyword]):
            yield schema[keyword], f"{keyword} of {place}", True


def _is_closed(keyword: str, value: Any) -> bool:
    return keyword == "additionalProperties" and value is False
