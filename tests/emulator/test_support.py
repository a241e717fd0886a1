"""The support module on the emulator: topics and contacts, incidents and their clock; changed, disarmed, destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mendixctl.aws import Clients
from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.environment import environment
from mendixctl.engine.health.contacts import TYPE, Contacts
from mendixctl.engine.health.contract import Subject
from mendixctl.engine.incident.table import IncidentTable
from mendixctl.ledger.release import Health
from mendixgen.areas.support.machine import TAKEN
from mendixgen.diagnostics import MendixError
from mendixgen.functions import incident_clock
from tests.emulator.area_root import AreaRoot, Plan
from tests.support.state_machine import Execution, TaskError
from tests.unit.areas.test_incidents import alarm

pytestmark = pytest.mark.emulator

ACCOUNT = "123456789012"
AROUND = """\
resource "aws_kms_key" "logs" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}
resource "aws_iam_policy" "boundary" {
  name = "dev-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}
resource "aws_cloudwatch_metric_alarm" "of_another_area" {
  alarm_name          = "dev-p1-ingress-down"
  namespace           = "AWS/SNS"
  metric_name         = "NumberOfNotificationsFailed"
  statistic           = "Sum"
  dimensions          = { TopicName = "dev-p1" }
  period              = 60
  evaluation_periods  = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  alarm_actions       = [module.support.topic_arns["p1"]]
}
resource "aws_cloudwatch_event_rule" "of_another_area" {
  name          = "dev-budget"
  event_pattern = jsonencode({ source = ["aws.health"] })
}
resource "aws_cloudwatch_event_target" "of_another_area" {
  rule = aws_cloudwatch_event_rule.of_another_area.name
  arn  = module.support.topic_arns["p3"]
}
"""
WIRED = {"logs_key_arn": "aws_kms_key.logs.arn", "boundary_arn": "aws_iam_policy.boundary.arn"}
CONTACTS: dict[str, list[dict[str, Any]]] = {
    "p1": [
        {"email": "oncall@example.com"},
        {"sms": "+4915112345678"},
        {"https": "https://events.example.com/p1"},
        {"email": "head@example.com", "escalate_after_minutes": 15},
    ],
    "p3": [{"email": "platform@example.com"}],
}
SETTINGS: dict[str, Any] = {
    "contacts": CONTACTS,
    "timezone": "Asia/Shanghai",
    "office": {"from": "09:00", "to": "18:00", "days": ["mon", "tue", "wed", "thu", "fri"]},
}


@pytest.fixture
def root(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("support", wired=WIRED, around=AROUND, settings=SETTINGS)


def client(emulator: Endpoint, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=emulator.region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


class Services:
    """What the state machine asks, answered by the emulator; the function is the module's own code."""

    def __init__(self, emulator: Endpoint) -> None:
        self._table = client(emulator, "dynamodb")
        self._topics = client(emulator, "sns")

    def __call__(self, integration: str, parameters: dict[str, Any]) -> Any:
        asked = {
            "dynamodb:putItem": self._table.put_item,
            "dynamodb:getItem": self._table.get_item,
            "dynamodb:updateItem": self._table.update_item,
            "aws-sdk:dynamodb:query": self._table.query,
            "sns:publish": self._topics.publish,
            "lambda:invoke": lambda **named: {"Payload": incident_clock.handler(named["Payload"], None)},
        }[integration]
        try:
            return asked(**parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise TaskError(TAKEN) from error
            raise


def people_answer_it(emulator: Endpoint, incident: str) -> None:
    """The conditions of what a person writes, on the table itself."""
    table = IncidentTable(Clients(emulator.region, environment(emulator)), "dev-incidents")
    answered = table.acknowledge(incident, "2026-11-30T04:00:00Z", "arn:li", "on it")
    assert answered["acknowledged_by"] == "arn:li"
    with pytest.raises(MendixError, match="MXP242"):
        table.acknowledge(incident, "2026-11-30T04:01:00Z", "arn:wang", "me too")
    with pytest.raises(MendixError, match="MXP241"):
        table.solve("nothing", "2026-11-30T04:01:00Z", "arn:wang", "done")
    assert [it["id"] for it in table.of_month("2026-11")] == [it["id"] for it in table.unsolved()] == [incident]


def a_contact_is_unconfirmed_until_it_confirms(root: AreaRoot, emulator: Endpoint) -> None:
    address = 'aws_sns_topic_subscription.this["p1 oncall@example.com"]'
    subject = Subject(address, TYPE, root.values()[address])
    services = Clients(emulator.region, environment(emulator))
    assert Contacts().look(services, subject).health is Health.UNCONFIRMED
    services.client("sns").confirm_subscription(TopicArn=subject.text("topic_arn"), Token="oncall@example.com")
    assert Contacts().look(services, subject).health is Health.HEALTHY


def an_alarm_becomes_an_incident_and_is_solved_by_it(emulator: Endpoint) -> None:
    """The definition that Terraform rendered and AWS keeps, on the table that it made."""
    arn = f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:dev-incidents"
    definition = json.loads(client(emulator, "stepfunctions").describe_state_machine(stateMachineArn=arn)["definition"])
    start = datetime(2026, 11, 27, 15, tzinfo=UTC)
    services = Services(emulator)
    opening = Execution(services, start)
    opening.run(definition, alarm("ALARM", start, "dev-p3-monitoring-slow"))
    again = Execution(services, start, id="another")
    again.run(definition, alarm("ALARM", start, "dev-p3-monitoring-slow"))
    assert again.states()[-1] == "Duplicate"
    rows = client(emulator, "dynamodb").scan(TableName="dev-incidents")["Items"]
    (row,) = [{name: value["S"] for name, value in it.items()} for it in rows]
    # Asia/Shanghai, open from nine to six: it was Friday night.
    assert (row["respond_by"], row["solve_by"]) == ("2026-11-30T03:00:00Z", "2026-12-01T10:00:00Z")
    assert (row["respond_missed_at"], row["solve_missed_at"]) == (row["respond_by"], row["solve_by"])
    people_answer_it(emulator, row["id"])
    closing = Execution(services, start, id="third")
    closing.run(definition, alarm("OK", start, "dev-p3-monitoring-slow"))
    assert closing.states()[-1] == "Solve"
    (solved,) = client(emulator, "dynamodb").scan(TableName="dev-incidents")["Items"]
    assert solved["solved_by"]["S"] == "alarm"


def test_life_of_support(root: AreaRoot, emulator: Endpoint) -> None:
    sns = client(emulator, "sns")

    def subscribed(topic: str) -> set[str]:
        arn = f"arn:aws:sns:eu-central-1:{ACCOUNT}:dev-{topic}"
        return {it["Endpoint"] for it in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]}

    def made() -> None:
        assert sorted(root.outputs()["topic_arns"]) == ["p1", "p2", "p3", "p4"]
        assert len(subscribed("p1")) == 4
        assert subscribed("p2") == set()
        assert sns.publish(TopicArn=f"arn:aws:sns:eu-central-1:{ACCOUNT}:dev-p1", Message="nobody outside hears this")
        table = client(emulator, "dynamodb").describe_table(TableName="dev-incidents")["Table"]
        assert table["DeletionProtectionEnabled"] is True
        an_alarm_becomes_an_incident_and_is_solved_by_it(emulator)
        a_contact_is_unconfirmed_until_it_confirms(root, emulator)

    def planned(plan: Plan) -> None:
        assert plan.pop("aws_sfn_state_machine.incidents") == ("update",)
        of_contacts = {it: actions for it, actions in plan.items() if it.startswith("aws_sns_topic_subscription")}
        assert of_contacts == {
            'aws_sns_topic_subscription.this["p1 head@example.com"]': ("update",),
            'aws_sns_topic_subscription.this["p2 platform@example.com"]': ("create",),
            'aws_sns_topic_subscription.this["p3 platform@example.com"]': ("delete",),
        }

    later = [*CONTACTS["p1"][:3], {"email": "head@example.com", "escalate_after_minutes": 20}]
    root.live(
        {"contacts": {"p1": later, "p2": CONTACTS["p3"]}, "holidays": ["2027-01-01"], "office": {"to": "20:00"}},
        made=made,
        planned=planned,
        changed=lambda: None,
    )
