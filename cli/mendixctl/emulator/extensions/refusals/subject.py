"""A request as a rule looks at it: its facts before, from what is stored, and after, from what is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge
from mendixctl.guard.paths import UNKNOWN, Key, look
from mendixctl.guard.refusals.reading import Look, Reading, readings
from mendixctl.guard.refusals.rulebook import Fact, Rule

Values = dict[Key, Any]


class Subject:
    """One request. What is stored is asked for when a rule needs it."""

    def __init__(self, operation: str, parameters: Document, ask: Ask, known: Knowledge) -> None:
        self._operation = operation
        self._parameters = parameters
        self._ask = ask
        self._known = known

    def readings(self, rule: Rule) -> Iterator[Reading]:
        """The facts of a rule, wherever all of its conditions hold of the request."""
        part = rule.part(self._operation)
        if part == "update" and not self._speaks_of(rule):
            return
        if rule.group is not None and self.count(rule) <= rule.group.most:
            return
        facts = rule.facts.values()
        alone = [name for name in rule.related if any(fact.of == name and not fact.every for fact in facts)]
        found = {name: self._related(name, self._goal) for name in alone}
        for chosen in itertools.product(*(found[name] for name in alone)):
            others = dict(zip(alone, chosen, strict=True))

            def view(fact: Fact, others: Mapping[str, Document] = others) -> Look:
                if fact.every:
                    return Look({(): self._every(fact, self._stored)}, {(): self._every(fact, self._goal)})
                if fact.of:
                    there = look(fact.stored or (), others[fact.of])
                    return Look(there, there)
                return self._look(fact, part)

            yield from readings(rule, view)

    def count(self, rule: Rule) -> int:
        """How many resources the group of a rule has with this one; 0 for a rule without a group."""
        counting = self._known.members.get(rule.id)
        return counting(self._ask, self._parameters) + 1 if counting is not None else 0

    @cached_property
    def _stored(self) -> Document:
        find = self._known.stored.get(self._operation)
        return find(self._ask, self._parameters) if find is not None else {}

    @cached_property
    def _goal(self) -> Document:
        """What is stored once the request is carried out, as far as both speak of it by the same names."""
        return _merged(self._stored, self._parameters)

    def _speaks_of(self, rule: Rule) -> bool:
        """Whether an update asks for anything that the rule looks at."""
        return any(self._asked(fact) for fact in rule.facts.values() if not fact.of) or any(
            fact.every for fact in rule.facts.values()
        )

    def _asked(self, fact: Fact) -> Values:
        """What the request says of a fact, wherever the operation has its place for it."""
        for steps in fact.api:
            values = {key: value for key, value in look(steps, self._parameters).items() if value is not None}
            if values:
                return values
        return {}

    def _look(self, fact: Fact, part: str) -> Look:
        stored = look(fact.stored, self._stored) if fact.stored is not None else {}
        if part == "delete":
            # what a deletion is asked with stands for what was configured beside the resource
            return Look({**stored, **self._asked(fact)}, {(): None})
        return Look(stored, self._asked(fact) or stored)

    def _related(self, name: str, document: Document) -> list[Document]:
        find = self._known.related.get(name)
        return find(self._ask, document) if find is not None and document else []

    def _every(self, fact: Fact, document: Document) -> Any:
        values = [look(fact.stored or (), one).get(()) for one in self._related(fact.of, document)]
        return UNKNOWN if any(value is UNKNOWN for value in values) else sorted(map(str, values))


def _merged(stored: Document, asked: Document) -> Document:
    found = dict(stored)
    for name, value in asked.items():
        inner = found.get(name)
        found[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return found
