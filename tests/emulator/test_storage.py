"""The storage and encryption modules on the emulator: made, unchanged, changed in place, emptied and destroyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.environment import environment
from tests.emulator.area_root import AreaRoot, Plan, source

pytestmark = pytest.mark.emulator

AROUND = f"""
variable "rotation_days" {{
  default = 365
}}

module "encryption" {{
  source        = {source("encryption")}
  environment   = "dev"
  region        = "eu-central-1"
  account       = "123456789012"
  partition     = "aws"
  rotation_days = var.rotation_days
}}
"""
BEFORE: dict[str, Any] = {
    "buckets": {
        "files": {"lifecycle": {"infrequent_after_days": 30, "intelligent": True}},
        "logs": {"lifecycle": {"glacier_after_days": 90, "expire_after_days": 400}, "object_lock_days": 1},
    },
    "volumes": {"fast_class": {"type": "io2", "iops": 16000}, "snapshots": {"interval_hours": 12, "keep": 14}},
}
AFTER: dict[str, Any] = {
    "buckets": {
        "files": {
            "inventory": "none",
            "object_lock_days": 1,
            "lifecycle": {"infrequent_after_days": 30, "intelligent": True, "archive_access_after_days": 90},
        },
        "logs": {
            "inventory": "daily",
            "lifecycle": {"glacier_after_days": 90, "expire_after_days": 400},
            "object_lock_days": 2,
        },
    },
    "volumes": {"snapshots": {"interval_hours": 8, "keep": 15, "start_time": "04:30"}},
}


def fill(name: str, endpoint: Endpoint) -> None:
    """Versions and a delete marker in a bucket."""
    given = environment(endpoint)
    s3 = boto3.client(
        "s3",
        endpoint_url=given["AWS_ENDPOINT_URL"],
        region_name="eu-central-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    for content in (b"one", b"two"):
        s3.put_object(Bucket=name, Key="a", Body=content)
    s3.delete_object(Bucket=name, Key="a")


def test_the_whole_life_of_buckets_keys_and_snapshots(area_root: Callable[..., AreaRoot]) -> None:
    wired = {"kms_key_arn": "module.encryption.storage_key_arn"}
    root = area_root("storage", wired=wired, around=AROUND, settings=BEFORE)

    def made() -> None:
        assert root.changes() == {}
        outputs = root.outputs()
        assert outputs["bucket_names"] == {"files": "dev-123456789012-files", "logs": "dev-123456789012-logs"}
        assert outputs["volume_classes"]["default"] == {"iops": 3000, "throughput": None, "type": "gp3"}
        assert set(root.changes(rotation_days=180).values()) == {("update",)}

    def planned(changes: Plan) -> None:
        assert set(changes.values()) == {("update",), ("create",), ("delete",)}
        assert {address for address, actions in changes.items() if actions == ("delete",)} == {
            'aws_s3_bucket_inventory.this["files"]'
        }
        assert {address for address, actions in changes.items() if actions == ("create",)} == {
            'aws_s3_bucket_intelligent_tiering_configuration.this["files"]',
            'aws_s3_bucket_object_lock_configuration.this["files"]',
        }

    root.live(AFTER, made=made, planned=planned, changed=lambda: fill("dev-123456789012-files", root.endpoint))
