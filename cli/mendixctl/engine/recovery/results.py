"""What the commands of ``recovery`` give back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mendixctl.engine.results import Scope


@dataclass(frozen=True, slots=True)
class RecoveryPlan:
    """The recovery plan of an environment, as Markdown."""

    environment: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Backup:
    """The replicated backups of one of the primary's databases. ``arn`` is empty where there are none.

    ``latest`` is the newest moment that can be restored to.
    """

    database: str
    arn: str = ""
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a drill found of one database, in seconds; None where nothing could be restored. ``problem`` says why."""

    database: str
    rpo_seconds: float | None
    rto_seconds: float | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DrillResult:
    """A drill, recorded as release ``number``; the minutes are what the primary asks for, None where it says none."""

    scope: Scope
    number: int
    measurements: tuple[Measurement, ...]
    rpo_minutes: int | None
    rto_minutes: int | None

    def missed(self, one: Measurement) -> bool:
        """Whether a database does not come back as it should."""
        if one.rpo_seconds is None or one.rto_seconds is None:
            return True
        late = self.rto_minutes is not None and one.rto_seconds > 60 * self.rto_minutes
        return late or (self.rpo_minutes is not None and one.rpo_seconds > 60 * self.rpo_minutes)

    @property
    def exit_code(self) -> int:
        """2 where a number is not kept."""
        return 2 if any(map(self.missed, self.measurements)) else 0


@dataclass(frozen=True, slots=True)
class PreparedSwitch:
    """A failover or failback that a person is asked about.

    ``backups``: what each database is made of anew, where ``databases`` is set; ``spec_diff`` is the edit of the
    standby's file; ``latch`` is the health check that is turned over, ``to_standby`` which way, and
    ``automatic`` whether it watches an alarm by itself where names lead to the primary.
    """

    scope: Scope
    kind: str
    primary: str
    confirmation: str
    number: int
    backups: tuple[Backup, ...] = ()
    existing: tuple[str, ...] = ()
    spec_diff: str = ""
    before: str = ""
    text: str = ""
    latch: str = ""
    automatic: bool = False
    to_standby: bool = False


@dataclass(frozen=True, slots=True)
class SwitchResult:
    """What a failover or failback did, recorded as release ``number``. ``next`` is what a person does then."""

    scope: Scope
    kind: str
    number: int
    done: tuple[str, ...]
    next: tuple[str, ...] = ()
