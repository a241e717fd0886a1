"""What AWS does not do with released versions of modules: released ones never change, so they are told of instead.

The list is ``data/defects.json``, edited by hand and dated. A defect holds for every version of its area from the one
that brought it to the one in which it is mended.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mendixgen.versions.store import version_key


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect of an area's versions from ``since`` to below ``fixed_in``.

    ``what``: what AWS does, in one line. ``creates``: types of resources that AWS will not create because of it; empty
    where something else does not work. ``partitions``: where it shows; empty for everywhere. ``source``: how that is
    known.
    """

    id: str
    area: str
    fixed_in: str
    what: str
    source: str
    since: str = "0.0.0"
    creates: frozenset[str] = frozenset()
    partitions: frozenset[str] = frozenset()


def of(area: str, version: str, partition: str | None = None) -> tuple[Defect, ...]:
    """The known defects of a version of an area; with ``partition``, only those that show there."""
    return tuple(
        one
        for one in known()
        if one.area == area
        and version_key(one.since) <= version_key(version) < version_key(one.fixed_in)
        and (partition is None or not one.partitions or partition in one.partitions)
    )


@lru_cache(maxsize=1)
def known() -> tuple[Defect, ...]:
    """All defects that this mendixctl knows of, in the order of the list."""
    table: dict[str, Any] = json.loads(files("mendixgen").joinpath("data/defects.json").read_text("utf-8"))
    return tuple(
        Defect(
            row["id"],
            row["area"],
            row["below"],
            row["what"],
            row["source"],
            row["from"],
            frozenset(row.get("creates", ())),
            frozenset(row.get("partitions", ())),
        )
        for row in table["defects"]
    )
