"""Alarms on what AWS measures in us-east-1 alone, and the way from there to the topics and incidents at home.

An alarm tells a topic of its own region only. So these tell one in us-east-1, which has subscribers of its own for
when the home region is lost; and EventBridge sends every change of their state to the bus at home, where incidents
begin and the topic of the priority is told. An environment in us-east-1 is at home there: its alarms tell its topics.

Sources: CloudFront developer guide, "View CloudFront and edge function metrics" (additional metrics and their price);
AWS WAF developer guide, "AWS WAF metrics and dimensions" (no Region for CLOUDFRONT); Route 53 developer guide,
"Monitoring health checks using CloudWatch"; Amazon EventBridge user guide, "Sending and receiving events between AWS
Regions" (a role that puts events on the other bus), "Transforming input"; SNS developer guide, "Key management".
"""

from __future__ import annotations

from mendixgen.alarms.resource import catalogue_alarm
from mendixgen.alarms.rows import Row, rows
from mendixgen.authoring.constructs.policy import allow, policy, trust_of_service
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.constructs.topic import only_over_tls
from mendixgen.authoring.expression import Expr, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder
from mendixgen.global_provider import REGION

KINDS = {
    "distribution": "distribution",
    "measured-distribution": "measured",
    "firewall": "firewall",
    "counting-firewall": "counting",
    "latch": "latch",
}
"""What a row is of, and its key among ``local.watched``, which is the output ``watched`` as well."""
LATEST_ATTEMPT = {"maximum_event_age_in_seconds": 86400, "maximum_retry_attempts": 185}


def worldwide() -> list[Row]:
    """The rows of the catalogue that are made here."""
    return [row for row in rows() if row.is_abroad]


def alarms(module: ModuleBuilder, made: Expr, distribution: Expr, acl: Expr, key: Expr) -> None:
    """Add the alarms, the topic, and what leads home; the topic is encrypted with ``key``."""
    var = module.var
    module.section("Alarms in us-east-1")
    module.resource(
        "aws_cloudfront_monitoring_subscription.this",
        "CloudFront measures its origin as well, among others.",
        count=expr(f"{var.metrics} ? {made} : 0"),
        distribution_id=distribution[0].id,
        monitoring_subscription={
            "realtime_metrics_subscription_config": {"realtime_metrics_subscription_status": "Enabled"}
        },
    )
    switched = f"{made} > 0 && length(coalesce({var.switched_names}, [])) > 0"
    switched = f"{made} > 0 && length(coalesce({var.switched_names}, [])) > 0"
    parts = (
        f'{{ for id in {distribution["*"]}.id : "distribution" => id }}',
        f'{{ for id in {distribution["*"]}.id : "measured" => id if {var.metrics} }}',
        f'{{ for name in {acl["*"]}.name : "firewall" => name }}',
        f'{{ for name in {acl["*"]}.name : "counting" => name if {var.waf.mode} == "count" }}',
        f'{{ for on in [{switched}] : "latch" => {var.latch_id} if on }}',
    )
    module.local(
        "watched", expr("merge(\n" + ",\n".join(parts) + ",\n)"), "What alarms are of, by kind; what there is of it."
    )
    module.local(
        "alarmed",
        expr(f"{made} > 0 && {var.topic_arns} != null"),
        "Whether there are alarms: where somebody is told, and runbooks say what to do.",
    )
    abroad = module.local(
        "abroad",
        expr(f'local.alarmed && {var.region} != "{REGION}" ? 1 : 0'),
        "Whether they are in another region than the environment.",
    )
    topic = _topic(module, abroad, key)
    for row in worldwide():
        catalogue_alarm(
            module,
            row,
            of=Expr(f'local.alarmed && contains(keys(local.watched), "{KINDS[row.of]}")'),
            one=True,
            topic=expr(f'{abroad} > 0 ? one({topic["*"]}.arn) : {var.topic_arns}["p{row.priority}"]'),
            provider="global",
        )
    _home(module, abroad)


def _topic(module: ModuleBuilder, abroad: Expr, key: Expr) -> Expr:
    var = module.var
    name = f"{var.environment}-edge-alarms"
    topic = module.resource(
        "aws_sns_topic.alarms",
        "The alarms in us-east-1, for whoever is told there.",
        count=abroad,
        provider="global",
        name=name,
        kms_master_key_id=key[0].arn,
        tags={"Name": name},
    )
    arn = topic[0].arn
    module.resource(
        "aws_sns_topic_policy.alarms",
        "Alarms of this account in us-east-1 publish, and only over TLS.",
        count=abroad,
        provider="global",
        arn=arn,
        policy=policy(
            [
                allow(
                    "PublishAlarms",
                    ["sns:Publish"],
                    arn,
                    principal={"Service": "cloudwatch.amazonaws.com"},
                    condition={
                        "StringEquals": {"aws:SourceAccount": var.account},
                        "ArnLike": {"aws:SourceArn": f"arn:{var.partition}:cloudwatch:{REGION}:{var.account}:alarm:*"},
                    },
                ),
                only_over_tls(arn),
            ]
        ),
    )
    module.resource(
        "aws_sns_topic_subscription.alarms",
        "Who gets a mail from there, home region lost or not; SNS asks each address once whether it wants to.",
        for_each=expr(f"toset({abroad} > 0 ? {var.notify} : [])"),
        provider="global",
        topic_arn=arn,
        protocol="email",
        endpoint=each.value,
    )
    return topic


def _home(module: ModuleBuilder, abroad: Expr) -> None:
    var = module.var
    module.section("The way home")
    name = f"{var.environment}-edge-alarms"
    bus = f"arn:{var.partition}:events:{var.region}:{var.account}:event-bus/default"
    role = service_role(
        module,
        "forward",
        "What EventBridge puts events on the bus at home as.",
        count=abroad,
        role_name=name,
        description=f"Sends changes of alarms of {var.environment} from {REGION} home.",
        trust=trust_of_service(
            "events.amazonaws.com", var.account, f"arn:{var.partition}:events:{REGION}:{var.account}:rule/{name}"
        ),
        policy_name="forward",
        permissions=[allow("SendHome", ["events:PutEvents"], bus)],
        permissions_comment="That bus alone.",
        tags={"Name": name},
    )
    change = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}
    rule = module.resource(
        "aws_cloudwatch_event_rule.forward",
        "An alarm of the edge changed its state.",
        count=abroad,
        provider="global",
        name=name,
        description=f"Alarms of {var.environment} in {REGION}",
        event_pattern=jsonencode(
            {
                **change,
                "detail": {"alarmName": [{"prefix": f"{var.environment}-p{number}-edge-"} for number in _priorities()]},
            }
        ),
        tags={"Name": name},
    )
    module.resource(
        "aws_cloudwatch_event_target.forward",
        "To the bus at home, where the area support begins an incident as of any alarm.",
        count=abroad,
        provider="global",
        rule=rule[0].name,
        target_id="home",
        arn=bus,
        role_arn=role.role.arn,
        retry_policy=LATEST_ATTEMPT,
        depends_on=[role.permissions],
    )
    priorities = ", ".join(f'"p{number}"' for number in _priorities())
    told = module.resource(
        "aws_cloudwatch_event_rule.told",
        "An alarm of the edge went into alarm, or is well again; here it has arrived.",
        for_each=expr(f"toset({abroad} > 0 ? [{priorities}] : [])"),
        name=f"{name}-{each.key}",
        description=f"Alarms of {var.environment} in {REGION}, {each.key}",
        event_pattern=jsonencode(
            {
                **change,
                "resources": [
                    {
                        "prefix": (
                            f"arn:{var.partition}:cloudwatch:{REGION}:{var.account}:alarm:"
                            f"{var.environment}-{each.key}-edge-"
                        )
                    }
                ],
                "detail": {"state": {"value": ["ALARM", "OK"]}},
            }
        ),
        tags={"Name": f"{name}-{each.key}"},
    )
    module.resource(
        "aws_cloudwatch_event_target.told",
        "To the people of the priority.",
        for_each=told,
        rule=each.value.name,
        target_id="topic",
        arn=expr(f"{var.topic_arns}[each.key]"),
        input_transformer={
            "input_paths": {
                "name": "$.detail.alarmName",
                "state": "$.detail.state.value",
                "reason": "$.detail.state.reason",
                "what": "$.detail.configuration.description",
            },
            "input_template": '"<name> is <state>: <reason> <what>"',
        },
        retry_policy=LATEST_ATTEMPT,
    )


def _priorities() -> list[int]:
    return sorted({row.priority for row in worldwide()})
