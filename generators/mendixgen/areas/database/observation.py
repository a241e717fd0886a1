"""What is seen of the databases: their logs, enhanced monitoring, and the events that RDS reports."""

from __future__ import annotations

from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, trust_of_service
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.constructs.topic import topic
from mendixgen.authoring.expression import Expr, call, each, expr
from mendixgen.authoring.module import ModuleBuilder


def observation(module: ModuleBuilder, instances: Expr, replicas: Expr) -> dict[str, Expr]:
    """Add the log groups and the role of enhanced monitoring."""
    var = module.var
    module.section("Logs and monitoring")
    log_groups = module.local(
        "log_groups",
        expr(
            f"""merge([
              for it in concat(values({instances}), values({replicas})) : {{
                for log in it.logs : "${{it.identifier}}/${{log}}" => it.log_retention_days
              }}
            ]...)"""
        ),
        "How long the logs of each instance and replica are kept, in days.",
    )
    logs = log_group(
        module,
        "this",
        "Where RDS puts logs. It would make the groups itself, but without encryption and for ever.",
        for_each=log_groups,
        path=f"/aws/rds/instance/{each.key}",
        retention_days=each.value,
    )
    group = f"arn:{var.partition}:logs:{var.region}:{var.account}:log-group:RDSOSMetrics"
    monitoring = service_role(
        module,
        "monitoring",
        "What RDS works as when it delivers the measurements of the operating systems.",
        role_name=f"{var.environment}-database-monitoring",
        description="RDS delivers enhanced monitoring of the environment's databases.",
        trust=trust_of_service(
            "monitoring.rds.amazonaws.com",
            var.account,
            call(
                "concat",
                [f"arn:{var.partition}:rds:{var.region}:{var.account}:db:{var.environment}-*"],
                _named(module, "db"),
            ),
        ),
        policy_name="monitoring",
        permissions=[
            allow("MakeTheLogGroup", ["logs:CreateLogGroup", "logs:PutRetentionPolicy"], f"{group}*"),
            allow("FindLogStreams", ["logs:DescribeLogStreams"], f"{group}:*"),
            allow(
                "WriteLogStreams",
                ["logs:CreateLogStream", "logs:PutLogEvents", "logs:GetLogEvents"],
                f"{group}:log-stream:*",
            ),
        ],
        permissions_comment="The one log group that RDS puts them in, for all instances of the account.",
    )
    return {"logs": logs, "role": monitoring.role, "permissions": monitoring.permissions}


def _named(module: ModuleBuilder, kind: str) -> Expr:
    """ARNs of the instances that have names of their own, and of their replicas: no pattern of the environment's has
    them. From the variable: what the instances come to refers to the role that trusts these.
    """
    var = module.var
    here = f"arn:{var.partition}:rds:{var.region}:{var.account}:{kind}"
    return expr(
        f'flatten([for it in values({var.instances}) : ["{here}:${{it.name}}", "{here}:${{it.name}}-replica-*"]'
        " if it.name != null])"
    )


def events(module: ModuleBuilder, instances: Expr, replicas: Expr, groups: Expr) -> None:
    """Add the topic of events and its subscriptions; ``groups`` are the parameter groups."""
    var = module.var
    module.section("Events")
    here = f"arn:{var.partition}:rds:{var.region}:{var.account}"
    own = {"StringEquals": {"aws:SourceAccount": var.account}}
    # The ARN of a proxy has an ID of AWS in it and not its name.
    sources = {
        "ArnLike": {
            "aws:SourceArn": call(
                "concat",
                [f"{here}:*:{var.environment}-*", f"{here}:db-proxy:prx-*"],
                _named(module, "*"),
            )
        }
    }
    rds, alarms = {"Service": "events.rds.amazonaws.com"}, {"Service": "cloudwatch.amazonaws.com"}
    made, policies = topic(
        module,
        "this",
        "What RDS reports of the environment's databases.",
        topic_name=f"{var.environment}-database-events",
        publishers=lambda arn: [
            allow("PublishEvents", ["sns:Publish"], arn, principal=rds, condition={**own, **sources}),
            allow("PublishAlarms", ["sns:Publish"], arn, principal=alarms, condition=own),
        ],
        publishers_comment="RDS may publish for this environment, and alarms of this account, over TLS; nobody else.",
        addresses=var.events.emails,
        subscriptions="emails",
        subscriptions_comment="Who gets them by mail.",
    )
    subscriptions = module.local(
        "subscriptions",
        expr(
            f"""{{
              instances = {{
                source     = "db-instance"
                ids        = [for it in concat(values({instances}), values({replicas})) : it.identifier]
                categories = {var.events.categories}
              }}
              parameters = {{
                source     = "db-parameter-group"
                ids        = [for name, it in {instances} : it.parameter_group]
                categories = ["configuration change"]
              }}
              proxies = {{
                source     = "db-proxy"
                ids        = [for name, it in {instances} : it.identifier if it.proxy != null]
                categories = ["configuration change", "deletion", "failure"]
              }}
            }}"""
        ),
        "What is reported of what. RDS knows no environments, so the sources are listed one by one.",
    )
    module.resource(
        "aws_db_event_subscription.this",
        "One for each type of source that there is; a list without names would mean all of the account.",
        for_each=expr(
            f"""{{
              for name, subscription in {subscriptions} : name => subscription
              if length(subscription.ids) > 0
            }}"""
        ),
        name=f"{var.environment}-database-{each.key}",
        sns_topic=made.arn,
        source_type=each.value.source,
        source_ids=each.value.ids,
        event_categories=each.value.categories,
        tags={"Name": f"{var.environment}-database-{each.key}"},
        depends_on=[
            policies,
            groups,
            expr("aws_db_instance.this"),
            expr("aws_db_instance.replica"),
            expr("aws_db_proxy.this"),
        ],
    )
