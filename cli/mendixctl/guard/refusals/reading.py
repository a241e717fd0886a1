"""Facts as they were and as they will be, and whether a rule holds of them; no matter where they were read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mendixctl.guard.conditions import number, version
from mendixctl.guard.paths import UNKNOWN, Key
from mendixctl.guard.refusals.questions import family
from mendixctl.guard.refusals.rulebook import AnyOf, Fact, Rule, Test
from mendixctl.terraform.plan import SENSITIVE
from mendixctl.terraform.plan import UNKNOWN as SHOWN_UNKNOWN

LONGEST_SHOWN = 120
"""Characters of a value that a text shows."""


@dataclass(frozen=True, slots=True)
class Look:
    """What stands at a fact's place, by the names of the list elements on the way.

    ``secret``: keys of values that are marked sensitive, which no text shows.
    """

    before: Mapping[Key, Any] = field(default_factory=dict)
    after: Mapping[Key, Any] = field(default_factory=dict)
    secret: frozenset[Key] = frozenset()

    def at(self, key: Key) -> Value:
        """The value under a key, or under the longest beginning of it: a list's elements share what is above them."""
        return Value(
            _under(self.before, key), _under(self.after, key), any(key[: len(one)] == one for one in self.secret)
        )


@dataclass(frozen=True, slots=True)
class Value:
    """A fact before and after; in a text, ``{name}``, ``{name.was}`` and ``{name.minors}``."""

    before: Any
    after: Any
    secret: bool = False

    @property
    def was(self) -> str:
        return SENSITIVE if self.secret else shown(self.before)

    @property
    def minors(self) -> str:
        """A version of Kubernetes and the three before it, which its nodes may have."""
        numbers = version(self.after)
        return ", ".join(f"{numbers[0]}.{numbers[1] - step}" for step in range(4)) if len(numbers) > 1 else ""

    def __str__(self) -> str:
        return SENSITIVE if self.secret else shown(self.before if self.after is None else self.after)


Reading = Mapping[str, Value]
"""The facts of one rule, by name."""


def shown(value: Any) -> str:
    """A value as a text shows it: on one line, and not longer than a line."""
    if value is UNKNOWN:
        return SHOWN_UNKNOWN
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = ",".join(map(shown, value)) if isinstance(value, list) else "" if value is None else str(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def readings(rule: Rule, look: Callable[[Fact], Look]) -> Iterator[Reading]:
    """The facts of a rule for each element of the lists that they are in, where all of its conditions hold."""
    looks = {name: look(fact) for name, fact in rule.facts.items()}
    for key in _keys(looks):
        values = {name: found.at(key) for name, found in looks.items()}
        if holds(rule, values):
            yield values


def holds(rule: Rule, values: Reading) -> bool:
    """Whether all conditions of a rule hold; what is not known answers no question."""
    return all(
        any(_holds(one, values) for one in test.tests) if isinstance(test, AnyOf) else _holds(test, values)
        for test in rule.when
    )


def _holds(test: Test, values: Reading) -> bool:
    value = values[test.fact]
    named = tuple(values[one].after if isinstance(one, str) and one in test.facts else one for one in test.named)
    known = not any(one is UNKNOWN for one in (value.before, value.after, *named))
    return known and test.holds(value.before, value.after, named)


def told(rule: Rule, template: str, values: Reading, count: int = 0) -> str:
    """A text of a rule with the values in it; ``count``: how many resources its group has."""
    found = {name: _computed(how, values) for name, how in rule.computed.items()}
    return template.format_map({**values, **found, "count": count})


def _computed(how: tuple[str, ...], values: Reading) -> str:
    """What a text shows that is no fact: the family that an engine wants, or how many times one fact is another."""
    kind, first, second = how
    one, other = values[first].after, values[second].after
    if kind == "family":
        return family(one, other)
    over, under = number(one), number(other)
    digits = 4 if kind == "ratio" else 6
    return f"{over / under:.{digits}f}" if over is not None and under else ""


def _under(values: Mapping[Key, Any], key: Key) -> Any:
    for length in range(len(key), -1, -1):
        if key[:length] in values:
            return values[key[:length]]
    return None


def _keys(looks: Mapping[str, Look]) -> list[Key]:
    """The keys of all facts that no longer key begins with."""
    every = {key for look in looks.values() for key in (*look.before, *look.after)} or {()}
    beginnings = {key[:length] for key in every for length in range(len(key))}
    return sorted(every - beginnings)
