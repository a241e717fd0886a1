"""A log group: it stands before what writes to it, because AWS would make it without a key and for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder


def log_group(
    module: ModuleBuilder,
    name: str,
    comment: str,
    *,
    path: str,
    retention_days: Any,
    count: Expr | None = None,
    for_each: Expr | None = None,
    tags: Mapping[str, Any] | None = None,
) -> Expr:
    """Add ``aws_cloudwatch_log_group.<name>``, encrypted with ``var.logs_key_arn``; returns the resource.

    ``path`` is its name in AWS. ``retention_days`` is a number that CloudWatch Logs takes (`fields.RetentionDays`).
    """
    return module.resource(
        f"aws_cloudwatch_log_group.{name}",
        comment,
        count=count,
        for_each=for_each,
        name=path,
        retention_in_days=retention_days,
        kms_key_id=module.var.logs_key_arn,
        tags=tags,
    )
