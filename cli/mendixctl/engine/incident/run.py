"""``incident``: list, acknowledge, solve; deadlines computed from the YAML; and what was kept in a month.

A person writes with credentials of their own, not as the deploy role: who acknowledged is who did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from mendixctl.aws import Clients
from mendixctl.engine.environment.tools import api
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.incident.results import (
    DeadlinesResult,
    Incident,
    IncidentReport,
    IncidentResult,
    IncidentsResult,
    Kept,
    PriorityReport,
)
from mendixctl.engine.incident.table import IncidentTable, Row
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.functions import incident_clock as clock

PRIORITIES = ("p1", "p2", "p3", "p4")
AREA = "support"


def listed(session: Session, environment: str, month: str = "") -> IncidentsResult:
    """The incidents of ``month``, or all that are open, the newest first.

    Raises:
        MendixError: MXP240, the area support is off; MXA1xx, AWS cannot be asked.
    """
    workplace, table = _opened(session, environment)
    rows = table.of_month(month) if month else table.unsolved()
    now = session.clock()
    found = sorted((incident_of(row, now) for row in rows), key=lambda it: (it.started_at, it.id), reverse=True)
    return IncidentsResult(workplace.scope, month, tuple(found))


def acknowledge(session: Session, environment: str, incident: str, why: str) -> IncidentResult:
    """Write that the caller answers an incident: it is escalated no further.

    Raises:
        MendixError: MXP240 to MXP242; MXA1xx, AWS cannot be asked.
    """
    workplace, table = _opened(session, environment)
    now = session.clock()
    row = table.acknowledge(incident, clock.written(now), table.clients.caller(), why)
    return IncidentResult(workplace.scope, "acknowledged", incident_of(row, now))


def solve(session: Session, environment: str, incident: str, why: str) -> IncidentResult:
    """Write that the caller solved an incident. Raises as `acknowledge`."""
    workplace, table = _opened(session, environment)
    now = session.clock()
    row = table.solve(incident, clock.written(now), table.clients.caller(), why)
    return IncidentResult(workplace.scope, "solved", incident_of(row, now))


def deadlines(session: Session, environment: str, priority: str, start: datetime | None = None) -> DeadlinesResult:
    """When an incident has to be answered and solved that begins at ``start``, or now. Nothing is asked of AWS.

    Raises:
        MendixError: MXP240, the area support is off.
    """
    workplace = open_workplace(session, environment, refresh=False)
    settings = _settings(workplace)
    begin = (start or session.clock()).replace(microsecond=0)
    respond_by, solve_by = clock.deadlines(begin, priority, settings)
    return DeadlinesResult(
        workplace.scope, priority, settings["hours"][priority], settings["timezone"], begin, respond_by, solve_by
    )


def report(session: Session, environment: str, month: str = "") -> IncidentReport:
    """What was kept and missed of the incidents that began in ``month``; without one in the month that is.

    Raises:
        MendixError: MXP240, the area support is off; MXA1xx, AWS cannot be asked.
    """
    workplace, table = _opened(session, environment)
    now = session.clock()
    wanted = month or now.strftime("%Y-%m")
    incidents = sorted((incident_of(row, now) for row in table.of_month(wanted)), key=lambda it: it.started_at)
    settings = _settings(workplace)
    return IncidentReport(
        workplace.scope,
        wanted,
        tuple(_priority(it, [one for one in incidents if one.priority == it], settings) for it in PRIORITIES),
        tuple(one for one in incidents if "missed" in (one.response, one.solution)),
    )


def incident_of(row: Row, now: datetime) -> Incident:
    """An incident as the table has it, judged at ``now``."""
    response, solution = clock.outcome(row, now)

    def moment(name: str) -> datetime | None:
        return clock.moment(row[name]) if name in row else None

    said = ("acknowledged_by", "acknowledged_why", "solved_by", "solved_why")
    return Incident(
        **{name: row[name] for name in ("id", "priority", "hours", "alarm_name", "reason")},
        started_at=clock.moment(row["started_at"]),
        respond_by=clock.moment(row["respond_by"]),
        solve_by=clock.moment(row["solve_by"]),
        response=response,
        solution=solution,
        acknowledged_at=moment("acknowledged_at"),
        solved_at=moment("solved_at"),
        **{name: row.get(name, "") for name in said},
    )


def _priority(priority: str, incidents: Sequence[Incident], settings: Mapping[str, Any]) -> PriorityReport:
    answered = [(it.started_at, it.acknowledged_at or it.solved_at, it.hours) for it in incidents]
    solved = [(it.started_at, it.solved_at, it.hours) for it in incidents]
    return PriorityReport(
        priority,
        len(incidents),
        _kept([it.response for it in incidents], answered, settings),
        _kept([it.solution for it in incidents], solved, settings),
    )


def _kept(
    outcomes: Sequence[str], spans: Sequence[tuple[datetime, datetime | None, str]], settings: Mapping[str, Any]
) -> Kept:
    office = clock.calendar(settings)
    minutes = [
        clock.passed(start, end, hours, office) / timedelta(minutes=1) for start, end, hours in spans if end is not None
    ]
    kept, missed, running = (outcomes.count(it) for it in ("kept", "missed", "running"))
    return Kept(kept, missed, running, round(median(minutes), 1) if minutes else None)


def _opened(session: Session, environment: str) -> tuple[Workplace, IncidentTable]:
    workplace = open_workplace(session, environment, refresh=False)
    _settings(workplace)
    session.reporter.begin(workplace.scope)
    variables, _ = api(workplace)
    given = {name: value for name, value in variables.items() if value is not None}
    clients = Clients(workplace.specification.header.region, given)
    return workplace, IncidentTable(clients, f"{workplace.environment}-incidents")


def _settings(workplace: Workplace) -> Mapping[str, Any]:
    """The section support as it takes effect. Raises MendixError: MXP240, the area is off."""
    found = workplace.specification.settings.get(AREA)
    if found is None:
        summary = f"the area {AREA} is off in {workplace.environment}, so it has no incidents"
        hint = f"turn it on: mendixctl modules upgrade {workplace.environment} {AREA}"
        raise MendixError(Diagnostic("MXP240", summary, hint=hint))
    return found
