"""The topics of the four priorities, who is subscribed to them, and where what reached nobody is kept.

A contact that is told at once gets all of its topic's messages; one that is told later gets those that say that so many
minutes have passed unacknowledged, which the state machine writes into an attribute of the message. So a change of the
minutes changes a filter and no topic: nobody has to confirm again. Sources: SNS developer guide, "Message filtering"
(numeric matching), "Dead-letter queues", "SNS message delivery retries".
"""

from __future__ import annotations

from mendixgen.areas.support.senders import publishers
from mendixgen.areas.support.settings import PRIORITIES
from mendixgen.authoring.constructs.policy import allow, deny, policy
from mendixgen.authoring.constructs.topic import only_over_tls
from mendixgen.authoring.expression import Expr, call, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

UNACKNOWLEDGED = "unacknowledged_minutes"
"""The attribute of a message that says for how long nobody has acknowledged the incident."""
LONGEST = 1209600
"""Seconds that SQS keeps a message at most."""


def build(module: ModuleBuilder, key: Expr) -> tuple[Expr, Expr]:
    """Add topics and subscriptions, encrypted with ``key``; returns the topics by priority, and the dead letters."""
    var = module.var
    module.section("Topics")
    topics = module.resource(
        "aws_sns_topic.this",
        "Where an incident of a priority is told. Never renamed: everybody would have to confirm anew.",
        for_each=call("toset", list(PRIORITIES)),
        name=f"{var.environment}-{each.key}",
        display_name=expr(f'upper("{var.environment} {each.key}")'),
        kms_master_key_id=key.arn,
        signature_version=2,
        tags={"Name": f"{var.environment}-{each.key}"},
    )
    module.resource(
        "aws_sns_topic_policy.this",
        "Alarms, events, budgets, backups and databases of this account publish, and only over TLS.",
        for_each=topics,
        arn=each.value.arn,
        policy=policy([*publishers(module, each.value.arn), only_over_tls(each.value.arn)]),
    )
    letters = _dead_letters(module, key)
    _subscriptions(module, topics, letters)
    return topics, letters


def _dead_letters(module: ModuleBuilder, key: Expr) -> Expr:
    var = module.var
    queue = module.resource(
        "aws_sqs_queue.dead_letters",
        "What reached nobody: messages that a contact did not take, and events that began no incident.",
        name=f"{var.environment}-support-dead-letters",
        kms_master_key_id=key.arn,
        kms_data_key_reuse_period_seconds=300,
        message_retention_seconds=LONGEST,
        tags={"Name": f"{var.environment}-support-dead-letters"},
    )
    here = f"{var.region}:{var.account}"
    module.resource(
        "aws_sqs_queue_policy.dead_letters",
        "Topics and rules of this environment leave messages, and only over TLS.",
        queue_url=queue.url,
        policy=policy(
            [
                allow(
                    "Keep",
                    ["sqs:SendMessage"],
                    queue.arn,
                    principal={"Service": ["events.amazonaws.com", "sns.amazonaws.com"]},
                    condition={
                        "ArnLike": {
                            "aws:SourceArn": [
                                f"arn:{var.partition}:events:{here}:rule/{var.environment}-*",
                                f"arn:{var.partition}:sns:{here}:{var.environment}-*",
                            ]
                        }
                    },
                ),
                deny(
                    "OnlyOverTls",
                    ["sqs:*"],
                    queue.arn,
                    principal="*",
                    condition={"Bool": {"aws:SecureTransport": "false"}},
                ),
            ]
        ),
    )
    return queue


def _subscriptions(module: ModuleBuilder, topics: Expr, letters: Expr) -> None:
    contacts = module.local(
        "contacts",
        expr(
            "merge([\nfor priority, listed in var.contacts : {\nfor contact in listed :\n"
            '"${priority} ${coalesce(contact.email, contact.sms, contact.https)}" => {\n'
            "priority = priority\n"
            'protocol = contact.email != null ? "email" : contact.sms != null ? "sms" : "https"\n'
            "endpoint = coalesce(contact.email, contact.sms, contact.https)\n"
            "minutes = contact.escalate_after_minutes\n"
            "}\n}\n]...)"
        ),
        "Who is told, by priority and address: what is added or removed touches nobody else.",
    )
    later = jsonencode({UNACKNOWLEDGED: [{"numeric": [">=", each.value.minutes]}]})
    module.resource(
        "aws_sns_topic_subscription.this",
        "A contact of a priority. Mail and HTTPS addresses confirm once; until then nothing reaches them.",
        for_each=contacts,
        topic_arn=topics[expr("each.value.priority")].arn,
        protocol=each.value.protocol,
        endpoint=each.value.endpoint,
        filter_policy=expr(f"{each.value.minutes} == 0 ? null : {later}"),
        filter_policy_scope=expr(f'{each.value.minutes} == 0 ? null : "MessageAttributes"'),
        redrive_policy=jsonencode({"deadLetterTargetArn": letters.arn}),
        depends_on=[expr("aws_sqs_queue_policy.dead_letters")],
    )
