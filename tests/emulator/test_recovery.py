"""The recovery module on the emulator, on either side: a primary's buckets and names, its backups in the standby."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

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

resource "aws_kms_key" "this" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}

resource "aws_s3_bucket" "files" {
  bucket = "prod-123456789012-files"
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_vpc" "this" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.20.0.0/24"
}

resource "aws_route53_zone" "this" {
  name = "dev.apps.example.com"
}
"""
WIRED = {
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "bucket_names": "{ files = aws_s3_bucket_versioning.files.bucket }",
    "storage_key_arn": "aws_kms_key.this.arn",
    "database_key_arn": "aws_kms_key.this.arn",
    "instance_identifiers": '{ crm = "prod-dr-crm" }',
    "vpc_id": "aws_vpc.this.id",
    "staging_subnets": "{ a = aws_subnet.this.id }",
    "zone_id": "aws_route53_zone.this.zone_id",
    "load_balancer_dns_name": '"prod-0123456789abcdef.elb.eu-central-1.amazonaws.com"',
    "load_balancer_arn_suffix": '"net/prod/0123456789abcdef"',
    "target_group_arn_suffixes": '{ "443" = "targetgroup/prod-443/0123456789abcdef" }',
}
THERE = {"region": "eu-west-1", "account": "123456789012", "domain": "dr.apps.example.com"}
APPS: dict[str, Any] = {"crm": {}, "portal": {"hostname": "portal.example.com"}}


def client(module: AreaRoot, service: str, region: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=module.endpoint.url,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_life_of_a_primarys_recovery(area_root: Callable[..., AreaRoot]) -> None:
    module = area_root("recovery", wired=WIRED, around=AROUND, environment="prod")
    there = client(module, "s3", "eu-west-1")
    place = {"LocationConstraint": "eu-west-1"}
    there.create_bucket(Bucket="prod-dr-123456789012-files", CreateBucketConfiguration=place)
    there.put_bucket_versioning(Bucket="prod-dr-123456789012-files", VersioningConfiguration={"Status": "Enabled"})
    settings = {"neighbours": {"prod-dr": THERE}, "standby": "prod-dr", "failover": "dns", "apps": APPS}
    module.give(**settings)
    module.settle()
    outputs, values = module.outputs(), module.values()
    assert outputs["replicated_buckets"] == {"files": "prod-123456789012-files"}
    assert outputs["switched_names"] == ["crm.dev.apps.example.com"]
    (rule,) = values['aws_s3_bucket_replication_configuration.this["files"]']["rule"]
    assert rule["destination"][0]["bucket"] == "arn:aws:s3:::prod-dr-123456789012-files"
    assert (
        rule["destination"][0]["encryption_configuration"][0]["replica_kms_key_id"]
        == "arn:aws:kms:eu-west-1:123456789012:alias/prod-dr-storage"
    )
    assert rule["source_selection_criteria"][0]["sse_kms_encrypted_objects"][0]["status"] == "Enabled"
    role = values["aws_iam_role_policy.replication[0]"]["policy"]
    conditions = [one.get("Condition", {}) for one in json.loads(role)["Statement"]]
    assert {"ForAnyValue:StringEquals", "StringEquals"} in [set(one) for one in conditions]
    assert values['aws_route53_record.standby["crm"]']["records"] == ["crm.dr.apps.example.com"]
    assert values['aws_route53_health_check.latch["manual"]']["disabled"] is True

    # The latch is turned over by a command, which is no change of the root.
    latch = outputs["latch_id"]
    names = client(module, "route53", "us-east-1")
    names.update_health_check(HealthCheckId=latch, Inverted=True)
    assert module.planned() == {}
    names.update_health_check(HealthCheckId=latch, Inverted=False)

    automatic = {**settings, "automatic": True, "apps": {"crm": {}, "hr": {}}}
    module.give(**automatic)
    planned = module.planned()
    assert planned['aws_route53_health_check.latch["automatic"]'] == ("create",)
    assert planned['aws_route53_record.primary["hr"]'] == ("create",)
    assert planned['aws_route53_record.primary["crm"]'] == ("update",)
    module.settle()
    module.end(automatic)


def test_life_of_a_standbys_recovery(area_root: Callable[..., AreaRoot]) -> None:
    here = {**WIRED, "bucket_names": "{}"}
    module = area_root("recovery", wired=here, around=AROUND, environment="prod-dr")
    source = client(module, "rds", "eu-west-1")
    source.create_db_instance(
        DBInstanceIdentifier="prod-crm",
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        EngineVersion="17",
        AllocatedStorage=20,
        MasterUsername="mendix_admin",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=14,
    )
    client(module, "drs", "eu-central-1").initialize_service()
    settings: dict[str, Any] = {
        "neighbours": {"prod": THERE},
        "primary": "prod",
        "elastic_disaster_recovery": True,
        "apps": APPS,
    }
    module.give(**settings)
    module.settle()
    (arn,) = module.outputs()["replicated_backup_arns"].values()
    assert ":auto-backup:ab-" in arn
    template = module.values()["aws_drs_replication_configuration_template.this[0]"]
    assert (template["create_public_ip"], template["data_plane_routing"]) == (False, "PRIVATE_IP")

    databases = client(module, "rds", "eu-central-1")
    databases.restore_db_instance_to_point_in_time(
        SourceDBInstanceAutomatedBackupsArn=arn,
        TargetDBInstanceIdentifier="prod-dr-drill",
        UseLatestRestorableTime=True,
    )
    (restored,) = databases.describe_db_instances(DBInstanceIdentifier="prod-dr-drill")["DBInstances"]
    assert restored["Engine"] == "postgres"
    databases.delete_db_instance(DBInstanceIdentifier="prod-dr-drill", SkipFinalSnapshot=True)

    module.give(**{**settings, "backup_days": 14})
    assert module.planned() == {
        'aws_db_instance_automated_backups_replication.this["crm"]': ("delete", "create"),
    }
    module.settle()
    module.end({**settings, "backup_days": 14, "elastic_disaster_recovery": False})
