"""How long versions are supported, and which go together: a dated table with its sources, and no call to anyone.

The table is ``data/support.json``; it is edited by hand from the sources that it names. Nothing here knows what
day it is: whoever asks says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

Number = tuple[int, ...]


class Status(StrEnum):
    """Where a version stands in its life."""

    STANDARD = "standard"
    EXTENDED = "extended"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A version's life. The dates are the last days of each kind of support; None where there is none or none known.

    ``planned``: the vendor has announced a month and may move it.
    """

    version: str
    label: str = ""
    standard: date | None = None
    extended: date | None = None
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Support:
    """How a version stands on a day. ``ends`` closes the kind of support that it is in, ``days_left`` counts to it.

    Both are None where no end is known or nothing is left; on the last day ``days_left`` is 0.
    """

    status: Status
    lifetime: Lifetime | None = None
    ends: date | None = None
    days_left: int | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """Something that has versions. ``newest`` is the newest one known; ``refuse``: what has ended cannot be used."""

    name: str
    title: str
    newest: str
    refuse: bool
    lifetimes: Mapping[str, Lifetime]

    def lifetime(self, version: str) -> Lifetime | None:
        """The life of a version: its own, or that of the shorter one that it belongs to (17 for 17.10)."""
        known = self.lifetimes
        parts = version.split(".")
        shorter = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((known[name] for name in shorter if name in known), None)

    def support(self, version: str, today: date) -> Support:
        """How a version stands on a day."""
        found = self.lifetime(version)
        if found is None:
            return Support(Status.ENDED if number(version) <= number(self.newest) else Status.UNKNOWN)
        if found.standard is None:
            return Support(Status.STANDARD, found)
        for status, last in ((Status.STANDARD, found.standard), (Status.EXTENDED, found.extended)):
            if last is not None and today <= last:
                return Support(status, found, last, (last - today).days)
        return Support(Status.ENDED, found)

    def current(self, today: date) -> list[str]:
        """What is out and in standard support, newest first; without Mendix's monthly versions, which get no fixes."""
        out = [life for life in self.lifetimes.values() if number(life.version) <= number(self.newest)]
        kept = [life.version for life in out if life.label != "monthly"]
        good = [version for version in kept if self.support(version, today).status is Status.STANDARD]
        return sorted(good, key=number, reverse=True)


@dataclass(frozen=True, slots=True)
class Need:
    """Versions of Mendix that need at least this Operator, and why."""

    mendix: str
    operator: str
    why: str


@dataclass(frozen=True, slots=True)
class Operator:
    """The Mendix Operator that the platform runs.

    ``kubernetes`` is the newest that it supports. It makes databases of the engines in ``provisions``, for the
    versions of Mendix in ``provisions_for``.
    """

    title: str
    version: str
    kubernetes: str
    provisions: frozenset[str]
    provisions_for: str
    needed: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """The whole table. ``databases``: engine -> its version -> the versions of Mendix that support it."""

    as_of: date
    sources: Mapping[str, str]
    components: Mapping[str, Component]
    databases: Mapping[str, Mapping[str, Sequence[str]]]
    operator: Operator

    def supports(self, mendix: str, engine: str, version: str) -> bool:
        """Whether a version of Mendix supports a version of an engine (``postgres``, ``mysql``, ``oracle``)."""
        known = self.databases.get(engine, {})
        parts = version.split(".")
        names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        spans = next((known[name] for name in names if name in known), ())
        return any(covers(span, mendix) for span in spans)

    def supported_by(self, mendix: str, engine: str) -> list[str]:
        """The versions of an engine that a version of Mendix supports, as the table lists them."""
        return [version for version in self.databases.get(engine, {}) if self.supports(mendix, engine, version)]


def number(version: str) -> Number:
    """``1.35`` as (1, 35), to compare; what follows the dotted numbers is left out (19.0.0.0.ru-...)."""
    match = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(int(part) for part in match.group().split(".")) if match else ()


def covers(span: str, version: str) -> bool:
    """Whether ``11.6``, ``10.0-11.12`` (both included) or ``11.6+`` has a version; patches belong to their minor."""
    low, dash, high = span.removesuffix("+").partition("-")
    wanted = number(version)[: len(number(low))]
    if span.endswith("+"):
        return wanted >= number(low)
    return number(low) <= wanted <= number(high if dash else low)


@lru_cache(maxsize=1)
def facts() -> Facts:
    """The table that comes with this mendixctl. Sources and date: ``data/support.json``."""
    return parse(json.loads(files("mendixgen").joinpath("data/support.json").read_text("utf-8")))


def parse(table: Mapping[str, Any]) -> Facts:
    """The table as facts."""
    operator = table["operator"]
    return Facts(
        as_of=date.fromisoformat(table["as_of"]),
        sources=table["sources"],
        components={name: _component(name, row) for name, row in table["components"].items()},
        databases=table["databases"]["engines"],
        operator=Operator(
            operator["title"],
            operator["version"],
            operator["kubernetes"],
            frozenset(operator["provisions"]),
            operator["provisions_for"],
            tuple(Need(**need) for need in operator["needed"]),
        ),
    )


def _component(name: str, row: Mapping[str, Any]) -> Component:
    lifetimes = {version: _lifetime(version, life) for version, life in row["versions"].items()}
    return Component(name, row["title"], row["newest"], row["at_end"] == "refuse", lifetimes)


def _lifetime(version: str, row: Mapping[str, Any]) -> Lifetime:
    standard, extended = (date.fromisoformat(row[key]) if row.get(key) else None for key in ("standard", "extended"))
    return Lifetime(version, row.get("label", ""), standard, extended, row.get("planned", False))
