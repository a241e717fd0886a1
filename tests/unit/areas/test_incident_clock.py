"""The clock of incidents: what it computes is inside of the office, never goes back, and knows days that are odd."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mendixgen.functions import incident_clock as clock
from mendixgen.functions.incident_clock import ALWAYS, Calendar, due, length, moment, passed, written
from tests.support.soak import examples

OFFICE = "5x8"
ZONES = ["Europe/Berlin", "Asia/Shanghai", "UTC", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]
SETTINGS: dict[str, Any] = {
    "environment": "dev",
    "hours": {"p1": ALWAYS, "p2": ALWAYS, "p3": OFFICE, "p4": OFFICE},
    "timezone": "Europe/Berlin",
    "office": {"from": "09:00", "to": "17:00", "days": ["mon", "tue", "wed", "thu", "fri"]},
    "holidays": ["2027-01-01"],
    "targets": {
        "p1": {"respond": "30m", "solve": "4h"},
        "p2": {"respond": "1h", "solve": "6h"},
        "p3": {"respond": "2h", "solve": "2d"},
        "p4": {"respond": "4h", "solve": "3d"},
    },
    "escalations": {"p1": [15, 30], "p2": [], "p3": [], "p4": []},
}

minutes_of_day = st.integers(0, 24 * 60 - 1)
moments = st.integers(0, 5 * 365 * 86400).map(lambda it: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=it))
spans = st.timedeltas(timedelta(seconds=1), timedelta(days=2))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    first, second = sorted(draw(st.lists(minutes_of_day, min_size=2, max_size=2, unique=True)))
    assume(second - first >= 60)
    opens, closes = (time(it // 60, it % 60) for it in (first, second))
    holidays = draw(st.frozensets(st.dates(date(2024, 1, 1), date(2028, 12, 31)), max_size=20))
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), opens, closes, days, holidays)


def is_open(office: Calendar, at: datetime) -> bool:
    local = at.astimezone(office.zone)
    wall = local.replace(tzinfo=None).time()
    return (
        local.weekday() in office.days
        and local.date() not in office.holidays
        and office.opens <= wall
        and wall <= office.closes
    )


@given(calendars(), moments, spans)
@settings(max_examples=examples(60), deadline=None)
def test_what_is_due_is_due_while_the_office_is_open(office: Calendar, start: datetime, span: timedelta) -> None:
    found = due(start, span, OFFICE, office)
    assert is_open(office, found)
    assert found >= start + span


@given(calendars(), moments, moments, spans, spans, st.sampled_from([ALWAYS, OFFICE]))
@settings(max_examples=examples(60), deadline=None)
def test_who_begins_later_or_takes_longer_is_not_done_sooner(
    office: Calendar, one: datetime, other: datetime, span: timedelta, longer: timedelta, hours: str
) -> None:
    first, second = sorted([one, other])
    assert due(first, span, hours, office) <= due(second, span, hours, office)
    assert due(first, span, hours, office) < due(first, span + longer, hours, office)


@given(calendars(), moments, spans)
@settings(max_examples=examples(60), deadline=None)
def test_around_the_clock_is_plain_addition(office: Calendar, start: datetime, span: timedelta) -> None:
    assert due(start, span, ALWAYS, office) == start + span


@given(calendars(), moments, spans, st.sampled_from([ALWAYS, OFFICE]))
@settings(max_examples=examples(60), deadline=None)
def test_what_has_passed_is_what_was_given(office: Calendar, start: datetime, span: timedelta, hours: str) -> None:
    assert passed(start, due(start, span, hours, office), hours, office) == span
    assert passed(start, start - span, hours, office) == timedelta()


@given(calendars(), moments, spans, spans)
@settings(max_examples=examples(30), deadline=None)
def test_two_spans_are_due_as_their_sum(office: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    assert due(due(start, one, OFFICE, office), two, OFFICE, office) == due(start, one + two, OFFICE, office)


def office(zone: str = "Europe/Berlin", **other: Any) -> Mapping[str, Any]:
    return {**SETTINGS, "timezone": zone, **other}


@pytest.mark.parametrize(
    ("zone", "start", "respond", "solve"),
    [
        # Friday 16:00: an hour is left, the other one is Monday's. Two days are sixteen hours of the office.
        ("Europe/Berlin", "2026-11-27T15:00:00Z", "2026-11-30T09:00:00Z", "2026-12-01T15:00:00Z"),
        # In the night before: all of it is the next day's, and the last moment of a day is not the next one's first.
        ("Europe/Berlin", "2026-11-30T02:00:00Z", "2026-11-30T10:00:00Z", "2026-12-01T16:00:00Z"),
        # Over the change to summer time (2026-03-29) and back (2026-10-25): the wall clock counts.
        ("Europe/Berlin", "2026-03-27T15:00:00Z", "2026-03-30T08:00:00Z", "2026-03-31T14:00:00Z"),
        ("Europe/Berlin", "2026-10-23T14:00:00Z", "2026-10-26T09:00:00Z", "2026-10-27T15:00:00Z"),
        # China has no summer time.
        ("Asia/Shanghai", "2026-03-27T08:00:00Z", "2026-03-30T02:00:00Z", "2026-03-31T08:00:00Z"),
        # New Year's Day 2027 is a Friday and a holiday.
        ("Europe/Berlin", "2026-12-31T15:00:00Z", "2027-01-04T09:00:00Z", "2027-01-05T15:00:00Z"),
    ],
)
def test_deadlines_of_limited_impact(zone: str, start: str, respond: str, solve: str) -> None:
    assert tuple(map(written, clock.deadlines(moment(start), "p3", office(zone)))) == (respond, solve)


def test_an_office_that_is_open_all_day_has_a_shorter_and_a_longer_day() -> None:
    """23 and 25 hours are open; a day of a target stays as long as the wall clock says."""
    always_open = clock.calendar(office(office={"from": "00:00", "to": "23:59", "days": list(clock.WEEK)}, holidays=[]))
    day = length("1d", OFFICE, always_open)
    assert day == timedelta(hours=23, minutes=59)
    spring = due(moment("2026-03-28T23:00:00Z"), day, OFFICE, always_open)
    autumn = due(moment("2026-10-24T22:00:00Z"), day, OFFICE, always_open)
    assert written(spring) == "2026-03-29T23:00:00Z"
    assert written(autumn) == "2026-10-25T21:59:00Z"


@pytest.mark.parametrize(
    ("span", "hours", "expected"),
    [("30m", OFFICE, 30), ("4h", ALWAYS, 240), ("2d", OFFICE, 960), ("2d", ALWAYS, 2880)],
)
def test_how_long_a_span_is(span: str, hours: str, expected: int) -> None:
    assert length(span, hours, clock.calendar(SETTINGS)) == timedelta(minutes=expected)


@pytest.mark.parametrize("text", ["", "0m", "4", "4w", "-1h", "1h30m"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="no span"):
        length(text, ALWAYS, clock.calendar(SETTINGS))


RUNNING = {"priority": "p1", "respond_by": "2026-11-30T10:30:00Z", "solve_by": "2026-11-30T14:00:00Z"}


@pytest.mark.parametrize(
    ("acknowledged", "solved", "now", "expected"),
    [
        (None, None, "2026-11-30T10:10:00Z", ("running", "running")),
        (None, None, "2026-11-30T10:31:00Z", ("missed", "running")),
        ("2026-11-30T10:30:00Z", None, "2026-11-30T13:00:00Z", ("kept", "running")),
        ("2026-11-30T10:31:00Z", "2026-11-30T13:00:00Z", "2026-11-30T15:00:00Z", ("missed", "kept")),
        (None, "2026-11-30T10:20:00Z", "2026-11-30T15:00:00Z", ("kept", "kept")),
        ("2026-11-30T10:10:00Z", "2026-11-30T14:00:01Z", "2026-11-30T15:00:00Z", ("kept", "missed")),
    ],
)
def test_what_became_of_an_incident(
    acknowledged: str | None, solved: str | None, now: str, expected: tuple[str, str]
) -> None:
    done = {"acknowledged_at": acknowledged, "solved_at": solved}
    incident = {**RUNNING, **{name: value for name, value in done.items() if value}}
    assert clock.outcome(incident, moment(now)) == expected


def test_metrics_are_written_as_cloudwatch_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    incident = {
        **RUNNING,
        "id": "abc",
        "hours": ALWAYS,
        "started_at": "2026-11-30T10:00:00Z",
        "acknowledged_at": "2026-11-30T10:12:00Z",
        "solved_at": "2026-11-30T14:30:00Z",
    }
    item = {name: {"S": value} for name, value in incident.items()}
    clock.handler({"settings": SETTINGS, "item": item, "now": "2026-11-30T14:30:00.123Z"}, None)
    told = json.loads(out.getvalue())
    (defined,) = told["_aws"]["CloudWatchMetrics"]
    assert defined["Namespace"] == "Mendix/Support"
    assert defined["Dimensions"] == [["Environment", "Priority"]]
    values = {it["Name"]: told[it["Name"]] for it in defined["Metrics"]}
    assert values == {
        "ResponsesKept": 1,
        "ResponsesMissed": 0,
        "SolutionsKept": 0,
        "SolutionsMissed": 1,
        "ResponseMinutes": 12,
        "SolveMinutes": 270,
    }
    assert (told["Environment"], told["Priority"]) == ("dev", "p1")
