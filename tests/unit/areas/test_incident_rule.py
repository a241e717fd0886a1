"""Which changes of alarms begin or end an incident: the pattern of the area support, matched as EventBridge does.

Source: Amazon EventBridge user guide, "Create event patterns" (prefix, exists, anything-but with wildcard, $or).
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from mendixgen.alarms.resource import description
from mendixgen.alarms.rows import rows
from mendixgen.areas.support.incidents import incident_pattern

ABSENT = object()


def matches(wanted: Any, event: Any) -> bool:
    for key, value in wanted.items():
        if key == "$or":
            if not any(matches(one, event) for one in value):
                return False
        elif isinstance(value, Mapping):
            if not matches(value, event.get(key, {})):
                return False
        elif not any(_is(one, event.get(key, ABSENT)) for one in value):
            return False
    return True


def _is(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return bool(wanted == value)
    if "exists" in wanted:
        return (value is not ABSENT) == wanted["exists"]
    if value is ABSENT:
        return False
    if "prefix" in wanted:
        return str(value).startswith(wanted["prefix"])
    return not fnmatchcase(str(value), wanted["anything-but"]["wildcard"])


def event(name: str, value: str = "ALARM", *, says: str | None = "What is wrong.", **state: str) -> dict[str, Any]:
    told = {} if says is None else {"description": says}
    return {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "detail": {"alarmName": name, "configuration": told, "state": {"value": value, **state}},
    }


@pytest.mark.parametrize(
    ("change", "begins"),
    [
        (event("prod-p1-ingress-no-target-443"), True),
        (event("prod-p1-edge-down"), True),
        (event("prod-p2-own", says=None), True),
        (event("prod-p2-cluster"), True),
        (event("prod-p2-cluster", actionsSuppressedBy="Alarm"), False),
        (event("prod-p2-cluster", actionsSuppressedBy="WaitPeriod"), False),
        (event("prod-p2-cluster", "OK", actionsSuppressedBy="Alarm"), True),
        (event("prod-p2-cluster", "INSUFFICIENT_DATA"), False),
        (event("prod-maintenance"), False),
        (event("prod-dr-p1-ingress-no-target-443"), False),
    ],
)
def test_an_incident_is_of_what_is_told(change: dict[str, Any], begins: bool) -> None:
    assert matches(incident_pattern("prod"), change) is begins


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_what_a_composite_alarm_tells_for_begins_none_by_itself(row: Any) -> None:
    change = event(f"prod-p{row.priority}-{row.name}", says=description(row, "prod"))
    assert matches(incident_pattern("prod"), change) is not row.changes
