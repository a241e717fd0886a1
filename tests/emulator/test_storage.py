"""The storage and encryption modules on the emulator: made, unchanged, changed in place, emptied and destroyed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendixctl.emulator.control import Endpoint
from mendixctl.emulator.environment import environment
from tests.emulator.terraform_root import Root
from tests.support.offline_plans import STORE

pytestmark = pytest.mark.emulator

ROOT = """\
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { environment = "prod", managed-by = "mendixctl" }
  }
}

variable "teardown" {
  default = false
}

variable "buckets" {
  type = any
}

variable "volumes" {
  type = any
}

variable "rotation_days" {
  default = 365
}

module "encryption" {
  source        = "./encryption"
  environment   = "prod"
  region        = "eu-central-1"
  account       = "123456789012"
  partition     = "aws"
  rotation_days = var.rotation_days
  teardown      = var.teardown
}

module "storage" {
  source      = "./storage"
  environment = "prod"
  region      = "eu-central-1"
  account     = "123456789012"
  partition   = "aws"
  kms_key_arn = module.encryption.storage_key_arn
  buckets     = var.buckets
  volumes     = var.volumes
  teardown    = var.teardown
}

output "storage" {
  value = module.storage
}
"""
BEFORE: dict[str, Any] = {
    "buckets": {
        "files": {"lifecycle": {"infrequent_after_days": 30, "intelligent": True}},
        "logs": {"lifecycle": {"glacier_after_days": 90, "expire_after_days": 400}, "object_lock_days": 1},
    },
    "volumes": {"fast_class": {"type": "io2", "iops": 16000}, "snapshots": {"interval_hours": 12, "keep": 14}},
}
AFTER: dict[str, Any] = {
    "rotation_days": 180,
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


def root(folder: Path, endpoint: Endpoint) -> Root:
    """A root around the newest versions of both modules, initialised."""
    folder.mkdir()
    for area in ("encryption", "storage"):
        newest = STORE.newest(area, released_only=False)
        assert newest is not None
        shutil.copytree(STORE.folder / area / newest, folder / area)
    (folder / "main.tf").write_text(ROOT)
    made = Root(folder, endpoint)
    made.run("init", "-input=false")
    return made


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


def test_the_whole_life_of_buckets_keys_and_snapshots(emulator: Endpoint, tmp_path: Path) -> None:
    made = root(tmp_path / "root", emulator)

    made.apply(**BEFORE)
    assert made.changes(**BEFORE) == {}
    outputs = json.loads(made.run("output", "-json").stdout)["storage"]["value"]
    assert outputs["bucket_names"] == {"files": "prod-123456789012-files", "logs": "prod-123456789012-logs"}
    assert outputs["volume_classes"]["default"] == {"iops": 3000, "throughput": None, "type": "gp3"}

    changes = made.changes(**AFTER)
    assert set(changes.values()) == {("update",), ("create",), ("delete",)}
    created = {address for address, actions in changes.items() if actions == ("create",)}
    deleted = {address for address, actions in changes.items() if actions == ("delete",)}
    assert deleted == {'module.storage.aws_s3_bucket_inventory.this["files"]'}
    assert created == {
        'module.storage.aws_s3_bucket_intelligent_tiering_configuration.this["files"]',
        'module.storage.aws_s3_bucket_object_lock_configuration.this["files"]',
    }
    made.apply(**AFTER)
    assert made.changes(**AFTER) == {}

    fill(outputs["bucket_names"]["files"], emulator)
    made.apply(**AFTER, teardown=True)
    made.destroy(**AFTER, teardown=True)
    assert made.addresses() == set()
