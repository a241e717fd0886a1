"""What a crash leaves in doubt: resources that were, or may have been, created and stand in no state.

A Terraform that was killed has not written down what it created last (in S3: of the last 20 seconds), and what it had
asked AWS for comes to be all the same. A plan would create all of that a second time. The journal of the apply says
what it can be; where there is none, because another machine has it, the release says what was going to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.journal.import_ids import harmless
from mendixctl.engine.journal.journal import CREATING, Journal, Planned, journal_of, unsettled
from mendixctl.ledger.release import Record
from mendixctl.terraform.answers import Answer
from mendixctl.terraform.state import Instance


class Certainty(StrEnum):
    """How sure it is that a resource exists. ``TAKEN``: something does, and whether this apply made it is the question:
    a request whose answer was lost is sent again, and AWS then answers that it is there.
    """

    CREATED = "created"
    IN_FLIGHT = "in-flight"
    TAKEN = "taken"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One resource that may exist and stands in no state. ``values``: what is known of its identity.

    ``other``: what the state has at its address, where that is another object; ``gone``: Terraform has destroyed that.
    ``since``: when it was begun, at the earliest.
    """

    address: str
    type: str
    release: int
    certainty: Certainty
    values: Mapping[str, str] = field(default_factory=dict)
    other: str = ""
    gone: bool = False
    since: datetime | None = None


def doubts(workplace: Workplace, record: Record | None, state: Mapping[str, Instance]) -> tuple[Doubt, ...]:
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


def of_journal(journal: Journal, state: Mapping[str, Instance]) -> list[Doubt]:
    """What one apply may have created that is not in the state."""
    if not journal.begun:
        return []
    found = []
    for one in journal.intent.planned:
        certainty = _certainty(journal, one)
        if one.action not in CREATING or certainty is None or harmless(one.type) or one.address in journal.looked_after:
            continue
        said = journal.heard.ids.get(one.address, "")
        there = state.get(one.address)
        other = _other(one, said, there)
        if there is not None and not other:
            continue
        values = {**one.values, **({"id": said} if said else {})}
        gone = bool(other) and one.address in journal.heard.gone
        found.append(
            Doubt(
                one.address,
                one.type,
                journal.intent.number,
                certainty,
                values,
                other,
                gone,
                journal.intent.started_at,
            )
        )
    return found


def _other(one: Planned, said: str, there: Instance | None) -> str:
    """The ID of what the state has at the address, where that is not what the apply has made, or may have.

    A replacement may stand beside what it replaces, or the state may not know yet that it has replaced it.
    """
    if there is None or not there.id:
        return ""
    if said:
        return there.id if there.id != said else ""
    return there.id if one.action == "replace" and there.id == one.before else ""


def of_record(record: Record, state: Mapping[str, Instance]) -> list[Doubt]:
    """What a release whose journal is on another machine may have created."""
    return [
        Doubt(change.address, kind, record.number, Certainty.POSSIBLE, since=record.release.started_at)
        for change in record.release.changes
        if change.action in CREATING
        and change.address not in state
        and not harmless(kind := resource_type(change.address))
    ]


def _certainty(journal: Journal, one: Planned) -> Certainty | None:
    """How sure it is that a run created a resource; None where it surely did not.

    What was begun and not completed is in doubt unless AWS itself refused it, whether Terraform came to its end or
    not and whatever it said: its errors come last, so one that was killed has told none.
    """
    heard = journal.heard
    if one.address in heard.ids:
        return Certainty.CREATED
    if one.address in heard.begun:
        return _ANSWERED[heard.begun[one.address]]
    return Certainty.POSSIBLE if journal.was_cut_off and journal.lost_power else None


_ANSWERED = {Answer.NONE: Certainty.IN_FLIGHT, Answer.TAKEN: Certainty.TAKEN, Answer.REFUSED: None}


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
