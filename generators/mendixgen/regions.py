"""The regions that an environment can be in, their zones and their partition: a dated table, no call to AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Region:
    """One region. ``zones`` are letters in the order in which they are taken; ``also`` only some accounts have."""

    name: str
    title: str
    partition: str
    zones: tuple[str, ...]
    also: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def regions() -> Mapping[str, Region]:
    """Every known region by name. Source and date: ``data/regions.json``."""
    table = json.loads(files("mendixgen").joinpath("data/regions.json").read_text("utf-8"))
    return {
        name: Region(name, row["name"], row["partition"], tuple(row["zones"]), tuple(row.get("also", ())))
        for name, row in table["regions"].items()
    }


def as_of() -> str:
    """The date on which the table was last compared with its sources."""
    date: str = json.loads(files("mendixgen").joinpath("data/regions.json").read_text("utf-8"))["as_of"]
    return date


@dataclass(frozen=True, slots=True)
class PrefixLists:
    """The IDs of one managed prefix list by region. ``weight``: as how many rules of a security group it counts."""

    name: str
    as_of: str
    weight: int
    regions: Mapping[str, str]


@lru_cache(maxsize=1)
def prefix_lists() -> PrefixLists:
    """The list of the addresses from which CloudFront asks origins. Source and date: ``data/prefix_lists.json``."""
    table = json.loads(files("mendixgen").joinpath("data/prefix_lists.json").read_text("utf-8"))
    return PrefixLists(table["name"], table["as_of"], table["weight"], table["regions"])
