"""What ``drift`` gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mendixctl.engine.deployment.outside import ObjectOutside
from mendixctl.engine.diff import SpecChange, VersionChange
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.results import Scope
from mendixctl.terraform.plan import ResourceChange
from mendixgen.diagnostics import Diagnostic

Happened = Literal["changed", "deleted"]


@dataclass(frozen=True, slots=True)
class Event:
    """A call that CloudTrail recorded. ``source``: the IP address it came from; ``error``: AWS refused it."""

    name: str
    who: str
    at: datetime
    source: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class DriftedAttribute:
    """One attribute: as the newest release made it, and as AWS has it now.

    ``adopted``: the YAML as it is now would leave it as AWS has it.
    """

    path: str
    released: Any
    now: Any
    sensitive: bool = False
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class Drifted:
    """A resource that somebody changed or deleted outside of a release.

    ``back``: what an apply of the newest release would do about it (``update``, ``create``, ``replace``). ``events``
    are the calls since that release that CloudTrail knows of it, likeliest first. ``names``: what AWS calls it.
    """

    address: str
    area: str
    type: str
    happened: Happened
    back: str
    attributes: tuple[DriftedAttribute, ...] = ()
    adopted: bool = False
    names: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A change that the next apply would make, of those attributes alone that have this cause.

    ``why`` names it more closely: ``storage 1.0.0 -> 1.1.0``, ``mendixctl 0.1.0 -> 0.2.0``.
    """

    change: ResourceChange
    why: str = ""


@dataclass(frozen=True, slots=True)
class DriftResult:
    """Everything in which the environment is not what release ``head`` made of it, by cause.

    ``aws``: changed outside. ``generator``: another mendixctl or module renders and does something else (``versions``:
    module versions that differ, ``generators``: mendixctl's then and now). ``yaml``: what the edits in ``spec`` bring
    about. ``unfinished``: what release ``head`` was going to do and did not. ``ignored``: addresses that changed
    outside where neither the YAML nor a module says anything. ``objects``: what the cluster has otherwise than the
    releases brought there. ``plans``: how many were made to tell this.
    """

    scope: Scope
    head: int
    since: datetime | None
    aws: tuple[Drifted, ...] = ()
    generator: tuple[Planned, ...] = ()
    yaml: tuple[Planned, ...] = ()
    unfinished: tuple[Planned, ...] = ()
    spec: tuple[SpecChange, ...] = ()
    versions: tuple[VersionChange, ...] = ()
    generators: tuple[str, str] = ("", "")
    ignored: tuple[str, ...] = ()
    objects: tuple[ObjectOutside, ...] = ()
    plans: int = 0
    notes: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0
    everything: bool = False
    """Whether any difference counts for the exit code, and not only what AWS changed."""

    @property
    def drifted(self) -> tuple[Drifted, ...]:
        """What AWS changed and the YAML does not say so by now."""
        return tuple(one for one in self.aws if not one.adopted)

    @property
    def exit_code(self) -> int:
        other = self.generator or self.yaml or self.unfinished or self.spec or self.versions
        return 2 if self.drifted or self.objects or (self.everything and other) else 0


@dataclass(frozen=True, slots=True)
class Adoption:
    """A field of the YAML that drives a drifted attribute, proven by a plan. ``before`` None: not set."""

    path: str
    before: Any
    after: Any
    address: str
    attribute: str


@dataclass(frozen=True, slots=True)
class NotAdopted:
    """A drifted attribute (or a whole resource, then it is empty) that no field of the YAML drives, and why."""

    address: str
    attribute: str
    reason: str


@dataclass(frozen=True, slots=True)
class PreparedAdoption:
    """What ``--accept`` would write; nothing is written yet. ``before`` and ``text``: the YAML then and afterwards."""

    drift: DriftResult
    adoptions: tuple[Adoption, ...]
    rest: tuple[NotAdopted, ...]
    before: str = field(repr=False)
    text: str = field(repr=False)
    spec_diff: str = ""
    confirmation: str = "yes"

    @property
    def scope(self) -> Scope:
        return self.drift.scope

    @property
    def exit_code(self) -> int:
        return 2 if self.rest else 0


@dataclass(frozen=True, slots=True)
class AdoptionResult:
    """The YAML is written; ``plan`` is the saved plan whose apply records it, None where nothing was adopted."""

    prepared: PreparedAdoption
    plan: PlanResult | None = None

    @property
    def exit_code(self) -> int:
        return self.prepared.exit_code
