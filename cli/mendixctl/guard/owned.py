"""What a plan is about to create under a name that AWS has given to somebody already.

Pure: planned creations and the tagged resources that AWS lists in, who owns what out. mendixctl tags everything with
``environment`` and ``managed-by`` (the provider's default tags), so an ARN comes with its owner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mendixctl.terraform.plan import Action, ResourceChange

_NAMED: Mapping[str, tuple[str, str, str]] = {
    "aws_backup_vault": ("name", "backup", r"backup-vault:(.+)"),
    "aws_cloudwatch_log_group": ("name", "logs", r"log-group:(.+?)(?::\*)?"),
    "aws_cloudwatch_metric_alarm": ("alarm_name", "cloudwatch", r"alarm:(.+)"),
    "aws_db_instance": ("identifier", "rds", r"db:(.+)"),
    "aws_dynamodb_table": ("name", "dynamodb", r"table/([^/]+)"),
    "aws_ecr_repository": ("name", "ecr", r"repository/(.+)"),
    "aws_eks_cluster": ("name", "eks", r"cluster/(.+)"),
    "aws_elasticache_replication_group": ("replication_group_id", "elasticache", r"replicationgroup:(.+)"),
    "aws_lambda_function": ("function_name", "lambda", r"function:([^:]+)"),
    "aws_lb": ("name", "elasticloadbalancing", r"loadbalancer/(?:app|net)/([^/]+)/[^/]+"),
    "aws_lb_target_group": ("name", "elasticloadbalancing", r"targetgroup/([^/]+)/[^/]+"),
    "aws_opensearch_domain": ("domain_name", "es", r"domain/(.+)"),
    "aws_rds_cluster": ("cluster_identifier", "rds", r"cluster:(.+)"),
    "aws_s3_bucket": ("bucket", "s3", r"([^/:]+)"),
    "aws_secretsmanager_secret": ("name", "secretsmanager", r"secret:(.+)-[A-Za-z0-9]{6}"),
    "aws_sns_topic": ("name", "sns", r"([^:]+)"),
    "aws_sqs_queue": ("name", "sqs", r"([^:]+)"),
    "aws_ssm_parameter": ("name", "ssm", r"parameter/(.+)"),
}
"""Type -> the attribute that names it, its service in an ARN, and where the name stands in the ARN's last part.

Sources: the "Service Authorization Reference" (ARN formats) and the provider's schema.
"""

UNLISTED: Mapping[str, str] = {"aws_iam_role": "name", "aws_kms_alias": "name", "aws_route53_zone": "name"}
"""Type -> the attribute that names it, of what AWS's list of tagged resources does not tell the name of.

IAM's roles are not in it at all, an alias has no tags and is its key's, and a zone's ARN has its ID alone. Source:
"Services that support the Resource Groups Tagging API".
"""

_PATTERNS = {kind: re.compile(pattern) for kind, (_, _, pattern) in _NAMED.items()}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A resource that AWS lists, with its tags."""

    arn: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Owned:
    """A name that a plan wants to give, and the environment that has it."""

    address: str
    arn: str
    owner: str


def wanted(changes: Iterable[ResourceChange]) -> dict[tuple[str, str], str]:
    """(type, name) -> address of what is to be created under a name that is known before the apply."""
    return _given(changes, {kind: attribute for kind, (attribute, _, _) in _NAMED.items()})


def unlisted(changes: Iterable[ResourceChange]) -> dict[tuple[str, str], str]:
    """As `wanted`, of what has to be asked for by its name."""
    return _given(changes, UNLISTED)


def _given(changes: Iterable[ResourceChange], naming: Mapping[str, str]) -> dict[tuple[str, str], str]:
    found = {}
    for change in changes:
        if change.action is not Action.CREATE or change.type not in naming:
            continue
        attribute = naming[change.type]
        name = next((one.after for one in change.attributes if one.path == attribute and not one.sensitive), None)
        if isinstance(name, str) and name and not name.startswith("("):
            found[change.type, name.strip("/")] = change.address
    return found


def names(arn: str) -> list[tuple[str, str]]:
    """(type, name) of what an ARN can be; empty for what is in no rule."""
    parts = arn.split(":", 5)
    if len(parts) != 6:
        return []
    return [
        (kind, match[1].strip("/"))
        for kind, (_, service, _) in _NAMED.items()
        if service == parts[2] and (match := _PATTERNS[kind].fullmatch(parts[5]))
    ]


def taken(changes: Iterable[ResourceChange], there: Iterable[Tagged]) -> list[Owned]:
    """Each name of ``changes`` that something in ``there`` has, with the environment that its tag names."""
    asked = wanted(changes)
    return [
        Owned(asked[named], one.arn, one.tags.get("environment", ""))
        for one in there
        for named in names(one.arn)
        if named in asked and one.tags.get("environment")
    ]
