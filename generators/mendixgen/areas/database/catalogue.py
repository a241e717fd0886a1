"""What RDS offers: engines, versions, classes and storage, from a dated table. No call to AWS.

Source and date: ``data/rds.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal["postgres", "mysql", "oracle"]

LICENSES = {"license-included": "included in the price", "bring-your-own-license": "yours"}


@dataclass(frozen=True, slots=True)
class Product:
    """What is bought: an engine, for Oracle with its licence. ``row`` is its key among the table's classes."""

    engine: str
    license: str | None = None

    @property
    def kind(self) -> Kind:
        """The family that behaves alike."""
        return "oracle" if self.engine.startswith("oracle") else self.engine  # type: ignore[return-value]

    @property
    def row(self) -> str:
        base = self.engine.removesuffix("-cdb")
        return f"{base} {self.license}" if self.license else base


def engines() -> list[str]:
    """The engines that the table knows."""
    return list(_table()["engines"])


def major(engine: str, version: str) -> str:
    """The part of a version that AWS never changes by itself: 17 of 17.6, 8.4 of 8.4.9, 19 of 19.0.0.0.ru-...."""
    parts = version.split(".")
    return ".".join(parts[:2]) if engine == "mysql" else parts[0]


def majors(engine: str) -> list[str]:
    """The major versions of an engine, oldest first."""
    return list(_table()["engines"][engine]["versions"])


def minors(engine: str, version: str) -> list[str]:
    """The minor versions that a new instance of a major version can have; empty where the table has none."""
    return str(_table()["engines"][engine]["versions"][version].get("minors", "")).split()


def is_upgrade(engine: str, source: str, target: str) -> bool | None:
    """Whether AWS upgrades one version to one of another major version in a step; None where the table does not say it.

    A minor version is always followed by the later ones of its major version.
    """
    paths = _table()["upgrades"].get(engine)
    before, after = major(engine, source), major(engine, target)
    if paths is None or before == after:
        return None
    if "majors" in paths:
        reached = paths["majors"].get(before)
        if reached is None:
            return None if paths["majors"] else False
        return after in str(reached).split()
    rounds = [str(one).split() for one in paths["rounds"]]
    was, will = (next((n for n, one in enumerate(rounds) if version in one), None) for version in (source, target))
    return None if was is None or will is None else will >= was


def upgrade_targets(engine: str, source: str) -> list[str]:
    """The minor versions that the table knows and AWS upgrades to, oldest first."""
    own = major(engine, source)
    found = []
    for each in majors(engine):
        for version in minors(engine, each):
            later = _numbers(version) > _numbers(source)
            if later and (each == own or is_upgrade(engine, source, version)):
                found.append(version)
    return found


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def licenses(engine: str) -> list[str]:
    """The licences that an engine of Oracle is sold with; empty for the free ones."""
    rows = _table()["classes"]
    return [each for each in LICENSES if Product(engine, each).row in rows]


def has_class(product: Product, version: str, name: str) -> bool:
    """Whether the engine runs on a class (``db.m7g.large``) anywhere."""
    _, family, size = name.split(".", 2)
    without = str(_table()["engines"][product.engine]["versions"][version].get("without", "")).split()
    return family not in without and size in classes(product).get(family, ())


def classes(product: Product) -> Mapping[str, list[str]]:
    """Sizes by family, smallest first."""
    return {family: str(sizes).split() for family, sizes in _table()["classes"][product.row].items()}


def families_in(product: Product, region: str) -> list[str] | None:
    """The families that are sold in a region; None where nothing is known of it."""
    row = _table()["regions"].get(region)
    if row is None:
        return None
    found = row.get(product.row, row["postgres"] if product.row == "mysql" else "")
    return str(found).split()


def has_performance_insights(engine: str, name: str) -> bool:
    """Whether Performance Insights works on a class: it needs memory that the smallest do not have for MySQL."""
    return name.removeprefix("db.") not in str(_table()["performance_insights_not_on"].get(engine, "")).split()


def storage(kind: Kind) -> Storage:
    """The limits of storage for a kind of engine."""
    table = _table()["storage"]
    return Storage(
        striped_from_gb=table["gp3"]["striped_from_gb"][kind],
        gp3_iops=tuple(table["gp3"]["iops"]),
        gp3_throughput=tuple(table["gp3"]["throughput"]),
        io2_gb=tuple(table["io2"]["gb"]),
        io2_iops=tuple(table["io2"]["iops"]),
        io2_iops_per_gb=table["io2"]["iops_per_gb"],
    )


@dataclass(frozen=True, slots=True)
class Storage:
    """Limits (least, most) of gp3 and io2; below ``striped_from_gb`` gp3 has 3000 IOPS and 125 MiB/s, unchangeable."""

    striped_from_gb: int
    gp3_iops: tuple[int, int]
    gp3_throughput: tuple[int, int]
    io2_gb: tuple[int, int]
    io2_iops: tuple[int, int]
    io2_iops_per_gb: int


def is_class(name: str) -> bool:
    """Whether a name has the form of a class."""
    return re.fullmatch(r"db\.[a-z0-9]+\.[a-z0-9.]+", name) is not None


@lru_cache(maxsize=1)
def _table() -> Any:
    return json.loads(files("mendixgen").joinpath("data/rds.json").read_text("utf-8"))


def as_of() -> str:
    """The date on which the table was last compared with its sources."""
    date: str = _table()["as_of"]
    return date
