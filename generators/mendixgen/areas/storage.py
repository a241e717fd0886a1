"""The storage area: what may be said of buckets and volumes, what it offers to the others, and what must hold.

Its resources are in `mendixgen.areas.storage_resources`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from mendixgen.areas.contract import (
    Area,
    AreaInputs,
    Check,
    Header,
    Output,
    Strict,
    context,
    independent,
    setting,
    wired,
)

if TYPE_CHECKING:
    from mendixgen.authoring.module import ModuleBuilder

ACCESS_LOGS = "access-logs"
LOAD_BALANCER_LOGS = "load-balancer-logs"
RESERVED = {ACCESS_LOGS: "storage.access_logs", LOAD_BALANCER_LOGS: "ingress.access_logs"}
"""Buckets that areas make themselves, so that no bucket of the YAML may be called so, and what configures them."""

BUCKET_NAME_LENGTH = 32
"""S3 allows 63 characters; before the name stand the environment (16), the account (12) and two hyphens."""

BucketName = Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=BUCKET_NAME_LENGTH)]

MOST_DAYS = 36500
LEAST_DAYS_INFREQUENT = 30
"""S3 takes no earlier transition to Standard-IA, and keeps objects there as long before the next transition."""
LEAST_DAYS_GLACIER = 90
"""Glacier Flexible Retrieval bills as many days in any case, so that leaving earlier can only cost more."""

IOPS = {"gp3": (3000, 80000), "io2": (100, 256000)}
"""Provisioned IOPS of a volume type: least, most. Source: EBS user guide, "Amazon EBS volume types"."""
GP3_IOPS_PER_MIB = 4
"""gp3 needs four provisioned IOPS for each MiB/s (the same guide)."""


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
    start_time: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = setting(
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
    version = "1.1.0"

    class Inputs(AreaInputs):
        """What an environment may say of its storage."""

        buckets: dict[BucketName, Bucket] = setting(
            {"files": Bucket()},
            description=(
                "Buckets by name; in AWS <environment>-<account>-<name>. There always is one, files, for the files"
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

    @classmethod
    def check(cls, section: Any, header: Header) -> list[Check]:
        """Days out of order, bucket names that S3 or this area keeps for itself, volumes that EBS cannot make."""
        inputs: Storage.Inputs = section
        return independent(
            lambda: _check_buckets(inputs.buckets),
            lambda: _check_volume(("volumes", "default_class"), inputs.volumes.default_class),
            lambda: _check_volume(("volumes", "fast_class"), inputs.volumes.fast_class),
        )

    @classmethod
    def resources(cls, module: ModuleBuilder) -> None:
        """Add the buckets and the snapshot policy."""
        from mendixgen.areas.storage_resources import build

        build(module)


def _check_buckets(buckets: Mapping[str, Bucket]) -> Iterator[Check]:
    for name, bucket in buckets.items():
        yield from _check_name(name)
        yield from _check_lifecycle(("buckets", name, "lifecycle"), bucket.lifecycle)


def _check_name(name: str) -> Iterator[Check]:
    if name in RESERVED:
        summary = f"{name} is a bucket that the platform makes itself"
        yield Check(("buckets", name), "MXS320", summary, f"choose another name; {RESERVED[name]} configures that one")
    elif f"-{name}".endswith("-s3alias"):
        yield Check(
            ("buckets", name), "MXS320", "S3 keeps names that end in -s3alias for itself", "choose another name"
        )


def _check_lifecycle(path: tuple[str, ...], rules: Lifecycle) -> Iterator[Check]:
    archive = {"archive_access_after_days": rules.archive_access_after_days}
    archive["deep_archive_access_after_days"] = rules.deep_archive_access_after_days
    for key, days in archive.items():
        if days is not None and not rules.intelligent:
            hint = "set intelligent: true beside it, or use glacier_after_days"
            yield Check((*path, key), "MXS323", f"{key} is a tier of Intelligent-Tiering, which is off here", hint)
    first = "noncurrent_infrequent_after_days"
    yield from _in_order(path, archive, {})
    yield from _in_order(
        path,
        {
            "infrequent_after_days": rules.infrequent_after_days,
            "glacier_after_days": rules.glacier_after_days,
            "deep_archive_after_days": rules.deep_archive_after_days,
            "expire_after_days": rules.expire_after_days,
        },
        {} if rules.intelligent else {"infrequent_after_days": LEAST_DAYS_INFREQUENT},
    )
    yield from _in_order(
        path,
        {
            first: rules.noncurrent_infrequent_after_days,
            "noncurrent_glacier_after_days": rules.noncurrent_glacier_after_days,
            "noncurrent_expire_after_days": rules.noncurrent_expire_after_days,
        },
        {first: LEAST_DAYS_INFREQUENT},
    )


def _in_order(path: tuple[str, ...], days: dict[str, int | None], stay: dict[str, int]) -> Iterator[Check]:
    """Each step later than the one before it, and by the time that an object must stay in that one's class."""
    steps = [(key, value) for key, value in days.items() if value is not None]
    for (before, earlier), (key, later) in pairwise(steps):
        to_archive = key.endswith("glacier_after_days") or key == "deep_archive_after_days"
        least = stay.get(before, 0) if to_archive else 0
        if before == "glacier_after_days" and key == "deep_archive_after_days":
            least = LEAST_DAYS_GLACIER
        if later <= earlier:
            summary = f"{key} ({later}) must be more than {before} ({earlier})"
            yield Check((*path, key), "MXS321", summary, f"{earlier + max(least, 1)} or more, or leave one of them out")
        elif later - earlier < least:
            summary = f"{key} ({later}) is {later - earlier} days after {before} ({earlier}); S3 wants {least}"
            if least == LEAST_DAYS_GLACIER:
                summary = f"{key} ({later}) is {later - earlier} days after {before} ({earlier}); Glacier bills {least}"
            yield Check((*path, key), "MXS322", summary, f"{earlier + least} or more")


def _check_volume(path: tuple[str, ...], volume: VolumeClass | None) -> Iterator[Check]:
    if volume is None:
        return
    low, high = IOPS[volume.type]
    if not low <= volume.iops <= high:
        summary = f"{volume.type} volumes have {low} to {high} IOPS, not {volume.iops}"
        yield Check((*path, "iops"), "MXS324", summary, f"a number from {low} to {high}, or another type")
    if volume.throughput is None:
        return
    if volume.type != "gp3":
        summary = f"{volume.type} volumes have no throughput of their own: it follows the IOPS"
        yield Check((*path, "throughput"), "MXS325", summary, "leave throughput out, or set type: gp3")
    elif volume.throughput * GP3_IOPS_PER_MIB > volume.iops:
        most = volume.iops // GP3_IOPS_PER_MIB
        summary = f"{volume.iops} IOPS carry {most} MiB/s at most, not {volume.throughput}"
        hint = f"{most} or less, or iops: {volume.throughput * GP3_IOPS_PER_MIB}"
        yield Check((*path, "throughput"), "MXS325", summary, hint)
