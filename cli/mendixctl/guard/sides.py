"""The two sides of a change: a resource's values before and after, and what of them is not known yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mendixctl.guard.conditions import same
from mendixctl.guard.paths import UNKNOWN, look, parse
from mendixctl.guard.rulebook import Parent, Rule
from mendixctl.terraform.marks import mapping
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange


@dataclass(frozen=True, slots=True)
class Sides:
    """Values as Terraform has them, in the clear: they are compared here and never leave."""

    before: Any = None
    after: Any = None
    before_unknown: Any = None
    after_unknown: Any = None

    @classmethod
    def of(cls, change: ResourceChange) -> Sides:
        found = mapping(change.raw.get("change"))
        return cls(found.get("before"), found.get("after"), None, found.get("after_unknown"))

    def swapped(self) -> Sides:
        """Those of the change that would undo this one."""
        return Sides(self.after, self.before, self.after_unknown, self.before_unknown)

    def meet(self, rule: Rule) -> bool:
        """Whether all of a rule's conditions hold."""
        return all(
            condition.holds(self.before, self.after, self.before_unknown, self.after_unknown) for condition in rule.when
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What one change needs to know of the rest of its plan.

    ``made``: the resources that the plan makes, by type, as their values afterwards. ``gone``: addresses of resources
    that were deleted outside Terraform.
    """

    made: dict[str, list[Any]]
    gone: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, plan: PlanDocument) -> Context:
        made: dict[str, list[Any]] = {}
        for change in plan.changes:
            if change.action in (Action.CREATE, Action.REPLACE):
                made.setdefault(change.type, []).append(Sides.of(change).after)
        gone = frozenset((drift.type, drift.address) for drift in plan.drift if drift.action is Action.DELETE)
        return cls(made, gone)

    def has_new(self, parent: Parent, sides: Sides) -> bool:
        """Whether the resource that a setting belongs to is made by the same plan."""
        reference = look(parse(parent.reference), sides.after, sides.after_unknown).get(())
        made = self.made.get(parent.type, [])
        if reference is UNKNOWN:
            return bool(made)
        key = parse(parent.key)
        return reference is not None and any(same(look(key, one).get(()), reference) for one in made)
