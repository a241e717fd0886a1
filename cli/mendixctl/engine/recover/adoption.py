"""What a recovery takes into the state, what it leaves, and what is known of either on the way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mendixctl.engine.journal.journal import TAG
from mendixctl.engine.unfinished.orphan_candidates import Certainty, Doubt
from mendixctl.terraform.plan import PlanDocument
from mendixgen.diagnostics import Diagnostic
from mendixgen.messages import msg


@dataclass(frozen=True, slots=True)
class Adoption:
    """A resource that the plan takes into the state, and the ID by which it does."""

    address: str
    type: str
    id: str
    release: int
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Unadopted:
    """A resource that is left in doubt: why, and what to look for at AWS. ``accepting``: what happens to it if its
    address is accepted by name.
    """

    doubt: Doubt
    why: str
    look_for: str
    accepting: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A resource of which it is known that no state lacks it, and how that is known."""

    doubt: Doubt
    why: str


@dataclass(slots=True)
class Adopted:
    """What came of it. ``settled``: what was never made, or is another's. ``document`` is None without a plan."""

    adoptions: tuple[Adoption, ...] = ()
    settled: tuple[Settled, ...] = ()
    unadopted: tuple[Unadopted, ...] = ()
    document: PlanDocument | None = None
    has_changes: bool = False
    warnings: tuple[Diagnostic, ...] = ()


ABSENT = "AWS does not have it"
SAME = "the state has it already: it was made again under the same ID"
GIVEN_UP = "it is no longer looked for: accepted by name"
REPLACED = "it would be made anew, and what it holds is lost"


@dataclass(slots=True)
class Candidates:
    """The doubts that are still open, with what is known of each. ``refused``: why, and what accepting it means."""

    values: dict[str, dict[str, str]]
    doubts: dict[str, Doubt]
    accepted: frozenset[str]
    ids: dict[str, str] = field(default_factory=dict)
    settled: dict[str, str] = field(default_factory=dict)
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)

    def open(self) -> list[str]:
        return [address for address in self.doubts if address not in self.settled and address not in self.refused]

    def identified(self) -> list[tuple[str, str]]:
        return [(address, self.ids[address]) for address in self.open() if address in self.ids]

    def refuse(self, address: str, why: str, accepting: str = GIVEN_UP) -> None:
        self.refused[address] = (why, accepting)


def look_for(resource: str, values: Mapping[str, str]) -> str:
    """What a person would look for at AWS."""
    names = [f"{path} {value}" for path, value in values.items() if not path.startswith(TAG)]
    tags = [
        msg("tag {removeprefix} = {value}", removeprefix=path.removeprefix(TAG), value=value)
        for path, value in values.items()
        if path.startswith(TAG)
    ]
    return (
        f"{resource} with {', '.join([*names, *tags])}" if names or tags else msg("a new {resource}", resource=resource)
    )
