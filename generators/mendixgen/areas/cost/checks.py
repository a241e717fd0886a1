"""What no single field of the cost section can say: notices beyond AWS's number, areas that there are not."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.cost import MOST_NOTICES, Cost, MonthlyBudget


def check(inputs: Cost.Inputs, header: Header) -> list[Check]:
    """A budget has five notices at most, somebody to be told, and areas that exist."""
    return independent(
        lambda: _notices(inputs.monthly_budget) if inputs.monthly_budget is not None else (),
        lambda: _areas(inputs),
        lambda: _told(inputs),
    )


def _notices(budget: MonthlyBudget) -> Iterator[Check]:
    place = ("monthly_budget", "alert_at")
    count = len(budget.alert_at) + (budget.forecast_at > 0)
    if count > MOST_NOTICES:
        summary = f"a budget has {MOST_NOTICES} notices at most, and this one would have {count}"
        yield Check(place, "MXS441", summary, "remove percentages, or forecast_at: 0")
    for index, percent in enumerate(budget.alert_at):
        if percent in budget.alert_at[:index]:
            yield Check((*place, index), "MXS441", f"{percent} is listed twice", "list it once")


def _areas(inputs: Cost.Inputs) -> Iterator[Check]:
    from mendixgen.areas.catalogue import AREAS, FOUNDATIONS

    known = [name for name in AREAS if name not in FOUNDATIONS]
    for name in inputs.by_area:
        if name not in known:
            yield Check(("by_area", name), "MXS442", f"there is no area {name}", f"the areas are: {', '.join(known)}")
    whole = inputs.monthly_budget
    parts = sum(inputs.by_area.values())
    if whole is not None and parts > whole.amount:
        summary = f"the areas may cost {parts:g} together, and the environment {whole.amount:g}"
        yield Check(("by_area",), "MXS442", summary, "raise monthly_budget.amount, or lower an area")


def _told(inputs: Cost.Inputs) -> Iterator[Check]:
    for index, address in enumerate(inputs.notify):
        if address in inputs.notify[:index]:
            yield Check(("notify", index), "MXS443", f"{address} is listed twice", "list it once")
