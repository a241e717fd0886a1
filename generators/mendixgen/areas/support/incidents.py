"""Incidents: the table that keeps them, the clock, the state machine, and the rule that begins it.

Sources: Amazon EventBridge user guide, "Alarm events" (CloudWatch tells of every change of state, composite alarms'
included), "Using dead-letter queues"; AWS Step Functions developer guide, "Logging using CloudWatch Logs" (the name of
the log begins with /aws/vendedlogs/), "Creating an IAM role"; DynamoDB developer guide, "Encryption at rest".
"""

from __future__ import annotations

from typing import Any

from mendixgen.alarms.resource import TOLD_BY
from mendixgen.areas.support.machine import BY_ALARM, definition
from mendixgen.areas.support.settings import PRIORITIES
from mendixgen.authoring.constructs.alarm import alarm
from mendixgen.authoring.constructs.function import function
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, trust_of_service
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import Expr, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

CLOCK = "incident_clock"
BY_MONTH = "by_month"
DELIVERIES = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
]
"""What a state machine needs to have its log delivered; none of it knows resources."""


def build(module: ModuleBuilder, key: Expr, topics: Expr, letters: Expr) -> None:
    """Add everything about incidents, encrypted with ``key``, told by ``topics``; ``letters`` are dead ones."""
    name = module.local("incidents", f"{module.var.environment}-incidents", "Name of the table and the state machine.")
    table = _table(module, name, key)
    clock = _clock(module, key, topics)
    machine = _machine(module, name, key, topics, table, clock)
    _rule(module, machine, letters)
    _alarms(module, machine, topics, letters)


def _table(module: ModuleBuilder, name: Expr, key: Expr) -> Expr:
    module.section("Incidents")
    return module.resource(
        "aws_dynamodb_table.incidents",
        "What happened, who answered and solved it, and when it had to be: what the contract is judged by.",
        name=name,
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        deletion_protection_enabled=expr(f"!{module.var.teardown}"),
        attribute=[{"name": it, "type": "S"} for it in ("alarm", "id", "month", "started_at")],
        global_secondary_index=[
            {"name": BY_ALARM, "hash_key": "alarm", "range_key": "started_at", "projection_type": "ALL"},
            {"name": BY_MONTH, "hash_key": "month", "range_key": "started_at", "projection_type": "ALL"},
        ],
        point_in_time_recovery={"enabled": True},
        server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
        tags={"Name": name},
    )


def _clock(module: ModuleBuilder, key: Expr, topics: Expr) -> Expr:
    var = module.var
    module.section("Clock")
    return function(
        module,
        "clock",
        "Says when an incident has to be answered and solved, and measures what became of it.",
        source=CLOCK,
        function_name=f"{var.environment}-incident-clock",
        description=f"Deadlines and measures of the incidents of {var.environment}",
        role_description=f"Computes deadlines of the incidents of {var.environment}.",
        log_comment="Measures of incidents, which CloudWatch makes metrics of.",
        log_retention_days=var.log_retention_days,
        permissions=[],
        permissions_comment="Its log, its traces, and the topic for what failed. It reads nothing.",
        topic_arn=topics["p2"].arn,
        timeout=30,
        key_arn=key.arn,
        tags={"Name": f"{var.environment}-incident-clock"},
        log_tags={"Name": f"/aws/lambda/{var.environment}-incident-clock"},
    )


def _machine(module: ModuleBuilder, name: Expr, key: Expr, topics: Expr, table: Expr, clock: Expr) -> Expr:
    var = module.var
    module.section("State machine")
    module.local(
        "escalations",
        expr(
            "{\nfor priority, listed in var.contacts : priority => [\n"
            "for minutes in distinct(listed[*].escalate_after_minutes) : minutes if minutes > 0\n]\n}"
        ),
        "By priority, after how many minutes somebody more is told.",
    )
    here = f"{var.region}:{var.account}"
    log = log_group(
        module,
        "incidents",
        "What the state machine did. Below /aws/vendedlogs, where the policy of who delivers does not grow.",
        path=f"/aws/vendedlogs/states/{name}",
        retention_days=var.log_retention_days,
        tags={"Name": f"/aws/vendedlogs/states/{name}"},
    )
    role = service_role(
        module,
        "incidents",
        "What the state machine works as.",
        role_name=name,
        description=f"Follows the incidents of {var.environment}.",
        trust=trust_of_service(
            "states.amazonaws.com", var.account, f"arn:{var.partition}:states:{here}:stateMachine:{name}"
        ),
        policy_name="incidents",
        permissions=[
            allow("AskTheClock", ["lambda:InvokeFunction"], clock.arn),
            allow(
                "KeepIncidents",
                ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
                [table.arn, f"{table.arn}/index/{BY_ALARM}"],
            ),
            allow("Tell", ["sns:Publish"], expr("values(aws_sns_topic.this)[*].arn")),
            allow("EncryptMessages", ["kms:Decrypt", "kms:GenerateDataKey"], key.arn, condition=module.via("sns")),
            allow("ReadIncidents", ["kms:Decrypt"], key.arn, condition=module.via("dynamodb")),
            allow("DeliverTheLog", DELIVERIES, "*"),
            allow(
                "Trace",
                [
                    "xray:GetSamplingRules",
                    "xray:GetSamplingTargets",
                    "xray:PutTelemetryRecords",
                    "xray:PutTraceSegments",
                ],
                "*",
            ),
        ],
        permissions_comment="The clock, the table, the topics, its log and its traces. Nothing else.",
        tags={"Name": name},
    )
    return module.resource(
        "aws_sfn_state_machine.incidents",
        "Follows each incident to its last deadline. An execution keeps the rules that it began with.",
        name=name,
        type="STANDARD",
        role_arn=role.role.arn,
        definition=jsonencode(definition(module, function=clock, table=table)),
        logging_configuration={
            "level": "ALL",
            "include_execution_data": True,
            "log_destination": f"{log.arn}:*",
        },
        tracing_configuration={"enabled": True},
        tags={"Name": name},
        depends_on=[role.permissions],
    )


def incident_pattern(environment: str) -> dict[str, Any]:
    """Which changes of alarms begin or end an incident: of those with a priority, what is told.

    A composite alarm's, once nothing silences it; not that of its children, which is told by it.
    """
    by_composite = {"anything-but": {"wildcard": f"*{TOLD_BY} {environment}-p*"}}
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {
            "alarmName": [{"prefix": f"{environment}-{it}-"} for it in PRIORITIES],
            "state": {"$or": [{"value": ["OK"]}, {"value": ["ALARM"], "actionsSuppressedBy": [{"exists": False}]}]},
            "configuration": {"$or": [{"description": [{"exists": False}]}, {"description": [by_composite]}]},
        },
    }


def _rule(module: ModuleBuilder, machine: Expr, letters: Expr) -> None:
    var = module.var
    module.section("Rule")
    name = module.local(
        "rule", f"{var.environment}-support-alarms", "Name of the rule, and of the role that it works as."
    )
    role = service_role(
        module,
        "alarms",
        "What EventBridge begins executions as.",
        role_name=name,
        description=f"Begins the incidents of {var.environment}.",
        trust=trust_of_service(
            "events.amazonaws.com", var.account, f"arn:{var.partition}:events:{var.region}:{var.account}:rule/{name}"
        ),
        policy_name="alarms",
        permissions=[allow("Begin", ["states:StartExecution"], machine.arn)],
        permissions_comment="It begins executions of the one state machine.",
        tags={"Name": name},
    )
    rule = module.resource(
        "aws_cloudwatch_event_rule.alarms",
        "An alarm whose name begins with the environment and a priority went into alarm, or is well again.",
        name=name,
        description=f"Alarms of {var.environment} by priority",
        event_pattern=jsonencode(incident_pattern(str(var.environment))),
        tags={"Name": name},
    )
    module.resource(
        "aws_cloudwatch_event_target.alarms",
        "Begin an execution; what cannot begin for a day is a dead letter.",
        rule=rule.name,
        target_id="incidents",
        arn=machine.arn,
        role_arn=role.role.arn,
        retry_policy={"maximum_event_age_in_seconds": 86400, "maximum_retry_attempts": 185},
        dead_letter_config={"arn": letters.arn},
        depends_on=[role.permissions],
    )


def _alarms(module: ModuleBuilder, machine: Expr, topics: Expr, letters: Expr) -> None:
    var = module.var
    module.section("Alarms")
    for name, what, metric, dimensions in (
        (
            "incidents-failed",
            "An incident is not followed any more. Look at the failed execution, and follow the incident by hand.",
            ("AWS/States", "ExecutionsFailed"),
            {"StateMachineArn": machine.arn},
        ),
        (
            "dead-letters",
            "Somebody was not told, or an alarm began no incident. Look at the messages in the queue of dead letters.",
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
            {"QueueName": letters.name},
        ),
    ):
        alarm(
            module,
            name.replace("-", "_"),
            f"{what.partition('. ')[0]}.",
            alarm_name=f"{var.environment}-p2-support-{name}",
            description=what,
            metric=metric,
            dimensions=dimensions,
            topic_arn=topics["p2"].arn,
            tags={"Name": f"{var.environment}-p2-support-{name}"},
        )
