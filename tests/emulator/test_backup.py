"""The backup module on the emulator: made, kept, changed, disarmed and destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.emulator.area_root import AreaRoot

pytestmark = pytest.mark.emulator

AROUND = """
resource "aws_iam_policy" "boundary" {
  name = "prod-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}

resource "aws_s3_bucket" "this" {
  for_each = toset(["files", "access-logs"])
  bucket   = "prod-123456789012-${each.key}"

  # The emulator delivers access logs, as S3 does.
  force_destroy = true
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.this["access-logs"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DeliverAccessLogs"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.this["access-logs"].arn}/s3/*"
    }]
  })
}

resource "aws_sns_topic" "this" {
  for_each = toset(["p1", "p2"])
  name     = "prod-${each.key}"
}
"""
WIRED = {
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "access_logs_bucket_name": "aws_s3_bucket_policy.logs.bucket",
    "bucket_arns": '{ files = aws_s3_bucket.this["files"].arn }',
    "instance_arns": '{ crm = "arn:aws:rds:eu-central-1:123456789012:db:prod-crm" }',
    "cluster_name": '"prod"',
    "incidents_table_name": '"prod-incidents"',
    "database_security_group_id": '"sg-0123456789abcdef0"',
    "topic_arns": "{ for name, topic in aws_sns_topic.this : name => topic.arn }",
}
SETTINGS: dict[str, Any] = {
    "neighbours": {"prod-dr": {"region": "eu-west-1", "account": "123456789012"}},
    "daily": {"keep_days": 35},
    "weekly": {"keep_days": 90},
    "monthly": {"keep_days": 2555, "cold_after_days": 30},
    "copy_to": {"environment": "prod-dr", "keep_days": 35},
    "vault_lock": {"min_days": 7, "max_days": 2600},
    "restore_tests": {"cron": "0 3 ? * SUN *", "resources": ["rds", "ebs", "s3"]},
}
DATABASE = "arn:aws:rds:eu-central-1:123456789012:db:prod-crm"


@pytest.fixture
def module(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("backup", wired=WIRED, around=AROUND, environment="prod")


def test_life_of_the_backups(module: AreaRoot) -> None:
    module.give(**SETTINGS)
    module.settle()
    outputs, values = module.outputs(), module.values()
    assert outputs["vault_arn"] == "arn:aws:backup:eu-central-1:123456789012:backup-vault:prod-main"
    assert outputs["copy_vault_arn"] == "arn:aws:backup:eu-west-1:123456789012:backup-vault:prod-dr-main"
    assert values["aws_kms_key.this"]["multi_region"] is True
    (rule,) = values['aws_backup_plan.this["monthly"]']["rule"]
    (lifecycle,) = rule["lifecycle"]
    assert (lifecycle["delete_after"], lifecycle["cold_storage_after"]) == (2555, 30)
    assert lifecycle["opt_in_to_archive_for_supported_resources"] is True
    assert rule["copy_action"][0]["lifecycle"][0]["delete_after"] == 35
    assert values['aws_backup_selection.this["daily-databases"]']["resources"] == [DATABASE]
    assert values['aws_backup_selection.this["daily-cluster"]']["resources"] == [
        "arn:aws:eks:eu-central-1:123456789012:cluster/prod"
    ]
    assert values['aws_backup_selection.this["daily-incidents"]']["resources"] == [
        "arn:aws:dynamodb:eu-central-1:123456789012:table/prod-incidents"
    ]
    (condition,) = values['aws_backup_selection.this["daily-volumes"]']["condition"]
    assert condition["string_equals"] == [{"key": "aws:ResourceTag/snapshots", "value": "prod"}]
    overrides = values['aws_backup_restore_testing_selection.this["RDS"]']["restore_metadata_overrides"]
    assert json.loads(overrides["vpcSecurityGroupIds"]) == ["sg-0123456789abcdef0"]

    changed = {
        **SETTINGS,
        "daily": {"keep_days": 30},
        "vault_lock": {"min_days": 7, "max_days": 3650},
        "restore_tests": {"cron": "0 4 ? * SUN *", "resources": ["rds", "s3"]},
    }
    del changed["weekly"]
    module.give(**changed)
    planned = module.planned()
    assert {address for address, actions in planned.items() if actions == ("update",)} == {
        'aws_backup_plan.this["daily"]',
        "aws_backup_restore_testing_plan.this[0]",
    }
    assert {address for address, actions in planned.items() if actions == ("delete", "create")} == {
        "aws_backup_vault_lock_configuration.this[0]"
    }
    assert {address for address, actions in planned.items() if actions == ("delete",)} == {
        'aws_backup_plan.this["weekly"]',
        *(
            f'aws_backup_selection.this["weekly-{kind}"]'
            for kind in ("buckets", "cluster", "databases", "incidents", "volumes")
        ),
        'aws_backup_restore_testing_selection.this["EBS"]',
    }
    module.settle()

    _backs_up(module.endpoint.url, outputs["role_arn"])
    module.end(changed)


def _backs_up(url: str, role: str) -> None:
    """A backup in the locked vault: it is there, keeps the vault from being deleted, and nobody deletes it."""
    client = boto3.client(
        "backup",
        region_name="eu-central-1",
        endpoint_url=url,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )
    point = client.start_backup_job(
        BackupVaultName="prod-main", ResourceArn=DATABASE, IamRoleArn=role, Lifecycle={"DeleteAfterDays": 35}
    )["RecoveryPointArn"]
    late = client.start_backup_job(
        BackupVaultName="prod-main", ResourceArn=DATABASE, IamRoleArn=role, Lifecycle={"DeleteAfterDays": 5}
    )
    assert client.describe_backup_job(BackupJobId=late["BackupJobId"])["State"] == "FAILED"
    found = client.list_recovery_points_by_backup_vault(BackupVaultName="prod-main")["RecoveryPoints"]
    assert [one["RecoveryPointArn"] for one in found] == [point]
    with pytest.raises(ClientError, match=r"contains 1 recovery points"):
        client.delete_backup_vault(BackupVaultName="prod-main")
    with pytest.raises(ClientError, match="locked"):
        client.delete_recovery_point(BackupVaultName="prod-main", RecoveryPointArn=point)
    client.delete_backup_vault_lock_configuration(BackupVaultName="prod-main")
    client.delete_recovery_point(BackupVaultName="prod-main", RecoveryPointArn=point)
    client.put_backup_vault_lock_configuration(BackupVaultName="prod-main", MinRetentionDays=7, MaxRetentionDays=3650)
