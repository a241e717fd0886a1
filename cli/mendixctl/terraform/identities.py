"""What a resource that a plan takes away is called in AWS, so that it can still be found when it is in no state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixctl.terraform.marks import mapping, part

IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "aws_backup_vault": ("id",),
    "aws_cloudwatch_log_group": ("id",),
    "aws_db_instance": ("id", "identifier", "final_snapshot_identifier"),
    "aws_dynamodb_table": ("id",),
    "aws_ebs_volume": ("id",),
    "aws_ecr_repository": ("id",),
    "aws_efs_file_system": ("id",),
    "aws_eks_cluster": ("id",),
    "aws_elasticache_replication_group": ("id",),
    "aws_kms_key": ("id", "arn"),
    "aws_kms_replica_key": ("id", "arn"),
    "aws_opensearch_domain": ("id",),
    "aws_rds_cluster": ("id", "final_snapshot_identifier"),
    "aws_s3_bucket": ("id",),
    "aws_secretsmanager_secret": ("id", "name"),
}
"""The attributes that name a resource of a type that holds data. None of them is ever secret."""


def identity(resource: str, change: Mapping[str, Any]) -> dict[str, str]:
    """The names in ``before`` of a change that deletes or replaces; empty for types without data.

    The name of a final snapshot is left out where none is made.
    """
    before, marks = mapping(change.get("before")), change.get("before_sensitive")
    found = {
        name: value
        for name in IDENTITIES.get(resource, ())
        if isinstance(value := before.get(name), str) and value and part(marks, name) is not True
    }
    if before.get("skip_final_snapshot") is not False:
        found.pop("final_snapshot_identifier", None)
    return found
