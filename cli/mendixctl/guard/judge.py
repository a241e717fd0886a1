"""The verdict of one change, from Terraform's action and the resource's type alone."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.guard.verdict import REVERSIBLE, Judgement, Verdict
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


@dataclass(frozen=True, slots=True)
class Ruling:
    """One change, what is said of it, and of the change that would undo it."""

    change: ResourceChange
    judgement: Judgement
    back: Judgement = REVERSIBLE


def judgement(change: ResourceChange) -> Judgement:
    """What deleting or replacing data costs; everything else is taken back by the next plan."""
    if change.action in TAKES_AWAY and change.type in STATEFUL_TYPES:
        return Judgement(Verdict.IRREVERSIBLE, "it holds data, which is lost with it", f"action.{change.action.value}")
    return REVERSIBLE


def judge(plan: PlanDocument) -> tuple[Ruling, ...]:
    """Every change of ``plan`` with its judgement, in the plan's order."""
    return tuple(Ruling(change, judgement(change)) for change in plan.changes)


def judge_drift(plan: PlanDocument) -> tuple[Ruling, ...]:
    """What changed outside Terraform, judged as if a plan had done it."""
    return tuple(Ruling(change, judgement(change)) for change in plan.drift)
