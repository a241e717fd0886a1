"""What the questions are about: one environment, what a plan would do to it, and what its state knows already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mendixctl.preflight.expected import counts, names
from mendixctl.preflight.wanted import NAMES, Wanted
from mendixctl.terraform.plan import Action, ResourceChange

if TYPE_CHECKING:
    from mendixgen.spec.header import Header
    from mendixgen.spec.loader import Specification

Known = frozenset[tuple[str, str]]
"""(type, ID) of every resource in a state."""

MAKES = frozenset({Action.CREATE, Action.REPLACE})


@dataclass(frozen=True)
class Subject:
    """One environment. ``changes``: of its plan, or None without one; ``known``: None where the state is not readable.

    ``caller``: the ARN of the credentials that AWS is asked with; ``target``: ``aws`` or ``emulator``; ``types``: of
    which resources its modules consist.
    """

    specification: Specification
    target: str
    caller: str = ""
    changes: tuple[ResourceChange, ...] | None = None
    known: Known | None = frozenset()
    types: frozenset[str] = frozenset()

    @property
    def header(self) -> Header:
        return self.specification.header

    @property
    def name(self) -> str:
        return self.header.name

    @property
    def region(self) -> str:
        return self.header.region

    def section(self, area: str) -> Mapping[str, Any]:
        """What takes effect of an area, defaults included; empty where the environment does not have it."""
        return self.specification.settings.get(area, {})

    def has(self, area: str) -> bool:
        """Whether the environment has the area."""
        return area in self.specification.pins

    def touches(self, *types: str) -> bool:
        """Whether the plan makes or changes a resource of one of these types; without a plan everything is asked."""
        if self.changes is None:
            return True
        return any(change.type in types and change.action is not Action.DELETE for change in self.changes)

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """The names of the network's zones: ``eu-central-1a``, ..."""
        letters = self.specification.arguments.get("network", {}).get("zones", ())
        return tuple(f"{self.region}{letter}" for letter in letters)

    def made(self, kind: str) -> tuple[Wanted, ...]:
        """What is to be made of a type, as far as its name is known before; see `adds` for how many there are.

        Without a plan these are the names that the specification leads to, whether the state has them or not: whoever
        finds one of them in AWS compares its ID with `known`.
        """
        if self.changes is None:
            return tuple(one for one in names(self.specification) if one.type == kind)
        found = []
        for change in self.changes:
            if change.type == kind and change.action is Action.CREATE:
                name = _value(change, NAMES[kind])
                if name:
                    found.append(Wanted(kind, name, change.address))
        return tuple(found)

    def adds(self, kind: str) -> int:
        """How many resources of a type there will be more."""
        if self.changes is None:
            there = sum(1 for known, _ in self.known or () if known == kind)
            return max(0, counts(self.specification)[kind] - there)
        actions = Counter(change.action for change in self.changes if change.type == kind)
        return actions[Action.CREATE]

    def is_known(self, kind: str, identifier: str) -> bool:
        """Whether the state has that resource."""
        return (kind, identifier) in (self.known or ())


def _value(change: ResourceChange, path: str) -> str:
    """A planned attribute, where it is text that is known and no secret."""
    found = next((one.after for one in change.attributes if one.path == path and not one.sensitive), None)
    return found if isinstance(found, str) and not found.startswith("(") else ""
