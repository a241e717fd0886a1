"""What the commands of incidents return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mendixctl.engine.results import Scope


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. ``response`` and ``solution``: ``kept``, ``missed``, or ``running`` while neither can be said.

    ``acknowledged_by`` and ``solved_by`` are ARNs, or ``alarm`` for what was well again by itself; times are UTC.
    """

    id: str
    priority: str
    hours: str
    alarm_name: str
    reason: str
    started_at: datetime
    respond_by: datetime
    solve_by: datetime
    response: str
    solution: str
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_why: str = ""
    solved_at: datetime | None = None
    solved_by: str = ""
    solved_why: str = ""


@dataclass(frozen=True, slots=True)
class IncidentsResult:
    """The incidents of a month (``2027-01``), or all that are open; the newest first."""

    scope: Scope
    month: str
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class IncidentResult:
    """An incident as it is after somebody acknowledged or solved it. ``done`` says which."""

    scope: Scope
    done: str
    incident: Incident


@dataclass(frozen=True, slots=True)
class DeadlinesResult:
    """When an incident has to be answered and solved that begins at ``start``; nothing is asked of AWS."""

    scope: Scope
    priority: str
    hours: str
    timezone: str
    start: datetime
    respond_by: datetime
    solve_by: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """How many incidents of a priority kept and missed a deadline. ``median`` is in minutes of the priority's clock."""

    kept: int = 0
    missed: int = 0
    running: int = 0
    median: float | None = None

    @property
    def percent(self) -> float | None:
        """The share that was kept of those of which it can be said; None where there is none."""
        judged = self.kept + self.missed
        return round(100 * self.kept / judged, 1) if judged else None


@dataclass(frozen=True, slots=True)
class PriorityReport:
    """The incidents of one priority in a month."""

    priority: str
    incidents: int
    response: Kept
    solution: Kept


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """What was kept and missed in a month, by priority; ``missed`` are the incidents with a missed deadline."""

    scope: Scope
    month: str
    priorities: tuple[PriorityReport, ...]
    missed: tuple[Incident, ...]
