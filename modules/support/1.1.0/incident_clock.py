"""The clock of incidents: when each has to be answered and solved, who is told meanwhile, and what became of it.

A state machine asks it twice about an incident: at the beginning for its deadlines, at the end for the metrics, which
CloudWatch reads from the log (embedded metric format), so that the function needs no permission for them. The command
line computes deadlines and reports with the same functions.

Time passes around the clock (``24x7``) or only while the office is open (``5x8``): its days, from opening to closing in
its time zone, holidays excepted. A day of a target is then as long as the office is open by the clock on its wall.

Sources: CloudWatch user guide, "Alarm events and EventBridge", "Specification: Embedded metric format"; Amazon States
Language, "Timestamps". The time zones are those of the runtime's own database.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "24x7"
NAMESPACE = "Mendix/Support"
_SPAN = re.compile(r"([1-9][0-9]*)([mhd])\Z")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the office is open. ``days`` are those of the week, 0 is Monday; it opens before it closes."""

    zone: ZoneInfo
    opens: time
    closes: time
    days: frozenset[int]
    holidays: frozenset[date]

    @property
    def day(self) -> timedelta:
        """How long the office is open on a day, by the clock on its wall."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def windows(self, begin: date) -> Iterator[tuple[datetime, datetime]]:
        """When the office is open from ``begin`` on, in UTC, without end.

        A wall clock time that a change-over skips or repeats is taken so that the office is never open outside of its
        hours: the later moment to open, the earlier one to close.
        """
        while True:
            if begin.weekday() in self.days and begin not in self.holidays:
                opens, closes = max(self._moments(begin, self.opens)), min(self._moments(begin, self.closes))
                if opens < closes:
                    yield opens, closes
            begin += _DAY

    def _moments(self, day: date, wall: time) -> tuple[datetime, datetime]:
        local = datetime.combine(day, wall, self.zone)
        return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def calendar(settings: Mapping[str, Any]) -> Calendar:
    """The calendar of a section ``support``: its ``timezone``, ``office`` and ``holidays``.

    Raises ZoneInfoNotFoundError (a KeyError) for a time zone that this machine does not know.
    """
    office = settings["office"]
    return Calendar(
        ZoneInfo(settings["timezone"]),
        time.fromisoformat(office["from"]),
        time.fromisoformat(office["to"]),
        frozenset(WEEK.index(day) for day in office["days"]),
        frozenset(date.fromisoformat(day) for day in settings["holidays"]),
    )


def length(span: str, hours: str, office: Calendar) -> timedelta:
    """How long ``span`` is (``30m``, ``4h``, ``2d``) while the clock of ``hours`` runs. ValueError: it is none."""
    found = _SPAN.match(span)
    if found is None:
        raise ValueError(f"{span} is no span of time")
    number, unit = int(found[1]), found[2]
    if unit == "d":
        return number * (_DAY if hours == ALWAYS else office.day)
    return timedelta(minutes=number) if unit == "m" else timedelta(hours=number)


def due(start: datetime, span: timedelta, hours: str, office: Calendar) -> datetime:
    """When ``span`` (more than nothing) has passed from ``start`` on, by the clock of ``hours``; in UTC.

    With ``24x7`` that is plain addition. Otherwise it is a moment of the office's, and the last one of a day rather
    than the first one of the next.
    """
    begin = start.astimezone(UTC)
    if hours == ALWAYS:
        return begin + span
    for opens, closes in office.windows(begin.astimezone(office.zone).date()):
        there = max(opens, begin)
        if there < closes:
            if span <= closes - there:
                return there + span
            span -= closes - there
    raise AssertionError("an office has a next day")  # pragma: no cover -- windows() does not end


def passed(start: datetime, end: datetime, hours: str, office: Calendar) -> timedelta:
    """How much time has passed by the clock of ``hours``: what `due` adds, taken back."""
    begin, end = start.astimezone(UTC), end.astimezone(UTC)
    if hours == ALWAYS or end <= begin:
        return max(end - begin, timedelta())
    total = timedelta()
    for opens, closes in office.windows(begin.astimezone(office.zone).date()):
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, begin), timedelta())
    return total


def deadlines(start: datetime, priority: str, settings: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """When an incident of ``priority`` (p1 to p4) has to be answered and solved, by a section ``support``."""
    office, hours, target = calendar(settings), settings["hours"][priority], settings["targets"][priority]
    answered, solved = (due(start, length(target[it], hours, office), hours, office) for it in ("respond", "solve"))
    return answered, solved


def opened(event: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The incident of an alarm's change of state: what is kept of it, and the moments at which it is looked at again.

    The same change gives the same ``id``, however often it is told. A moment is ``escalate``, ``respond`` or
    ``solve``; those of the same time stand in this order.
    """
    detail, name = event["detail"], event["detail"]["alarmName"]
    start = moment(detail["state"]["timestamp"])
    priority = name.removeprefix(f"{settings['environment']}-").partition("-")[0]
    hours, office = settings["hours"][priority], calendar(settings)
    answered, solved = deadlines(start, priority, settings)
    alarm = event["resources"][0]
    levels = [
        (due(start, timedelta(minutes=int(minutes)), hours, office), "escalate", int(minutes))
        for minutes in settings["escalations"][priority]
    ]
    looks = sorted([*levels, (answered, "respond", 0), (solved, "solve", 0)])
    return {
        "id": hashlib.sha256(f"{alarm} {detail['state']['timestamp']}".encode()).hexdigest()[:12],
        "alarm": alarm,
        "alarm_name": name,
        "priority": priority,
        "hours": hours,
        "month": start.strftime("%Y-%m"),
        "started_at": written(start),
        "respond_by": written(answered),
        "solve_by": written(solved),
        "reason": detail["state"].get("reason", ""),
        "moments": [{"at": written(at), "kind": kind, "minutes": str(minutes)} for at, kind, minutes in looks],
    }


def outcome(incident: Mapping[str, str], now: datetime) -> tuple[str, str]:
    """Whether response and solution were ``kept`` or ``missed``; ``running`` while neither can be said.

    An incident that is solved before anybody acknowledged it was answered by that.
    """
    solved = incident.get("solved_at")
    answered = min(it for it in (incident.get("acknowledged_at"), solved, "~") if it)
    return (
        _kept(None if answered == "~" else answered, incident["respond_by"], now),
        _kept(solved, incident["solve_by"], now),
    )


def moment(text: str) -> datetime:
    """A time as CloudWatch and this module write it (``+0000`` or ``Z``), in whole seconds of UTC."""
    return datetime.fromisoformat(re.sub(r"\+0000\Z|Z\Z", "+00:00", text)).astimezone(UTC).replace(microsecond=0)


def written(at: datetime) -> str:
    """A time as the Amazon States Language has it; texts of it sort as the times do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def metrics(incident: Mapping[str, str], settings: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is measured of an incident that is over, in the embedded metric format."""
    response, solution = outcome(incident, now)
    values: dict[str, float] = {
        "ResponsesKept": int(response == "kept"),
        "ResponsesMissed": int(response == "missed"),
        "SolutionsKept": int(solution == "kept"),
        "SolutionsMissed": int(solution == "missed"),
    }
    office, start = calendar(settings), moment(incident["started_at"])
    ends = {"ResponseMinutes": incident.get("acknowledged_at") or incident.get("solved_at")}
    ends["SolveMinutes"] = incident.get("solved_at")
    for name, end in ends.items():
        if end:
            values[name] = passed(start, moment(end), incident["hours"], office) / timedelta(minutes=1)
    defined = [{"Name": it, "Unit": "None" if it.endswith("Minutes") else "Count"} for it in values]
    dimensions = ["Environment", "Priority"]
    return {
        "_aws": {
            "Timestamp": int(now.timestamp() * 1000),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": defined}],
        },
        "Environment": settings["environment"],
        "Priority": incident["priority"],
        "Incident": incident["id"],
        **values,
    }


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """The entry of Lambda. ``event``: ``settings``, and an alarm's ``event`` to open or the ``item`` that is over."""
    settings = event["settings"]
    if "event" in event:
        return opened(event["event"], settings)
    incident = {name: value["S"] for name, value in event["item"].items()}
    measured = metrics(incident, settings, moment(event["now"]))
    sys.stdout.write(json.dumps(measured) + "\n")
    return {}


def _kept(done: str | None, by: str, now: datetime) -> str:
    if done is not None:
        return "kept" if done <= by else "missed"
    return "missed" if written(now) > by else "running"
