"""What a report of a plan says, whatever it is written in: areas, changes, verdicts, the way back.

Plain strings, in the person's language.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.terraform.plan import Action, AttributeChange
from mendixctl.views.folds import Fold, fold
from mendixctl.views.reports.words import known, pair, run, said
from mendixctl.views.text import (
    NOT_SET,
    SENSITIVE,
    UNKNOWN,
    clean,
    clean_line,
    line_diff,
    moment,
    plural,
    shorten,
    value,
)
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.plan.results import PlanResult
    from mendixctl.engine.results import Judged

SIGNS = {
    Action.CREATE: ("+", "create", word("is created")),
    Action.UPDATE: ("~", "update", word("is changed")),
    Action.DELETE: ("-", "delete", word("is destroyed")),
    Action.REPLACE: ("-/+", "replace", word("is replaced")),
    Action.MOVE: ("->", "move", word("is moved")),
    Action.IMPORT: ("<=", "import", word("is imported")),
    Action.FORGET: (".", "forget", word("is forgotten")),
}
"""Action -> its sign, its word in a page's code, and what becomes of the resource."""

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
    """What a rollback of this plan could not simply take back, and of what; ``count`` says of how many."""

    verdict: str
    reason: str
    count: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A whole report. ``facts``: what each is called, in English, and the fact; ``counts``: the word of an action, how
    it is called and how many; ``verdicts``: how each is called, how many, and its gravity.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str, int], ...]
    verdicts: tuple[tuple[str, int, int], ...]
    objections: tuple[tuple[str, str, tuple[str, ...]], ...]
    refusals: tuple[tuple[str, str, str], ...]
    warnings: tuple[str, ...]
    drift: tuple[Change, ...]
    way_back: tuple[WayBack, ...]
    harmless_back: str
    areas: tuple[Area, ...]
    command: str


def of_plan(plan: PlanResult, *, longest: int = 2000) -> Content:
    """The report of a plan. ``longest``: characters of a value that are shown."""
    scope, counts = plan.scope, plan.counts
    named = [
        ("environment", scope.environment + (f" ({said('rehearsal on the emulator')})" if scope.rehearsal else "")),
        ("account", scope.account),
        ("region", scope.region),
        ("target", run([scope.target, *([said(word("protected"))] if scope.protected else [])])),
        ("from release", f"v{plan.base}" if plan.base else said("none: this is the first")),
        ("modules", ", ".join(f"{area} {version}" for area, version in sorted(plan.pins.items()))),
        ("planned", moment(plan.created_at) if plan.created_at else ""),
        ("can be applied until", moment(plan.expires_at) if plan.expires_at else ""),
    ]
    numbers = (
        ("create", said(word("to add")), counts.add),
        ("update", said(word("to change")), counts.change),
        ("replace", said(word("to replace")), counts.replace),
        ("delete", said(word("to destroy")), counts.remove),
        ("move", said(word("to move")), counts.move),
        ("import", said(word("to import")), counts.imported),
    )
    verdicts = Counter(one.verdict for one in plan.changes)
    back = _way_back(plan.changes)
    harmless = len(plan.changes) - sum(len(one.addresses) for one in back)
    flag = " --emulator" if scope.rehearsal else ""
    return Content(
        title=said(msg("Plan of {environment}", environment=scope.environment)),
        facts=tuple((name, clean_line(said)) for name, said in named if said),
        counts=tuple(row for row in numbers if row[2]),
        verdicts=tuple((said(word(one.value)), verdicts[one], one.gravity) for one in Verdict if verdicts[one]),
        objections=tuple(
            (one.code, said(one.summary), tuple(f"{address}  {known(what)}" for address, what in one.addresses))
            for one in plan.guards.objections
        ),
        refusals=tuple(
            (one.address, f"{one.code}: {clean_line(one.text)}", said(one.instead)) for one in plan.guards.refused
        ),
        warnings=tuple(pair(one.code, said(one.summary)) for one in plan.warnings),
        drift=tuple(_change(one, "", longest) for one in plan.drift_losses),
        way_back=back,
        harmless_back=said(msg("{amount} can be taken back", amount=plural(harmless, "other change")))
        if harmless
        else "",
        areas=tuple(_areas(plan, longest)),
        command=_command(plan, f"mendixctl apply --env {scope.environment}{flag}"),
    )


LONGEST_COMMAND = 2_000
"""Characters of a command line that is shown whole; one that accepts more than that is the terminal's to say."""


def _command(plan: PlanResult, plain: str) -> str:
    """What carries the plan out: where a guard objects, the line that passes it, and none where none does."""
    if not plan.has_changes:
        return ""
    passing = plan.guards.command if plan.guards.objections else plain
    return passing if len(passing) <= LONGEST_COMMAND else plain


def _areas(plan: PlanResult, longest: int) -> list[Area]:
    ordered = sorted(plan.changes, key=lambda one: one.change.area)
    made = []
    for name, group in groupby(ordered, key=lambda one: one.change.area):
        inside = sorted(group, key=lambda one: (-one.judgement.loses, ORDER.index(one.change.action)))
        parts: Fold = fold(inside)
        made.append(
            Area(
                name or "root",
                said(plural(len(inside), "change")),
                tuple(_change(one, name, longest) for one in parts.shown),
                tuple(_change(one, name, longest) for one in parts.folded),
                said(parts.line),
            )
        )
    return made


def _change(one: Judged, area: str, longest: int) -> Change:
    change = one.change
    sign, action, becomes = SIGNS.get(change.action, ("?", change.action.value, change.action.value))
    moved = change.previous_address if change.previous_address != change.address else ""
    return Change(
        clean_line(_within(change.address, area)),
        sign,
        action,
        said(becomes),
        clean_line(_within(moved, area)),
        said(_label(one.judgement)),
        said(one.judgement.reason),
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
        "" if action is Action.CREATE else _value(one.before, longest),
        "" if action is Action.DELETE else _value(one.after, longest),
        tuple(clean(line) for line in diff or ()),
        one.forces_replacement,
    )


def _value(of: Any, longest: int) -> str:
    """A value as it is; what stands for one, such as that it is not set, in the person's language."""
    shown = shorten(value(of), longest)
    return known(shown) if shown in (NOT_SET, SENSITIVE, UNKNOWN) else shown


def _label(found: Judgement) -> str:
    if found.one_way and found.besides is not Verdict.REVERSIBLE:
        return msg("{first}, {second}", first=word(found.besides.value), second=word("one-way"))
    if found.one_way:
        return word("one-way")
    if found.verdict is Verdict.REVERSIBLE:
        return ""
    if not found.window:
        return word(found.verdict.value)
    days = plural(int(found.window[1:-1]), "day")
    return msg("{verdict}, {amount}", verdict=word(found.verdict.value), amount=days)


def _way_back(changes: tuple[Judged, ...]) -> tuple[WayBack, ...]:
    grouped: dict[tuple[int, str, str], list[str]] = {}
    for one in changes:
        back = one.back
        if back.verdict.gravity >= Verdict.RESTORE_NEEDED.gravity or back.window:
            key = (-back.verdict.gravity, said(_label(back)), said(back.reason))
            grouped.setdefault(key, []).append(clean_line(one.change.address))
    return tuple(
        WayBack(label, reason, said(plural(len(found), "resource")), tuple(found))
        for (_, label, reason), found in sorted(grouped.items())
    )


def _within(address: str, area: str) -> str:
    return address.removeprefix(f"module.{area}.") if area else address
