"""Says of a plan which of its changes AWS will refuse, with what words, and what to do instead.

Pure: plan in, refusals out. A value that only the apply will tell refuses nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mendixctl.guard.paths import UNKNOWN, Key, look
from mendixctl.guard.refusals.reading import Look, Reading, readings, told
from mendixctl.guard.refusals.rulebook import AnyOf, Fact, Relation, Rule, rules_of
from mendixctl.guard.refusals.world import Found, World, references
from mendixctl.guard.sides import Sides
from mendixctl.terraform.marks import mapping
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange

PARTS = {
    Action.CREATE: ("create",),
    Action.UPDATE: ("update",),
    Action.DELETE: ("delete",),
    Action.REPLACE: ("delete", "create"),
}
"""What AWS is asked for each action."""

Values = dict[Key, Any]
_ADDRESS = re.compile(r'module\.(?P<area>\w+)\.[\w.]+(?:\["(?P<name>[^"]*)"\]|\[\d+\])?\Z')

ACTION = "@action"
"""In place of a fact's path: what the plan does to the resource."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that AWS will refuse.

    ``code`` and ``text`` are AWS's own; ``instead`` is what to do. ``possible``: when AWS refuses it, where the plan
    alone cannot tell; empty where it can. ``values``: the facts by name, as they are shown. ``verbatim``: false where
    AWS's own words are on no record, and ``text`` says it in ours. ``setting``: what of a specification it comes from,
    such as ``cluster.version``; its area alone where no more is known, empty for what is in no area.
    """

    rule: str
    address: str
    operation: str
    code: str
    text: str
    instead: str
    source: str
    values: Mapping[str, str]
    possible: str = ""
    verbatim: bool = True
    setting: str = ""

    @property
    def certain(self) -> bool:
        """Whether the plan shows it; a refusal that is merely possible is a warning."""
        return not self.possible


def refusals(plan: PlanDocument) -> tuple[Refusal, ...]:
    """What AWS will refuse of ``plan``, in the plan's order, each rule once an address. Never raises."""
    world = World(plan)
    found = [refusal for change in plan.changes for refusal in _of(change, world)]
    return tuple({(one.rule, one.address): one for one in found}.values())


def _of(change: ResourceChange, world: World) -> Iterator[Refusal]:
    rules = rules_of(change.type)
    if not rules:
        return
    sides = world.sides(change)
    for part in PARTS.get(change.action, ()):
        subject = Subject(change, _part(sides, part, change.action))
        for rule in rules:
            if part not in rule.on or (part == "update" and subject.leaves_alone(rule)):
                continue
            for reading in _readings(rule, subject, world):
                count = world.group(rule, change)
                if rule.group is None or count:
                    yield _refusal(rule, change, part, reading, count)


def _part(sides: Sides, part: str, action: Action) -> Sides:
    """The sides of what AWS is asked: of a replacement, the deletion or the creation."""
    if action is not Action.REPLACE:
        return sides
    if part == "delete":
        return Sides(sides.before, None, sides.before_unknown)
    return Sides(None, sides.after, None, sides.after_unknown)


class Subject:
    """What AWS is asked about one resource: the sides, and what was looked up of them before."""

    def __init__(self, change: ResourceChange, sides: Sides) -> None:
        self.change = change
        self.sides = sides
        self._looks: dict[tuple[str, ...], tuple[Values, Values]] = {}

    @cached_property
    def _changed(self) -> frozenset[str]:
        before, after, unknown = (
            mapping(one) for one in (self.sides.before, self.sides.after, self.sides.after_unknown)
        )
        return frozenset(name for name in {**before, **after} if before.get(name) != after.get(name)) | {
            name for name, mark in unknown.items() if mark
        }

    def leaves_alone(self, rule: Rule) -> bool:
        """Whether an update has nothing to do with a rule: what AWS took once it is not asked again."""
        return rule.own.isdisjoint(self._changed)

    def look(self, steps: tuple[str, ...]) -> tuple[Values, Values]:
        """What stands at a path before and after."""
        if steps not in self._looks:
            sides = self.sides
            self._looks[steps] = (
                look(steps, sides.before, sides.before_unknown),
                look(steps, sides.after, sides.after_unknown),
            )
        return self._looks[steps]

    def may_meet(self, rule: Rule) -> bool:
        """False where a question about one fact of the resource itself has no for an answer: most changes end here."""
        for test in rule.when:
            if isinstance(test, AnyOf) or test.facts or rule.facts[test.fact].of:
                continue
            before, after = self.look(rule.facts[test.fact].plan)
            if not any(
                old is not UNKNOWN and new is not UNKNOWN and test.holds(old, new, test.named)
                for old, new in ((before.get(key), after.get(key)) for key in {**before, **after} or {(): None})
            ):
                return False
        return True


def _readings(rule: Rule, subject: Subject, world: World) -> Iterator[Reading]:
    if not subject.may_meet(rule):
        return
    change, sides = subject.change, subject.sides
    every = {name: world.related(relation, change, sides) for name, relation in rule.related.items()}
    alone = [name for name in rule.related if any(fact.of == name and not fact.every for fact in rule.facts.values())]
    for chosen in itertools.product(*(every[name] for name in alone)):
        others = {name: found.change for name, found in zip(alone, chosen, strict=True)}

        def view(fact: Fact, others: Mapping[str, ResourceChange] = others) -> Look:
            if fact.every:
                return _collected(fact, every[fact.of], world, rule.related[fact.of], sides)
            if fact.plan == (ACTION,):
                return Look({(): None}, {(): others[fact.of].action.value})
            if fact.of:
                return _look(fact, world.sides(others[fact.of]), others[fact.of])
            return _look(fact, sides, change)

        yield from readings(rule, view)


def _look(fact: Fact, sides: Sides, change: ResourceChange) -> Look:
    before = look(fact.plan, sides.before, sides.before_unknown)
    after = look(fact.plan, sides.after, sides.after_unknown)
    part = mapping(change.raw.get("change"))
    secret = {
        key
        for values, marks in ((sides.before, part.get("before_sensitive")), (sides.after, part.get("after_sensitive")))
        if marks
        for key, found in look(fact.plan, values, marks).items()
        if found is UNKNOWN
    }
    return Look(before, after, frozenset(secret))


def _collected(fact: Fact, found: list[Found], world: World, relation: Relation, sides: Sides) -> Look:
    """The fact's values of all related resources; not known where one of them is not in the plan."""
    before, after = [], []
    for one in found:
        seen = world.sides(one.change)
        if one.was:
            before.append(look(fact.plan, seen.before, seen.before_unknown).get(()))
        if one.will:
            after.append(look(fact.plan, seen.after, seen.after_unknown).get(()))
    if relation.children:
        return Look({(): before}, {(): after})
    named = references(relation, sides)
    return Look({(): _whole(before, named[0])}, {(): _whole(after, named[1])})


def _whole(values: list[Any], named: list[Any]) -> Any:
    if any(one is UNKNOWN for one in (*values, *named)) or len(values) < len(named):
        return UNKNOWN
    return sorted(map(str, values))


def _refusal(rule: Rule, change: ResourceChange, part: str, reading: Reading, count: int) -> Refusal:
    return Refusal(
        rule=rule.id,
        address=change.address,
        operation=f"{rule.service}:{rule.on[part][0]}",
        code=rule.code,
        text=told(rule, rule.text, reading, count),
        instead=told(rule, rule.instead, reading, count),
        source=rule.source,
        values={name: str(value) for name, value in reading.items()},
        possible=told(rule, rule.possible, reading, count),
        verbatim=rule.verbatim,
        setting=_setting(rule, change.address),
    )


def _setting(rule: Rule, address: str) -> str:
    """The setting of a rule for one address: the name in its index, without what a module adds to it."""
    found = _ADDRESS.match(address)
    if found is None:
        return ""
    name = re.split(r"[/.]", found["name"] or "")[0]
    setting = rule.setting or (f"{found['area']}.*" if name else found["area"])
    return setting.replace("*", name) if name or "*" not in setting else setting.partition(".*")[0]
