"""The audit section: its defaults, its bounds, each refusal at its place; and what the benchmark compares."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.audit import Audit
from mendixgen.areas.audit.queries import QUERIES
from mendixgen.areas.contract import Header
from mendixgen.authoring.constructs.cis import CONTROLS

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")


def section(**values: Any) -> Any:
    return Audit.Inputs.model_validate_json(json.dumps(values))


def said(**trail: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(it.path, it.code) for it in parts.check(Audit, section(trail=trail), HEADER)]


def test_by_default_nothing_is_billed_by_the_event_and_everything_is_told() -> None:
    found = section()
    assert (found.trail.data_events, found.trail.management_events, found.alarms) == ([], False, "cis")
    assert said() == []


def test_the_section_of_production_is_right() -> None:
    assert said(data_events=["s3", "lambda"], retention_days=2555) == []


@pytest.mark.parametrize(
    ("trail", "place", "code"),
    [
        ({"retention_days": 90, "object_lock_days": 91, "archive_after_days": 0}, "retention_days", "MXS431"),
        ({"retention_days": 90, "archive_after_days": 90}, "retention_days", "MXS431"),
        ({"insights": ["call-rate"]}, "insights", "MXS432"),
        ({"reads": True, "data_events": ["lambda"]}, "reads", "MXS432"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(trail: dict[str, Any], place: str, code: str) -> None:
    assert said(**trail) == [(("trail", place), code)]


def test_what_is_listed_twice_is_told_where() -> None:
    assert said(data_events=["s3", "s3"]) == [(("trail", "data_events", 1), "MXS432")]


@pytest.mark.parametrize(
    "values",
    [
        {"trail": {"retention_days": 89}},
        {"trail": {"data_events": ["dynamodb"]}},
        {"trail": {"log_retention_days": 2555}},
        {"review": {"cron": "* * * * ? *"}},
        {"management_records": "s3://bucket/AWSLogs/123456789012/"},
        {"query_limit_gb": 0},
    ],
)
def test_values_out_of_bounds_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


def test_every_control_of_security_hub_is_there_once() -> None:
    controls = [it.control for it in CONTROLS.values() if it.control]
    assert sorted(controls, key=lambda it: int(it.split(".")[1])) == [f"CloudWatch.{n}" for n in range(1, 15)]
    assert sorted(float(it.number.split(".")[1]) for it in CONTROLS.values()) == list(range(1, 16))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        (
            "trail-changes",
            (
                "{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) ||"
                " ($.eventName=StartLogging) || ($.eventName=StopLogging)}"
            ),
        ),
        (
            "key-deletion",
            "{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}",
        ),
        (
            "route-table-changes",
            (
                "{($.eventSource=ec2.amazonaws.com) && (($.eventName=CreateRoute) ||"
                " ($.eventName=CreateRouteTable) || ($.eventName=ReplaceRoute) ||"
                " ($.eventName=ReplaceRouteTableAssociation) || ($.eventName=DeleteRouteTable) ||"
                " ($.eventName=DeleteRoute) || ($.eventName=DisassociateRouteTable))}"
            ),
        ),
        (
            "config-changes",
            (
                "{($.eventSource=config.amazonaws.com) && (($.eventName=StopConfigurationRecorder) ||"
                " ($.eventName=DeleteDeliveryChannel) || ($.eventName=PutDeliveryChannel) ||"
                " ($.eventName=PutConfigurationRecorder))}"
            ),
        ),
    ],
)
def test_patterns_are_those_that_security_hub_compares(name: str, pattern: str) -> None:
    assert CONTROLS[name].pattern == pattern


def test_queries_name_days_and_one_table() -> None:
    for it in QUERIES.values():
        assert it.question.endswith("." if "NAME" in it.question else "?")
        assert "\nWHERE day >= " in it.sql
        assert ("${management}" in it.sql) != ("${data}" in it.sql)
