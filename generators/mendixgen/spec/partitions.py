"""What a partition of AWS lacks of what a specification can ask for, known before AWS is asked: a dated table.

The China Regions are a partition of their own (``aws-cn``), with accounts, endpoints and names of services of their
own; some services are missing there, and of others a part. Source of each row and date: ``data/partitions.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mendixgen.areas.contract import Check

Path = tuple[str | int, ...]
ANY = object()
"""A row without a value stands for all that turns its setting on: any value but null, false and nothing at all."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a partition has not. ``path``: the setting, ``*`` for each entry of a list or a map."""

    id: str
    kind: str
    path: tuple[str, ...]
    value: object
    what: str
    instead: str
    source: str
    warns: bool


def check(partition: str, kind: str, settings: Mapping[str, Mapping[str, Any]]) -> list[Check]:
    """What ``settings`` ask for that ``partition`` lacks; paths are those of the YAML.

    ``kind``: environment or foundation; the settings of a foundation stand in its YAML without a section.
    """
    area = {"foundation": settings.get("foundation", {})}.get(kind, settings)
    found = []
    for lack in lacks().get(partition, ()):
        if lack.kind != kind:
            continue
        for path, value in _values(area, lack.path):
            if value == lack.value if lack.value is not ANY else value not in (None, False, [], {}):
                hint = f"{lack.instead} ({lack.source}, {as_of()})"
                found.append(Check(path, "MXS154", lack.what, hint, lack.warns))
    return found


@lru_cache(maxsize=1)
def lacks() -> Mapping[str, tuple[Lack, ...]]:
    """What each partition lacks."""
    return {
        partition: tuple(
            Lack(
                row["id"],
                row.get("kind", "environment"),
                tuple(row["path"].split(".")),
                row.get("value", ANY),
                row["what"],
                row["instead"],
                row["source"],
                row.get("warns", False),
            )
            for row in rows
        )
        for partition, rows in _table()["partitions"].items()
    }


def as_of() -> str:
    """The date on which the table was last compared with its sources."""
    date: str = _table()["as_of"]
    return date


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files("mendixgen").joinpath("data/partitions.json").read_text("utf-8"))
    return table


def _values(value: Any, path: tuple[str, ...]) -> Iterator[tuple[Path, Any]]:
    """Each value that a path with wildcards leads to, and where it stands."""
    if not path:
        yield (), value
        return
    step, rest = path[0], path[1:]
    inner: list[tuple[str | int, Any]]
    if step == "*":
        inner = list(value.items()) if isinstance(value, Mapping) else list(enumerate(value or ()))
    elif isinstance(value, Mapping) and step in value:
        inner = [(step, value[step])]
    else:
        inner = []
    for key, one in inner:
        for found, what in _values(one, rest):
            yield (key, *found), what
