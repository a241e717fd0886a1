"""What no single field of the storage's section can say: days out of order, volumes that EBS cannot make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.storage import (
    LEAST_DAYS_INFREQUENT,
    RESERVED,
    Bucket,
    Lifecycle,
    Storage,
    VolumeClass,
)

LEAST_DAYS_GLACIER = 90
"""Glacier Flexible Retrieval bills as many days in any case, so that leaving earlier can only cost more."""

IOPS = {"gp3": (3000, 80000), "io2": (100, 256000)}
"""Provisioned IOPS of a volume type: least, most. Source: EBS user guide, "Amazon EBS volume types"."""
GP3_IOPS_PER_MIB = 4
"""gp3 needs four provisioned IOPS for each MiB/s (the same guide)."""


def check(inputs: Storage.Inputs, header: Header) -> list[Check]:
    """Days out of order, bucket names that S3 or this area keeps for itself, volumes that EBS cannot make."""
    return independent(
        lambda: _buckets(inputs.buckets),
        lambda: _volume(("volumes", "default_class"), inputs.volumes.default_class),
        lambda: _volume(("volumes", "fast_class"), inputs.volumes.fast_class),
    )


def _buckets(buckets: Mapping[str, Bucket]) -> Iterator[Check]:
    for name, bucket in buckets.items():
        yield from _name(name)
        yield from _lifecycle(("buckets", name, "lifecycle"), bucket.lifecycle)
    yield from _named(buckets)


def _named(buckets: Mapping[str, Bucket]) -> Iterator[Check]:
    before: dict[str, str] = {}
    for name, bucket in buckets.items():
        if bucket.name is None:
            continue
        if bucket.name in before:
            summary = f"{before[bucket.name]} is called {bucket.name} already"
            yield Check(("buckets", name, "name"), "MXS320", summary, "leave one of the two out")
        before.setdefault(bucket.name, name)


def _name(name: str) -> Iterator[Check]:
    if name in RESERVED:
        summary = f"{name} is a bucket that the platform makes itself"
        yield Check(("buckets", name), "MXS320", summary, f"choose another name; {RESERVED[name]} configures that one")
    elif f"-{name}".endswith("-s3alias"):
        yield Check(
            ("buckets", name), "MXS320", "S3 keeps names that end in -s3alias for itself", "choose another name"
        )


def _lifecycle(path: tuple[str, ...], rules: Lifecycle) -> Iterator[Check]:
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


def _volume(path: tuple[str, ...], volume: VolumeClass | None) -> Iterator[Check]:
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
