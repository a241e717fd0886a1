"""Alarms that a change sets off by itself tell nobody while it is applied, however that ends; and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mendixctl.engine.apply.quiet import quiet
from mendixgen.alarms.rows import rows
from mendixgen.diagnostics import Diagnostic

NOW = datetime(2026, 11, 30, 1, 59, 30, tzinfo=UTC)


class CloudWatch:
    """What there is, and what was asked."""

    def __init__(self, alarms: list[str], fails: str = "") -> None:
        self.alarms, self.fails = alarms, fails
        self.rules: dict[str, dict[str, Any]] = {}
        self.made: list[dict[str, Any]] = []
        self.put: list[dict[str, Any]] = []

    def get_paginator(self, operation: str) -> CloudWatch:
        assert operation == "describe_alarms"
        return self

    def paginate(self, AlarmNamePrefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 -- boto3's own
        for name in self.alarms:
            if name.startswith(AlarmNamePrefix):
                yield {"MetricAlarms": [{"AlarmName": name}]}

    def describe_alarms(self, AlarmNames: list[str]) -> dict[str, Any]:  # noqa: N803
        return {"MetricAlarms": [{"AlarmName": name} for name in AlarmNames if name in self.alarms]}

    def put_metric_data(self, **given: Any) -> None:
        self._maybe_fail("data" if given["MetricData"][0]["Value"] else "zero")
        self.put.append(given)

    def put_alarm_mute_rule(self, **given: Any) -> None:
        self._maybe_fail("put")
        self.rules[given["Name"]] = given
        self.made.append(given)

    def delete_alarm_mute_rule(self, AlarmMuteRuleName: str) -> None:  # noqa: N803
        self._maybe_fail("delete")
        del self.rules[AlarmMuteRuleName]

    def _maybe_fail(self, what: str) -> None:
        if self.fails == what:
            from botocore.exceptions import ClientError

            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, what)


def site(client: Any, *areas: str) -> tuple[Any, list[Diagnostic]]:
    told: list[Diagnostic] = []
    made = SimpleNamespace(
        workplace=SimpleNamespace(
            environment="prod", lock=SimpleNamespace(pins=dict.fromkeys(areas or ("monitoring",)))
        ),
        clients=SimpleNamespace(client=lambda service: client),
        session=SimpleNamespace(clock=lambda: NOW, reporter=SimpleNamespace(notice=told.append)),
    )
    return made, told


def test_what_a_change_sets_off_is_muted_until_it_is_done() -> None:
    client = CloudWatch(
        [
            "prod-p1-database-down-crm",
            "prod-p2-cluster-nodes-missing-apps",
            "prod-p2-database-storage-crm",
            "prod-p2-ingress-targets-unhealthy-443",
            "prod-p3-database-queue-crm",
            "prod-dr-p2-cluster-nodes-missing-apps",
        ]
    )
    made, told = site(client)
    with quiet(made):
        (rule,) = client.rules.values()
    assert rule["MuteTargets"]["AlarmNames"] == [
        "prod-p2-cluster-nodes-missing-apps",
        "prod-p2-ingress-targets-unhealthy-443",
        "prod-p3-database-queue-crm",
    ]
    assert rule["Rule"]["Schedule"] == {"Expression": "at(2026-11-30T02:00)", "Duration": "PT1H"}
    assert client.rules == {}
    assert told == []


def test_it_ends_however_the_apply_ends() -> None:
    client = CloudWatch(["prod-p2-cluster-nodes-missing-apps"])
    made, _ = site(client)
    with pytest.raises(KeyboardInterrupt), quiet(made):
        raise KeyboardInterrupt
    assert client.rules == {}
    assert len(client.made) == 1


def test_a_rule_takes_a_hundred_alarms() -> None:
    (name,) = (row.name for row in rows() if row.name == "cluster-nodes-missing")
    client = CloudWatch([f"prod-p2-{name}-{number}" for number in range(250)])
    made, _ = site(client)
    with quiet(made):
        assert sorted(len(it["MuteTargets"]["AlarmNames"]) for it in client.rules.values()) == [50, 100, 100]
    assert client.rules == {}


@pytest.mark.parametrize("fails", ["put", "delete"])
def test_where_aws_refuses_the_apply_goes_on_and_says_so(fails: str) -> None:
    client = CloudWatch(["prod-p2-cluster-nodes-missing-apps"], fails)
    made, told = site(client)
    reached = False
    with quiet(made):
        reached = True
    assert reached
    assert [one.code for one in told] == ["MXB150"]


def test_an_old_boto3_is_told() -> None:
    old = CloudWatch(["prod-p2-cluster-nodes-missing-apps"])
    client = SimpleNamespace(get_paginator=old.get_paginator, describe_alarms=old.describe_alarms)
    made, told = site(client)
    with quiet(made):
        pass
    assert "too old" in told[0].summary


def test_nothing_is_asked_where_nothing_is_watched() -> None:
    made, told = site(None, "network")
    with quiet(made):
        pass
    assert told == []


def test_the_switch_is_on_for_an_hour_ahead_and_off_again_however_the_apply_ends() -> None:
    client = CloudWatch(["prod-maintenance", "prod-p2-cluster-nodes-missing-apps"])
    made, told = site(client)
    with pytest.raises(KeyboardInterrupt), quiet(made):
        raise KeyboardInterrupt
    on, off = client.put
    assert on["Namespace"] == off["Namespace"] == "Mendix/prod"
    for put, value in ((on, 1.0), (off, 0.0)):
        assert {(it["MetricName"], it["Value"]) for it in put["MetricData"]} == {("Maintenance", value)}
        assert [it["Timestamp"] for it in put["MetricData"]] == [
            NOW.replace(second=0) + timedelta(minutes=ahead) for ahead in range(60)
        ]
    assert (client.made, told) == ([], [])


@pytest.mark.parametrize(("fails", "rules"), [("data", 1), ("zero", 0)])
def test_a_switch_that_cannot_be_turned_is_told_and_mute_rules_take_its_place(fails: str, rules: int) -> None:
    client = CloudWatch(["prod-maintenance", "prod-p2-cluster-nodes-missing-apps"], fails)
    made, told = site(client)
    with quiet(made):
        assert len(client.rules) == rules
    assert [one.code for one in told] == ["MXB150"]
    assert client.rules == {}
