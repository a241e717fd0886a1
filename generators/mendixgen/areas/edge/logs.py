"""The access logs of the distribution: a bucket in the environment's own region, and the delivery from us-east-1."""

from __future__ import annotations

from mendixgen.authoring.constructs.bucket import Bucket, expiry, private_bucket
from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder
from mendixgen.global_provider import REGION

BUCKET = "edge-logs"
"""Name of the bucket behind those of environment and account."""


def access_logs(module: ModuleBuilder, made: Expr) -> Bucket:
    """Add the bucket of the access logs, which CloudFront's delivery writes to."""
    var = module.var
    module.section("Access logs")
    delivery = {"Service": "delivery.logs.amazonaws.com"}
    own = {"aws:SourceAccount": var.account}
    source = {"ArnLike": {"aws:SourceArn": f"arn:{var.partition}:logs:{REGION}:{var.account}:delivery-source:*"}}
    logs = private_bucket(
        module,
        "this",
        "Who asked for what. With S3's own keys: the platform's lets deliveries of its own region alone use it.",
        bucket=f"{var.environment}-{var.account}-{BUCKET}",
        kms_key_arn=None,
        count=made,
        statements=lambda arn: [
            allow(
                "DeliverAccessLogs",
                ["s3:PutObject"],
                f"{arn}/*",
                principal=delivery,
                condition={"StringEquals": {**own, "s3:x-amz-acl": "bucket-owner-full-control"}, **source},
            ),
        ],
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.this",
        "Access logs go when they have served.",
        count=made,
        bucket=logs.bucket[0].id,
        rule=[expiry(var.log_days)],
        depends_on=[logs.versioning],
    )
    module.resource(
        "aws_s3_bucket_logging.this",
        "Who read them, by the day on which it happened.",
        count=made,
        bucket=logs.bucket[0].id,
        target_bucket=var.logs_bucket_name,
        target_prefix=f"s3/{BUCKET}/",
        target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
    )
    return logs


def deliver(module: ModuleBuilder, made: Expr, distribution: Expr, logs: Bucket) -> None:
    """Have the distribution's access logs delivered to the bucket (standard logging v2)."""
    var = module.var
    name = f"{var.environment}-edge"
    source = module.resource(
        "aws_cloudwatch_log_delivery_source.this",
        "The access logs of the distribution.",
        count=made,
        provider="global",
        name=name,
        log_type="ACCESS_LOGS",
        resource_arn=distribution[0].arn,
    )
    destination = module.resource(
        "aws_cloudwatch_log_delivery_destination.this",
        "The bucket of the access logs.",
        count=made,
        provider="global",
        name=name,
        output_format="json",
        delivery_destination_configuration=[{"destination_resource_arn": logs.bucket[0].arn}],
        depends_on=[logs.policy],
    )
    module.resource(
        "aws_cloudwatch_log_delivery.this",
        "From one to the other.",
        count=made,
        provider="global",
        delivery_source_name=source[0].name,
        delivery_destination_arn=destination[0].arn,
    )
