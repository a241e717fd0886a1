"""A bucket that CloudTrail writes to: who may write, how long files are kept, and that nobody can delete them.

Sources: CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail"; S3 user guide, "Locking objects with Object
Lock" (it works on a bucket that services write to, and only a retention in governance mode can be bypassed).
"""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.bucket import Bucket
from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import Expr, dynamic, expr
from mendixgen.authoring.module import ModuleBuilder

CLOUDTRAIL: dict[str, Any] = {"Service": "cloudtrail.amazonaws.com"}


def trail_statements(bucket_arn: Expr, trail_arn: str, account: Expr) -> list[dict[str, Any]]:
    """What CloudTrail asks of a bucket's policy, for the one trail of ``trail_arn`` (worked out: it comes later)."""
    own = {"aws:SourceArn": trail_arn}
    return [
        allow("FindTheBucket", ["s3:GetBucketAcl"], bucket_arn, principal=CLOUDTRAIL, condition={"StringEquals": own}),
        allow(
            "WriteRecords",
            ["s3:PutObject"],
            f"{bucket_arn}/AWSLogs/{account}/*",
            principal=CLOUDTRAIL,
            condition={"StringEquals": {**own, "s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
    ]


def archive(
    module: ModuleBuilder,
    name: str,
    made: Bucket,
    *,
    retention_days: Expr,
    archive_after_days: Expr,
    lock_days: Expr,
    lock_mode: Expr,
    count: Expr | None = None,
) -> None:
    """Add the lifecycle and the object lock of the bucket ``name``; 0 days turn either off.

    ``lock_mode`` is governance or compliance. ``made`` is what `private_bucket` gave, with the same ``count``.
    """
    bucket = made.bucket if count is None else made.bucket[0]
    module.resource(
        f"aws_s3_bucket_lifecycle_configuration.{name}",
        "Files go when they have served; in between they are kept where keeping is cheap and reading is not slow.",
        count=count,
        bucket=bucket.id,
        rule={
            "id": "keep",
            "status": "Enabled",
            "filter": {},
            "transition": dynamic(
                for_each=expr(f"{archive_after_days} > 0 ? [{archive_after_days}] : []"),
                content={"days": expr("transition.value"), "storage_class": "GLACIER_IR"},
            ),
            "expiration": {"days": retention_days},
            "noncurrent_version_expiration": {"noncurrent_days": 90},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
        },
        depends_on=[made.versioning],
    )
    locked = f"{lock_days} > 0 ? 1 : 0"
    if count is not None:
        locked = f"{count} > 0 && {lock_days} > 0 ? 1 : 0"
    module.resource(
        f"aws_s3_bucket_object_lock_configuration.{name}",
        "Nobody deletes or changes a file before its time, whoever has got in.",
        count=expr(locked),
        bucket=bucket.id,
        rule={"default_retention": {"mode": expr(f"upper({lock_mode})"), "days": lock_days}},
        depends_on=[made.versioning],
    )
