"""What one resource of Terraform's uses every month, from its values in a plan: what a change adds or takes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mendixctl.engine.cost.usage import Usage
from mendixgen.prices import HOURS

Values = Mapping[str, Any]

FREE = (
    "aws_acm_",
    "aws_athena_",
    "aws_autoscaling_",
    "aws_budgets_",
    "aws_ce_",
    "aws_cloudtrail",
    "aws_cloudwatch_event_",
    "aws_cloudwatch_log_",
    "aws_db_event_",
    "aws_db_option_",
    "aws_db_parameter_",
    "aws_db_subnet_",
    "aws_dlm_",
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
    "aws_route",
    "aws_s3_bucket",
    "aws_secretsmanager_secret_",
    "aws_security_group",
    "aws_sns_",
    "aws_subnet",
    "aws_vpc",
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
    storage = values.get("allocated_storage") or 0
    yield values.get("instance_class", "?"), f"rds/{values.get('engine')}/{values.get('instance_class')}/{kind}", HOURS
    yield f"{storage} GB", f"rds/gp3/{kind}", storage


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


def _one(what: str, item: str, quantity: float) -> Callable[[Values], Iterator[Row]]:
    def rule(_: Values) -> Iterator[Row]:
        yield what, item, quantity

    return rule


RULES: Mapping[str, Callable[[Values], Iterator[Row]]] = {
    "aws_cloudwatch_metric_alarm": _one("alarm", "cloudwatch/alarm", 1),
    "aws_db_instance": _database,
    "aws_eks_cluster": _one("control plane", "eks/cluster", HOURS),
    "aws_eks_node_group": _nodes,
    "aws_kms_key": _one("key", "kms/key", 1),
    "aws_lb": _one("load balancer", "nlb/hour", HOURS),
    "aws_nat_gateway": _one("NAT gateway", "nat/gateway", HOURS),
    "aws_opensearch_domain": _search,
    "aws_route53_zone": _one("hosted zone", "route53/zone", 1),
    "aws_secretsmanager_secret": _one("secret", "secretsmanager/secret", 1),
    "aws_vpc_endpoint": _endpoint,
}
