"""The monitoring section and its catalogue: every row complete, known to AWS, named, told and explained."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mendixgen.alarms.resource import OPERATORS, TOLD_BY, description, resource_name
from mendixgen.alarms.rows import AREAS, Row, rows
from mendixgen.areas import parts
from mendixgen.areas.contract import AppFacts, Header
from mendixgen.areas.edge import Edge
from mendixgen.areas.edge.alarms import KINDS
from mendixgen.areas.monitoring import Monitoring
from mendixgen.areas.monitoring.alarming import composites
from mendixgen.areas.monitoring.events import watched_events
from mendixgen.areas.monitoring.logs import ERRORS
from mendixgen.areas.monitoring.members import MEMBERS
from mendixgen.areas.monitoring.patterns import flaw
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render
from mendixgen.authoring.module import ResourceBlock
from mendixgen.metrics import unknown
from tests.support.soak import examples

APPS = {"crm": AppFacts(), "portal": AppFacts()}
HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com", {}, APPS)
LONGEST_ENVIRONMENT, LONGEST_DESCRIPTION, LONGEST_RULE = 16, 1024, 64
DAY, WEEK, HOUR = 86400, 604800, 3600
ALARM = {"name": "crm-errors", "log_group": "apps/crm", "pattern": '{ $.level = "ERROR" }'}
CHINESE = re.compile("[\u4e00-\u9fff]")
ROW = pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)


def section(**values: Any) -> Any:
    return Monitoring.Inputs.model_validate(values)


def found(*alarms: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    made = section(alarms=[{**ALARM, **alarm} for alarm in alarms])
    return [(check.path, check.code) for check in parts.check(Monitoring, made, HEADER)]


@pytest.fixture(scope="module")
def blocks() -> dict[str, ResourceBlock]:
    return {it.address: it for area in (Monitoring, Edge) for it in collect(area).resources}


@ROW
def test_a_row_is_complete_and_cloudwatch_can_evaluate_it(row: Row) -> None:
    assert row.area in AREAS
    assert re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", row.id)
    assert row.priority in {1, 2, 3, 4}
    assert row.of in MEMBERS
    assert not row.is_abroad or (row.of in KINDS and not row.changes)
    assert row.compare in OPERATORS
    assert row.missing in {"notBreaching", "breaching", "ignore"}
    assert row.period % 60 == 0
    assert row.period * row.periods <= (WEEK if row.period >= HOUR else DAY)
    assert 1 <= row.datapoints <= row.periods
    assert bool(row.math) == (len(row.metrics) > 1)
    assert all(re.search(rf"\b{name}\b", row.math) for name in row.metrics if row.math)


@ROW
def test_aws_sends_the_metrics_of_a_row_under_these_dimensions(row: Row) -> None:
    for metric in row.metrics.values():
        assert unknown(metric.namespace, metric.name, metric.dimensions) == ""


@ROW
def test_a_row_says_what_it_means_in_both_languages(row: Row) -> None:
    for text in (row.means, row.impact):
        assert text.en.endswith(".")
        assert not CHINESE.search(text.en)
        assert text.zh.endswith("。")
        assert CHINESE.search(text.zh)


@ROW
def test_a_row_is_an_alarm_that_tells_its_priority_and_names_its_runbook(
    row: Row, blocks: dict[str, ResourceBlock]
) -> None:
    alarm = blocks[f"aws_cloudwatch_metric_alarm.{resource_name(row)}"]
    assert alarm.provider == ("global" if row.is_abroad else None)
    of = f'"{KINDS[row.of]}"' if row.is_abroad else f"local.{row.of.replace('-', '_')}"
    assert of in render(alarm.count if MEMBERS[row.of].is_one else alarm.for_each)
    member = "" if MEMBERS[row.of].is_one else "-${each.key}"
    assert alarm.arguments["alarm_name"] == f"${{var.environment}}-p{row.priority}-{row.area}-{row.id}{member}"
    for told in ("alarm_actions", "ok_actions"):
        if row.changes:
            assert told not in alarm.arguments
        elif row.is_abroad:
            assert f'topic_arns["p{row.priority}"]' in render(alarm.arguments[told])
        else:
            assert render(alarm.arguments[told]) == f'[local.topic_arns["p{row.priority}"]]'
    said = description(row, "e" * LONGEST_ENVIRONMENT)
    assert f"runbooks/en/{row.name}.md" in said
    assert row.impact.en in said
    assert len(said) <= LONGEST_DESCRIPTION


def test_what_a_change_sets_off_is_told_of_by_the_composite_alarm_of_its_area_and_priority() -> None:
    told = [row for of in composites().values() for row in of]
    assert sorted(row.name for row in told) == sorted(row.name for row in rows() if row.changes)
    for name, of in composites().items():
        assert {f"p{row.priority}-{row.area}" for row in of} == {name}
        assert all(description(row, "prod").endswith(f"Told by prod-{name}.") for row in of)
    assert not any(TOLD_BY in description(row, "prod") for row in rows() if not row.changes)


def test_no_alarm_of_p1_is_muted_while_something_is_applied() -> None:
    assert {row.priority for row in rows() if row.changes} == {2, 3}


def test_names_are_unique_and_every_set_and_area_is_watched() -> None:
    names = [row.name for row in rows()]
    assert len(set(names)) == len(names)
    assert {row.of for row in rows()} == set(MEMBERS)
    assert {row.area for row in rows()} == set(AREAS)


def test_the_module_has_no_alarm_that_is_not_in_the_catalogue(blocks: dict[str, ResourceBlock]) -> None:
    alarms = {name for kind, _, name in (address.partition(".") for address in blocks) if kind.endswith("metric_alarm")}
    assert alarms == {resource_name(row) for row in rows()} | {"custom", "maintenance"}


def test_what_is_counted_in_logs_is_what_alarms_read(blocks: dict[str, ResourceBlock]) -> None:
    filters = [it.arguments["metric_transformation"] for it in blocks.values() if "metric_filter" in it.address]
    counted = {it["name"] for it in filters if it["namespace"] == "Mendix/${var.environment}"}
    read = {it.name for row in rows() for it in row.metrics.values() if it.namespace == "Mendix/${var.environment}"}
    assert counted - {render_of(blocks, "custom")} == read
    assert all(flaw(pattern) == "" for pattern in ERRORS.values())


def render_of(blocks: dict[str, ResourceBlock], name: str) -> Any:
    return blocks[f"aws_cloudwatch_log_metric_filter.{name}"].arguments["metric_transformation"]["name"]


def test_rules_of_events_have_names_that_eventbridge_takes() -> None:
    for row in watched_events():
        assert len(f"{'e' * LONGEST_ENVIRONMENT}-p{row.priority}-{row.name}") <= LONGEST_RULE


def test_a_metric_that_aws_does_not_send_is_named() -> None:
    assert unknown("AWS/RDS", "CPUUtilisation", ["DBInstanceIdentifier"]) == (
        "AWS/RDS has no metric CPUUtilisation; did you mean CPUUtilization?"
    )
    assert "is found by ClusterName, not by Cluster" in unknown("AWS/EKS", "scheduler_pending_pods", ["Cluster"])
    assert unknown("AWS/Nothing", "m", []) == "AWS sends nothing to the namespace AWS/Nothing"
    assert unknown("Mendix/prod", "anything", ["at", "all"]) == ""


def test_the_section_of_a_large_environment_is_right() -> None:
    made = section(
        dashboards=True,
        retention_days=365,
        alarms=[{**ALARM, "above": 20, "period": 300, "priority": "P2"}],
        queries={"slow-microflows": "fields @timestamp, message | filter message like /Microflow/ | limit 100"},
    )
    assert parts.check(Monitoring, made, HEADER) == []


@pytest.mark.parametrize(
    "values",
    [
        {"retention_days": 2555},
        {"queries": {"/slow": "fields @message"}},
        {"queries": {"slow": ""}},
        {"alarms": [{**ALARM, "priority": "p2"}]},
        {"alarms": [{**ALARM, "period": 90}]},
        {"alarms": [{**ALARM, "log_group": "crm"}]},
        {"alarms": [{**ALARM, "name": "CRM"}]},
        {"alarms": [{**ALARM, "pattern": "x" * 1025}]},
        {"container_insights": {"version": "4.7.0"}},
        {"notify": ["nobody"]},
    ],
)
def test_what_cloudwatch_does_not_take_is_refused_at_its_field(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


def test_two_alarms_of_one_name_are_told_at_the_second() -> None:
    assert found({}, {"above": 5}) == [(("alarms", 1, "name"), "MXS480")]


def test_a_log_of_no_application_is_told() -> None:
    assert found({"log_group": "apps/erp"}) == [(("alarms", 0, "log_group"), "MXS481")]
    assert found({"log_group": "/aws/eks/prod/cluster"}) == []


def test_a_pattern_that_cannot_be_is_told() -> None:
    assert found({"pattern": '{ $.level = "ERROR" '}) == [(("alarms", 0, "pattern"), "MXS482")]


def test_a_log_group_has_a_hundred_filters() -> None:
    many = [{"name": f"a{number}"} for number in range(99)]
    assert found(*many[:98]) == []
    assert found(*many) == [(("alarms", 98), "MXS483")]


@pytest.mark.parametrize(
    "pattern",
    [
        "ERROR",
        "",
        '"timed out" -retry',
        "?ERROR ?WARN",
        '{ $.level = "ERROR" }',
        '{ ($.a = 1 || $.b != "x{") && $.c IS NULL }',
        "{ !($.a = 1) }",
        "{ $.users[0].id EXISTS }",
        "[ip, user, ..., status = 4*, bytes > 1000]",
        '[..., port = 5432 || port = 3306, action = "REJECT"]',
        "%ORA-[0-9]{5}%",
    ],
)
def test_patterns_of_the_guide_are_taken(pattern: str) -> None:
    assert flaw(pattern) == ("" if pattern else "is empty")


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ('{ $.level = "ERROR }', "opens a quote"),
        ("{ $.level = ERROR", "lacks }"),
        ("[ip, user", "lacks ]"),
        ("{ ($.a = 1 }", "closes } and never opened it"),
        ("{ level = 1 }", "begin with $"),
        ("{ $.level }", "compares nothing"),
        ("{ $.a = 1 } x", "does not end with }"),
    ],
)
def test_patterns_that_cannot_be_say_why(pattern: str, told: str) -> None:
    assert told in flaw(pattern)


@given(st.text(max_size=60))
@settings(max_examples=examples(100))
def test_any_text_is_judged(pattern: str) -> None:
    assert isinstance(flaw(pattern), str)


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters='"\\'), max_size=30))
@settings(max_examples=examples(100))
def test_what_stands_in_quotes_never_matters(text: str) -> None:
    assert flaw(f'{{ $.message = "{text}" }}') == ""
