"""What of drift is AWS's own doing: values that it fills in after an apply, and values that move by themselves. Pure.

Terraform calls everything drift that a refresh reads otherwise than the state has it. Nobody changed an attribute that
was empty, that AWS has filled in since, and that the plan leaves as it is; nor one whose next value AWS alone decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mendixctl.terraform.plan import UNKNOWN, Action, AttributeChange, ResourceChange

MOVING: Mapping[str, frozenset[str]] = {
    # The time that a database can be taken back to, and what it is doing: Amazon RDS API Reference, DBInstance.
    "aws_db_instance": frozenset({"latest_restorable_time", "status"}),
    # EKS rolls new platform versions out to clusters: Amazon EKS User Guide, Platform versions.
    "aws_eks_cluster": frozenset({"platform_version", "status"}),
    "aws_eks_node_group": frozenset({"status"}),
    "aws_eks_addon": frozenset({"modified_at"}),
    # Certificates renew themselves: AWS Certificate Manager User Guide, Managed certificate renewal.
    "aws_acm_certificate": frozenset(
        {"not_after", "not_before", "pending_renewal", "renewal_eligibility", "renewal_summary", "status"}
    ),
    # How many there are: AWS Backup API Reference, DescribeBackupVault; Amazon EFS API Reference,
    # DescribeFileSystems; Amazon Cognito API Reference, DescribeUserPool.
    "aws_backup_vault": frozenset({"recovery_points"}),
    "aws_efs_file_system": frozenset({"number_of_mount_targets", "size_in_bytes"}),
    "aws_cognito_user_pool": frozenset({"estimated_number_of_users", "last_modified_date"}),
    # The addresses of the service behind it: Amazon VPC User Guide, AWS-managed prefix lists.
    "aws_vpc_endpoint": frozenset({"cidr_blocks"}),
}
"""Type -> attributes that AWS changes by itself. All are computed alone, so nobody can set them."""


def by_others(drift: ResourceChange, planned: ResourceChange | None) -> ResourceChange | None:
    """``drift`` without what is AWS's own doing, by what the plan does to the same resource; None where that is all.

    What was deleted is always somebody's doing.
    """
    if drift.action is not Action.UPDATE:
        return drift
    kept = tuple(one for one in drift.attributes if not _own_doing(one, drift.type, planned))
    return replace(drift, attributes=kept) if kept else None


def _own_doing(attribute: AttributeChange, kind: str, planned: ResourceChange | None) -> bool:
    if _root(attribute.path) in MOVING.get(kind, ()):
        return True
    back = [one for one in planned.attributes if _same_place(one.path, attribute.path)] if planned else []
    if any(one.after != UNKNOWN for one in back):
        return False  # the plan sets it to something: it is not AWS's to fill in
    return _empty(attribute.before)


def _root(path: str) -> str:
    return path.split(".", 1)[0].split("[", 1)[0]


def _same_place(one: str, other: str) -> bool:
    """Whether one path leads to what the other does, or into it."""
    return one == other or any(
        long.startswith(short) and long[len(short)] in ".["
        for short, long in ((one, other), (other, one))
        if len(long) > len(short)
    )


def _empty(value: Any) -> bool:
    """Nothing at all: what a provider writes for it depends on its type."""
    return value is None or (not isinstance(value, bool) and value in ("", 0, [], {}))
