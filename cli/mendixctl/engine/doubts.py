"""What a crash leaves in doubt: resources that were, or may have been, created and stand in no state.

A Terraform that was killed has not written down what it created last (in S3: of the last 20 seconds), and what it had
asked AWS for comes to be all the same. A plan would create all of that a second time. The journal of the apply says
what it can be; where there is none, because another machine has it, the release says what was going to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mendixctl.engine.imports import harmless
from mendixctl.engine.journals import CREATING, Journal, Planned, journal_of, unsettled
from mendixctl.engine.state_objects import StateObject
from mendixctl.engine.workplace import Workplace
from mendixctl.ledger.release import Record


class Certainty(StrEnum):
    """How sure it is that a resource exists."""

    CREATED = "created"
    IN_FLIGHT = "in-flight"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One resource that may exist and stands in no state. ``values``: what is known of its identity.

    ``other``: what the state has at its address, where that is another object.
    """

    address: str
    type: str
    release: int
    certainty: Certainty
    values: Mapping[str, str] = field(default_factory=dict)
    other: str = ""


def doubts(workplace: Workplace, record: Record | None, state: Mapping[str, StateObject]) -> tuple[Doubt, ...]:
    """Everything in doubt: of every apply of this checkout, and of the newest release where it was cut off elsewhere.

    Of one address the newest apply decides.
    """
    found: dict[str, Doubt] = {}
    journals = unsettled(workplace.workspace)
    for journal in journals:
        found |= {doubt.address: doubt for doubt in of_journal(journal, state)}
    if record is not None and record.outcome is None and journal_of(workplace.workspace, record) is None:
        found |= {doubt.address: doubt for doubt in of_record(record, state)}
    return tuple(found.values())


def of_journal(journal: Journal, state: Mapping[str, StateObject]) -> list[Doubt]:
    """What one apply may have created that is not in the state."""
    if not journal.begun:
        return []
    found = []
    for one in journal.intent.planned:
        certainty = _certainty(journal, one)
        if one.action not in CREATING or certainty is None or harmless(one.type):
            continue
        said = journal.heard.ids.get(one.address, "")
        there = state.get(one.address)
        # a replacement may stand beside what it replaces, or the state may not know yet that it has replaced it
        other = there.id if there is not None and said and there.id and there.id != said else ""
        if there is not None and not other:
            continue
        values = {**one.values, **({"id": said} if said else {})}
        found.append(Doubt(one.address, one.type, journal.intent.number, certainty, values, other))
    return found


def of_record(record: Record, state: Mapping[str, StateObject]) -> list[Doubt]:
    """What a release whose journal is on another machine may have created."""
    return [
        Doubt(change.address, kind, record.number, Certainty.POSSIBLE)
        for change in record.release.changes
        if change.action in CREATING
        and change.address not in state
        and not harmless(kind := resource_type(change.address))
    ]


def _certainty(journal: Journal, one: Planned) -> Certainty | None:
    heard = journal.heard
    if one.address in heard.ids:
        return Certainty.CREATED
    if one.address in heard.unsure:
        return Certainty.IN_FLIGHT
    if not journal.was_cut_off:
        return None  # Terraform came to its end, so what it did not create, it did not create
    if one.address in heard.creating or one.address in heard.broken:
        return Certainty.IN_FLIGHT
    return Certainty.POSSIBLE if journal.lost_power else None


def resource_type(address: str) -> str:
    """The type in the address of a managed resource."""
    plain = []
    depth = 0
    quoted = escaped = False
    for character in address:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in "[]":
            depth += 1 if character == "[" else -1
        elif not depth:
            plain.append(character)
    steps: Sequence[str] = "".join(plain).split(".")
    return steps[-2] if len(steps) > 1 else ""
