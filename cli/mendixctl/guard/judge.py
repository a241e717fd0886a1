"""Says of every planned change whether it can be taken back, and of the change that would undo it as well.

Pure: plan in, judgements out. Rules decide where they have something to say; else Terraform's action and the kind of
the type do. Reasons are the rules' own words and hold no value of any resource.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mendixctl.guard.rulebook import Kind, Rule, Service, service
from mendixctl.guard.sides import Context, Sides
from mendixctl.guard.verdict import REVERSIBLE, Judgement, Verdict
from mendixctl.terraform.marks import mapping
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange
from mendixgen.messages import msg

NOBODY = Context({}, frozenset())
"""A plan that makes nothing else."""

FAILS = "the apply will stop here"
STAYS = "it stays as it is"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One change, what is said of it, and of the change that would undo it."""

    change: ResourceChange
    judgement: Judgement
    back: Judgement = REVERSIBLE


def judge(plan: PlanDocument) -> tuple[Ruling, ...]:
    """Every change of ``plan`` with its judgements, in the plan's order. Never raises."""
    context = Context.of(plan)
    found = ((change, judgement(change, context)) for change in plan.changes)
    return tuple(Ruling(change, forward, way_back(change, forward)) for change, forward in found)


def judge_drift(plan: PlanDocument) -> tuple[Ruling, ...]:
    """What changed outside Terraform, judged as if a plan had done it.

    What another resource of the configuration has set since shows up here for the first time, and is nobody's doing.
    """
    rulings = []
    for change in plan.drift:
        sides = Sides.of(change)
        rulings.append(Ruling(change, _forward(change, sides, change.action, drift=True)))
    return tuple(rulings)


def judgement(change: ResourceChange, context: Context = NOBODY) -> Judgement:
    """What is said of one change."""
    found = _forward(change, Sides.of(change), change.action, context)
    if change.action is Action.CREATE and (change.type, change.address) in context.gone:
        return created_again(change)
    if change.action is Action.DELETE and change.raw.get("deposed") and found.reason:
        return replace(found, reason=f"left over from a replacement that was not finished: {found.reason}")
    return found


def created_again(change: ResourceChange, because: str = "it was there before") -> Judgement:
    """What is said of creating what was there before: of data and of identities, only the name comes again."""
    known = service(change.type)
    kind = known.kind(change.type)
    if change.action is not Action.CREATE or kind is Kind.PLAIN:
        return REVERSIBLE
    reasons = {
        Kind.DATA: msg(
            "{because}, and it is created again without {holds}; only a snapshot, a copy or an "
            "import brings those back",
            because=because,
            holds=_holds(known, change),
        ),
        Kind.IDENTITY: msg(
            "{because}, and it is created again with another identity: {holds}",
            because=because,
            holds=_holds(known, change),
        ),
        Kind.UNKNOWN: msg(
            "{because}, and whether {type} keeps anything is not known", because=because, type=change.type
        ),
    }
    return Judgement(Verdict.RESTORE_NEEDED, reasons[kind], "action.create-again")


def way_back(change: ResourceChange, forward: Judgement | None = None) -> Judgement:
    """What is said of the change that would undo ``change`` once it is made; ``forward`` is what is said of that.

    The window of a way back is how long it stays open after the change. What the undoing change itself would leave
    open afterwards (a key that it deletes) is another one, and not told.
    """
    found = _undone(change)
    window = (judgement(change) if forward is None else forward).window
    return replace(found, window=window if found.verdict is not Verdict.REVERSIBLE else "")


def _undone(change: ResourceChange) -> Judgement:
    known = service(change.type)
    forward = Sides.of(change)
    back = forward.swapped()
    imported = "importing" in _part(change) and _part(change)["importing"] is not None
    if change.action is Action.IMPORT or imported:
        found = _taken_away(known, change, Sides(back.before, None, back.before_unknown), Action.DELETE)
        return _because("undoing an import deletes what was there before; take it out of the state instead", found)
    if change.action is Action.CREATE:
        return _created_back(known, change, back)
    if change.action is Action.DELETE:
        return _deleted_back(known, change, _forward(change, forward, change.action))
    if change.action is Action.FORGET or _forgets(change):
        return _forgotten(Action.FORGET)
    return _as_way_back(_matches(known, change, back, change.action), known, change, back)


def _forward(
    change: ResourceChange, sides: Sides, action: Action, context: Context = NOBODY, *, drift: bool = False
) -> Judgement:
    known = service(change.type)
    if action in (Action.DELETE, Action.REPLACE):
        if action is Action.REPLACE and _forgets(change):
            return _forgotten(action)
        return _taken_away(known, change, sides, action)
    if action is Action.FORGET:
        return _forgotten(action)
    matches = [
        rule
        for rule in _matches(known, change, sides, action)
        if (rule.parent is None or not context.has_new(rule.parent, sides))
        and not (drift and rule.shadow and not mapping(sides.before).get(rule.shadow))
    ]
    found = [_said(rule, sides, FAILS if rule.refused else "") for rule in matches]
    if action is Action.UPDATE:
        found += _one_way(known, change, sides, matches)
    return _gravest(found) if found else Judgement(rule=f"action.{action.value}.{known.kind(change.type).value}")


def _taken_away(known: Service, change: ResourceChange, sides: Sides, action: Action) -> Judgement:
    """A deletion or a replacement: what a rule says of it, else what the kind of the type means."""
    matches = _matches(known, change, sides, action)
    found = [_said(rule, sides) for rule in matches]
    if any(action.value in rule.on for rule in matches):
        return _gravest(found)
    return _gravest([*found, _by_kind(known, change, action)])


def _by_kind(known: Service, change: ResourceChange, action: Action) -> Judgement:
    kind = known.kind(change.type)
    rule = f"action.{action.value}.{kind.value}"
    replaced = action is Action.REPLACE
    if kind is Kind.PLAIN:
        return Judgement(rule=rule)
    holds = _holds(known, change)
    if kind is Kind.DATA:
        reason = (
            msg("an empty one takes its place; {holds} are lost with the old one", holds=holds)
            if replaced
            else msg("{holds} are lost", holds=holds)
        )
        return Judgement(Verdict.IRREVERSIBLE, reason, rule)
    if kind is Kind.IDENTITY:
        if replaced and change.type in known.beside and _part(change).get("actions") == ["create", "delete"]:
            return Judgement(rule=f"{rule}.beside")
        another = "another one takes its place, with" if replaced else "another one made later has"
        reason = msg("{another} another identity: {holds}", another=another, holds=holds)
        return Judgement(Verdict.RESTORE_NEEDED, reason, rule)
    reason = msg(
        "whether {value} keeps anything is not known to the rules, so it counts as if it did", value=change.type or "it"
    )
    return Judgement(Verdict.RESTORE_NEEDED, reason, rule)


def _forgotten(action: Action) -> Judgement:
    return Judgement(
        Verdict.RESTORE_NEEDED,
        "it goes on in AWS, but Terraform knows it no longer: only an import brings it back under the plan",
        f"action.{action.value}.forgotten",
    )


def _created_back(known: Service, change: ResourceChange, back: Sides) -> Judgement:
    """Undoing a creation deletes what is new; it costs what was stored in it since."""
    if known.kind(change.type) in (Kind.IDENTITY, Kind.PLAIN):
        matches = [rule for rule in _matches(known, change, back, Action.DELETE) if "delete" in rule.on]
        return _gravest([_said(rule, back) for rule in matches])
    found = _taken_away(known, change, back, Action.DELETE)
    return _because("it is deleted again, with what it holds by then", found)


def _deleted_back(known: Service, change: ResourceChange, forward: Judgement) -> Judgement:
    """Undoing a deletion creates it again, which gives back no more than the deletion left."""
    if known.kind(change.type) is Kind.PLAIN:
        return REVERSIBLE
    floor = forward if forward.verdict.gravity or forward.window else replace(forward, verdict=Verdict.RESTORE_NEEDED)
    return _because("creating it again does not bring it back", floor)


def _as_way_back(rules: Iterable[Rule], known: Service, change: ResourceChange, back: Sides) -> Judgement:
    """Rules of the undoing change, where what AWS refuses means: it stays as it is."""
    found = [
        replace(_said(rule, back, STAYS), verdict=Verdict.IRREVERSIBLE, one_way=True)
        if rule.refused
        else _said(rule, back)
        for rule in rules
    ]
    if change.action is Action.REPLACE and not any("replace" in rule.on for rule in rules):
        found.append(_by_kind(known, change, Action.REPLACE))
    return _gravest(found)


def _one_way(known: Service, change: ResourceChange, sides: Sides, forward: list[Rule]) -> list[Judgement]:
    """Where AWS refuses the way back of an update, and no rule says more of the update itself."""
    said = {condition.steps for rule in forward for condition in rule.when}
    back = sides.swapped()
    return [
        replace(_said(rule, back, STAYS), verdict=Verdict.IRREVERSIBLE, one_way=True)
        for rule in _matches(known, change, back, Action.UPDATE)
        if rule.refused and not said & {condition.steps for condition in rule.when}
    ]


def _matches(known: Service, change: ResourceChange, sides: Sides, action: Action) -> list[Rule]:
    """The rules that hold; those of an update hold of a replacement as well.

    Not those that ask whether a value is unknown: in a new resource, whatever AWS chooses is. Nor those of what AWS
    refuses to change: it is not asked to, where another resource takes the place.
    """
    return [
        rule
        for rule in known.rules
        if change.type in rule.types
        and (
            action.value in rule.on
            or (
                action is Action.REPLACE
                and Action.UPDATE.value in rule.on
                and not rule.refused
                and not rule.asks("unknown")
            )
        )
        and sides.meet(rule)
    ]


def _said(rule: Rule, sides: Sides, ending: str = "") -> Judgement:
    reason = f"{rule.reason}: {ending}" if ending else rule.reason
    return Judgement(
        rule.verdict,
        reason,
        rule.id,
        rule.source,
        rule.window.of(sides.after if sides.before is None else sides.before),
        rule.one_way,
    )


def _gravest(found: Iterable[Judgement]) -> Judgement:
    """All judgements of one change as one: the gravest verdict, with the reasons of all that are as grave.

    What is merely one-way hides nothing of the rest: it keeps that verdict as ``besides``, and its reasons.
    """
    every = list(found)
    rest = _joined([one for one in every if not one.one_way])
    kept = [one for one in every if one.one_way]
    if not kept or rest.loses:
        return rest
    both = _joined([*([rest] if rest.verdict.gravity else []), *kept], mixed=True)
    return replace(both, verdict=Verdict.IRREVERSIBLE, one_way=True, besides=rest.verdict)


def _joined(found: list[Judgement], *, mixed: bool = False) -> Judgement:
    """The gravest of ``found`` with all reasons of the same gravity; ``mixed``: of any."""
    worst = max((one.verdict.gravity for one in found), default=0)
    best = [one for one in found if mixed or one.verdict.gravity == worst]
    if not best:
        return REVERSIBLE
    windows = [one.window for one in best if one.window]
    return replace(
        best[0],
        reason="; ".join(dict.fromkeys(one.reason for one in best if one.reason)),
        rule=", ".join(dict.fromkeys(one.rule for one in best if one.rule)),
        source="; ".join(dict.fromkeys(one.source for one in best if one.source)),
        window=min(windows, key=lambda window: int(window[1:-1]), default=""),
    )


def _because(why: str, found: Judgement) -> Judgement:
    """A judgement with what leads to it; one that says nothing needs none."""
    if found.verdict is Verdict.REVERSIBLE:
        return found
    return replace(found, reason=f"{why}: {found.reason}" if found.reason else why)


def _holds(known: Service, change: ResourceChange) -> str:
    return known.holds.get(change.type, "what it holds")


def _part(change: ResourceChange) -> dict[str, object]:
    found = change.raw.get("change")
    return dict(found) if isinstance(found, dict) else {}


def _forgets(change: ResourceChange) -> bool:
    actions = _part(change).get("actions")
    return isinstance(actions, list) and "forget" in actions
