"""The rules: one JSON file a service under ``rules/``, read when a plan has a resource of that service.

A file has the kinds of its types and the rules of their changes. ``data``: they hold what no plan can make again, and
the file says what. ``identity``: what they are known by (an id, an address, a DNS name) is new in a new one. ``plain``:
a later plan makes the same again. ``beside``: those of ``identity`` that lose nothing where the new one is made before
the old one goes, because what they carry moves over. ``rules/index.json`` says which file a type's name leads to.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from mendixctl.guard.conditions import Condition
from mendixctl.guard.paths import look, parse
from mendixctl.guard.verdict import Verdict

FOLDER = Path(__file__).parent / "rules"


class Kind(StrEnum):
    """What a resource of a type is."""

    DATA = "data"
    IDENTITY = "identity"
    PLAIN = "plain"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Window:
    """How long a way back stays open: fixed days, or as many as an attribute of the resource says."""

    days: int = 0
    steps: tuple[str, ...] = ()

    def of(self, values: Any) -> str:
        """As ISO 8601, by the resource's ``values``; empty where there is no window."""
        said = look(self.steps, values).get(()) if self.steps else None
        days = said if isinstance(said, int) and not isinstance(said, bool) and 0 < said <= 36500 else self.days
        return f"P{days}D" if days else ""


@dataclass(frozen=True, slots=True)
class Parent:
    """The resource that a setting belongs to, and how to find it: ``reference`` here is ``key`` there.

    What was made by the same plan has nothing yet that the setting could take away.
    """

    type: str
    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What is said of a change for which all of ``when`` holds.

    ``refused``: AWS does not make this change at all, so a rollback that needs it keeps things as they are.
    ``shadow``: the attribute is one that another resource may set, and then only shows here.
    """

    id: str
    types: frozenset[str]
    on: frozenset[str]
    when: tuple[Condition, ...]
    verdict: Verdict
    reason: str
    source: str
    window: Window = Window()
    refused: bool = False
    one_way: bool = False
    parent: Parent | None = None
    shadow: str = ""

    def asks(self, question: str) -> bool:
        """Whether one of the conditions asks this."""
        return any(condition.question == question for condition in self.when)


@dataclass(frozen=True, slots=True)
class Service:
    """What is known of the types of one service."""

    name: str = ""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    holds: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    beside: frozenset[str] = frozenset()

    def kind(self, type_: str) -> Kind:
        return self.kinds.get(type_, Kind.UNKNOWN)


NOT_KNOWN = Service()


def service(type_: str) -> Service:
    """What is known of a type's service; of an unknown one, nothing."""
    name = _file_of(type_)
    return read(name) if name else NOT_KNOWN


@functools.cache
def read(name: str) -> Service:
    """One file of rules."""
    return build(name, json.loads((FOLDER / f"{name}.json").read_bytes()))


def build(name: str, data: Mapping[str, Any]) -> Service:
    """A service from a file's content; raises KeyError or ValueError where it is no file of rules."""
    kinds: dict[str, Kind] = {}
    holds: dict[str, str] = {}
    for type_, what in data.get("data", {}).items():
        kinds[type_], holds[type_] = Kind.DATA, what
    for type_, what in data.get("identity", {}).items():
        kinds[type_], holds[type_] = Kind.IDENTITY, what
    kinds.update(dict.fromkeys(data.get("plain", ()), Kind.PLAIN))
    return Service(
        name, kinds, holds, tuple(_rule(name, one) for one in data.get("rules", ())), frozenset(data.get("beside", ()))
    )


@functools.cache
def _index() -> dict[str, str]:
    found: dict[str, str] = json.loads((FOLDER / "index.json").read_bytes())
    return found


def _file_of(type_: str) -> str:
    """The file of the longest beginning of a type's name that the index has: ``aws_db_`` for all of RDS."""
    index = _index()
    for length in range(min(len(type_), 60), 0, -1):
        if type_[:length] in index:
            return index[type_[:length]]
    return ""


def _rule(service_name: str, data: Mapping[str, Any]) -> Rule:
    window = data.get("window", 0)
    parent = data.get("parent")
    return Rule(
        id=f"{service_name}.{data['id']}",
        types=frozenset(data["types"]),
        on=frozenset(data.get("on", ("update",))),
        when=tuple(_condition(one) for one in data.get("when", ())),
        verdict=Verdict(data["verdict"]),
        reason=data["reason"],
        source=data["source"],
        window=Window(window) if isinstance(window, int) else Window(window["default"], parse(window["at"])),
        refused=data.get("refused", False),
        one_way=data.get("one_way", False),
        shadow=data.get("shadow", ""),
        parent=Parent(parent["type"], parent["key"], parent["reference"]) if parent else None,
    )


def _condition(data: Mapping[str, Any]) -> Condition:
    (question,) = data.keys() - {"at", "endless"}
    named = data[question]
    values = () if named is True and question not in VALUED else tuple(named) if isinstance(named, list) else (named,)
    return Condition(parse(data["at"]), question, values, tuple(data.get("endless", ())))


VALUED = frozenset({"becomes", "leaves", "was", "was-not", "is", "is-not"})
"""Questions that name values; the others say ``true``."""
