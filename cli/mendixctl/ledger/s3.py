"""A ledger beside an S3 state: the same records as objects under the environment's prefix.

``<prefix>/releases/0001/{release.json,outcome.json}`` are put with ``If-None-Match: *``, which S3 answers with 412
if the object exists (documented since August 2024, "Conditional writes"). The archive is stored first and under
its digest, so that two processes that want one number cannot overwrite each other's.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mendixctl.aws import guarded, is_missing, is_taken
from mendixctl.ledger.release import Record, Release
from mendixctl.ledger.store import LedgerStore, folder_name, folder_number

READERS = 8
"""Objects read at once: a history of 100 releases is 200 small objects."""


def encryption(kms_key: str) -> dict[str, Any]:
    """How an object beside the state is encrypted: with the state's own key, or as the bucket says by default."""
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key, "BucketKeyEnabled": True} if kms_key else {}


class S3Ledger(LedgerStore):
    """The ledger of one environment in a bucket. ``client`` is boto3's S3 client; ``prefix`` has no slash around it."""

    def __init__(self, environment: str, client: Any, bucket: str, prefix: str, kms_key: str = "") -> None:
        self.environment = environment
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._encryption = encryption(kms_key)

    @property
    def place(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}/releases"

    def numbers(self) -> list[int]:
        start = f"{self._prefix}/releases/"
        found: set[int] = set()
        with guarded(f"list {self.place}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=start)
            for page in pages:
                for item in page.get("Contents", ()):
                    name, _, file = item["Key"].removeprefix(start).partition("/")
                    if file == "release.json":
                        found.add(folder_number(name))
        return sorted(found - {0})

    def records(self) -> list[Record]:
        with ThreadPoolExecutor(READERS) as pool:
            return self._chained(pool.map(self.read, self.numbers()))

    def _key(self, number: int, file: str) -> str:
        return f"{self._prefix}/releases/{folder_name(number)}/{file}"

    def _archive_key(self, archive_digest: str) -> str:
        return f"{self._prefix}/archives/{archive_digest.removeprefix('sha256:')}.tar.gz"

    def _get(self, key: str) -> bytes | None:
        with guarded(f"read s3://{self._bucket}/{key}"):
            try:
                body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except Exception as error:
                if is_missing(error):
                    return None
                raise
        return body

    def _put(self, key: str, data: bytes, content_type: str) -> bool:
        with guarded(f"write s3://{self._bucket}/{key}"):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=data,
                    ContentType=content_type,
                    IfNoneMatch="*",
                    **self._encryption,
                )
            except Exception as error:
                if is_taken(error):
                    return False
                raise
        return True

    def _release(self, number: int) -> bytes | None:
        return self._get(self._key(number, "release.json"))

    def _outcome(self, number: int) -> bytes | None:
        return self._get(self._key(number, "outcome.json"))

    def _archive(self, release: Release) -> bytes | None:
        return self._get(self._archive_key(release.archive_digest))

    def _create(self, release: Release, data: bytes, archive: bytes) -> bool:
        self._put(self._archive_key(release.archive_digest), archive, "application/gzip")
        return self._put(self._key(release.number, "release.json"), data, "application/json")

    def _finish(self, number: int, outcome: bytes) -> bool:
        return self._put(self._key(number, "outcome.json"), outcome, "application/json")
