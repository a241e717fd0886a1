"""Whether a dataclass that was made from somebody's JSON holds what its annotations say.

Python does not look at annotations, so a number where text belongs is found only where the text is used, far from
the file that is to blame.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any


def check(value: Any, place: str = "") -> None:
    """Check every field of a dataclass, and of those in it.

    Moments must say their time zone, and no text may hold half a surrogate pair, which no file can keep.

    Raises:
        TypeError: a field holds something else; the message names it.
    """
    kind: Any = type(value)
    for name, annotation in _hints(kind).items():
        _check(getattr(value, name), annotation, f"{place}.{name}" if place else name)


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _check(value: Any, annotation: Any, place: str) -> None:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any or annotation is object:
        return
    if origin in (typing.Union, types.UnionType):
        _union(value, arguments, place)
    elif origin is typing.Literal:
        if not any(value == option and type(value) is type(option) for option in arguments):
            raise TypeError(f"{place} is none of {', '.join(map(str, arguments))}")
    elif origin is tuple:
        _instance(value, tuple, place)
        items = arguments[:1] * len(value) if arguments[1:] == (Ellipsis,) else arguments
        if len(items) != len(value):
            raise TypeError(f"{place} has {len(value)} entries")
        for index, (item, kind) in enumerate(zip(value, items, strict=True)):
            _check(item, kind, f"{place}[{index}]")
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        _instance(value, Mapping, place)
        for key, item in value.items():
            _check(key, arguments[0], f"a key of {place}")
            _check(item, arguments[1], f"{place}[{key!r}]")
    elif origin is not None:
        _instance(value, origin, place)
    else:
        _plain(value, annotation, place)


def _plain(value: Any, kind: Any, place: str) -> None:
    if isinstance(value, bool) and kind is not bool:
        raise TypeError(f"{place} is true or false")
    _instance(value, (int, float) if kind is float else kind, place)
    if isinstance(value, str) and not isinstance(value, Enum) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise TypeError(f"{place} is no text: it holds half a surrogate pair") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise TypeError(f"{place} has no time zone")
    if dataclasses.is_dataclass(kind):
        check(value, place)


def _union(value: Any, options: tuple[Any, ...], place: str) -> None:
    problems = []
    for option in options:
        try:
            return _check(value, option, place)
        except TypeError as error:
            problems.append(str(error))
    raise TypeError(problems[0])


def _instance(value: Any, kind: Any, place: str) -> None:
    if not isinstance(value, kind):
        wanted = kind.__name__ if isinstance(kind, type) else "a number"
        raise TypeError(f"{place} is {type(value).__name__} and not {wanted}")
