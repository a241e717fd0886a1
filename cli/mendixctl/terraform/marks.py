"""The marks of a plan: which parts of a value are sensitive or unknown, and values with those parts replaced.

Marks mirror the shape of the value that they belong to; True stands for all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mendixctl.terraform.plan import SENSITIVE, UNKNOWN

SHORTEST_SECRET = 6
"""Characters from which on a sensitive text is masked wherever it stands; shorter ones are ordinary words."""


def part(marks: Any, key: str | int) -> Any:
    """The marks of one element; marks that do not mirror the value's shape count for all of it."""
    if marks is None:
        return None
    if isinstance(marks, Mapping):
        return marks.get(key)
    if isinstance(marks, list) and isinstance(key, int):
        return marks[key] if key < len(marks) else None
    return marks if marks is True else None


def marked(marks: Any) -> bool:
    """Whether anything at all is marked."""
    if isinstance(marks, Mapping):
        return any(marked(mark) for mark in marks.values())
    if isinstance(marks, list):
        return any(marked(mark) for mark in marks)
    return marks is True


def shown(value: Any, unknown: Any, marks: Any) -> Any:
    """``value`` with its sensitive and unknown parts replaced."""
    if marks is True:
        return mask(value, unknown)
    if unknown is True:
        return UNKNOWN
    if isinstance(value, Mapping) or (isinstance(unknown, Mapping) and marked(unknown)):
        content = mapping(value)
        names = dict.fromkeys([*content, *(key for key, mark in mapping(unknown).items() if marked(mark))])
        return {key: shown(content.get(key), part(unknown, key), part(marks, key)) for key in names}
    if isinstance(value, list):
        if isinstance(marks, Mapping) and marked(marks):
            return SENSITIVE
        return [shown(item, part(unknown, index), part(marks, index)) for index, item in enumerate(value)]
    return SENSITIVE if marked(marks) and value is not None else value


def mask(value: Any, unknown: Any = None) -> Any:
    if unknown is True:
        return UNKNOWN
    return None if value is None and not marked(unknown) else SENSITIVE


def secrets(value: Any, marks: Any) -> Iterator[str]:
    """The sensitive texts in ``value`` that are long enough to be recognised elsewhere."""
    if marks is True:
        yield from _texts(value)
    elif isinstance(marks, Mapping | list) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from secrets(item, part(marks, key))
    elif isinstance(marks, list) and isinstance(value, list):
        for item, mark in zip(value, marks, strict=False):
            yield from secrets(item, mark)


def without(value: Any, holds: Callable[[str], bool]) -> Any:
    """``value`` with the texts masked that ``holds`` says hold a secret."""
    if isinstance(value, str):
        return SENSITIVE if holds(value) else value
    if isinstance(value, Mapping):
        return {without(key, holds): without(item, holds) for key, item in value.items()}
    if isinstance(value, list):
        return [without(item, holds) for item in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) >= SHORTEST_SECRET:
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` where it is a mapping, and an empty one otherwise."""
    return value if isinstance(value, Mapping) else {}
