"""The storage area: what may be said of buckets and volumes, and what it offers to the others."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import (
    Area,
    AreaInputs,
    Output,
    Strict,
    context,
    setting,
    wired,
)
from mendixgen.areas.fields import ACCESS_LOGS, DNS_LABEL, LOAD_BALANCER_LOGS, TimeOfDay

RESERVED = {ACCESS_LOGS: "storage.access_logs", LOAD_BALANCER_LOGS: "ingress.access_logs"}
"""Buckets that areas make themselves, so that no bucket of the YAML may be called so, and what configures them."""

BUCKET_NAME_LENGTH = 32
"""S3 allows 63 characters; before the name stand the environment (16), the account (12) and two hyphens."""

BucketName = Annotated[str, Field(pattern=DNS_LABEL, max_length=BUCKET_NAME_LENGTH)]

MOST_DAYS = 36500
LEAST_DAYS_INFREQUENT = 30
"""S3 takes no earlier transition to Standard-IA, and keeps objects there as long before the next transition."""


BUCKET_IN_AWS = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
"""Source: S3 user guide, "General purpose bucket naming rules"."""


class Lifecycle(Strict):
    """What becomes of objects with age; days count from the creation of a version."""

    infrequent_after_days: int | None = setting(
        None,
        description="Move to Standard-IA (or Intelligent-Tiering, if that is on).",
        unit="days",
        ge=LEAST_DAYS_INFREQUENT,
        le=MOST_DAYS,
    )
    intelligent: bool = setting(
        False,
        description=(
            "Intelligent-Tiering instead of Standard-IA: S3 moves each object by how it is used, and bills no"
            " retrieval. From infrequent_after_days on, or at once without it."
        ),
    )
    archive_access_after_days: int | None = setting(
        None,
        description=(
            "With intelligent: archive what nobody read for so long. Such an object must be restored (hours)"
            " before it can be read again: not for files that an application reads."
        ),
        unit="days",
        ge=90,
        le=730,
    )
    deep_archive_access_after_days: int | None = setting(
        None,
        description="With intelligent: archive deeply what nobody read for so long (restoring takes up to 12 hours).",
        unit="days",
        ge=180,
        le=730,
    )
    glacier_after_days: int | None = setting(
        None,
        description="Move to Glacier Flexible Retrieval: restored (hours) before it can be read.",
        unit="days",
        ge=1,
        le=MOST_DAYS,
    )
    deep_archive_after_days: int | None = setting(
        None,
        description="Move to Glacier Deep Archive: restored (12 to 48 hours) before it can be read.",
        unit="days",
        ge=1,
        le=MOST_DAYS,
    )
    expire_after_days: int | None = setting(
        None, description="Delete. The last version is kept as noncurrent ones are.", unit="days", ge=1, le=MOST_DAYS
    )
    noncurrent_infrequent_after_days: int | None = setting(
        None,
        description="Move versions that were overwritten or deleted so long ago to Standard-IA.",
        unit="days",
        ge=LEAST_DAYS_INFREQUENT,
        le=MOST_DAYS,
    )
    noncurrent_glacier_after_days: int | None = setting(
        None,
        description="Move versions that were overwritten or deleted so long ago to Glacier Flexible Retrieval.",
        unit="days",
        ge=1,
        le=MOST_DAYS,
    )
    noncurrent_expire_after_days: int = setting(
        90,
        description="Delete versions that were overwritten or deleted so long ago: how long a mistake can be undone.",
        unit="days",
        ge=1,
        le=MOST_DAYS,
    )
    noncurrent_keep: int | None = setting(
        None, description="Keep so many overwritten versions of an object at any age.", unit="versions", ge=1, le=100
    )
    abort_uploads_after_days: int = setting(
        7, description="Delete the parts of uploads that were begun and never completed.", unit="days", ge=1, le=365
    )


class Bucket(Strict):
    """An S3 bucket; always versioned, encrypted, private, with an access log and events."""

    name: Annotated[str, Field(pattern=BUCKET_IN_AWS)] | None = setting(
        None,
        description="Its name in AWS, where it has one of its own: that of a bucket that was adopted.",
        create_only="the bucket and all that is in it",
    )
    lifecycle: Lifecycle = setting(Lifecycle(), description="What becomes of objects with age.")
    object_lock_days: int | None = setting(
        None,
        description="No version can be deleted or overwritten for so long after its creation.",
        unit="days",
        one_way="S3 never takes object lock off a bucket, and versions stay locked for as long as they were",
        ge=1,
        le=MOST_DAYS,
    )
    object_lock_mode: Literal["governance", "compliance"] = setting(
        "governance",
        description=(
            "governance: whoever has s3:BypassGovernanceRetention may still delete;"
            " compliance: nobody may, not even the account's root."
        ),
        one_way="in compliance mode nothing shortens the retention of what is there already",
    )
    inventory: Literal["daily", "weekly", "none"] = setting(
        "weekly", description="How often S3 lists all versions in the bucket (Parquet, in the access log bucket)."
    )


class AccessLogs(Strict):
    """The bucket that holds the access logs and the inventories of the others."""

    retention_days: int = setting(
        400, description="How long they are kept; shorter deletes older ones.", unit="days", ge=1, le=MOST_DAYS
    )


class VolumeClass(Strict):
    """A class of EBS volumes, for the cluster to make persistent volumes of."""

    type: Literal["gp3", "io2"] = setting(
        "gp3", description="gp3: general purpose; io2: provisioned IOPS, for databases with steady load."
    )
    iops: int = setting(3000, description="Provisioned IOPS; 3000 are included in gp3.", unit="IOPS", ge=100, le=256000)
    throughput: int | None = setting(
        None,
        description="Provisioned throughput, of gp3 only; 125 are included.",
        unit="MiB/s",
        ge=125,
        le=2000,
    )


class Snapshots(Strict):
    """Snapshots of the volumes, made and deleted by Data Lifecycle Manager."""

    enabled: bool = setting(True, description="Whether snapshots are made. Off keeps those that are there, for ever.")
    interval_hours: Literal[1, 2, 3, 4, 6, 8, 12, 24] = setting(
        24, description="Time from one snapshot of a volume to the next.", unit="hours"
    )
    start_time: TimeOfDay = setting(
        "03:00", description="When the first one of a day is begun (within the hour), UTC.", unit="hh:mm"
    )
    keep: int = setting(
        7, description="Snapshots kept of each volume; fewer deletes older ones.", unit="snapshots", ge=1, le=1000
    )


class Volumes(Strict):
    """The classes of EBS volumes, and their snapshots."""

    default_class: VolumeClass = setting(VolumeClass(), description="What a volume is made of if nothing else is said.")
    fast_class: VolumeClass | None = setting(None, description="A second class, for volumes with much load.")
    snapshots: Snapshots = setting(
        Snapshots(), description="Snapshots of all volumes that carry the output volume_tags."
    )


class Storage(Area):
    """S3 buckets with lifecycle, object lock, inventory and access logs; classes and snapshots of EBS volumes."""

    name = "storage"
    version = "1.2.0"

    class Inputs(AreaInputs):
        """What an environment may say of its storage."""

        buckets: dict[BucketName, Bucket] = setting(
            {"files": Bucket()},
            description=(
                "Buckets by name; in AWS <environment>-<account>-<name>, where they say no other."
                " There always is one, files, for the files"
                " of the Mendix applications."
            ),
            max_length=1000,
            resolve="with_files",
        )
        access_logs: AccessLogs = setting(AccessLogs(), description="Access logs and inventories of the buckets.")
        volumes: Volumes = setting(Volumes(), description="Classes of EBS volumes, and their snapshots.")
        region: str = context("region", "Region of the buckets.")
        account: str = context("account", "Account of the buckets; a part of their names.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        kms_key_arn: str = wired("encryption.storage_key_arn", "ARN of the KMS key that encrypts buckets and volumes.")
        boundary_arn: str | None = wired(
            "identity.boundary_arn", "ARN of the permissions boundary of the roles, if there is one.", optional=True
        )

    outputs = {
        "bucket_names": Output(
            "{ for name, bucket in aws_s3_bucket.this : name => bucket.id }", "Names in AWS by name."
        ),
        "bucket_arns": Output(
            "{ for name, bucket in aws_s3_bucket.this : name => bucket.arn }", "Bucket ARNs by name."
        ),
        "bucket_domain_names": Output(
            "{ for name, bucket in aws_s3_bucket.this : name => bucket.bucket_regional_domain_name }",
            "Regional domain names by name.",
        ),
        "named_bucket_arns": Output(
            "local.named_bucket_arns",
            "ARNs of the buckets that have names of their own; known before they are there.",
        ),
        "access_logs_bucket_name": Output(
            # By way of the policy: S3 takes the bucket as a target only once that lets it deliver.
            "aws_s3_bucket_policy.access_logs.bucket",
            "Bucket that S3 delivers access logs to, under s3/<bucket>/.",
        ),
        "access_logs_bucket_arn": Output("aws_s3_bucket.access_logs.arn", "ARN of the access log bucket."),
        "volume_classes": Output(
            "{ for name, class in { default = var.volumes.default_class, fast = var.volumes.fast_class } :"
            " name => class if class != null }",
            "Classes of volumes by name: type, iops, throughput (MiB/s).",
        ),
        "volume_kms_key_arn": Output("var.kms_key_arn", "ARN of the KMS key that volumes are encrypted with."),
        "volume_tags": Output("local.volume_tags", "Tags that a volume needs for its snapshots to be made."),
        "snapshot_policy_arn": Output(
            "one(aws_dlm_lifecycle_policy.volumes[*].arn)", "ARN of the snapshot policy; null where snapshots are off."
        ),
    }
