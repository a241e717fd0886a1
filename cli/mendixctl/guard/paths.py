"""Where a rule looks: a path into a resource's values, through lists, and through JSON that stands in a text.

``backup_retention_period``; ``rule[*].expiration[*].days``; ``policy{}.rules[*].selection.countNumber``. ``[0]`` and
``[storage_class=GLACIER]`` choose one element, and say nothing of which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from mendixctl.terraform.marks import marked, part

MAPPING: Final = (dict, Mapping)
"""What is nearly always a dict is asked for that first: of an abstract class, the answer takes ten times as long."""

STAR: Final = "[*]"
JSON: Final = "{}"
_MARKS: Final = (STAR, JSON)
_PLAIN: Final = (dict, type(None))
_STEPS = re.compile(r"\[\*\]|\{\}|(?<=\[)[^\]=]+=[^\]]+(?=\])|[^.\[\]{}]+")
_NAMES = ("id", "rule_name", "name", "rulePriority", "identifier", "device_name", "key", "Sid")
"""What tells the elements of a list apart: blocks come in any order, so their number does not."""

Key = tuple[str, ...]


class Unknown:
    """The one value that only the apply will tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def parse(path: str) -> tuple[str, ...]:
    """A path as its steps."""
    return tuple(_STEPS.findall(path))


def look(steps: tuple[str, ...], value: Any, unknown: Any = None) -> dict[Key, Any]:
    """Every value at a path, by the names of the list elements on the way; None where there is nothing.

    ``unknown`` mirrors ``value`` with True where the value is `UNKNOWN`. Never raises, whatever ``value`` is.
    """
    if len(steps) == 1 and steps[0] not in _MARKS and type(value) is dict and type(unknown) in _PLAIN:
        # most paths are the name of an attribute
        inner, mark = value.get(steps[0]), unknown and unknown.get(steps[0])
        return {(): UNKNOWN if mark is True or (inner is None and mark and marked(mark)) else inner}
    found: dict[Key, Any] = {}
    _look(steps, value, unknown, (), found)
    return found


def _look(steps: tuple[str, ...], value: Any, unknown: Any, key: Key, found: dict[Key, Any]) -> None:
    if unknown is True or value is UNKNOWN:
        found[key] = UNKNOWN
    elif not steps:
        found[key] = UNKNOWN if value is None and marked(unknown) else value
    elif steps[0] == STAR:
        _elements(steps[1:], value, unknown, key, found)
    elif steps[0] == JSON:
        _look(steps[1:], _parsed(value), None, key, found)
    elif isinstance(value, list) and (steps[0].isdigit() or "=" in steps[0]):
        index = _chosen(steps[0], value)
        item = value[index] if index < len(value) else None
        _look(steps[1:], item, part(unknown, index), key, found)
    elif (value is not None and isinstance(value, MAPPING)) or (unknown and isinstance(unknown, MAPPING)):
        inner = value.get(steps[0]) if isinstance(value, MAPPING) else None
        _look(steps[1:], inner, part(unknown, steps[0]), key, found)
    elif STAR not in steps:
        found[key] = None


def _elements(steps: tuple[str, ...], value: Any, unknown: Any, key: Key, found: dict[Key, Any]) -> None:
    items = value if isinstance(value, list) else []
    length = max(len(items), len(unknown) if isinstance(unknown, list) else 0)
    for index in range(length):
        item = items[index] if index < len(items) else None
        name = _name(item, index)
        while (*key, name) in found:
            name += "'"
        _look(steps, item, part(unknown, index), (*key, name), found)


def _chosen(step: str, items: list[Any]) -> int:
    """The index of the element that a step means; one behind the last where there is none."""
    if step.isdigit():
        return int(step)
    name, _, wanted = step.partition("=")
    matches = (index for index, item in enumerate(items) if isinstance(item, Mapping) and item.get(name) == wanted)
    return next(matches, len(items))


def _name(item: Any, index: int) -> str:
    if isinstance(item, Mapping):
        for candidate in _NAMES:
            named = item.get(candidate)
            if isinstance(named, str | int) and not isinstance(named, bool):
                return f"{candidate}={named}"
    return str(index)


def _parsed(value: Any) -> Any:
    """JSON in a text; what is none is nothing."""
    if not isinstance(value, str):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
