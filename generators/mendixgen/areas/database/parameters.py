"""The parameters of each engine, from a dated table: which engine and which version has a name. No call to AWS.

Source and date: ``data/rds_parameters.json``. RDS and extensions have more parameters than the table, so a name that it
does not know may be right; a preflight asks AWS for those.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from importlib.resources import files

from mendixgen.areas.database.catalogue import Kind

TITLES: Mapping[str, str] = {"postgres": "PostgreSQL", "mysql": "MySQL", "oracle": "Oracle"}


class Standing(Enum):
    """What the table says of a name."""

    KNOWN = auto()
    EARLIER = auto()
    LATER = auto()
    FOREIGN = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Judged:
    """A name. ``of``: the engine that has a foreign one; of others the last or first major version that does."""

    standing: Standing
    of: str = ""


@dataclass(frozen=True, slots=True)
class _Engine:
    names: frozenset[str]
    prefixes: frozenset[str]
    since: Mapping[str, str]
    until: Mapping[str, str]

    def knows(self, name: str) -> bool:
        return name in self.names or ("." in name and name.partition(".")[0] in self.prefixes)


def judge(kind: Kind, major: str, name: str) -> Judged:
    """What is known of a parameter's name, for an engine's major version."""
    lower = name.lower()
    own = _engines()[kind]
    if own.knows(lower):
        first, last = own.since.get(lower), own.until.get(lower)
        if first is not None and _number(major) < _number(first):
            return Judged(Standing.LATER, first)
        if last is not None and _number(major) > _number(last):
            return Judged(Standing.EARLIER, last)
        return Judged(Standing.KNOWN)
    foreign = next((one for one, engine in _engines().items() if engine.knows(lower)), None)
    return Judged(Standing.FOREIGN, TITLES[foreign]) if foreign else Judged(Standing.UNKNOWN)


def names(kind: Kind) -> frozenset[str]:
    """The names that the table has for an engine."""
    return _engines()[kind].names


def as_of() -> str:
    """The date on which the table was last compared with its sources."""
    date: str = json.loads(_text())["as_of"]
    return date


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


@lru_cache(maxsize=1)
def _engines() -> Mapping[str, _Engine]:
    rows = json.loads(_text())["engines"]
    return {
        kind: _Engine(
            frozenset(str(row["names"]).split()),
            frozenset(str(row["prefixes"]).split()),
            {name: version for version, listed in row.get("since", {}).items() for name in str(listed).split()},
            {name: version for version, listed in row.get("until", {}).items() for name in str(listed).split()},
        )
        for kind, row in rows.items()
    }


def _text() -> str:
    return files("mendixgen").joinpath("data/rds_parameters.json").read_text("utf-8")
