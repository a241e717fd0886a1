"""A resource that is to be made under a name that is known before it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAMES: Mapping[str, str] = {
    "aws_cloudwatch_log_group": "name",
    "aws_db_instance": "identifier",
    "aws_ecr_repository": "name",
    "aws_eks_cluster": "name",
    "aws_iam_role": "name",
    "aws_kms_alias": "name",
    "aws_lb": "name",
    "aws_route53_zone": "name",
    "aws_s3_bucket": "bucket",
    "aws_secretsmanager_secret": "name",
}
"""Type -> the attribute that names it, for what AWS makes only once under a name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``address``: Terraform's, where a plan says it; otherwise empty."""

    type: str
    name: str
    address: str = ""
