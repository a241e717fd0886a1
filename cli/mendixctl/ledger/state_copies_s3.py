"""Copies of a state in S3: objects under the environment's prefix, encrypted as the state is.

Each is put with its SHA-256, which S3 checks before it answers, so a copy that was acknowledged is whole. The bucket
is versioned (`bootstrap`), so a copy that is removed can still be brought back from its history.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from mendixctl.aws import guarded
from mendixctl.ledger.s3 import encryption
from mendixctl.ledger.state_copies import FOLDER, StateCopies


class S3StateCopies(StateCopies):
    """The copies in a bucket. ``client`` is boto3's S3 client; ``prefix`` has no slash around it."""

    def __init__(self, client: Any, bucket: str, prefix: str, kms_key: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix}/{FOLDER}/"
        self._encryption = encryption(kms_key)

    @property
    def place(self) -> str:
        return f"s3://{self._bucket}/{self._prefix.rstrip('/')}"

    def _names(self) -> Iterable[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        with guarded(f"list {self.place}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for page in pages:
                items = page.get("Contents", ())
                found += [(item["Key"].removeprefix(self._prefix), int(item["Size"])) for item in items]
        return found

    def _read(self, name: str) -> bytes:
        with guarded(f"read {self.place}/{name}"):
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
        return body

    def _write(self, name: str, data: bytes) -> None:
        with guarded(f"write {self.place}/{name}"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=data,
                ContentType="application/json",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(data).digest()).decode(),
                **self._encryption,
            )

    def _remove(self, name: str) -> None:
        with guarded(f"remove {self.place}/{name}"):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)
