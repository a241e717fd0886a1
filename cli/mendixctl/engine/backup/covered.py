"""Which stateful resources of a state the backup plans in that state select: a set difference, from the state alone.

Selections are matched as AWS Backup does: an ARN of ``resources`` (with ``*``) has to fit, ``not_resources`` must not,
and every condition has to be met by the resource's tags. Source: AWS Backup developer guide, "Assigning resources to a
plan".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from mendixctl.terraform.state import Instance

STATEFUL = {
    "aws_db_instance": "RDS",
    "aws_rds_cluster": "Aurora",
    "aws_s3_bucket": "S3",
    "aws_ebs_volume": "EBS",
    "aws_efs_file_system": "EFS",
    "aws_fsx_lustre_file_system": "FSx",
    "aws_fsx_ontap_file_system": "FSx",
    "aws_fsx_openzfs_file_system": "FSx",
    "aws_fsx_windows_file_system": "FSx",
    "aws_dynamodb_table": "DynamoDB",
    "aws_docdb_cluster": "DocumentDB",
    "aws_neptune_cluster": "Neptune",
    "aws_redshift_cluster": "Redshift",
    "aws_eks_cluster": "EKS",
    "aws_instance": "EC2",
    "aws_opensearch_domain": "",
    "aws_elasticache_replication_group": "",
}
"""Resources that hold data -> what AWS Backup calls them; empty for what it cannot back up."""

LOGS = re.compile(
    r"-(access-logs|load-balancer-logs|backup-reports|flow-logs|trail|audit|cost-reports|waf-logs|edge-logs)$"
)
"""Buckets that AWS itself writes to: a record of what was, which nothing works with."""

AGAIN = {
    "results": "results of queries, which can be asked again",
    "delivery": "artifacts, which a build makes again",
    "checks": "records of checks, which are made again every few minutes",
}
"""Ends of names of buckets -> why they need no backup: what is in them is made of what is elsewhere, and expires."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One stateful resource. ``plans`` are the names of those that back it up; ``reason`` says why it needs none.

    ``newest`` is when its newest recovery point was made; None where there is none, or none was asked for.
    """

    address: str
    kind: str
    arn: str
    plans: tuple[str, ...] = ()
    reason: str = ""
    newest: datetime | None = None

    @property
    def is_gap(self) -> bool:
        """Whether it is lost with what it is in."""
        return not self.plans and not self.reason


def coverage(instances: Iterable[Instance]) -> list[Coverage]:
    """Each stateful resource of a state, in the order of its address."""
    known = list(instances)
    selections = list(_selections(known))
    return [_covered(one, selections) for one in sorted(known, key=lambda one: one.address) if one.type in STATEFUL]


@dataclass(frozen=True, slots=True)
class _Selection:
    plan: str
    resources: Sequence[str]
    excluded: Sequence[str]
    conditions: Sequence[tuple[str, str, str]]
    tags: Sequence[tuple[str, str]]

    def has(self, arn: str, tags: Mapping[str, str]) -> bool:
        if any(_matches(pattern, arn) for pattern in self.excluded):
            return False
        named = any(_matches(pattern, arn) for pattern in self.resources)
        tagged = any(tags.get(key) == value for key, value in self.tags)
        return (named or tagged) and all(_met(one, tags) for one in self.conditions)


def _covered(instance: Instance, selections: Sequence[_Selection]) -> Coverage:
    kind, arn = STATEFUL[instance.type], str(instance.attributes.get("arn") or "")
    tags = instance.attributes.get("tags_all") or instance.attributes.get("tags") or {}
    plans = tuple(dict.fromkeys(one.plan for one in selections if one.has(arn, tags)))
    return Coverage(instance.address, kind or instance.type, arn, plans, "" if plans else _reason(instance, kind))


def _reason(instance: Instance, kind: str) -> str:
    if not kind:
        return "AWS Backup has no backups of it; it keeps snapshots of its own"
    if instance.attributes.get("replicate_source_db"):
        return "a read replica, whose source is backed up"
    if instance.type == "aws_s3_bucket":
        name = str(instance.attributes.get("bucket") or "")
        if LOGS.search(name):
            return "logs and reports that AWS writes"
        return AGAIN.get(name.rpartition("-")[2], "")
    return ""


def _selections(instances: Sequence[Instance]) -> Iterator[_Selection]:
    plans = {
        str(one.attributes.get("id")): str(one.attributes.get("name"))
        for one in instances
        if one.type == "aws_backup_plan"
    }
    for one in instances:
        if one.type != "aws_backup_selection":
            continue
        given = one.attributes
        yield _Selection(
            plans.get(str(given.get("plan_id")), str(given.get("plan_id"))),
            given.get("resources") or (),
            given.get("not_resources") or (),
            [
                (operator, str(condition.get("key")), str(condition.get("value")))
                for block in given.get("condition") or ()
                for operator, conditions in block.items()
                for condition in conditions or ()
            ],
            [(str(tag.get("key")), str(tag.get("value"))) for tag in given.get("selection_tag") or ()],
        )


def _met(condition: tuple[str, str, str], tags: Mapping[str, str]) -> bool:
    operator, key, wanted = condition
    value: Any = tags.get(key.removeprefix("aws:ResourceTag/"))
    if operator == "string_equals":
        return bool(value == wanted)
    if operator == "string_not_equals":
        return bool(value != wanted)
    matches = value is not None and _matches(wanted, value)
    return matches if operator == "string_like" else not matches


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
