"""The applications' names, which lead here until they are switched to the standby.

A name has two records, of which Route 53 answers with the first while its health check is healthy. That check is a
latch: it is disabled, which Route 53 takes for healthy, and turned over (inverted) for unhealthy, by a call that needs
nothing of this region. Route 53's own probes would be kept out by ``network.allow_from`` and find everything unhealthy
at once; so what is watched, where it is to switch by itself, is an alarm. Source: Route 53 API reference,
HealthCheckConfig (``Disabled``, ``Inverted``, ``InsufficientDataHealthStatus``).
"""

from __future__ import annotations

from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

SECONDS = 60
"""How long a resolver may keep an answer: as long as that of an alias record."""


def names(module: ModuleBuilder, standby: Expr) -> None:
    """Add the latch, the alarm, and both records of each name."""
    var = module.var
    module.section("Names")
    switched = module.local(
        "names",
        expr(
            f"merge([for it in {standby}[*] : {{ for app, facts in {var.apps} : app => {{\n"
            f'name = "${{app}}.{var.domain}"\n'
            'standby = "${app}.${it.domain}"\n'
            f'}} if facts.hostname == null }} if {var.failover} == "dns" && it.domain != ""]...)'
        ),
        "The applications' names, and what leads to each in the standby; a hostname outside of the domain is not ours.",
    )
    alarm = module.resource(
        "aws_cloudwatch_metric_alarm.this",
        "Nothing behind the load balancer can serve.",
        count=expr(f"length({switched}) > 0 ? 1 : 0"),
        alarm_name=f"{var.environment}-recovery-no-targets",
        alarm_description=expr(
            'join(" ", compact(["Nothing behind the load balancer can serve.",'
            f' {var.rpo_minutes} == null ? "" : "RPO {var.rpo_minutes} minutes.",'
            f' {var.rto_minutes} == null ? "" : "RTO {var.rto_minutes} minutes."]))'
        ),
        namespace="AWS/NetworkELB",
        metric_name="HealthyHostCount",
        dimensions={
            "LoadBalancer": var.load_balancer_arn_suffix,
            "TargetGroup": expr(f"{var.target_group_arn_suffixes}[tostring({var.alarm_port})]"),
        },
        statistic="Maximum",
        comparison_operator="LessThanThreshold",
        threshold=1,
        period=60,
        evaluation_periods=5,
        datapoints_to_alarm=5,
        treat_missing_data="breaching",
        alarm_actions=expr(f"[for it in {var.topic_arns}[*] : it.p1]"),
        ok_actions=expr(f"[for it in {var.topic_arns}[*] : it.p1]"),
        tags={"Name": f"{var.environment}-recovery-no-targets"},
    )
    latch = module.resource(
        "aws_route53_health_check.latch",
        "Turned over by mendixctl recovery failover, and back by failback; both are no change of this file.",
        for_each=expr(f'toset(length({switched}) > 0 ? [{var.automatic} ? "automatic" : "manual"] : [])'),
        type="CLOUDWATCH_METRIC",
        cloudwatch_alarm_name=alarm[0].alarm_name,
        cloudwatch_alarm_region=var.region,
        insufficient_data_health_status="LastKnownStatus",
        disabled=expr(f'{each.key} == "manual"'),
        tags={"Name": f"{var.environment}-recovery-latch", "mode": each.key},
        lifecycle={
            "create_before_destroy": True,
            "ignore_changes": [expr("disabled"), expr("invert_healthcheck")],
        },
    )
    module.resource(
        "aws_route53_record.primary",
        "Leads here as long as the latch lets it.",
        for_each=switched,
        zone_id=var.zone_id,
        name=each.value.name,
        type="CNAME",
        ttl=SECONDS,
        records=[var.load_balancer_dns_name],
        set_identifier="primary",
        health_check_id=expr(f"one(values({latch})).id"),
        failover_routing_policy={"type": "PRIMARY"},
    )
    module.resource(
        "aws_route53_record.standby",
        "Leads to the standby from then on.",
        for_each=switched,
        zone_id=var.zone_id,
        name=each.value.name,
        type="CNAME",
        ttl=SECONDS,
        records=[each.value.standby],
        set_identifier="standby",
        failover_routing_policy={"type": "SECONDARY"},
    )
