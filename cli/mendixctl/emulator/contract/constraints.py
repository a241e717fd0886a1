"""Compares values with their shapes: required members, enumerations, lengths, ranges, patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendixctl.emulator.contract.faults import Fault, Kind, Path
from mendixctl.emulator.contract.patterns import compiled

LONGEST_JUDGED = 100_000
"""Characters of a text up to which it is compared with a pattern."""


def faults(shape: Any, value: Any, path: Path = (), *, in_body: bool = True) -> Iterator[Fault]:
    """Everything in ``value`` that is not as ``shape`` asks, as ``readers`` give it; what is null is not there."""
    kind = shape.type_name
    if value is None or shape.metadata.get("document"):
        return
    if kind == "structure":
        yield from _structure(shape, value, path, in_body=in_body)
        return
    yield from _bounds(shape, value, path, in_body=in_body)
    if kind == "list":
        for place, each in enumerate(value):
            yield from faults(shape.member, each, (*path, place), in_body=in_body)
    elif kind == "map":
        for key, each in value.items():
            yield from faults(shape.key, key, (*path, key), in_body=in_body)
            yield from faults(shape.value, each, (*path, key), in_body=in_body)
    elif kind == "string":
        yield from _text(shape, value, path, in_body=in_body)


def _structure(shape: Any, value: Any, path: Path, *, in_body: bool) -> Iterator[Fault]:
    members = shape.members
    for name in shape.required_members:
        # An SDK makes up a token that is not given.
        if value.get(name) is None and not members[name].metadata.get("idempotencyToken"):
            inside = in_body and not members[name].serialization.get("location")
            yield Fault(Kind.MISSING, (*path, name), "not be null", None, in_body=inside)
    if shape.metadata.get("union") and len(value) != 1:
        yield Fault(Kind.TYPE, path, "have exactly one member set", sorted(value), in_body=in_body)
    for name, each in value.items():
        inside = in_body and not members[name].serialization.get("location")
        yield from faults(members[name], each, (*path, name), in_body=inside)


def _bounds(shape: Any, value: Any, path: Path, *, in_body: bool) -> Iterator[Fault]:
    bounds = shape.metadata
    least, most = bounds.get("min"), bounds.get("max")
    if (least is None and most is None) or isinstance(value, bool) or shape.type_name == "timestamp":
        return
    if isinstance(value, (int, float)):
        kind, size, words = Kind.RANGE, value, "have value"
    else:
        kind, size, words = Kind.LENGTH, len(value), "have length"
    secret = bool(bounds.get("sensitive"))
    if least is not None and size < least:
        yield Fault(kind, path, f"{words} greater than or equal to {least}", value, secret, in_body)
    if most is not None and size > most:
        yield Fault(kind, path, f"{words} less than or equal to {most}", value, secret, in_body)


def _text(shape: Any, value: Any, path: Path, *, in_body: bool) -> Iterator[Fault]:
    secret = bool(shape.metadata.get("sensitive"))
    if shape.enum and value not in shape.enum:
        yield Fault(Kind.ENUM, path, f"satisfy enum value set: [{', '.join(shape.enum)}]", value, secret, in_body)
    pattern = shape.metadata.get("pattern")
    if pattern and len(value) <= LONGEST_JUDGED:
        expression = compiled(pattern)
        if expression is not None and not expression.fullmatch(value):
            yield Fault(Kind.PATTERN, path, f"satisfy regular expression pattern: {pattern}", value, secret, in_body)
