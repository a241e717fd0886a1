"""Who publishes to the topics of support, and what the topics' and their key's policies say of each.

A topic that is encrypted with a key whose policy does not name the sender receives nothing, and nobody is told.

Sources: SNS developer guide, "Key management" (which senders come as themselves; source conditions in a key's policy
are not supported for what EventBridge publishes to topics, so that the topic in the encryption context stands there),
"Example cases for access control"; Amazon EventBridge user guide, "Using resource-based policies"; AWS Cost Management
user guide, "Creating an Amazon SNS topic for budget notifications"; AWS Backup developer guide, "Notification options";
Amazon RDS user guide, "Granting permissions to publish notifications to an Amazon SNS topic".
"""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.key import DATA_KEYS, key_statement, own_statements, via
from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder

ALARMS = "cloudwatch.amazonaws.com"
EVENTS = "events.amazonaws.com"
BUDGETS = "budgets.amazonaws.com"
OF_THE_ACCOUNT = (
    "backup.amazonaws.com",
    "codestar-notifications.amazonaws.com",
    "config.amazonaws.com",
    "costalerts.amazonaws.com",
    "events.rds.amazonaws.com",
    "s3.amazonaws.com",
)
"""Senders of which a topic asks no more than that they come for this account."""
DELIVERERS = ("events.amazonaws.com", "sns.amazonaws.com")
"""Who leaves what could not be delivered in the queue of dead letters."""
THROUGH = ("dynamodb", "sns", "sqs")
"""Through which services the account's own principals use the key."""


def publishers(module: ModuleBuilder, topic_arn: Expr) -> list[dict[str, Any]]:
    """The statements of a topic's policy that let the senders publish."""
    var = module.var
    own = {"aws:SourceAccount": var.account}
    arn = f"arn:{var.partition}"

    def publish(name: str, services: Any, condition: dict[str, Any]) -> dict[str, Any]:
        return allow(name, ["sns:Publish"], topic_arn, principal={"Service": services}, condition=condition)

    return [
        publish(
            "PublishAlarms",
            ALARMS,
            {
                "StringEquals": own,
                "ArnLike": {"aws:SourceArn": f"{arn}:cloudwatch:{var.region}:{var.account}:alarm:*"},
            },
        ),
        publish(
            "PublishEvents", EVENTS, {"ArnLike": {"aws:SourceArn": f"{arn}:events:{var.region}:{var.account}:rule/*"}}
        ),
        publish(
            "PublishBudgets",
            BUDGETS,
            {"StringEquals": own, "ArnLike": {"aws:SourceArn": f"{arn}:budgets::{var.account}:*"}},
        ),
        publish("PublishForTheAccount", list(OF_THE_ACCOUNT), {"StringEquals": own}),
    ]


def key_statements(module: ModuleBuilder) -> list[dict[str, Any]]:
    """The policy of the key: the account's own use of it, and the senders'."""
    var = module.var
    arn = f"arn:{var.partition}"
    own = {"StringEquals": {"aws:SourceAccount": var.account}}
    topics = f"{arn}:sns:{var.region}:{var.account}:{var.environment}-*"
    return [
        *own_statements(
            module.local(
                "account_root",
                f"{arn}:iam::{var.account}:root",
                "The account: its IAM policies decide by whom the key is used.",
            ),
            var.account,
            via(var.region, THROUGH),
        ),
        key_statement("Publish", DATA_KEYS, {"Service": sorted([ALARMS, BUDGETS, *OF_THE_ACCOUNT])}, own),
        key_statement(
            "PublishEvents",
            DATA_KEYS,
            {"Service": EVENTS},
            {"StringLike": {"kms:EncryptionContext:aws:sns:topicArn": topics}},
        ),
        key_statement("KeepDeadLetters", DATA_KEYS, {"Service": list(DELIVERERS)}, own),
    ]
