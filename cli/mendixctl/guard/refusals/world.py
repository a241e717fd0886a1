"""All resources of a plan, those that it leaves alone included, to be found by what refers to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mendixctl.guard.paths import UNKNOWN, look
from mendixctl.guard.refusals.rulebook import Relation, Rule
from mendixctl.guard.sides import Sides
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A related resource, and whether it is found by what was there before, and by what will be."""

    change: ResourceChange
    was: bool
    will: bool


class World:
    """The changes of one plan; everything is looked up once."""

    def __init__(self, plan: PlanDocument) -> None:
        self._by_type: dict[str, list[ResourceChange]] = {}
        for change in (*plan.changes, *plan.others):
            self._by_type.setdefault(change.type, []).append(change)
        self._sides: dict[int, Sides] = {}
        self._indexes: dict[tuple[str, Key], dict[str, dict[int, Found]]] = {}
        self._groups: dict[str, dict[Key, int]] = {}
        self._told: set[tuple[str, Key]] = set()

    def sides(self, change: ResourceChange) -> Sides:
        """The two sides of a change; of a resource that stays as it is, the same twice."""
        if id(change) not in self._sides:
            self._sides[id(change)] = Sides.of(change)
        return self._sides[id(change)]

    def related(self, relation: Relation, change: ResourceChange, sides: Sides) -> list[Found]:
        """The resources that a relation finds; what is made meets what was there before it."""
        before, after = references(relation, sides)
        before = after if sides.before is None else before
        index = self._index(relation)
        found: dict[int, Found] = {}
        for wanted, is_before in ((before, True), (after, False)):
            for one in wanted:
                for identity, hit in index.get(_key(one), {}).items():
                    if (hit.was if is_before else hit.will) and (
                        hit.change is not change or change.action is Action.REPLACE
                    ):
                        seen = found.get(identity, Found(hit.change, was=False, will=False))
                        found[identity] = Found(hit.change, seen.was or is_before, seen.will or not is_before)
        return list(found.values())

    def group(self, rule: Rule, change: ResourceChange) -> int:
        """How many resources share the facts of a rule's group with a change; 0 where they may, or it was told."""
        if rule.group is None:
            return 0
        if rule.id not in self._groups:
            counts: dict[Key, int] = {}
            for type_ in rule.types:
                for one in self._by_type.get(type_, ()):
                    for key in self._group_keys(rule, one):
                        counts[key] = counts.get(key, 0) + 1
            self._groups[rule.id] = counts
        for key in self._group_keys(rule, change):
            count = self._groups[rule.id].get(key, 0)
            if count > rule.group.most and (rule.id, key) not in self._told:
                self._told.add((rule.id, key))
                return count
        return 0

    def _index(self, relation: Relation) -> dict[str, dict[int, Found]]:
        """The resources of a relation's type by their key, before and after; by each of them, where it is a list."""
        name = (relation.type, relation.key)
        if name not in self._indexes:
            index: dict[str, dict[int, Found]] = {}
            for change in self._by_type.get(relation.type, ()):
                sides = self.sides(change)
                before = _keys(look(relation.key, sides.before, sides.before_unknown))
                after = _keys(look(relation.key, sides.after, sides.after_unknown))
                for key in before | after:
                    index.setdefault(key, {})[id(change)] = Found(change, key in before, key in after)
            self._indexes[name] = index
        return self._indexes[name]

    def _group_keys(self, rule: Rule, change: ResourceChange) -> list[Key]:
        sides = self.sides(change)
        if sides.after is None or rule.group is None:
            return []
        found = [look(rule.facts[name].plan, sides.after, sides.after_unknown).get(()) for name in rule.group.by]
        return [] if any(one is UNKNOWN or one is None for one in found) else [tuple(map(str, found))]


def references(relation: Relation, sides: Sides) -> tuple[list[Any], list[Any]]:
    """What a resource's reference names before and after: one thing, or those of a list."""
    return (
        _listed(look(relation.reference, sides.before, sides.before_unknown).values()),
        _listed(look(relation.reference, sides.after, sides.after_unknown).values()),
    )


def _listed(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        found += value if isinstance(value, list) else [] if value is None else [value]
    return found


def _keys(found: Mapping[Any, Any]) -> set[str]:
    return {_key(value) for value in _listed(found.values()) if value is not UNKNOWN}


def _key(value: Any) -> str:
    return "" if value is UNKNOWN else repr(value)
