"""``cost estimate``: what an environment costs a month by its YAML, and what the plan that waits would add.

Nothing is asked of AWS. What has no price is listed and is not in the sum, and so is what costs money only by how much
it is used; the sum is therefore the least that a month costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from mendixctl.engine.cost import resources, usage, watched
from mendixctl.engine.cost.usage import Usage
from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.session import Session
from mendixgen.prices import Prices, Source, prices

if TYPE_CHECKING:
    from mendixctl.terraform.plan import ResourceChange

OLD_DAYS = 180
"""Prices that are older are said to be."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item: so much of it a month (hours, GB-months or pieces), and what that costs. ``usd`` is None without price.

    ``confirmed``: somebody read the price at its source; ``derived``: from the price of this other item.
    """

    area: str
    what: str
    item: str
    quantity: float
    usd: float | None
    confirmed: bool = True
    derived: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """What one change of a plan costs a month more, or less (USD); None where a part of it has no price."""

    address: str
    action: str
    usd: float | None


@dataclass(frozen=True, slots=True)
class EstimateResult:
    """What an environment costs a month (USD), without tax. ``by_use``: area -> what is not counted, by its use.

    ``unknown``: areas of which nothing is known; ``unpriced`` are the types of a plan's resources of which that holds.
    ``deltas`` is empty without a plan that waits. ``oldest``: the day of the oldest price that was used.
    """

    environment: str
    region: str
    today: date
    lines: tuple[Line, ...]
    by_use: Mapping[str, str]
    unknown: tuple[str, ...]
    sources: tuple[Source, ...]
    deltas: tuple[Delta, ...] = ()
    unpriced: tuple[str, ...] = ()
    planned: bool = False

    @property
    def total(self) -> float:
        return round(sum(it.usd for it in self.lines if it.usd is not None), 2)

    @property
    def by_area(self) -> dict[str, float]:
        """Area -> USD a month, in the order of the lines."""
        found: dict[str, float] = {}
        for it in self.lines:
            found[it.area] = round(found.get(it.area, 0.0) + (it.usd or 0.0), 2)
        return found

    @property
    def without_price(self) -> tuple[Line, ...]:
        return tuple(it for it in self.lines if it.usd is None)

    @property
    def change(self) -> float:
        """What the plan costs a month more, as far as there are prices."""
        return round(sum(it.usd for it in self.deltas if it.usd is not None), 2)

    @property
    def oldest(self) -> date | None:
        return min((it.date for it in self.sources), default=None)


def estimate(session: Session, environment: str | None = None) -> EstimateResult:
    """What an environment costs a month, and what the plan that waits would change.

    Raises:
        MendixError: MXP101, MXP102, what is wrong with the specification; MXS451, the repository's prices.
    """
    name = choose(session.repository, environment)
    workplace = open_workplace(session, name, refresh=False)
    specification = workplace.specification
    table = prices(session.repository.root)
    region = specification.header.region
    used, unknown = usage.usages(specification.settings, watched.metrics_in_alarms(specification))
    lines = priced(used, table, region)
    changes = _waiting(workplace)
    deltas, unpriced = compared(changes, table, region)
    items = [it.item for it in lines]
    found = {price.source.what: price.source for item in items if (price := table.find(region, item))}
    return EstimateResult(
        environment=name,
        region=region,
        today=session.today,
        lines=tuple(lines),
        by_use={area: usage.BY_USE[area] for area in specification.settings if area in usage.BY_USE},
        unknown=tuple(unknown),
        sources=tuple(found.values()),
        deltas=tuple(deltas),
        unpriced=tuple(unpriced),
        planned=bool(changes),
    )


def priced(used: Iterable[Usage], table: Prices, region: str) -> list[Line]:
    """Each usage with its price in ``region``."""
    return [_line(it, table, region) for it in used]


def compared(changes: Iterable[ResourceChange], table: Prices, region: str) -> tuple[list[Delta], list[str]]:
    """What each change costs a month more, without those that cost the same; and types that nothing is known of."""
    deltas: list[Delta] = []
    unpriced: set[str] = set()
    for change in changes:
        sides = [_used(change, values, unpriced) for values in _sides(change)]
        if sides[0] == sides[1]:
            continue
        before, after = (_sum(it, table, region) for it in sides)
        if before is None or after is None:
            deltas.append(Delta(change.address, change.action.value, None))
        elif difference := round(after - before, 2):
            deltas.append(Delta(change.address, change.action.value, difference))
    return deltas, sorted(unpriced)


def _used(change: ResourceChange, values: Mapping[str, Any] | None, unpriced: set[str]) -> list[Usage]:
    """What one side of a change uses: nothing where it is not there, or of a type that nothing is known of."""
    if values is None:
        return []
    used = resources.usages(change.area, change.type, values)
    if used is None:
        unpriced.add(change.type)
    return used or []


def _sum(used: list[Usage], table: Prices, region: str) -> float | None:
    """USD a month; None where a part of it has no price."""
    lines = priced(used, table, region)
    return None if any(it.usd is None for it in lines) else sum(it.usd or 0.0 for it in lines)


def _line(used: Usage, table: Prices, region: str) -> Line:
    price = table.find(region, used.item)
    if price is None:
        return Line(used.area, used.what, used.item, used.quantity, None)
    usd = round(price.usd * used.quantity, 2)
    return Line(used.area, used.what, used.item, used.quantity, usd, price.source.confirmed, price.derived)


def _sides(change: ResourceChange) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Before and after, from the attributes that a plan keeps: of an update, those alone that change."""
    from mendixctl.terraform.plan import Action

    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for one in change.attributes:
        if not one.sensitive:
            _put(before, one.path, one.before)
            _put(after, one.path, one.after)
    return (
        None if change.action is Action.CREATE else before,
        None if change.action is Action.DELETE else after,
    )


def _put(values: dict[str, Any], path: str, value: Any) -> None:
    """Set ``scaling_config[0].min_size`` and the like: names, and lists of one block."""
    parts = path.replace("[0]", "").split(".")
    if len(parts) == 1:
        values[parts[0]] = value
    elif len(parts) == 2:
        values.setdefault(parts[0], [{}])
        if isinstance(values[parts[0]], list) and values[parts[0]] and isinstance(values[parts[0]][0], dict):
            values[parts[0]][0][parts[1]] = value


def _waiting(workplace: Workplace) -> tuple[ResourceChange, ...]:
    """The changes of the plan that waits to be applied; none where there is none, or it cannot be read any more."""
    from mendixctl.engine.plan import saved_plan
    from mendixgen.diagnostics import MendixError

    try:
        saved = saved_plan.load(workplace.plans)
    except MendixError:
        return ()
    if saved is None or not workplace.plans.plan.exists():
        return ()
    return tuple(judged.change for judged in saved.plan.changes)
