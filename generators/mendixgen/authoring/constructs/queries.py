"""Where Athena asks: a bucket for what it finds, and a workgroup that writes there, encrypted, within a limit."""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.bucket import private_bucket
from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder

KEPT_DAYS = 30


def workgroup(
    module: ModuleBuilder,
    area: str,
    *,
    results_comment: str,
    comment: str,
    description: str,
    limit_bytes: Any,
    count: Expr | None = None,
) -> Expr:
    """Add ``aws_athena_workgroup.this``, named ``<environment>-<area>``, and the bucket ``results`` of what it finds.

    Both are encrypted with ``var.logs_key_arn``. ``limit_bytes``: how much one query may look through.
    """
    var = module.var
    results = private_bucket(
        module,
        "results",
        results_comment,
        bucket=f"{var.environment}-{var.account}-{area}-results",
        kms_key_arn=var.logs_key_arn,
        count=count,
    )
    bucket = results.bucket if count is None else results.bucket[0]
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.results",
        "What was found is found again at any time.",
        count=count,
        bucket=bucket.id,
        rule={
            "id": "expire",
            "status": "Enabled",
            "filter": {},
            "expiration": {"days": KEPT_DAYS},
            "noncurrent_version_expiration": {"noncurrent_days": 1},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
        },
        depends_on=[results.versioning],
    )
    return module.resource(
        "aws_athena_workgroup.this",
        comment,
        count=count,
        name=f"{var.environment}-{area}",
        description=description,
        force_destroy=var.teardown,
        configuration={
            "enforce_workgroup_configuration": True,
            "publish_cloudwatch_metrics_enabled": True,
            "bytes_scanned_cutoff_per_query": limit_bytes,
            "result_configuration": {
                "output_location": f"s3://{bucket.id}/",
                "encryption_configuration": {"encryption_option": "SSE_KMS", "kms_key_arn": var.logs_key_arn},
            },
        },
        tags={"Name": f"{var.environment}-{area}"},
    )
