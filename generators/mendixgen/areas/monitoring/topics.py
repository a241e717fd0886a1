"""Where alarms go: the topics of the area support by priority, or one of this area's own where that is off."""

from __future__ import annotations

from mendixgen.authoring.constructs.policy import allow, deny, policy
from mendixgen.authoring.expression import each, expr
from mendixgen.authoring.module import ModuleBuilder

PRIORITIES = ("p1", "p2", "p3", "p4")


def topics(module: ModuleBuilder) -> None:
    """Add the own topic with its policy and mails, and ``local.topic_arns`` by priority."""
    var = module.var
    module.section("Where alarms go")
    alone = expr(f"{var.topic_arns} == null ? 1 : 0")
    topic = module.resource(
        "aws_sns_topic.this",
        "All alarms, where the area support is off: an alarm that tells nobody is none.",
        count=alone,
        name=f"{var.environment}-alarms",
        kms_master_key_id=var.logs_key_arn,
        tags={"Name": f"{var.environment}-alarms"},
    )
    of_account = {"StringEquals": {"aws:SourceAccount": var.account}}
    over_tls = {"Bool": {"aws:SecureTransport": "false"}}
    arn = topic[0].arn
    alarms = {"Service": "cloudwatch.amazonaws.com"}
    module.resource(
        "aws_sns_topic_policy.this",
        "Alarms of this account publish, and only over TLS.",
        count=alone,
        arn=arn,
        policy=policy(
            [
                allow("PublishAlarms", ["sns:Publish"], arn, principal=alarms, condition=of_account),
                deny("OnlyOverTls", ["sns:Publish"], arn, principal="*", condition=over_tls),
            ]
        ),
    )
    module.resource(
        "aws_sns_topic_subscription.mail",
        "Who gets a mail; SNS asks each address once whether it wants to.",
        for_each=expr(f"toset({var.topic_arns} == null ? {var.notify} : [])"),
        topic_arn=arn,
        protocol="email",
        endpoint=each.value,
    )
    names = ", ".join(f'"{priority}"' for priority in PRIORITIES)
    module.local(
        "topic_arns",
        expr(
            f"{{\nfor priority in [{names}] : priority =>"
            f" {var.topic_arns} == null ? one({topic['*']}.arn) : {var.topic_arns}[priority]\n}}"
        ),
        "The topic of each priority.",
    )
