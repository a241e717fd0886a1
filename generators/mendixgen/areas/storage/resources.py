"""The resources of the storage module, chapter by chapter."""

from __future__ import annotations

from mendixgen.areas.fields import ACCESS_LOGS
from mendixgen.authoring.constructs.bucket import Bucket, expiry, private_bucket
from mendixgen.authoring.constructs.policy import allow, trust_of_service
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import Expr, call, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder

INVENTORY_FIELDS = [
    "BucketKeyStatus",
    "ChecksumAlgorithm",
    "ETag",
    "EncryptionStatus",
    "IntelligentTieringAccessTier",
    "IsMultipartUploaded",
    "LastModifiedDate",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "Size",
    "StorageClass",
]
"""What an inventory says of each version: enough to find what is large, old, unencrypted or locked."""


def build(module: ModuleBuilder) -> None:
    """Add all of the area's resources."""
    logs = _access_logs(module)
    buckets = _buckets(module, logs)
    _lifecycle(module, buckets)
    _further(module, buckets, logs)
    _snapshots(module)


def _access_logs(module: ModuleBuilder) -> Bucket:
    var = module.var
    module.section("Access logs and inventories")
    own = {"StringEquals": {"aws:SourceAccount": var.account}}
    named = module.local(
        "named_bucket_arns",
        expr(f'[for bucket in {var.buckets} : "arn:${{var.partition}}:s3:::${{bucket.name}}" if bucket.name != null]'),
        "Buckets that have names of their own.",
    )
    sources = {"aws:SourceArn": call("concat", [f"arn:{var.partition}:s3:::{var.environment}-{var.account}-*"], named)}
    logs = private_bucket(
        module,
        "access_logs",
        "Who read and wrote what in the other buckets, and what is in them. It has no access log of its own: that"
        " would log its own delivery, for ever.",
        bucket=f"{var.environment}-{var.account}-{ACCESS_LOGS}",
        kms_key_arn=None,  # S3 delivers access logs to no bucket whose default is a KMS key
        statements=lambda arn: [
            allow(
                "DeliverAccessLogs",
                ["s3:PutObject"],
                f"{arn}/s3/*",
                principal={"Service": "logging.s3.amazonaws.com"},
                condition={**own, "ArnLike": sources},
            ),
            allow(
                "WriteInventories",
                ["s3:PutObject"],
                f"{arn}/inventory/*",
                principal={"Service": "s3.amazonaws.com"},
                condition={
                    "StringEquals": {**own["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"},
                    "ArnLike": sources,
                },
            ),
        ],
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.access_logs",
        "Logs and inventories go when they have served.",
        bucket=logs.bucket.id,
        rule=[expiry(var.access_logs.retention_days)],
        depends_on=[logs.versioning],
    )
    return logs


def _buckets(module: ModuleBuilder, logs: Bucket) -> Bucket:
    var = module.var
    module.section("Buckets")
    buckets = private_bucket(
        module,
        "this",
        "The buckets of the environment.",
        for_each=var.buckets,
        bucket=expr(f'coalesce({each.value.name}, "${{var.environment}}-${{var.account}}-${{each.key}}")'),
        kms_key_arn=var.kms_key_arn,
    )
    module.resource(
        "aws_s3_bucket_logging.this",
        "Who read and wrote what, by the day on which it happened.",
        for_each=var.buckets,
        bucket=buckets.bucket[each.key].id,
        target_bucket=logs.bucket.id,
        target_prefix=f"s3/{each.key}/",
        target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
        depends_on=[logs.policy],
    )
    return buckets


def _lifecycle(module: ModuleBuilder, buckets: Bucket) -> None:
    var = module.var
    module.section("Lifecycle")
    rules = expr("bucket.lifecycle")
    days = f"{rules.intelligent} ? coalesce({rules.infrequent_after_days}, 0) : {rules.infrequent_after_days}"
    storage_class = f'{rules.intelligent} ? "INTELLIGENT_TIERING" : "STANDARD_IA"'
    transitions = module.local(
        "transitions",
        _steps(
            (days, storage_class),
            (rules.glacier_after_days, '"GLACIER"'),
            (rules.deep_archive_after_days, '"DEEP_ARCHIVE"'),
        ),
        "Where the objects of each bucket go, and at what age.",
    )
    noncurrent = module.local(
        "noncurrent_transitions",
        _steps(
            (rules.noncurrent_infrequent_after_days, '"STANDARD_IA"'),
            (rules.noncurrent_glacier_after_days, '"GLACIER"'),
        ),
        "Where versions that were overwritten or deleted go, and how long after that.",
    )
    ages = module.local(
        "ages",
        expr(
            f"{{ for name, bucket in {var.buckets} : name =>"
            f" concat(local.transitions[name][*].days, {rules.expire_after_days}[*]) }}"
        ),
        "The days of all that happens to the objects of each bucket, in the order in which it must happen.",
    )
    own = each.value.lifecycle
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.this",
        "What becomes of objects, of their earlier versions and of uploads that were never completed.",
        for_each=var.buckets,
        bucket=buckets.bucket[each.key].id,
        rule=[
            {
                "id": "age",
                "status": "Enabled",
                "filter": {},
                "transition": dynamic(
                    for_each=transitions[each.key],
                    content={
                        "days": expr("transition.value.days"),
                        "storage_class": expr("transition.value.storage_class"),
                    },
                ),
                "expiration": dynamic(for_each=own.expire_after_days["*"], content={"days": expr("expiration.value")}),
                "noncurrent_version_transition": dynamic(
                    for_each=noncurrent[each.key],
                    content={
                        "noncurrent_days": expr("noncurrent_version_transition.value.days"),
                        "storage_class": expr("noncurrent_version_transition.value.storage_class"),
                    },
                ),
                "noncurrent_version_expiration": {
                    "noncurrent_days": own.noncurrent_expire_after_days,
                    "newer_noncurrent_versions": own.noncurrent_keep,
                },
                "abort_incomplete_multipart_upload": {"days_after_initiation": own.abort_uploads_after_days},
            },
            {
                "id": "delete-markers",
                "status": "Enabled",
                "filter": {},
                "expiration": {"expired_object_delete_marker": True},
            },
        ],
        lifecycle={
            "precondition": [
                {
                    "condition": expr(
                        f"alltrue([for i in range(1, max(1, length({ages[each.key]}))) :"
                        f" {ages[each.key]}[i] > {ages[each.key]}[i - 1]])"
                    ),
                    "error_message": "The days are out of order: infrequent, glacier, deep archive, expire.",
                }
            ]
        },
        depends_on=[buckets.versioning],
    )
    _archive_tiers(module, buckets)


def _archive_tiers(module: ModuleBuilder, buckets: Bucket) -> None:
    var = module.var
    tiers = module.local(
        "archive_tiers",
        expr(
            f"{{ for name, bucket in {var.buckets} : name => {{\n"
            "ARCHIVE_ACCESS = bucket.lifecycle.archive_access_after_days\n"
            "DEEP_ARCHIVE_ACCESS = bucket.lifecycle.deep_archive_access_after_days\n"
            "} }"
        ),
        "The archive tiers of Intelligent-Tiering by bucket; null where one is off.",
    )
    module.resource(
        "aws_s3_bucket_intelligent_tiering_configuration.this",
        "Archives what nobody reads, in the buckets that ask for it.",
        for_each=expr(
            f"{{ for name, tiers in {tiers} : name => {{ for tier, days in tiers : tier => days if days != null }}"
            " if anytrue([for days in values(tiers) : days != null]) }"
        ),
        bucket=buckets.bucket[each.key].id,
        name="archive",
        tiering=dynamic(
            for_each=each.value, content={"access_tier": expr("tiering.key"), "days": expr("tiering.value")}
        ),
    )


def _further(module: ModuleBuilder, buckets: Bucket, logs: Bucket) -> None:
    var = module.var
    module.section("Object lock and inventory")
    module.resource(
        "aws_s3_bucket_object_lock_configuration.this",
        "Keeps every version for a time, in the buckets that ask for it. Not an argument of the bucket, where"
        " turning it on would make the bucket anew.",
        for_each=expr(f"{{ for name, bucket in {var.buckets} : name => bucket if bucket.object_lock_days != null }}"),
        bucket=buckets.bucket[each.key].id,
        rule={
            "default_retention": {
                "mode": expr(f"upper({each.value.object_lock_mode})"),
                "days": each.value.object_lock_days,
            }
        },
        depends_on=[buckets.versioning],
    )
    module.resource(
        "aws_s3_bucket_inventory.this",
        "A list of all versions, as Parquet for Athena.",
        for_each=expr(f'{{ for name, bucket in {var.buckets} : name => bucket if bucket.inventory != "none" }}'),
        bucket=buckets.bucket[each.key].id,
        name="all-versions",
        included_object_versions="All",
        optional_fields=INVENTORY_FIELDS,
        schedule={"frequency": expr(f"title({each.value.inventory})")},
        destination={
            "bucket": {
                "account_id": var.account,
                "bucket_arn": logs.bucket.arn,
                "format": "Parquet",
                "prefix": "inventory",
                "encryption": {"sse_kms": {"key_id": var.kms_key_arn}},
            }
        },
        depends_on=[logs.policy],
    )


def _snapshots(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Snapshots of volumes")
    on = expr(f"{var.volumes.snapshots.enabled} ? 1 : 0")
    tags = module.local(
        "volume_tags", {"snapshots": var.environment}, "What marks the volumes of which snapshots are made."
    )
    here = f"{var.region}:{var.account}"
    marked = {"StringEquals": {"aws:ResourceTag/snapshots": var.environment}}
    ec2 = f"arn:{var.partition}:ec2:{var.region}"
    manager = service_role(
        module,
        "snapshots",
        "What Data Lifecycle Manager works as.",
        count=on,
        role_name=f"{var.environment}-snapshots",
        description="Data Lifecycle Manager makes and deletes snapshots of the environment's volumes.",
        trust=trust_of_service("dlm.amazonaws.com", var.account, f"arn:{var.partition}:dlm:{here}:policy/*"),
        policy_name="snapshots",
        permissions=[
            allow("Look", ["ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"], "*"),
            allow("ReadVolumes", ["ec2:CreateSnapshot"], f"{ec2}:{var.account}:volume/*", condition=marked),
            allow("WriteSnapshots", ["ec2:CreateSnapshot", "ec2:CreateTags"], f"{ec2}::snapshot/*"),
            allow("DeleteSnapshots", ["ec2:DeleteSnapshot"], f"{ec2}::snapshot/*", condition=marked),
        ],
        permissions_comment="Snapshots of marked volumes only, and it deletes only what it made.",
    )
    module.resource(
        "aws_dlm_lifecycle_policy.volumes",
        "Snapshots of the volumes, encrypted as their volumes are.",
        count=on,
        description=f"Snapshots of the volumes of {var.environment}",
        execution_role_arn=manager.role.arn,
        state="ENABLED",
        policy_details={
            "resource_types": ["VOLUME"],
            "target_tags": tags,
            "schedule": {
                "name": f"every-{var.volumes.snapshots.interval_hours}-hours",
                "copy_tags": True,
                "tags_to_add": tags,
                "create_rule": {
                    "interval": var.volumes.snapshots.interval_hours,
                    "interval_unit": "HOURS",
                    "times": [var.volumes.snapshots.start_time],
                },
                "retain_rule": {"count": var.volumes.snapshots.keep},
            },
        },
        tags={"Name": f"{var.environment}-volumes"},
        depends_on=[manager.permissions],
    )


def _steps(*steps: tuple[Expr | str, str]) -> Expr:
    """For each bucket, the steps (days, storage class; both as HCL) that it has the days for."""
    rows = "".join(f"{{\ndays = {days}\nstorage_class = {storage_class}\n}},\n" for days, storage_class in steps)
    return expr(
        f"{{\nfor name, bucket in var.buckets : name => [\nfor step in [\n{rows}] :\nstep if step.days != null\n]\n}}"
    )
