"""The rules of what AWS refuses, read when a plan or a request has to do with a service.

A rule: ``types`` and ``on`` say which changes it looks at, and by which requests they are made. ``facts`` are named
values; ``related`` are other resources that facts may be of, found by ``reference`` here being ``key`` there. All of
``when`` must hold. ``possible`` is of rules that a plan alone cannot decide: they warn, and say when AWS refuses.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mendixctl.guard import conditions
from mendixctl.guard.conditions import Condition
from mendixctl.guard.paths import parse
from mendixctl.guard.refusals.questions import QUESTIONS
from mendixctl.guard.rulebook import VALUED

FOLDER = Path(__file__).parent
PARTS = ("create", "update", "delete")
"""What AWS is asked for; a replacement is a deletion and a creation."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value: where it stands in Terraform's values, in a request, and in what AWS answers about the resource.

    ``api``: the places in a request; operations of one service call the same thing by different names.
    ``of``: the relation whose resources have it, if it is not the resource itself. ``every``: the values of all
    related resources as one list.
    """

    name: str
    plan: tuple[str, ...]
    api: tuple[tuple[str, ...], ...] = ()
    stored: tuple[str, ...] | None = None
    of: str = ""
    every: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Other resources: those of ``type`` whose ``key`` is among what stands at ``reference`` here.

    ``children``: they name this one, and there may be any number of them, also none.
    """

    type: str
    key: tuple[str, ...]
    reference: tuple[str, ...]
    children: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    """One question about a fact, with the values or the facts that it names."""

    fact: str
    question: str
    named: tuple[Any, ...] = ()
    facts: frozenset[str] = frozenset()

    def holds(self, before: Any, after: Any, named: tuple[Any, ...]) -> bool:
        """Whether it holds of known values; ``named``: what it names, facts resolved."""
        own = QUESTIONS.get(self.question)
        if own is not None:
            return own(before, after, named)
        return conditions.QUESTIONS[self.question](before, after, Condition((), self.question, named))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Several questions, of which one has to hold."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """How many resources may have the same facts: rules of one group, one number of a list."""

    by: tuple[str, ...]
    most: int


@dataclass(frozen=True)
class Rule:
    """What AWS refuses; see the module. ``text`` is AWS's own, with the names of facts in braces.

    ``on``: the operations that refuse a creation, an update, a deletion. ``verbatim``: false where AWS's own words are
    on no record, and ``text`` is ours. ``answered``: who refuses it on the emulator, the ``rule`` itself, ``moto``, or
    ``nobody``. ``computed``: values that only the text needs. ``setting``: where a specification says it, with ``*``
    for the name that the resource has in its address; empty where the address alone tells the area.
    """

    id: str
    title: str
    types: frozenset[str]
    on: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, Fact]
    related: Mapping[str, Relation]
    when: tuple[Test | AnyOf, ...]
    code: str
    text: str
    status: int
    instead: str
    source: str
    url: str
    date: str
    possible: str = ""
    group: Group | None = None
    computed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    verbatim: bool = True
    answered: str = "rule"
    setting: str = ""
    examples: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @functools.cached_property
    def own(self) -> frozenset[str]:
        """The attributes of the resource itself that the rule looks at, those that name others included."""
        facts = {fact.plan[0] for fact in self.facts.values() if not fact.of}
        return frozenset(facts | {relation.reference[0] for relation in self.related.values()})

    @property
    def service(self) -> str:
        """The service's signing name."""
        return self.id.partition(".")[0]

    def part(self, operation: str) -> str:
        """Whether an operation creates, updates or deletes; empty for one that this rule has nothing to say of."""
        return next((part for part, operations in self.on.items() if operation in operations), "")


@functools.cache
def rules_of(type_: str) -> tuple[Rule, ...]:
    """The rules that look at resources of a type."""
    return tuple(rule for name in _index().get(type_, ()) for rule in read(name) if type_ in rule.types)


def rules_for(service: str, operation: str) -> tuple[Rule, ...]:
    """The rules that the emulator answers an operation with; ``service`` by its signing name."""
    rules = read(service) if service in names() else ()
    return tuple(rule for rule in rules if rule.answered == "rule" and rule.part(operation))


def every_rule() -> Iterable[Rule]:
    """All rules, by file."""
    return (rule for name in names() for rule in read(name))


@functools.cache
def names() -> tuple[str, ...]:
    """The files' names, which are the services' signing names."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "index"))


@functools.cache
def read(name: str) -> tuple[Rule, ...]:
    """The rules of one file."""
    data = json.loads((FOLDER / f"{name}.json").read_bytes())
    return tuple(build(name, rule) for rule in data["rules"])


def build(service: str, data: Mapping[str, Any]) -> Rule:
    """A rule from a file's content; raises KeyError or ValueError where it is none."""
    facts = {name: _fact(name, one) for name, one in data["facts"].items()}
    group = data.get("group")
    return Rule(
        id=f"{service}.{data['id']}",
        title=data["title"],
        types=frozenset(data["types"]),
        on={part: tuple(data["on"][part]) for part in PARTS if part in data["on"]},
        facts=facts,
        related={name: _relation(one) for name, one in data.get("related", {}).items()},
        when=tuple(_tests(one, facts) for one in data["when"]),
        code=data["error"]["code"],
        text=data["error"]["text"],
        status=data["error"].get("status", 400),
        instead=data["instead"],
        source=data["source"],
        url=data.get("url", ""),
        date=data["date"],
        possible=data.get("possible", ""),
        computed={name: tuple(how) for name, how in data.get("computed", {}).items()},
        verbatim=data.get("verbatim", True),
        group=Group(tuple(group["by"]), group["most"]) if group else None,
        answered=data.get("answered", "rule"),
        setting=data.get("setting", ""),
        examples=data["examples"],
    )


@functools.cache
def _index() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((FOLDER / "index.json").read_bytes())
    return found


def _fact(name: str, data: Mapping[str, Any]) -> Fact:
    said = data.get("api", [])
    api = tuple(parse(path) for path in ([said] if isinstance(said, str) else said))
    stored = parse(data["stored"]) if "stored" in data else next(iter(api), None)
    return Fact(name, parse(data["plan"]), api, stored, data.get("of", ""), data.get("every", False))


def _relation(data: Mapping[str, Any]) -> Relation:
    return Relation(data["type"], parse(data["key"]), parse(data["reference"]), data.get("children", False))


def _tests(data: Mapping[str, Any], facts: Mapping[str, Fact]) -> Test | AnyOf:
    if "any" in data:
        return AnyOf(tuple(_test(one, facts) for one in data["any"]))
    return _test(data, facts)


def _test(data: Mapping[str, Any], facts: Mapping[str, Fact]) -> Test:
    (question,) = data.keys() - {"fact"}
    if question not in QUESTIONS and question not in conditions.QUESTIONS:
        raise ValueError(f"there is no question {question!r}")
    if data["fact"] not in facts:
        raise ValueError(f"there is no fact {data['fact']!r}")
    named = data[question]
    values = tuple(named) if isinstance(named, list) else () if named is True else (named,)
    if named is True and question in VALUED:
        values = (True,)
    return Test(
        data["fact"], question, values, frozenset(one for one in values if isinstance(one, str) and one in facts)
    )
