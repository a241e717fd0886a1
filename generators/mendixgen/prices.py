"""What AWS asks for what environments are made of: a dated table with its sources, and no call to anyone.

The table is ``data/prices.json``; a repository may have newer prices beside it, which AWS's own price list gave. What
is in neither has no price: nothing is guessed. The one thing that is worked out is another size of a family of EC2,
and of RDS for PostgreSQL and MySQL, because AWS prices a family's sizes in proportion to their vCPUs (metal and
burstable types excepted), and it is said to be. It is worked out from the largest size that is known: RDS's list rounds
to a thousandth of a dollar an hour, which is little of a large one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.instance_types import vcpus

FILE = "prices.json"
"""What a repository calls its own prices."""

EVERYWHERE = "*"
HOURS = 730
"""Hours of a month, as AWS's own calculator has them."""

_SIZED = re.compile(
    r"(?P<service>ec2/|rds/(?:postgres|mysql|mariadb)/db\.)(?P<family>[a-z0-9-]+)\.(?P<size>[a-z0-9-]+)"
    r"(?P<kind>/single|/multi)?$"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where prices are from, of which day, and whether somebody read them there for this table."""

    what: str
    date: date
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Price:
    """USD a unit. ``derived``: the item whose price this one was worked out from, empty where AWS says it."""

    usd: float
    source: Source
    derived: str = ""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by region and item (``ec2/m7i.large``, ``nat/gateway``, ``rds/postgres/db.m7g.large/multi``)."""

    rows: Mapping[str, Mapping[str, Price]] = field(repr=False)

    def find(self, region: str, item: str) -> Price | None:
        """The price of an item in a region; None where none is known."""
        for place in (region, EVERYWHERE):
            found = self.rows.get(place, {}).get(item)
            if found is not None:
                return found
        return self._by_size(region, item)

    def over(self, newer: Prices) -> Prices:
        """These prices, and ``newer`` ones instead of them where there are any."""
        regions = {*self.rows, *newer.rows}
        return Prices({it: {**self.rows.get(it, {}), **newer.rows.get(it, {})} for it in regions})

    def _by_size(self, region: str, item: str) -> Price | None:
        wanted = _Sized.of(item)
        if wanted is None:
            return None
        known = [
            one for other in self.rows.get(region, {}) if (one := _Sized.of(other)) and one.family == wanted.family
        ]
        if not known:
            return None
        largest = max(known, key=lambda one: (one.vcpus, one.item))
        price = self.rows[region][largest.item]
        return Price(round(price.usd * wanted.vcpus / largest.vcpus, 6), price.source, largest.item)


@dataclass(frozen=True, slots=True)
class _Sized:
    """An item whose family is priced by size: ``family`` is all of the item but its size."""

    item: str
    family: tuple[str, str, str]
    vcpus: int

    @classmethod
    def of(cls, item: str) -> _Sized | None:
        """None for items that are not: other services, metal, and burstable types, which are priced by memory."""
        found = _SIZED.match(item)
        if found is None or found["family"].startswith("t") or "metal" in found["size"]:
            return None
        number = vcpus(f"{found['family']}.{found['size']}")
        return cls(item, (found["service"], found["family"], found["kind"] or ""), number) if number else None


def prices(repository: Path | None = None) -> Prices:
    """The table, and over it the prices that the repository at ``repository`` keeps.

    Raises:
        MendixError: MXS451, the repository's file is not one that ``cost prices --refresh`` wrote.
    """
    own = _shipped()
    path = repository / FILE if repository else None
    if path is None or not path.exists():
        return own
    try:
        return own.over(parse(json.loads(path.read_text("utf-8"))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "write it again: mendixctl cost prices --refresh; or delete it"
        raise MendixError(Diagnostic("MXS451", f"{FILE} has no prices: {error}", hint=hint)) from None


def parse(data: Mapping[str, Any]) -> Prices:
    """A table as it is kept. Raises KeyError, TypeError or ValueError where it is none."""
    sources = {
        name: Source(str(it["what"]), date.fromisoformat(it["date"]), bool(it.get("confirmed", True)))
        for name, it in data["sources"].items()
    }
    return Prices(
        {
            region: {item: Price(_amount(row[0]), sources[row[1]]) for item, row in rows.items()}
            for region, rows in data["prices"].items()
        }
    )


def _amount(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        raise ValueError(f"{value!r} is no price")
    return float(value)


@lru_cache(maxsize=1)
def _shipped() -> Prices:
    return parse(json.loads(files("mendixgen").joinpath("data/prices.json").read_text("utf-8")))
