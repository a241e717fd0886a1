"""What ``explain`` gives back: a field, an error, or a type of resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """What else there is to know of a field: ``one_way``, ``create_only``, ``secret``, ..., and why."""

    name: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A field below the one that is explained."""

    name: str
    type: str
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class ExplainedField:
    """One field of the YAML. ``path`` as it was found, the names in maps as ``<name>``.

    ``area`` and ``module`` (its version) are empty for a field of no area. ``default`` is what holds where it is not
    set; None with ``has_default`` false where there is none. ``reaches``: addresses within the root.
    """

    path: str
    description: str
    type: str
    area: str = ""
    module: str = ""
    variable: str = ""
    unit: str = ""
    required: bool = False
    has_default: bool = False
    default: Any = None
    values: tuple[Any, ...] = ()
    bounds: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    keys: tuple[Key, ...] = ()
    reaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainedError:
    """One code of ``docs/errors.md``: the part of mendixctl that it comes from, what happened and what to do."""

    code: str
    part: str
    happened: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the guard: on which change it looks, what it says, and why."""

    id: str
    on: tuple[str, ...]
    looks_at: tuple[str, ...]
    verdict: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What AWS refuses of a type, and what to do instead."""

    id: str
    title: str
    operations: tuple[str, ...]
    code: str
    instead: str
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a type of resource stands: an area, the version of its module, and the addresses in it."""

    area: str
    module: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplainedResource:
    """A type of resource. ``kind``: what is lost with one (``data``, ``identity``, ``plain``, ``unknown``); ``holds``
    says what. ``fields``: paths of the YAML that reach it. ``runbooks``: files of the repository that are about it.
    """

    type: str
    address: str
    kind: str
    holds: str
    places: tuple[Place, ...]
    fields: tuple[str, ...]
    rules: tuple[Rule, ...]
    refusals: tuple[Refusal, ...]
    runbooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainResult:
    """What was asked, and what explains it: exactly one of the three."""

    asked: str
    field: ExplainedField | None = None
    error: ExplainedError | None = None
    resource: ExplainedResource | None = None

    @property
    def kind(self) -> str:
        return "field" if self.field else "error" if self.error else "resource"
