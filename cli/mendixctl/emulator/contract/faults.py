"""What can be wrong with a parameter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Path = tuple[str | int, ...]
"""The members and indexes (from 0) that lead to a value, under the names of the service's API."""


class Kind(StrEnum):
    """The ways in which a shape is not kept."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    TYPE = "type"
    ENUM = "enum"
    LENGTH = "length"
    RANGE = "range"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class Fault:
    """One parameter that is not as its shape asks.

    ``constraint`` says what it must be, as AWS puts it ("have length less than or equal to 64"); ``secret``: the value
    must not be repeated; ``in_body``: it came in the request's body.
    """

    kind: Kind
    path: Path
    constraint: str
    value: Any = None
    secret: bool = False
    in_body: bool = True
