"""The state machine of incidents, run: as the module has it, with the function's real code, and a clock of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mendixgen.areas.support import Support
from mendixgen.areas.support.machine import EVERYBODY, TAKEN, definition
from mendixgen.areas.support.topics import UNACKNOWLEDGED
from mendixgen.authoring.expression import Expr, code, expr
from mendixgen.authoring.module import ModuleBuilder
from mendixgen.functions import incident_clock
from tests.support.state_machine import Execution, Failed, TaskError, plain
from tests.unit.areas.test_incident_clock import SETTINGS

ALARM = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:dev-p1-ingress-down"
START = datetime(2026, 11, 30, 10, tzinfo=UTC)
KNOWN = {
    "var.environment": "dev",
    "var.region": "eu-central-1",
    "var.account": "123456789012",
    "var.partition": "aws",
    "table.name": "dev-incidents",
    "clock.arn": "arn:aws:lambda:eu-central-1:123456789012:function:dev-incident-clock",
    "local.escalations": SETTINGS["escalations"],
    **{f"var.{name}": SETTINGS[name] for name in ("hours", "timezone", "office", "holidays", "targets")},
}


def rendered(value: Any) -> Any:
    """What Terraform makes of the definition, with the settings of ``KNOWN``."""
    if isinstance(value, Expr):
        return KNOWN[code(value)]
    if isinstance(value, str):
        return re.sub(r"\$\{([a-z_.]+)\}", lambda found: KNOWN[found[1]], value)
    if isinstance(value, Mapping):
        return {name: rendered(it) for name, it in value.items()}
    return [rendered(it) for it in value] if isinstance(value, list) else value


MACHINE = plain(rendered(definition(ModuleBuilder(Support), function=expr("clock"), table=expr("table"))))


def alarm(state: str, at: datetime, name: str = "dev-p1-ingress-down") -> dict[str, Any]:
    """The event of an alarm's change of state, as CloudWatch tells it."""
    return {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [ALARM.replace("dev-p1-ingress-down", name)],
        "detail": {
            "alarmName": name,
            "state": {
                "value": state,
                "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000",
                "reason": "1 < 2",
            },
        },
    }


@dataclass
class World:
    """The services that the machine asks: a table, topics, and the function itself."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[tuple[str, str, int | None]] = field(default_factory=list)
    measured: list[dict[str, Any]] = field(default_factory=list)
    fail: Callable[[str], None] = lambda _integration: None

    def __call__(self, integration: str, parameters: dict[str, Any]) -> Any:
        self.fail(integration)
        return plain(getattr(self, "_" + re.sub(r"\W", "_", integration).lower())(parameters))

    def _lambda_invoke(self, asked: Any) -> Any:
        payload = asked["Payload"]
        if "item" in payload:
            incident = {name: value["S"] for name, value in payload["item"].items()}
            moment = incident_clock.moment(payload["now"])
            self.measured.append(incident_clock.metrics(incident, payload["settings"], moment))
        return {"Payload": incident_clock.handler(payload, None), "StatusCode": 200}

    def _dynamodb_putitem(self, asked: Any) -> Any:
        key, held = asked["Item"]["id"]["S"], self.rows.get(asked["Item"]["id"]["S"])
        assert asked["ConditionExpression"] == "attribute_not_exists(id) OR execution = :execution"
        if held is not None and held["execution"] != asked["ExpressionAttributeValues"][":execution"]:
            raise TaskError(TAKEN)
        self.rows[key] = asked["Item"]
        return {}

    def _dynamodb_getitem(self, asked: Any) -> Any:
        return {"Item": self.rows[asked["Key"]["id"]["S"]]}

    def _dynamodb_updateitem(self, asked: Any) -> Any:
        row = self.rows[asked["Key"]["id"]["S"]]
        if "attribute_not_exists(solved_at)" in asked.get("ConditionExpression", "") and "solved_at" in row:
            raise TaskError(TAKEN)
        for name, value in re.findall(r"([#\w]+) = (:\w+)", asked["UpdateExpression"]):
            attribute = asked.get("ExpressionAttributeNames", {}).get(name, name)
            row[attribute] = asked["ExpressionAttributeValues"][value]
        return {}

    def _aws_sdk_dynamodb_query(self, asked: Any) -> Any:
        wanted = asked["ExpressionAttributeValues"][":alarm"]
        assert (asked["IndexName"], asked["FilterExpression"]) == ("by_alarm", "attribute_not_exists(solved_at)")
        found = [row for row in self.rows.values() if row["alarm"] == wanted and "solved_at" not in row]
        return {"Items": found, "Count": len(found)}

    def _sns_publish(self, asked: Any) -> Any:
        assert len(asked["Subject"]) < 100
        attribute = asked.get("MessageAttributes", {}).get(UNACKNOWLEDGED)
        level = int(attribute["StringValue"]) if attribute else None
        what = asked["Subject"].rpartition(": ")[2]
        self.told.append((asked["TopicArn"].rpartition(":")[2], what, level))
        return {"MessageId": "1"}


def run(world: World, event: dict[str, Any], **more: Any) -> Execution:
    execution = Execution(world, START, **more)
    execution.run(MACHINE, event)
    return execution


def later(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def writes(world: World, at: datetime, **attributes: str) -> Callable[[datetime], None]:
    """Somebody writes into the only record, as soon as it is ``at``."""

    def act(now: datetime) -> None:
        if now >= at:
            for row in world.rows.values():
                row.update({name: {"S": value} for name, value in attributes.items()})

    return act


def test_an_incident_that_nobody_answers_is_escalated_and_breached() -> None:
    world = World()
    execution = run(world, alarm("ALARM", START))
    (row,) = world.rows.values()
    assert (row["respond_by"]["S"], row["solve_by"]["S"]) == ("2026-11-30T10:30:00Z", "2026-11-30T14:00:00Z")
    assert (row["respond_missed_at"]["S"], row["solve_missed_at"]["S"]) == (
        row["respond_by"]["S"],
        row["solve_by"]["S"],
    )
    assert world.told == [
        ("dev-p1", "opened", 0),
        ("dev-p1", "not acknowledged", 15),
        ("dev-p1", "not acknowledged", 30),
        ("dev-p1", "deadline missed", EVERYBODY),
        ("dev-p1", "deadline missed", EVERYBODY),
    ]
    looked = [at for name, at in execution.trail if name == "Read"]
    assert looked == [later(15), later(30), later(30), later(240)]
    (measured,) = world.measured
    assert (measured["ResponsesMissed"], measured["SolutionsMissed"]) == (1, 0)


def test_who_acknowledges_in_time_is_left_alone_until_it_has_to_be_solved() -> None:
    world = World()
    answered = writes(world, later(15), acknowledged_at="2026-11-30T10:12:00Z")
    run(world, alarm("ALARM", START), before_wake=answered)
    assert world.told == [("dev-p1", "opened", 0), ("dev-p1", "deadline missed", EVERYBODY)]
    (row,) = world.rows.values()
    assert "respond_missed_at" not in row
    assert row["solve_missed_at"]["S"] == "2026-11-30T14:00:00Z"
    assert world.measured[0]["ResponseMinutes"] == 12


def test_who_acknowledges_late_stops_the_escalation_and_has_missed() -> None:
    world = World()
    run(world, alarm("ALARM", START), before_wake=writes(world, later(31), acknowledged_at="2026-11-30T10:31:00Z"))
    assert world.measured[0]["ResponsesMissed"] == 1
    assert world.measured[0]["ResponseMinutes"] == 31


def test_what_is_solved_is_followed_no_further() -> None:
    world = World()
    solved = writes(world, later(15), solved_at="2026-11-30T10:12:00Z", solved_by="somebody")
    execution = run(world, alarm("ALARM", START), before_wake=solved)
    assert world.told == [("dev-p1", "opened", 0)]
    assert "Breach" not in execution.states()
    assert (world.measured[0]["ResponsesKept"], world.measured[0]["SolutionsKept"]) == (1, 1)


def test_the_same_event_twice_makes_one_record() -> None:
    """EventBridge delivers at least once: both executions find nothing that stands, and one writes first."""
    world = World()
    run(world, alarm("ALARM", START))
    told = list(world.told)
    for row in world.rows.values():
        row["solved_at"] = {"S": "2026-11-30T15:00:00Z"}
    second = run(world, alarm("ALARM", START), id="another")
    assert len(world.rows) == 1
    assert second.states() == ["Which", "Due", "Standing", "Known", "Open", "Duplicate"]
    assert world.told == told


def test_an_alarm_whose_incident_is_open_makes_no_second_one() -> None:
    """It went by way of INSUFFICIENT_DATA, so that its change of state is another one."""
    world = World()
    run(world, alarm("ALARM", START))
    second = run(world, alarm("ALARM", later(300)), id="another")
    assert len(world.rows) == 1
    assert second.states()[-2:] == ["Known", "Duplicate"]


def test_an_alarm_that_is_well_again_solves_what_it_opened_and_nothing_else() -> None:
    world = World()
    run(world, alarm("ALARM", START))
    run(world, alarm("ALARM", START, "dev-p2-database-full"), id="other")
    closing = run(world, alarm("OK", later(60)), id="another")
    assert closing.states() == ["Which", "Settle", "Find", "Close", "Solve"]
    mine, other = sorted(world.rows.values(), key=lambda row: row["priority"]["S"])
    assert (mine["solved_at"]["S"], mine["solved_by"]["S"]) == ("2026-11-30T11:00:00Z", "alarm")
    assert "solved_at" not in other
    assert run(world, alarm("OK", later(90)), id="again").states() == ["Which", "Settle", "Find", "Close"]


def test_who_solves_in_the_same_moment_as_the_alarm_is_the_one_who_did() -> None:
    world = World()
    run(world, alarm("ALARM", START))
    query = world._aws_sdk_dynamodb_query

    def somebody_else(asked: Any) -> Any:
        found = plain(query(asked))
        next(iter(world.rows.values())).update(solved_at={"S": "2026-11-30T10:59:00Z"}, solved_by={"S": "somebody"})
        return found

    world._aws_sdk_dynamodb_query = somebody_else  # type: ignore[method-assign]
    assert run(world, alarm("OK", later(60)), id="another").states()[-2:] == ["Solve", "Closed"]
    assert next(iter(world.rows.values()))["solved_by"]["S"] == "somebody"


def test_limited_impact_waits_for_the_office() -> None:
    world = World()
    friday = datetime(2026, 11, 27, 15, tzinfo=UTC)
    execution = Execution(world, friday)
    execution.run(MACHINE, alarm("ALARM", friday, "dev-p3-monitoring-slow"))
    assert [at.isoformat() for name, at in execution.trail if name == "Read"] == [
        "2026-11-30T09:00:00+00:00",
        "2026-12-01T15:00:00+00:00",
    ]
    assert {topic for topic, _, _ in world.told} == {"dev-p3"}


def test_a_service_that_fails_for_a_while_is_asked_again() -> None:
    left = {"sns:publish": 3, "dynamodb:putItem": 2, "lambda:invoke": 1}

    def fail(integration: str) -> None:
        if left.get(integration, 0) > 0:
            left[integration] -= 1
            raise TaskError("Some.ServiceException")

    world = World(fail=fail)
    run(world, alarm("ALARM", START))
    assert world.told[0] == ("dev-p1", "opened", 0)
    assert len(world.rows) == 1


def test_an_incident_that_cannot_be_opened_is_told_to_those_of_the_highest_priority() -> None:
    def fail(integration: str) -> None:
        if integration == "lambda:invoke":
            raise TaskError("Lambda.Unknown", "no time zone")

    world = World(fail=fail)
    with pytest.raises(Failed, match="Unopened"):
        run(world, alarm("ALARM", START, "dev-p3-monitoring-slow"))
    assert world.told == [("dev-p1", "an incident could not be opened", None)]
    assert world.rows == {}


def test_every_state_is_reached_by_another_and_none_is_left_out() -> None:
    def states(machine: Mapping[str, Any]) -> list[tuple[str, set[str], dict[str, Any]]]:
        found = []
        reached = {machine["StartAt"]}
        for state in machine["States"].values():
            reached |= {state[it] for it in ("Next", "Default") if it in state}
            reached |= {it["Next"] for key in ("Choices", "Catch") for it in state.get(key, [])}
            if "ItemProcessor" in state:
                found += states(state["ItemProcessor"])
        return [*found, ("", reached, machine["States"])]

    for _, reached, declared in states(MACHINE):
        assert reached == set(declared)
