"""What the use-cases give back: plain data, which views show and ``--json`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from mendixctl.guard.verdict import REVERSIBLE, Judgement, Verdict
from mendixctl.ledger.release import RecordedChange
from mendixctl.terraform.plan import ResourceChange

TargetName = Literal["aws", "emulator"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a command works on; the header of every view. ``rehearsal``: on the emulator by ``--emulator``."""

    environment: str
    account: str
    region: str
    target: TargetName
    rehearsal: bool = False
    protected: bool = False
    description: str = ""
    domain: str = ""
    owner: str = ""
    state: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One planned change, what the guard says of it, and of ``back``: the change that would undo it."""

    change: ResourceChange
    judgement: Judgement = REVERSIBLE
    back: Judgement = REVERSIBLE

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def recorded(self) -> RecordedChange:
        """The part that the ledger keeps: names of attributes, never their values."""
        return RecordedChange(
            address=self.change.address,
            area=self.change.area,
            action=self.change.action.value,
            attributes=tuple(attribute.path for attribute in self.change.attributes),
            verdict=self.verdict.value,
            reason=self.judgement.reason,
            one_way=self.judgement.one_way,
            back=self.back.verdict.value,
            back_reason=self.back.reason,
            identity=self.change.identity,
            previous_address=self.change.previous_address,
        )

    def recorded_at(self, made: datetime) -> RecordedChange:
        """As `recorded`, with the moment until which the change can be taken back if it is made at ``made``."""
        until = self.judgement.until(made)
        return replace(self.recorded, until=until.astimezone(UTC).isoformat(timespec="seconds") if until else "")


class RestoreAction(StrEnum):
    """How a rollback brings data back that was deleted since."""

    UNDELETE = "undelete"
    """Its deletion is called off, and it is imported."""
    IMPORT = "import"
    """It is there, in no state: it is imported."""
    SNAPSHOT = "from-snapshot"
    """It is made anew from a snapshot."""
    EMPTY = "create-empty"
    """It is made anew without what was in it; that has to be accepted by name."""


@dataclass(frozen=True, slots=True)
class Restore:
    """What a rollback does about data at an address that it creates again.

    ``source``: the ID that is imported, or the snapshot. ``until``: when AWS deletes that for good. ``data_until``: the
    moment up to which a snapshot has the data. ``deleted_by``: the release that deleted it, 0 where none did.
    """

    address: str
    type: str
    action: RestoreAction
    source: str = ""
    until: datetime | None = None
    data_until: datetime | None = None
    deleted_by: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FileBackup:
    """A file as it was; ``content`` is None where there was none."""

    path: Path
    content: bytes | None
    mode: int = 0o644
