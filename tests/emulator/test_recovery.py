"""The recovery module on the emulator, on either side: a primary's buckets and names, its backups in the standby."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendixctl.aws import Clients
from mendixctl.emulator.environment import environment
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment import tools
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.recovery import drill, side, switch
from mendixctl.engine.reporter import Silent
from mendixctl.engine.session import Session
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind, Record, Status
from tests.emulator.area_root import AreaRoot
from tests.support.play_terraform import stage
from tests.support.small_repository import small_repository

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
    "named_bucket_arns": "[]",
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
NAME = "prod-dr"
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


def database(rds: Any, name: str) -> None:
    """Protected, and with parameters of its own, which are in its region alone."""
    group = f"{name}-postgres17"
    rds.create_db_parameter_group(
        DBParameterGroupName=group, DBParameterGroupFamily="postgres17", Description=f"Parameters of {name}"
    )
    rds.create_db_instance(
        DBParameterGroupName=group,
        DeletionProtection=True,
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        EngineVersion="17",
        AllocatedStorage=20,
        MasterUsername="mendix_admin",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=14,
    )


class Standby:
    """``prod-dr`` with a ledger and file of its own; RDS and Route 53 are the emulator's, Terraform is a play."""

    def __init__(self, module: AreaRoot, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder))
        clients = Clients("eu-central-1", environment(module.endpoint))
        self.repository = small_repository(folder / "platform", name=NAME)
        self.session = Session(self.repository, Silent())
        stage(monkeypatch)
        plan_run.plan(self.session, NAME)
        apply_run.execute(self.session, apply_run.prepare(self.session, NAME))
        monkeypatch.setattr(tools, "clients", lambda *_: clients)
        monkeypatch.setattr(side, "primary_of", lambda _: "prod")
        monkeypatch.setattr(side, "databases", lambda _: {"crm": {}})

    @property
    def text(self) -> str:
        return self.repository.spec(NAME).read_text()

    def switch(self, kind: Kind, *, names: bool = False) -> None:
        switch.execute(self.session, switch.prepare(self.session, NAME, kind, names=names))

    def newest(self) -> Record:
        ledger = LocalLedger(NAME, self.repository.terraform_root(NAME) / "releases")
        return ledger.read(ledger.numbers()[-1])


def a_drill_measures_and_takes_away(standby: Standby, rds: Any) -> None:
    result = drill.drill(standby.session, NAME, message="a rehearsal")
    (one,) = result.measurements
    assert one.problem == ""
    assert one.rpo_seconds is not None
    assert one.rto_seconds is not None
    record = standby.newest()
    assert (record.release.kind, record.status) == (Kind.DRILL, Status.SUCCEEDED)
    assert record.outcome is not None
    assert record.outcome.done == (f"crm: RPO {one.rpo_seconds} s, RTO {one.rto_seconds} s",)
    assert {it["DBInstanceIdentifier"] for it in rds.describe_db_instances()["DBInstances"]} == {"prod-dr-crm"}


def a_standby_takes_over_and_gives_back(standby: Standby, rds: Any, names: Any, arn: str) -> None:
    """The databases, with a final snapshot; the names by their latch; then both back. Each is in the ledger."""
    latch = names.create_health_check(
        CallerReference="one", HealthCheckConfig={"Type": "CALCULATED", "HealthThreshold": 0, "Disabled": True}
    )["HealthCheck"]["Id"]
    tags = [{"Key": "Name", "Value": "prod-recovery-latch"}, {"Key": "mode", "Value": "manual"}]
    names.change_tags_for_resource(ResourceType="healthcheck", ResourceId=latch, AddTags=tags)
    before = standby.text

    standby.switch(Kind.FAILOVER)
    assert f'backup_arn: "{arn}"' in standby.text
    assert rds.describe_db_instances()["DBInstances"] == []
    number = standby.newest().release.number
    (kept,) = rds.describe_db_snapshots(DBInstanceIdentifier="prod-dr-crm", SnapshotType="manual")["DBSnapshots"]
    assert kept["DBSnapshotIdentifier"] == f"prod-dr-crm-before-v{number}"
    # The small repository has no area of databases, so that its file cannot be read with one in it.
    standby.repository.spec(NAME).write_text(before)

    def state() -> tuple[bool, bool]:
        config = names.get_health_check(HealthCheckId=latch)["HealthCheck"]["HealthCheckConfig"]
        return config.get("Inverted", False), config.get("Disabled", False)

    standby.switch(Kind.FAILOVER, names=True)
    assert (state(), standby.newest().release.kind) == ((True, True), Kind.FAILOVER)
    standby.switch(Kind.FAILBACK)
    assert (state(), standby.newest().release.kind) == ((False, True), Kind.FAILBACK)
    assert standby.text == before


def test_life_of_a_standbys_recovery(
    area_root: Callable[..., AreaRoot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {**WIRED, "bucket_names": "{}"}
    module = area_root("recovery", wired=here, around=AROUND, environment="prod-dr")
    database(client(module, "rds", "eu-west-1"), "prod-crm")
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
    database(databases, "prod-dr-crm")
    standby = Standby(module, tmp_path, monkeypatch)
    a_drill_measures_and_takes_away(standby, databases)
    a_standby_takes_over_and_gives_back(standby, databases, client(module, "route53", "us-east-1"), arn)

    module.give(**{**settings, "backup_days": 14})
    assert module.planned() == {
        'aws_db_instance_automated_backups_replication.this["crm"]': ("delete", "create"),
    }
    module.settle()
    module.end({**settings, "backup_days": 14, "elastic_disaster_recovery": False})
