"""The verdict of one change, from Terraform's action and the resource's type alone."""

from __future__ import annotations

from mendixctl.guard.verdict import Verdict
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange

STATEFUL_TYPES = frozenset(
    {
        "aws_db_instance",
        "aws_dynamodb_table",
        "aws_ebs_volume",
        "aws_ecr_repository",
        "aws_efs_file_system",
        "aws_eks_cluster",
        "aws_elasticache_replication_group",
        "aws_kms_key",
        "aws_cloudwatch_log_group",
        "aws_backup_vault",
        "aws_opensearch_domain",
        "aws_rds_cluster",
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
    }
)
"""Types that hold data which no plan can make again once it is gone."""

TAKES_AWAY = frozenset({Action.DELETE, Action.REPLACE})


def verdict(change: ResourceChange) -> Verdict:
    """What deleting or replacing data costs; everything else is taken back by the next plan."""
    if change.action in TAKES_AWAY and change.type in STATEFUL_TYPES:
        return Verdict.IRREVERSIBLE
    return Verdict.REVERSIBLE


def judge(plan: PlanDocument) -> tuple[tuple[ResourceChange, Verdict], ...]:
    """Every change of ``plan`` with its verdict, in the plan's order."""
    return tuple((change, verdict(change)) for change in plan.changes)
