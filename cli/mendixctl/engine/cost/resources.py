"""What one resource of Terraform's uses every month, from its values in a plan: what a change adds or takes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mendixctl.engine.cost.usage import GP3_IOPS, Usage
from mendixgen.prices import HOURS

Values = Mapping[str, Any]

FREE = (
    "aws_acm_",
    "aws_athena_",
    "aws_autoscaling_",
    "aws_backup_",
    "aws_budgets_",
    "aws_ce_",
    "aws_cloudfront_",
    "aws_cloudtrail",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_",
    "aws_cloudwatch_log_",
    "aws_cloudwatch_query_definition",
    "aws_codebuild_",
    "aws_codeconnections_",
    "aws_codepipeline",
    "aws_db_event_",
    "aws_db_instance_",
    "aws_db_option_",
    "aws_db_parameter_",
    "aws_db_subnet_",
    "aws_dlm_",
    "aws_drs_",
    "aws_dynamodb_",
    "aws_ecr_",
    "aws_eks_access_",
    "aws_eks_addon",
    "aws_eks_pod_",
    "aws_flow_log",
    "aws_glue_",
    "aws_iam_",
    "aws_internet_gateway",
    "aws_kms_alias",
    "aws_lambda_",
    "aws_launch_template",
    "aws_lb_",
    "aws_network_acl",
    "aws_opensearch_",
    "aws_route",
    "aws_s3_bucket",
    "aws_secretsmanager_secret_",
    "aws_security_group",
    "aws_sfn_",
    "aws_sns_",
    "aws_sqs_",
    "aws_subnet",
    "aws_vpc",
    "aws_wafv2_ip_set",
    "aws_wafv2_web_acl_",
)
"""Beginnings of types that cost nothing by being there, or only by how much they are used."""


def usages(area: str, kind: str, values: Values) -> list[Usage] | None:
    """What a resource uses a month; None for a type that nothing here knows."""
    rule = RULES.get(kind)
    if rule is not None:
        return [Usage(area, what, item, quantity) for what, item, quantity in rule(values)]
    return [] if kind.startswith(FREE) else None


Row = tuple[str, str, float]


def _database(values: Values) -> Iterator[Row]:
    kind = "multi" if values.get("multi_az") else "single"
    storage, sort = values.get("allocated_storage") or 0, values.get("storage_type") or "gp3"
    iops = values.get("iops") or 0
    paid = iops if sort == "io2" else max(0, iops - GP3_IOPS)
    yield values.get("instance_class", "?"), f"rds/{values.get('engine')}/{values.get('instance_class')}/{kind}", HOURS
    yield f"{storage} GB", f"rds/{sort}/{kind}", storage
    if paid:
        yield f"{paid} IOPS", f"rds/{sort}-iops/{kind}", paid
    if values.get("manage_master_user_password"):
        yield "secret", "secretsmanager/secret", 1


def _nodes(values: Values) -> Iterator[Row]:
    scaling = (values.get("scaling_config") or [{}])[0]
    number = scaling.get("min_size") or 0
    kinds = values.get("instance_types") or ["unknown"]
    spot = values.get("capacity_type") == "SPOT"
    yield f"{number} x {kinds[0]}", f"{'ec2-spot' if spot else 'ec2'}/{kinds[0]}", number * HOURS


def _endpoint(values: Values) -> Iterator[Row]:
    if values.get("vpc_endpoint_type") == "Interface":
        zones = len(values.get("subnet_ids") or [1])
        yield f"endpoint in {zones} zones", "endpoint/interface", zones * HOURS


def _search(values: Values) -> Iterator[Row]:
    cluster = (values.get("cluster_config") or [{}])[0]
    number, kind = cluster.get("instance_count") or 1, cluster.get("instance_type")
    yield f"{number} x {kind}", f"opensearch/{kind}", number * HOURS
    size = (values.get("ebs_options") or [{}])[0].get("volume_size") or 0
    if size:
        yield f"{number} x {size} GB", "opensearch/gp3", number * size
    for count, of in (("dedicated_master_count", "dedicated_master_type"), ("warm_count", "warm_type")):
        if cluster.get(count):
            yield f"{cluster[count]} x {cluster.get(of)}", f"opensearch/{cluster.get(of)}", cluster[count] * HOURS


def _alarm(values: Values) -> Iterator[Row]:
    queries = [it for it in values.get("metric_query") or [] if it.get("metric")]
    number = len(queries) or 1
    yield f"{number} metrics in an alarm", "cloudwatch/alarm", number


def _firewall(values: Values) -> Iterator[Row]:
    rules = len(values.get("rule") or [])
    yield "web ACL", "waf/acl", 1
    if rules:
        yield f"{rules} rules", "waf/rule", rules


def _one(what: str, item: str, quantity: float) -> Callable[[Values], Iterator[Row]]:
    def rule(_: Values) -> Iterator[Row]:
        yield what, item, quantity

    return rule


RULES: Mapping[str, Callable[[Values], Iterator[Row]]] = {
    "aws_cloudwatch_composite_alarm": _one("composite alarm", "cloudwatch/composite", 1),
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_db_instance": _database,
    "aws_eip": _one("public address", "ipv4/address", HOURS),
    "aws_eks_cluster": _one("control plane", "eks/cluster", HOURS),
    "aws_eks_node_group": _nodes,
    "aws_kms_key": _one("key", "kms/key", 1),
    "aws_lb": _one("load balancer", "nlb/hour", HOURS),
    "aws_nat_gateway": _one("NAT gateway", "nat/gateway", HOURS),
    "aws_opensearch_domain": _search,
    "aws_route53_health_check": _one("health check", "route53/health-check", 1),
    "aws_route53_zone": _one("hosted zone", "route53/zone", 1),
    "aws_secretsmanager_secret": _one("secret", "secretsmanager/secret", 1),
    "aws_vpc_endpoint": _endpoint,
    "aws_wafv2_web_acl": _firewall,
}
