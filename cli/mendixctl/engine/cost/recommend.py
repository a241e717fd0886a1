"""``cost recommend``: which commitments would cover the steady load that the YAML asks for. Nothing is ever bought.

Steady is what runs whatever happens: databases, and of node groups on demand the least number. Spot is not, and neither
is what scaling adds, so that no commitment is proposed above what always runs. Databases are counted in normalised
units (large is 4, a second zone doubles), in which reservations of one family are exchanged; licences that AWS includes
are not (RDS user guide, "Size-flexible reserved DB instances"). What a commitment saves depends on its term and on how
it is paid, and is AWS's to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.session import Session
from mendixgen.prices import Prices, prices

UNITS: Mapping[str, float] = {
    "micro": 0.5,
    "small": 1,
    "medium": 2,
    "large": 4,
    "xlarge": 8,
    "2xlarge": 16,
    "4xlarge": 32,
    "8xlarge": 64,
    "12xlarge": 96,
    "16xlarge": 128,
    "24xlarge": 192,
}
"""Normalised units of a size (RDS user guide, "Size-flexible reserved DB instances")."""

FIXED_SIZE = frozenset({"license-included"})


@dataclass(frozen=True, slots=True)
class Commitment:
    """One reservation or plan to ask AWS about. ``kind``: reserved-instances or savings-plan.

    ``share`` is what the YAML wants covered (0 to 1). Of reserved instances, ``count`` of ``size`` (a class of RDS's)
    cover ``covered`` of ``steady`` normalised units; of a plan, ``covered`` and ``steady`` are USD an hour on demand,
    None without a price. ``command`` finds what AWS offers; whoever wants it buys it by hand.
    """

    kind: str
    what: str
    share: float
    steady: float | None
    covered: float | None
    size: str = ""
    count: int = 0
    command: str = ""


@dataclass(frozen=True, slots=True)
class RecommendResult:
    """What to ask for; ``left_out`` says of what and why no commitment is proposed."""

    environment: str
    region: str
    today: date
    commitments: tuple[Commitment, ...]
    left_out: tuple[str, ...]


def recommend(session: Session, environment: str | None = None) -> RecommendResult:
    """Which commitments would cover the shares that ``cost.reserved`` wants of the steady load.

    Raises:
        MendixError: MXP101, MXP102, what is wrong with the specification; MXS451, the repository's prices.
    """
    name = choose(session.repository, environment)
    specification = open_workplace(session, name, refresh=False).specification
    settings, region = specification.settings, specification.header.region
    reserved: Mapping[str, float] = settings.get("cost", {}).get("reserved", {})
    left: list[str] = []
    found = [
        *_databases(settings.get("database", {}), reserved.get("database", 0.0), region, left),
        *_nodes(settings.get("cluster", {}), reserved.get("nodes", 0.0), region, prices(session.repository.root), left),
    ]
    return RecommendResult(name, region, session.today, tuple(found), tuple(left))


def _databases(section: Mapping[str, Any], share: float, region: str, left: list[str]) -> Iterator[Commitment]:
    if not share:
        left.append("databases: cost.reserved.database is 0")
        return
    groups: dict[tuple[str, str, bool], list[tuple[str, int]]] = {}
    for name, one in section.get("instances", {}).items():
        kind = str(one.get("class", ""))
        family, _, size = kind.rpartition(".")
        if size not in UNITS:
            left.append(f"{name}: nothing is known of the size of {kind or 'its class'}")
            continue
        if one.get("license") in FIXED_SIZE:
            left.append(f"{name}: reservations with AWS's licence are for one size, and are not exchanged")
            continue
        multi = bool(one.get("multi_az", True))
        groups.setdefault((str(one["engine"]), family, multi), []).append((size, 1))
        if one.get("replicas", 0):
            groups.setdefault((str(one["engine"]), family, False), []).append((size, one["replicas"]))
    for (engine, family, multi), sizes in sorted(groups.items()):
        steady = sum(UNITS[size] * number for size, number in sizes)
        smallest = min((size for size, _ in sizes), key=lambda size: UNITS[size])
        count = math.floor(steady * share / UNITS[smallest])
        kind = f"{family}.{smallest}"
        if not count:
            left.append(f"{engine} {family}: {share:.0%} of it is less than one {kind}")
            continue
        yield Commitment(
            "reserved-instances",
            f"{engine} {family}{' in two zones' if multi else ''}",
            share,
            steady,
            count * UNITS[smallest],
            kind,
            count,
            f"aws rds describe-reserved-db-instances-offerings --region {region} --db-instance-class {kind}"
            f" --product-description {_product(engine)} {'--multi-az' if multi else '--no-multi-az'}"
            " --duration 31536000",
        )


def _nodes(
    section: Mapping[str, Any], share: float, region: str, table: Prices, left: list[str]
) -> Iterator[Commitment]:
    if not share:
        left.append("nodes: cost.reserved.nodes is 0")
        return
    hourly, unknown = 0.0, False
    for name, group in section.get("node_groups", {}).items():
        kinds, number = group.get("instance_types") or [""], group.get("min", 0)
        if group.get("capacity") == "spot":
            left.append(f"{name}: spot is never covered")
        elif not number:
            left.append(f"{name}: its least number is 0, so that nothing of it is steady")
        elif (price := table.find(region, f"ec2/{kinds[0]}")) is None:
            left.append(f"{name}: there is no price of {kinds[0]} in {region}")
            unknown = True
        else:
            hourly += price.usd * number
    if not hourly and not unknown:
        return
    known = None if unknown else round(hourly, 4)
    yield Commitment(
        "savings-plan",
        "nodes on demand at their least number",
        share,
        known,
        None if known is None else round(known * share, 4),
        command=(
            "aws ce get-savings-plans-purchase-recommendation --savings-plans-type COMPUTE_SP --term-in-years ONE_YEAR"
            " --payment-option NO_UPFRONT --lookback-period-in-days SIXTY_DAYS"
        ),
    )


def _product(engine: str) -> str:
    return {"postgres": "postgresql", "oracle-se2": "oracle-se2(li)"}.get(engine, engine)
