"""What happens to an incident, in the Amazon States Language: opened, told, looked at again, escalated, judged.

An alarm that goes into alarm begins an execution, and the execution ends when its incident's last deadline has passed.
At each moment that the function gives (levels of escalation, response, solution) it reads the incident again: what
people did meanwhile stands in the record and nowhere else. An alarm that is well again closes what it opened.

The language is that of JSONPath. Sources: Amazon States Language; AWS Step Functions developer guide, "Intrinsic
functions", "Perform DynamoDB CRUD operations with Step Functions" (names of its errors), "Using AWS SDK service
integrations", "Publish messages with Amazon SNS".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixgen.areas.support.topics import UNACKNOWLEDGED
from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder

BY_ALARM = "by_alarm"
SETTLE = 30
"""Seconds in which an incident is opened, before an alarm that is well again looks for it."""
EVERYBODY = 10080
"""Minutes: the highest level that a contact can have, so that a missed deadline reaches all levels."""
AGAIN = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2}
TAKEN = "DynamoDB.ConditionalCheckFailedException"
"""Somebody else has written first; trying again would not change it."""

KEPT = ("id", "alarm", "alarm_name", "priority", "hours", "month", "started_at", "respond_by", "solve_by", "reason")


def definition(module: ModuleBuilder, *, function: Expr, table: Expr) -> dict[str, Any]:
    """The state machine; ``function`` is the clock of incidents, ``table`` keeps them."""
    made = _Definition(module, function, table)
    return {
        "Comment": "Follows an incident from its alarm to its last deadline.",
        "StartAt": "Which",
        "States": {**made.opening(), **made.following(), **made.closing()},
    }


class _Definition:
    def __init__(self, module: ModuleBuilder, function: Expr, table: Expr) -> None:
        var = module.var
        self._var = var
        self._function = function
        self._table = table
        self._partition = f"arn:{var.partition}"
        self._topic = f"{self._partition}:sns:{var.region}:{var.account}:{var.environment}-{{}}"

    def opening(self) -> dict[str, Any]:
        """From the alarm to the record, and to the people."""
        detail = "Alarm: {}\nReason: {}\nBegan: {}\nTo be answered by: {}\nTo be solved by: {}\n"
        commands = (
            f"\nAcknowledge: mendixctl incident ack {self._var.environment} {{}}"
            f"\nSolve: mendixctl incident solve {self._var.environment} {{}}"
        )
        named = ("alarm_name", "reason", "started_at", "respond_by", "solve_by", "id", "id")
        return {
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.detail.state.value", "StringEquals": "OK", "Next": "Settle"}],
                "Default": "Due",
            },
            "Due": self._task(
                "lambda:invoke",
                {"FunctionName": self._function.arn, "Payload": {"event.$": "$", "settings": self._settings()}},
                "Standing",
                OutputPath="$.Payload",
                Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Unopened"}],
            ),
            "Standing": self._standing("$.alarm", "Known"),
            "Known": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.standing.count", "NumericGreaterThan": 0, "Next": "Duplicate"}],
                "Default": "Open",
            },
            "Open": self._task(
                "dynamodb:putItem",
                {
                    "TableName": self._table.name,
                    "Item": {
                        **{name: {"S.$": f"$.{name}"} for name in KEPT},
                        "execution": {"S.$": "$$.Execution.Id"},
                    },
                    # A second attempt of this very execution finds its own record, and goes on.
                    "ConditionExpression": "attribute_not_exists(id) OR execution = :execution",
                    "ExpressionAttributeValues": {":execution": {"S.$": "$$.Execution.Id"}},
                },
                "Notify",
                ResultPath=None,
                Catch=[{"ErrorEquals": [TAKEN], "ResultPath": None, "Next": "Duplicate"}],
            ),
            "Duplicate": {"Type": "Succeed"},
            "Notify": self._tell("opened", detail + commands, named, "0", "Follow"),
            "Unopened": self._task(
                "sns:publish",
                {
                    "TopicArn": self._topic.replace("{}", "p1"),
                    "Subject": f"{self._var.environment}: an incident could not be opened",
                    "Message.$": _format(
                        "The alarm {} has no incident, so no deadline of it is watched: {}",
                        ("$.detail.alarmName", "$.error.Cause"),
                    ),
                },
                "Lost",
            ),
            "Lost": {"Type": "Fail", "Error": "Unopened", "Cause": "The incident could not be opened."},
        }

    def following(self) -> dict[str, Any]:
        """Moment by moment until the last deadline, and the metrics."""
        looks = {
            "Wait": {"Type": "Wait", "TimestampPath": "$.moment.at", "Next": "Read"},
            "Read": self._read("$.incident.id", "Judge"),
            "Judge": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.now.item.solved_at", "IsPresent": True, "Next": "Kept"},
                    {"Variable": "$.moment.kind", "StringEquals": "solve", "Next": "Breach"},
                    {"Variable": "$.now.item.acknowledged_at", "IsPresent": True, "Next": "Kept"},
                    {"Variable": "$.moment.kind", "StringEquals": "escalate", "Next": "Escalate"},
                ],
                "Default": "Breach",
            },
            "Kept": {"Type": "Succeed"},
            "Escalate": self._tell(
                "not acknowledged",
                "Nobody has acknowledged it so far.\nAlarm: {}\nBegan: {}\nTo be answered by: {}\n"
                f"\nAcknowledge: mendixctl incident ack {self._var.environment} {{}}",
                ("incident.alarm_name", "incident.started_at", "incident.respond_by", "incident.id"),
                "$.moment.minutes",
                None,
                of="incident.",
            ),
            "Breach": self._task(
                "dynamodb:updateItem",
                {
                    "TableName": self._table.name,
                    "Key": {"id": {"S.$": "$.incident.id"}},
                    "UpdateExpression": "SET #missed = :at",
                    "ExpressionAttributeNames": {"#missed.$": "States.Format('{}_missed_at', $.moment.kind)"},
                    "ExpressionAttributeValues": {":at": {"S.$": "$.moment.at"}},
                },
                "Missed",
                ResultPath=None,
            ),
            "Missed": self._tell(
                "deadline missed",
                "A deadline was missed: {}.\nAlarm: {}\nBegan: {}\nTo be answered by: {}\nTo be solved by: {}\n",
                (
                    "moment.kind",
                    "incident.alarm_name",
                    "incident.started_at",
                    "incident.respond_by",
                    "incident.solve_by",
                ),
                str(EVERYBODY),
                None,
                of="incident.",
            ),
        }
        return {
            "Follow": {
                "Type": "Map",
                "ItemsPath": "$.moments",
                "MaxConcurrency": 1,
                "ItemSelector": {"moment.$": "$$.Map.Item.Value", "incident.$": "$"},
                "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Wait", "States": looks},
                "ResultPath": None,
                "Next": "Result",
            },
            "Result": self._read("$.id", "Measure"),
            "Measure": self._task(
                "lambda:invoke",
                {
                    "FunctionName": self._function.arn,
                    "Payload": {
                        "item.$": "$.now.item",
                        "now.$": "$$.State.EnteredTime",
                        "settings": self._settings(),
                    },
                },
                None,
                ResultPath=None,
            ),
        }

    def closing(self) -> dict[str, Any]:
        """An alarm that is well again solves what it opened."""
        close = self._task(
            "dynamodb:updateItem",
            {
                "TableName": self._table.name,
                "Key": {"id": {"S.$": "$.id"}},
                "UpdateExpression": "SET solved_at = :at, solved_by = :by, solved_why = :why",
                "ConditionExpression": "attribute_exists(id) AND attribute_not_exists(solved_at)",
                "ExpressionAttributeValues": {
                    ":at": {"S.$": "$.at"},
                    ":by": {"S": "alarm"},
                    ":why": {"S": "The alarm is well again."},
                },
            },
            None,
            Catch=[{"ErrorEquals": [TAKEN], "ResultPath": None, "Next": "Closed"}],
        )
        return {
            "Settle": {"Type": "Wait", "Seconds": SETTLE, "Next": "Find"},
            "Find": self._standing("$.resources[0]", "Close"),
            "Close": {
                "Type": "Map",
                "ItemsPath": "$.standing.items",
                "ItemSelector": {"id.$": "$$.Map.Item.Value.id.S", "at.$": "$.time"},
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "INLINE"},
                    "StartAt": "Solve",
                    "States": {"Solve": close, "Closed": {"Type": "Succeed"}},
                },
                "End": True,
            },
        }

    def _settings(self) -> dict[str, Any]:
        """The section of the YAML, as far as the clock goes by it."""
        var = self._var
        names = ("hours", "timezone", "office", "holidays", "targets")
        return {
            "environment": var.environment,
            **{name: var[name] for name in names},
            "escalations": Expr("local.escalations"),
        }

    def _standing(self, alarm: str, then: str) -> dict[str, Any]:
        """The incidents of an alarm that nobody has solved yet."""
        return self._task(
            "aws-sdk:dynamodb:query",
            {
                "TableName": self._table.name,
                "IndexName": BY_ALARM,
                "KeyConditionExpression": "alarm = :alarm",
                "FilterExpression": "attribute_not_exists(solved_at)",
                "ExpressionAttributeValues": {":alarm": {"S.$": alarm}},
                "ScanIndexForward": False,
            },
            then,
            ResultSelector={"count.$": "$.Count", "items.$": "$.Items"},
            ResultPath="$.standing",
        )

    def _read(self, incident: str, then: str) -> dict[str, Any]:
        return self._task(
            "dynamodb:getItem",
            {"TableName": self._table.name, "Key": {"id": {"S.$": incident}}, "ConsistentRead": True},
            then,
            ResultSelector={"item.$": "$.Item"},
            ResultPath="$.now",
        )

    def _tell(
        self, what: str, text: str, values: tuple[str, ...], minutes: str, then: str | None, *, of: str = ""
    ) -> dict[str, Any]:
        """Tell the incident's topic, with the attribute that says from which level on it is heard."""
        said = {"StringValue.$": minutes} if minutes.startswith("$") else {"StringValue": minutes}
        return self._task(
            "sns:publish",
            {
                "TopicArn.$": _format(self._topic, (f"$.{of}priority",)),
                # SNS takes subjects of less than 100 characters, so the alarm's name stands in the text.
                "Subject.$": _format(
                    f"{self._var.environment} {{}} incident {{}}: {what}", (f"$.{of}priority", f"$.{of}id")
                ),
                "Message.$": _format(text, tuple(f"$.{it}" for it in values)),
                "MessageAttributes": {UNACKNOWLEDGED: {"DataType": "Number", **said}},
            },
            then,
            ResultPath=None,
        )

    def _task(self, integration: str, parameters: Mapping[str, Any], then: str | None, **more: Any) -> dict[str, Any]:
        catches = more.get("Catch", [])
        final = (
            [{"ErrorEquals": [TAKEN], "MaxAttempts": 0}] if any(TAKEN in it["ErrorEquals"] for it in catches) else []
        )
        return {
            "Type": "Task",
            "Resource": f"{self._partition}:states:::{integration}",
            "Parameters": parameters,
            **more,
            "Retry": [*final, AGAIN],
            **({"End": True} if then is None else {"Next": then}),
        }


def _format(text: str, paths: tuple[str, ...]) -> str:
    escaped = text.replace("'", "\\'")
    return f"States.Format('{escaped}', {', '.join(paths)})"
