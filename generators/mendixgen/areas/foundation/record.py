"""The account's management trail: who changed what, in all regions, where nobody can change the record.

Environments have no second one (each copy of management events is billed); they have alarms on what is counted here,
and queries over its files (`mendixgen.areas.audit`).

Sources: CloudTrail user guide, "Creating a trail", "Configure AWS KMS key policies for CloudTrail", "Role policy
document for CloudTrail to use CloudWatch Logs for monitoring".
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.fields import TRAIL_BUCKET
from mendixgen.areas.foundation.keys import key
from mendixgen.authoring.constructs import cis
from mendixgen.authoring.constructs.bucket import private_bucket
from mendixgen.authoring.constructs.key import USE, key_statement
from mendixgen.authoring.constructs.policy import allow, policy, trust_of_service
from mendixgen.authoring.constructs.trail import CLOUDTRAIL, archive, trail_statements
from mendixgen.authoring.expression import Expr, expr
from mendixgen.authoring.module import ModuleBuilder


def build(module: ModuleBuilder) -> None:
    """Add the trail, its bucket, key and log group, and what counts over the log."""
    var = module.var
    module.section("Trail: where its records are kept")
    on = module.local(
        "trail_count",
        expr("try(var.trail.existing == null, false) ? 1 : 0"),
        "Whether the account gets a trail: not where nobody asks for one, and not where it has one.",
    )
    name = module.local("trail_name", f"{var.environment}-management", "Name of the trail.")
    itself = f"arn:{var.partition}:cloudtrail:{var.region}:{var.account}:trail/{name}"
    group = f"/aws/cloudtrail/{name}"
    made = key(
        module,
        "trail",
        "The key of the trail's records and of its log.",
        on,
        ["s3", "logs"],
        [
            key_statement(
                "EncryptRecords",
                ["kms:GenerateDataKey*", "kms:DescribeKey"],
                CLOUDTRAIL,
                {"StringEquals": {"aws:SourceArn": itself}},
            ),
            key_statement("EncryptTheLog", USE, logs_service(module), log_context(module, group)),
        ],
    )
    bucket = private_bucket(
        module,
        "trail",
        "What CloudTrail recorded: who changed what, in all regions.",
        bucket=f"{var.account}-{var.region}-{TRAIL_BUCKET}",
        kms_key_arn=made.arn,
        count=on,
        statements=lambda arn: trail_statements(arn, itself, var.account),
        services_choose=True,
    )
    archive(
        module,
        "trail",
        bucket,
        retention_days=expr("var.trail.retention_days"),
        archive_after_days=expr("var.trail.archive_after_days"),
        lock_days=expr("try(var.trail.object_lock_days, 0)"),
        lock_mode=expr("var.trail.object_lock_mode"),
        count=on,
    )
    module.section("Trail: the trail")
    log = _log(module, on, group, made)
    writer = _writer(module, on, name, itself, log)
    module.resource(
        "aws_cloudtrail.this",
        "Who changed what, in all regions; each file's digest is signed, so that a change of it shows.",
        count=on,
        name=name,
        s3_bucket_name=bucket.bucket[0].id,
        kms_key_id=made.arn,
        enable_log_file_validation=True,
        is_multi_region_trail=True,
        include_global_service_events=True,
        cloud_watch_logs_group_arn=f"{log[0].arn}:*",
        cloud_watch_logs_role_arn=writer[0].arn,
        tags={"Name": name},
        depends_on=[bucket.policy, expr("aws_iam_role_policy.trail")],
    )
    cis.filters(
        module,
        log_group_name=expr("try(coalesce(var.trail.existing, one(aws_cloudwatch_log_group.trail[*].name)), null)"),
        namespace=cis.NAMESPACE,
        on=expr("try(var.trail.cis_filters, false)"),
    )


def logs_service(module: ModuleBuilder) -> dict[str, Any]:
    """CloudWatch Logs of the region, as a principal."""
    return {"Service": f"logs.{module.var.region}.{module.dns_suffix}"}


def log_context(module: ModuleBuilder, group: str) -> dict[str, Any]:
    """The condition that a key is used for log groups of that name alone; ``*`` stands for anything."""
    var = module.var
    arn = f"arn:{var.partition}:logs:{var.region}:{var.account}:log-group:{group}"
    return {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}


def _log(module: ModuleBuilder, on: Expr, group: str, made: Expr) -> Expr:
    return module.resource(
        "aws_cloudwatch_log_group.trail",
        "The same records, to be searched and counted at once.",
        count=on,
        name=group,
        retention_in_days=expr("var.trail.log_retention_days"),
        kms_key_id=made.arn,
        tags={"Name": group},
    )


def _writer(module: ModuleBuilder, on: Expr, name: Expr, itself: str, log: Expr) -> Expr:
    role = module.resource(
        "aws_iam_role.trail",
        "What CloudTrail writes to the log group as.",
        count=on,
        name=f"{name}-trail",
        description="CloudTrail writes the account's records to their log group.",
        assume_role_policy=trust_of_service("cloudtrail.amazonaws.com", module.var.account, itself),
        tags={"Name": f"{name}-trail"},
    )
    module.resource(
        "aws_iam_role_policy.trail",
        "The trail's own log group.",
        count=on,
        name="write",
        role=role[0].id,
        policy=policy(
            [allow("WriteRecords", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log[0].arn}:log-stream:*")]
        ),
    )
    return role
