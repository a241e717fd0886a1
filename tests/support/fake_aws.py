"""AWS as far as the engine calls it itself, in memory: who the caller is, and a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError


class Bucket:
    """boto3's S3 client as far as the ledger uses it."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": BytesIO(self.objects[Key])}

    def put_object(self, Bucket: str, Key: str, Body: bytes, **options: Any) -> None:  # noqa: N803 - boto3's names
        assert options["IfNoneMatch"] == "*"
        if Key in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.objects[Key] = Body

    def get_paginator(self, name: str) -> Bucket:
        assert name == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        keys = sorted(key for key in self.objects if key.startswith(Prefix))
        for start in range(0, len(keys), 2):
            yield {"Contents": [{"Key": key} for key in keys[start : start + 2]]}
        yield {}


class Tagging:
    """The resource groups tagging API: what is tagged, page by page. ``denied``: it may not be asked."""

    def __init__(self) -> None:
        self.tagged: dict[str, dict[str, str]] = {}
        self.denied = False
        self.asked = 0

    def get_paginator(self, name: str) -> Tagging:
        assert name == "get_resources"
        return self

    def paginate(self, TagFilters: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        self.asked += 1
        if self.denied:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetResources")
        (wanted,) = TagFilters
        for arn, tags in self.tagged.items():
            if tags.get(wanted["Key"]) in wanted["Values"]:
                listed = [{"Key": key, "Value": value} for key, value in tags.items()]
                yield {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": listed}]}
        yield {}


class Closed:
    """A service that these credentials may ask nothing."""

    def get_paginator(self, name: str) -> Closed:
        return self

    def __getattr__(self, operation: str) -> Any:
        def call(**parameters: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, operation)

        return call


class FakeClients:
    """In the place of `mendixctl.aws.Clients`: credentials of the role ``deployer`` in ``account``.

    They may use the bucket and ask for tags; a preflight is told by all other services that it may not ask.
    """

    def __init__(self, account: str, partition: str = "aws") -> None:
        self.arn = f"arn:{partition}:sts::{account}:assumed-role/deployer/mendixctl"
        self.bucket = Bucket()
        self.tagging = Tagging()
        self.asked = 0

    def client(self, service: str, region: str = "") -> Any:
        return {"s3": self.bucket, "resourcegroupstaggingapi": self.tagging}.get(service, Closed())

    def caller(self) -> str:
        self.asked += 1
        return self.arn
