"""The bounds of a field as ``validation`` blocks, down to the fields of objects in lists in maps.

Source: Terraform's "Custom Conditions". Both sides of ``&&`` and ``||`` are always evaluated, so whatever
could be null is guarded by a conditional or by the ``if`` of a ``for`` expression.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mendixgen import hcl
from mendixgen.annotations import allows_none, literals_of, marks_of, options_of, unwrapped

LONGEST_NAME = 16
"""A longer attribute is just "value" in a for expression over it."""


@dataclass(frozen=True, slots=True)
class Validation:
    """One ``validation`` block: an expression, and what is wrong when it is false."""

    condition: str
    message: str


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The constraints of one value, gathered from pydantic's and annotated_types' metadata."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


def _bounds(metadata: Sequence[Any]) -> _Bounds:
    found: dict[str, Any] = {}
    for item in metadata:
        parts = item.metadata if isinstance(item, FieldInfo) else [item]
        for part in parts:
            if isinstance(part, annotated_types.GroupedMetadata):
                parts = [*parts, *part]
            for name in _Bounds.__dataclass_fields__:
                value = getattr(part, name, None)
                if value is not None and value is not PydanticUndefined and not callable(value):
                    found[name] = getattr(value, "pattern", value)
    return _Bounds(**found)


@dataclass(frozen=True, slots=True)
class _Condition:
    """Something that must hold of the value at ``path``; ``guards`` are the paths that must not be null for it."""

    path: str
    holds: Callable[[str], str]
    message: str
    guards: tuple[str, ...] = ()


def validations_of(
    place: str, value: str, annotation: Any, metadata: Sequence[Any], marks: Mapping[str, Any], optional: bool
) -> Iterator[Validation]:
    """All that must hold of ``value`` and of what is inside of it. ``place`` is its name in messages."""
    for found in _conditions(place, value, annotation, metadata, marks, 0):
        guards = (value, *found.guards) if optional else found.guards
        # Not "x == null || ...": Terraform evaluates both sides of that, and the right one fails on null.
        unless = "".join(f"{guard} == null ? true : " for guard in guards)
        yield Validation(unless + found.holds(found.path), f"{found.message}.")


def _conditions(
    place: str, value: str, annotation: Any, metadata: Sequence[Any], marks: Mapping[str, Any], depth: int
) -> Iterator[_Condition]:
    annotation, more = unwrapped(annotation)
    options = options_of(annotation)
    if len(options) != 1:
        return
    inner, further = unwrapped(options[0])
    bounds = _bounds([*metadata, *more, *further])
    literals = literals_of(inner)
    origin, arguments = typing.get_origin(inner), typing.get_args(inner)
    if literals:
        yield from _choice(place, value, literals)
    elif inner in (int, float):
        yield from _number(place, value, inner, bounds, str(marks.get("x-unit", "")))
    elif inner is str:
        yield from _text(place, value, bounds)
    elif origin in (list, tuple, Sequence, set, frozenset, dict, Mapping):
        yield from _size(place, value, bounds, "entries")
        yield from _each(place, value, arguments, depth, keyed=origin in (dict, Mapping))
    elif isinstance(inner, type) and issubclass(inner, BaseModel):
        yield from _fields(place, value, inner, depth)


def _fields(place: str, value: str, model: type[BaseModel], depth: int) -> Iterator[_Condition]:
    for name, field in model.model_fields.items():
        marks = marks_of(field)
        if marks.get("x-type"):
            continue
        part = f"{value}.{name}"
        guards = (part,) if allows_none(field.annotation) else ()
        for found in _conditions(f"{place}.{name}", part, field.annotation, field.metadata, marks, depth):
            yield replace(found, guards=(*guards, *found.guards))


def _each(place: str, value: str, arguments: tuple[Any, ...], depth: int, *, keyed: bool) -> Iterator[_Condition]:
    if keyed:
        for found in _conditions(f"a name in {place}", "name", arguments[0], (), {}, depth + 1):
            holds = found.holds("name")
            yield _Condition(value, _for_keys(holds), found.message)
    item = _singular(place, depth)
    kind = arguments[1] if keyed else arguments[0]
    for found in _conditions(f"{place}[*]", item, kind, (), {}, depth + 1):
        yield _Condition(value, _for_each(found, item, keyed), found.message)


def _for_keys(holds: str) -> Callable[[str], str]:
    return lambda it: f"alltrue([for name in keys({it}) : {holds}])"


def _for_each(found: _Condition, item: str, keyed: bool) -> Callable[[str], str]:
    """``alltrue([for ...])`` over the elements, or straight over one attribute of all of them."""
    inside = found.path.removeprefix(item)
    attribute = inside.rpartition(".")[2]
    leaf = attribute if attribute not in _RESERVED and len(attribute) <= LONGEST_NAME else "value"
    if inside and set(found.guards) <= {found.path}:
        unless = f" if {leaf} != null" if found.guards else ""
        holds = found.holds(leaf)
        all_of = "values({})[*]" if keyed else "{}[*]"
        return lambda it: f"alltrue([for {leaf} in {all_of.format(it)}{inside} : {holds}{unless}])"
    unless = f" if {' && '.join(f'{guard} != null' for guard in found.guards)}" if found.guards else ""
    holds = found.holds(found.path)
    if len(found.guards) > 1:
        # "&&" evaluates both sides, so a parent that is null needs a conditional of its own.
        holds = "".join(f"{guard} == null ? true : " for guard in found.guards) + holds
        unless = ""
    return lambda it: f"alltrue([for {item} in {it} : {holds}{unless}])"


_RESERVED = frozenset(
    {"for", "in", "if", "var", "each", "local", "count", "self", "path", "module", "data", "terraform"}
)


def _singular(place: str, depth: int) -> str:
    """What one element of ``buckets[*].rules`` is called in a for expression: ``rule``."""
    last = place.replace("[*]", "").rpartition(".")[2].replace("-", "_")
    name = f"{last[:-3]}y" if last.endswith("ies") else last[:-1] if last.endswith("s") else f"{last}_item"
    usable = name.isidentifier() and name not in _RESERVED
    return f"{name}{depth if depth > 1 else ''}" if usable else f"value{depth or ''}"


def _choice(place: str, value: str, allowed: tuple[Any, ...]) -> Iterator[_Condition]:
    if set(allowed) != {True, False}:
        listed = hcl.literal(list(allowed))
        words = ", ".join(str(item) for item in allowed)
        yield _Condition(value, lambda it: f"contains({listed}, {it})", f"{place} must be one of: {words}")


def _number(place: str, value: str, kind: Any, bounds: _Bounds, unit: str) -> Iterator[_Condition]:
    low = bounds.ge if bounds.ge is not None else bounds.gt
    high = bounds.le if bounds.le is not None else bounds.lt
    parts = []
    words = []
    if low is not None:
        parts.append(f"{{it}} {'>=' if bounds.ge is not None else '>'} {hcl.literal(low)}")
        words.append(f"{'at least' if bounds.ge is not None else 'more than'} {hcl.literal(low)}")
    if high is not None:
        parts.append(f"{{it}} {'<=' if bounds.le is not None else '<'} {hcl.literal(high)}")
        words.append(f"{'at most' if bounds.le is not None else 'less than'} {hcl.literal(high)}")
    if bounds.multiple_of is not None:
        parts.append(f"{{it}} % {hcl.literal(bounds.multiple_of)} == 0")
        words.append(f"a multiple of {hcl.literal(bounds.multiple_of)}")
    if not parts:
        return
    if kind is int:
        parts.append("floor({it}) == {it}")
    pattern = " && ".join(parts)
    whole = "a whole number, " if kind is int else ""
    message = f"{place} must be {whole}{' and '.join(words)}{f' ({unit})' if unit else ''}"
    yield _Condition(value, lambda it: pattern.format(it=it), message)


def _text(place: str, value: str, bounds: _Bounds) -> Iterator[_Condition]:
    if bounds.pattern is not None:
        pattern = hcl.quote(bounds.pattern)
        yield _Condition(value, lambda it: f"can(regex({pattern}, {it}))", f"{place} must match {bounds.pattern}")
    yield from _size(place, value, bounds, "characters")


def _size(place: str, value: str, bounds: _Bounds, what: str) -> Iterator[_Condition]:
    parts = []
    words = []
    if bounds.min_length:
        parts.append(f"length({{it}}) >= {bounds.min_length}")
        words.append(f"at least {bounds.min_length}")
    if bounds.max_length is not None:
        parts.append(f"length({{it}}) <= {bounds.max_length}")
        words.append(f"at most {bounds.max_length}")
    if parts:
        pattern = " && ".join(parts)
        message = f"{place} must have {' and '.join(words)} {what}"
        yield _Condition(value, lambda it: pattern.format(it=it), message)
