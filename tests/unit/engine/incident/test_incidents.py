"""The commands of incidents against a table in memory: who writes, what is refused, and what a month comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mendixctl.engine.incident import run
from mendixctl.engine.incident.run import incident_of
from mendixctl.engine.incident.table import IncidentTable
from mendixgen.diagnostics import MendixError
from tests.unit.areas.test_incident_clock import SETTINGS

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
RUNNING = {
    "started_at": "2026-11-30T14:50:00Z",
    "respond_by": "2026-11-30T15:20:00Z",
    "solve_by": "2026-11-30T18:50:00Z",
}


def row(name: str, **more: str) -> dict[str, str]:
    return {
        "id": name,
        "priority": "p1",
        "hours": "24x7",
        "month": "2026-11",
        "alarm_name": "dev-p1-ingress-down",
        "reason": "1 < 2",
        "started_at": "2026-11-30T10:00:00Z",
        "respond_by": "2026-11-30T10:30:00Z",
        "solve_by": "2026-11-30T14:00:00Z",
        **more,
    }


@dataclass
class Table:
    """boto3's DynamoDB client as far as incidents use it, two rows a page."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, service: str) -> Table:
        assert service == "dynamodb"
        return self

    def get_paginator(self, operation: str) -> Table:
        self.operation = operation
        return self

    def paginate(self, **asked: Any) -> Iterator[Mapping[str, Any]]:
        assert asked["TableName"] == "dev-incidents"
        found = list(self.rows.values())
        if self.operation == "query":
            assert asked["IndexName"] == "by_month"
            found = [it for it in found if it["month"] == asked["ExpressionAttributeValues"][":month"]["S"]]
        else:
            assert asked["FilterExpression"] == "attribute_not_exists(solved_at)"
            found = [it for it in found if "solved_at" not in it]
        for start in range(0, len(found), 2):
            yield {"Items": [self._item(it) for it in found[start : start + 2]]}

    def get_item(self, **asked: Any) -> Mapping[str, Any]:
        held = self.rows.get(asked["Key"]["id"]["S"])
        return {"Item": self._item(held)} if held else {}

    def update_item(self, **asked: Any) -> Mapping[str, Any]:
        held = self.rows.get(asked["Key"]["id"]["S"])
        conditions = asked["ConditionExpression"].split(" AND ")
        forbidden = [it.removeprefix("attribute_not_exists(").rstrip(")") for it in conditions[1:]]
        if held is None or any(it in held for it in forbidden):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")
        for part in asked["UpdateExpression"].removeprefix("SET ").split(", "):
            name, _, value = part.partition(" = ")
            held[name] = asked["ExpressionAttributeValues"][value]["S"]
        return {"Attributes": self._item(held)}

    @staticmethod
    def _item(held: Mapping[str, str]) -> dict[str, Any]:
        return {name: {"S": value} for name, value in held.items()}


def table(*rows: dict[str, str]) -> tuple[Table, IncidentTable]:
    made = Table({it["id"]: it for it in rows})
    return made, IncidentTable(made, "dev-incidents")  # type: ignore[arg-type]


def test_the_first_who_acknowledges_is_kept() -> None:
    held, asked = table(row("a"))
    answered = asked.acknowledge("a", "2026-11-30T10:12:00Z", "arn:li", "on it")
    assert (answered["acknowledged_by"], answered["acknowledged_why"]) == ("arn:li", "on it")
    with pytest.raises(MendixError, match=r"MXP242.*arn:li"):
        asked.acknowledge("a", "2026-11-30T10:13:00Z", "arn:wang", "me too")
    assert held.rows["a"]["acknowledged_by"] == "arn:li"


def test_what_is_solved_is_neither_acknowledged_nor_solved_again() -> None:
    _, asked = table(row("a", solved_at="2026-11-30T11:00:00Z", solved_by="alarm"))
    with pytest.raises(MendixError, match=r"MXP242.*solved at .* by alarm"):
        asked.acknowledge("a", "2026-11-30T12:00:00Z", "arn:li", "on it")
    with pytest.raises(MendixError, match="MXP242"):
        asked.solve("a", "2026-11-30T12:00:00Z", "arn:li", "done")


def test_what_is_not_acknowledged_can_be_solved() -> None:
    _, asked = table(row("a"))
    found = incident_of(asked.solve("a", "2026-11-30T10:20:00Z", "arn:li", "restarted"), NOW)
    assert (found.response, found.solution, found.solved_why) == ("kept", "kept", "restarted")


def test_an_incident_that_there_is_not_is_said_so() -> None:
    _, asked = table(row("a"))
    with pytest.raises(MendixError, match="MXP241"):
        asked.solve("b", "2026-11-30T10:20:00Z", "arn:li", "restarted")


def test_all_pages_are_read() -> None:
    _, asked = table(*(row(name) for name in "abcde"), row("f", month="2026-12"))
    assert [it["id"] for it in asked.of_month("2026-11")] == list("abcde")
    assert len(asked.unsolved()) == 6


def test_a_month_is_counted_by_priority() -> None:
    solved = {"solved_at": "2026-11-30T15:00:00Z", "solved_by": "alarm"}
    incidents = [
        incident_of(it, NOW)
        for it in (
            row("a", acknowledged_at="2026-11-30T10:10:00Z", acknowledged_by="arn:li", **solved),
            row("b", solved_at="2026-11-30T10:20:00Z", solved_by="alarm"),
            row("c"),
            row(
                "d",
                started_at="2026-11-30T14:50:00Z",
                respond_by="2026-11-30T15:20:00Z",
                solve_by="2026-11-30T18:50:00Z",
            ),
        )
    ]
    found = run._priority("p1", incidents, SETTINGS)
    assert (found.response.kept, found.response.missed, found.response.running) == (2, 1, 1)
    assert (found.solution.kept, found.solution.missed, found.solution.running) == (1, 2, 1)
    assert found.response.percent == 66.7
    assert (found.response.median, found.solution.median) == (15, 160)
    assert run._priority("p2", [], SETTINGS).solution.percent is None
