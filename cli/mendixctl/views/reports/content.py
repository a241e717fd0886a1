"""What a report of a plan says, whatever it is written in: areas, changes, verdicts, the way back. Plain strings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.terraform.plan import Action, AttributeChange
from mendixctl.views.folds import Fold, fold
from mendixctl.views.text import clean, clean_line, line_diff, moment, plural, shorten, value

if TYPE_CHECKING:
    from mendixctl.engine.plan.results import PlanResult
    from mendixctl.engine.results import Judged

SIGNS = {
    Action.CREATE: ("+", "create", "created"),
    Action.UPDATE: ("~", "update", "changed"),
    Action.DELETE: ("-", "delete", "destroyed"),
    Action.REPLACE: ("-/+", "replace", "replaced"),
    Action.MOVE: ("->", "move", "moved"),
    Action.IMPORT: ("<=", "import", "imported"),
    Action.FORGET: (".", "forget", "forgotten"),
}
"""Action -> its sign, its word, and what becomes of the resource."""

ORDER = [Action.DELETE, Action.REPLACE, Action.UPDATE, Action.MOVE, Action.IMPORT, Action.FORGET, Action.CREATE]
"""What is taken away comes first: a report has no question at its end."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: on one line (``before``, ``after``), or as lines of a diff where that says more."""

    path: str
    before: str
    after: str
    diff: tuple[str, ...] = ()
    forces_replacement: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One resource. ``verdict`` is empty where the guard has nothing to say; ``gravity`` is 0 to 3."""

    address: str
    sign: str
    word: str
    becomes: str
    was: str
    verdict: str
    reason: str
    gravity: int
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """The changes of one area; ``folded`` are harmless additions, of which ``line`` says how many of what."""

    name: str
    count: str
    shown: tuple[Change, ...]
    folded: tuple[Change, ...]
    line: str


@dataclass(frozen=True, slots=True)
class WayBack:
    """What a rollback of this plan could not simply take back, and of what."""

    verdict: str
    reason: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A whole report."""

    title: str
    facts: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str, int], ...]
    verdicts: tuple[tuple[str, int, int], ...]
    objections: tuple[tuple[str, str, tuple[str, ...]], ...]
    refusals: tuple[tuple[str, str, str], ...]
    warnings: tuple[str, ...]
    drift: tuple[Change, ...]
    way_back: tuple[WayBack, ...]
    harmless_back: int
    areas: tuple[Area, ...]
    command: str


def of_plan(plan: PlanResult, *, longest: int = 2000) -> Content:
    """The report of a plan. ``longest``: characters of a value that are shown."""
    scope, counts = plan.scope, plan.counts
    named = [
        ("environment", scope.environment + (" (rehearsal on the emulator)" if scope.rehearsal else "")),
        ("account", scope.account),
        ("region", scope.region),
        ("target", scope.target + (", protected" if scope.protected else "")),
        ("from release", f"v{plan.base}" if plan.base else "none: this is the first"),
        ("modules", ", ".join(f"{area} {version}" for area, version in sorted(plan.pins.items()))),
        ("planned", moment(plan.created_at) if plan.created_at else ""),
        ("can be applied until", moment(plan.expires_at) if plan.expires_at else ""),
    ]
    numbers = (
        ("create", "to add", counts.add),
        ("update", "to change", counts.change),
        ("replace", "to replace", counts.replace),
        ("delete", "to destroy", counts.remove),
        ("move", "to move", counts.move),
        ("import", "to import", counts.imported),
    )
    verdicts = Counter(one.verdict for one in plan.changes)
    back = _way_back(plan.changes)
    flag = " --emulator" if scope.rehearsal else ""
    return Content(
        title=f"Plan of {scope.environment}",
        facts=tuple((name, clean_line(said)) for name, said in named if said),
        counts=tuple(row for row in numbers if row[2]),
        verdicts=tuple((one.value, verdicts[one], one.gravity) for one in Verdict if verdicts[one]),
        objections=tuple(
            (one.code, clean_line(one.summary), tuple(f"{address}  {what}" for address, what in one.addresses))
            for one in plan.guards.objections
        ),
        refusals=tuple(
            (one.address, f"{one.code}: {clean_line(one.text)}", clean_line(one.instead)) for one in plan.guards.refused
        ),
        warnings=tuple(clean_line(f"{one.code}: {one.summary}") for one in plan.warnings),
        drift=tuple(_change(one, "", longest) for one in plan.drift_losses),
        way_back=back,
        harmless_back=len(plan.changes) - sum(len(one.addresses) for one in back),
        areas=tuple(_areas(plan, longest)),
        command=f"mendixctl apply --env {scope.environment}{flag}" if plan.has_changes else "",
    )


def _areas(plan: PlanResult, longest: int) -> list[Area]:
    ordered = sorted(plan.changes, key=lambda one: one.change.area)
    made = []
    for name, group in groupby(ordered, key=lambda one: one.change.area):
        inside = sorted(group, key=lambda one: (-one.judgement.loses, ORDER.index(one.change.action)))
        parts: Fold = fold(inside)
        made.append(
            Area(
                name or "root",
                plural(len(inside), "change"),
                tuple(_change(one, name, longest) for one in parts.shown),
                tuple(_change(one, name, longest) for one in parts.folded),
                parts.line,
            )
        )
    return made


def _change(one: Judged, area: str, longest: int) -> Change:
    change = one.change
    sign, word, becomes = SIGNS.get(change.action, ("?", change.action.value, change.action.value))
    moved = change.previous_address if change.previous_address != change.address else ""
    return Change(
        clean_line(_within(change.address, area)),
        sign,
        word,
        becomes,
        clean_line(_within(moved, area)),
        _label(one.judgement),
        clean_line(one.judgement.reason),
        one.verdict.gravity if not one.judgement.one_way else min(one.judgement.besides.gravity, 1),
        tuple(
            _attribute(each, change.action, longest)
            for each in change.attributes
            if not (each.before is None and each.after is None)
        ),
    )


def _attribute(one: AttributeChange, action: Action, longest: int) -> Attribute:
    diff = None
    if not one.sensitive and action not in (Action.CREATE, Action.DELETE):
        diff = line_diff(one.before, one.after)
    return Attribute(
        clean_line(one.path),
        "" if action is Action.CREATE else shorten(value(one.before), longest),
        "" if action is Action.DELETE else shorten(value(one.after), longest),
        tuple(clean(line) for line in diff or ()),
        one.forces_replacement,
    )


def _label(found: Judgement) -> str:
    if found.one_way:
        return "one-way" if found.besides is Verdict.REVERSIBLE else f"{found.besides.value}, one-way"
    if found.verdict is Verdict.REVERSIBLE:
        return ""
    return found.verdict.value + (f", {plural(int(found.window[1:-1]), 'day')}" if found.window else "")


def _way_back(changes: tuple[Judged, ...]) -> tuple[WayBack, ...]:
    grouped: dict[tuple[int, str, str], list[str]] = {}
    for one in changes:
        back = one.back
        if back.verdict.gravity >= Verdict.RESTORE_NEEDED.gravity or back.window:
            key = (-back.verdict.gravity, _label(back), clean_line(back.reason))
            grouped.setdefault(key, []).append(clean_line(one.change.address))
    return tuple(WayBack(label, reason, tuple(found)) for (_, label, reason), found in sorted(grouped.items()))


def _within(address: str, area: str) -> str:
    return address.removeprefix(f"module.{area}.") if area else address
