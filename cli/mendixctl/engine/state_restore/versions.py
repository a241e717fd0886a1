"""The versions that a bucket keeps of a state: what there is to put back where the object itself is damaged.

A copy that mendixctl keeps is of a release that ended. A version is of every write, so the newest whole one also has
what an apply that was cut off had written last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mendixctl.aws import guarded
from mendixctl.engine.environment.site import Site
from mendixctl.ledger.state_copies import StateCopy, facts
from mendixgen.diagnostics import Diagnostic, MendixError, Refused


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the state's object, by S3's ID of it."""

    id: str
    written_at: datetime
    size: int


def versions(site: Site) -> Iterator[Version]:
    """The versions of the state's object, newest first.

    Raises:
        MendixError: MXA1xx (s3:ListBucketVersions).
    """
    header = site.workplace.specification.header
    with guarded(f"list the versions of {site.workplace.scope.state} (s3:ListBucketVersions)"):
        client = site.clients.client("s3", header.state_region)
        pages = client.get_paginator("list_object_versions").paginate(
            Bucket=header.state_bucket, Prefix=header.state_key
        )
        found = [one for page in pages for one in page.get("Versions", ()) if one["Key"] == header.state_key]
    for one in sorted(found, key=lambda one: (one["LastModified"], one["IsLatest"]), reverse=True):
        yield Version(str(one["VersionId"]), one["LastModified"], int(one["Size"]))


def read_version(site: Site, version: str) -> bytes:
    """The bytes of one version.

    Raises:
        MendixError: MXA1xx (s3:GetObjectVersion).
    """
    header = site.workplace.specification.header
    with guarded(f"read version {version} of {site.workplace.scope.state} (s3:GetObjectVersion)"):
        client = site.clients.client("s3", header.state_region)
        answer = client.get_object(Bucket=header.state_bucket, Key=header.state_key, VersionId=version)
        body: bytes = answer["Body"].read()
    return body


def newest_whole(site: Site) -> tuple[StateCopy, Version, bytes]:
    """The newest version that is a whole state of this environment: of the lineage that the ledger knows.

    It counts as a copy of the newest release that had ended by then.

    Raises:
        Refused: MXB126, the state is in a file, or nothing of the kind is among the versions.
        MendixError: MXA1xx.
    """
    known = site.head.outcome.lineage if site.head is not None and site.head.outcome is not None else ""
    if site.workplace.state_file is None:
        for version in versions(site):
            data = read_version(site, version.id)
            try:
                about = facts(data, f"version {version.id}")
            except MendixError:
                continue
            if known and about.lineage != known:
                continue
            copy = StateCopy(
                release=_release(site, about.serial),
                serial=about.serial,
                lineage=about.lineage,
                resources=about.resources,
                digest=about.digest,
                taken_at=version.written_at,
                size=len(data),
            )
            return copy, version, data
    raise Refused(
        Diagnostic(
            "MXB126",
            f"there is no whole version of the state of {site.environment} to put back"
            + (": it is in a file" if site.workplace.state_file is not None else f" in {site.workplace.scope.state}"),
            hint=f"name the release whose copy is to be put back: mendixctl state list {site.environment}",
        )
    )


def is_same(data: bytes, copy: StateCopy) -> bool:
    """Whether these are the bytes that were looked at."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}" == copy.digest


def _release(site: Site, serial: int) -> int:
    for number in reversed(site.store.numbers()):
        outcome = site.store.read(number).outcome
        if outcome is not None and outcome.serial <= serial:
            return number
    return 0
