"""EC2 instance types, from a dated table. No call to AWS.

Source and date: ``data/instance_types.json``, which ``tools/instance_types.py`` writes.

A type that does not exist is only told by AWS, minutes into an apply. The table tells it at once, and must not stand
in the way of a type that came after it: a generation of a known series (m, c, r, ...) that is at least as new as the
newest one of that series in the table, in a size that the table knows, passes, and the preflight asks AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any

_FAMILY = re.compile(r"(?P<series>[a-z]+)(?P<generation>[0-9]+)(?P<attributes>[a-z-]*)")
STANDARD = frozenset("acdhimrtz")
"""Series whose vCPUs count towards the quotas of "Standard" instances (EC2 user guide, "On-Demand Instance quotas")."""


@dataclass(frozen=True, slots=True)
class Family:
    """Types that differ in size alone. ``sizes``: vCPUs by size, smallest first."""

    architecture: str
    sizes: Mapping[str, int]


def families() -> Mapping[str, Family]:
    """All families by name (``m7i``)."""
    return _families()


def vcpus(name: str) -> int | None:
    """The vCPUs of a type; None where the table does not have it."""
    family, _, size = name.partition(".")
    found = _families().get(family)
    return found.sizes.get(size) if found else None


def is_standard(name: str) -> bool:
    """Whether a type counts towards the quota of "Standard" instances; g, p, inf, trn, u and x have their own."""
    match = _FAMILY.match(name)
    return match is not None and match["series"][0] in STANDARD and match["series"] not in {"inf", "trn", "dl", "hpc"}


def is_known(name: str) -> bool:
    """Whether the table has the type."""
    return vcpus(name) is not None


def may_be_newer(name: str) -> bool:
    """Whether a type that the table does not have can be one that AWS has added since."""
    family, _, size = name.partition(".")
    match = _FAMILY.fullmatch(family)
    if match is None or family in _families() or size not in _sizes():
        return False
    newest = _newest().get(match["series"])
    return newest is not None and newest <= int(match["generation"]) <= newest + 2


def near(name: str, region: str = "") -> list[str]:
    """Up to three types that a person may have meant, best first; of those that ``region`` has, where that is known."""
    family, _, size = name.partition(".")
    sold = families_in(region)
    if family in _families():
        sizes = _families()[family].sizes
        return [f"{family}.{each}" for each in get_close_matches(size, sizes, 3, 0.3) or list(sizes)[:3]]
    known = [each for each in _families() if sold is None or each in sold]
    close = get_close_matches(family, known, 3, 0.3)
    return [f"{each}.{_nearest_size(each, size)}" for each in close]


def families_in(region: str) -> frozenset[str] | None:
    """The families that a region had when the table was made; None where nothing is known of it."""
    row = _table()["regions"].get(region)
    return None if row is None else frozenset(str(row).split())


def as_of() -> str:
    """The date on which the table was made from its sources."""
    date: str = _table()["as_of"]
    return date


def _nearest_size(family: str, size: str) -> str:
    sizes = _families()[family].sizes
    if size in sizes:
        return size
    return "large" if "large" in sizes else next(iter(sizes))


@lru_cache(maxsize=1)
def _families() -> Mapping[str, Family]:
    return {name: _family(str(row)) for name, row in _table()["families"].items()}


def _family(row: str) -> Family:
    architecture, *words = row.split()
    sizes: dict[str, int] = {}
    largest = max((_usual(word) for word in words if ":" not in word), default=0)
    for word in words:
        size, _, number = word.partition(":")
        sizes[size] = int(number) if number else _usual(size) or largest
    return Family(architecture, sizes)


def _usual(size: str) -> int:
    """The vCPUs that the name of a size says; 0 where it says none."""
    few = {"small": 1, "medium": 1, "large": 2, "xlarge": 4}
    match = re.fullmatch(r"(?:metal-)?(\d+)xl(?:arge)?", size)
    return 4 * int(match[1]) if match else few.get(size, 0)


@lru_cache(maxsize=1)
def _sizes() -> frozenset[str]:
    return frozenset(size for family in _families().values() for size in family.sizes)


@lru_cache(maxsize=1)
def _newest() -> Mapping[str, int]:
    """The newest generation of each series."""
    found: dict[str, int] = {}
    for name in _families():
        match = _FAMILY.match(name)
        if match:
            found[match["series"]] = max(found.get(match["series"], 0), int(match["generation"]))
    return found


@lru_cache(maxsize=1)
def _table() -> Any:
    return json.loads(files("mendixgen").joinpath("data/instance_types.json").read_text("utf-8"))
