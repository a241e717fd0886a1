"""What OpenSearch Service offers: versions, instance types and storage, from a dated table. No call to AWS.

Source and date: ``data/opensearch.json``.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

SUFFIX = ".search"
ENGINE = "OpenSearch_"
"""What stands before a version in the API."""


def as_of() -> str:
    """The date of the table."""
    return str(_table()["as_of"])


def versions() -> list[str]:
    """The versions of a new domain, oldest first."""
    return list(_table()["versions"])


def upgrades(version: str) -> list[str]:
    """The versions that a domain of ``version`` can be upgraded to at once; none for an unknown one."""
    return str(_table()["versions"].get(version, "")).split()


def parts(instance_type: str) -> tuple[str, str]:
    """Family and size: (r7g, large) of r7g.large.search."""
    family, _, size = instance_type.removesuffix(SUFFIX).partition(".")
    return family, size


def types() -> list[str]:
    """The types of data nodes and masters."""
    return [f"{family}.{size}{SUFFIX}" for family, sizes in _table()["families"].items() for size in sizes.split()]


def warm_types() -> list[str]:
    """The types of UltraWarm nodes."""
    return list(_table()["warm"])


def missing_in(region: str) -> list[str]:
    """The families that a region does not sell; none of a region that the table has not."""
    return str(_table()["without"].get(region, "")).split()


def has_local_disks(instance_type: str) -> bool:
    """Whether nodes of the type bring their storage, and take no EBS volume."""
    return parts(instance_type)[0] in str(_table()["local_disks"]).split()


def optimised_from(instance_type: str) -> str | None:
    """The first version that runs on a type which writes through to S3; None for all other types."""
    optimised = parts(instance_type)[0] in str(_table()["optimised"]).split()
    return str(_table()["optimised_from"]) if optimised else None


def storage(instance_type: str) -> tuple[int, int]:
    """The least and the most GiB of a volume of a node of the type."""
    limits = _table()["storage_gb"]
    family, size = parts(instance_type)
    row = limits.get(family) or limits.get(family[0], {})
    return int(limits["least"]), int(row.get(size, limits["most"]))


def number(version: str) -> tuple[int, ...]:
    """A version as numbers that compare."""
    return tuple(int(part) for part in version.split("."))


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = files("mendixgen").joinpath("data", "opensearch.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
