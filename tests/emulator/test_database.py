"""The database module on the emulator: made, changed in place, restored from itself, taken down in two steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mendixctl.emulator.endpoint import Endpoint
from tests.emulator.area_root import AreaRoot

pytestmark = pytest.mark.emulator

AROUND = """
resource "aws_vpc" "this" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "this" {
  for_each          = toset(["a", "b"])
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.20.${index(["a", "b"], each.key)}.0/24"
  availability_zone = "eu-central-1${each.key}"
}

resource "aws_security_group" "this" {
  for_each    = toset(["nodes", "database"])
  name_prefix = each.key
  vpc_id      = aws_vpc.this.id
}

resource "aws_kms_key" "this" {
  for_each = toset(["database", "logs", "secrets"])
  policy   = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}

resource "aws_iam_policy" "boundary" {
  name = "boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "rds:*", Resource = "*" }]
  })
}
"""
WIRED = {
    "vpc_id": "aws_vpc.this.id",
    "database_subnet_ids": "values(aws_subnet.this)[*].id",
    "private_subnet_ids": "values(aws_subnet.this)[*].id",
    "database_security_group_id": 'aws_security_group.this["database"].id',
    "nodes_security_group_id": 'aws_security_group.this["nodes"].id',
    "kms_key_arn": 'aws_kms_key.this["database"].arn',
    "logs_key_arn": 'aws_kms_key.this["logs"].arn',
    "secrets_key_arn": 'aws_kms_key.this["secrets"].arn',
    "boundary_arn": "aws_iam_policy.boundary.arn",
}


@pytest.fixture
def root(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("database", wired=WIRED, around=AROUND)


def rds(endpoint: Endpoint) -> Any:
    import boto3

    return boto3.client(
        "rds",
        region_name=endpoint.region,
        endpoint_url=endpoint.url,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_life_of_the_databases(root: AreaRoot, emulator: Endpoint) -> None:
    instances: dict[str, dict[str, Any]] = {
        "crm": {"class": "db.m7g.large", "storage_gb": 200, "max_storage_gb": 1000, "proxy": {}},
        "legacy": {"engine": "mysql", "version": "8.4", "class": "db.m7g.large", "storage_gb": 100},
        "erp": {"engine": "oracle-se2", "version": "19", "class": "db.m5.large", "storage_gb": 200},
    }
    root.give(instances=instances, events={"emails": ["dba@example.com"]})
    root.settle()
    made = root.outputs()
    assert len(set(made["resource_ids"].values())) == 3
    assert len(set(made["secret_arns"].values())) == 3
    assert {name: where.rpartition(":")[2] for name, where in made["endpoints"].items()} == {
        "crm": "5432",
        "legacy": "3306",
        "erp": "1521",
    }
    state = (root.folder / "terraform.tfstate").read_text()
    assert "P@55w0rd!" not in state  # what the emulator's RDS makes as the master password

    # A minor upgrade by AWS is no difference; neither is what an instance takes at its birth only.
    rds(emulator).modify_db_instance(DBInstanceIdentifier="dev-crm", EngineVersion="17.12", ApplyImmediately=True)
    instances["crm"] |= {"restore_from": {"snapshot": "some-snapshot"}, "database_name": "other"}
    root.give(instances=instances, events={"emails": ["dba@example.com"]})
    assert root.planned() == {}

    # In place: storage, class, parameters, proxy, events.
    instances["crm"] |= {"storage_gb": 300, "proxy": {"max_connections_percent": 80, "idle_client_timeout": 600}}
    instances["legacy"] |= {"class": "db.m7g.xlarge", "parameters": {"max_connections": {"value": "500"}}}
    root.give(instances=instances, events={"categories": ["failure"]})
    assert root.planned() == {
        'aws_db_instance.this["crm"]': ("update",),
        'aws_db_instance.this["legacy"]': ("update",),
        'aws_db_parameter_group.this["legacy"]': ("update",),
        'aws_db_proxy.this["crm"]': ("update",),
        'aws_db_proxy_default_target_group.this["crm"]': ("update",),
        'aws_db_event_subscription.this["instances"]': ("update",),
        'aws_sns_topic_subscription.emails["dba@example.com"]': ("delete",),
    }
    root.settle()
    assert root.outputs()["final_snapshot_identifiers"] == made["final_snapshot_identifiers"]

    # Protected until teardown says otherwise; every instance leaves its snapshot.
    assert "Cannot delete protected DB Instance" in root.refused("destroy")
    root.end({"instances": instances, "events": {"categories": ["failure"]}})
    kept = {
        it["DBSnapshotIdentifier"] for it in rds(emulator).describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    }
    assert kept == set(made["final_snapshot_identifiers"].values())


def test_replicas_come_and_go_and_an_instance_is_made_of_anothers_backups(root: AreaRoot, emulator: Endpoint) -> None:
    source = {"class": "db.m7g.large", "replicas": 1}
    root.give(instances={"crm": source})
    root.settle()
    made = root.outputs()
    assert list(made["replica_endpoints"]) == ["crm-1"]
    # RDS makes no replica of an instance whose master password it manages: this one's is in a secret of its own.
    (crm,) = rds(emulator).describe_db_instances(DBInstanceIdentifier="dev-crm")["DBInstances"]
    assert "MasterUserSecret" not in crm
    assert ":secret:dev/database/crm-" in made["secret_arns"]["crm"]

    # A restore sends neither Performance Insights nor the retention of backups; as in the source, they agree.
    copy = {"class": "db.m7g.large", "restore_from": {"instance": "crm"}}
    root.give(instances={"crm": source | {"replicas": 0}, "copy": copy})
    changes = root.planned()
    assert changes['aws_db_instance.replica["crm-1"]'] == ("delete",)
    assert changes['aws_db_instance.this["copy"]'] == ("create",)
    assert changes['aws_db_instance.this["crm"]'] == ("update",)
    assert changes['aws_secretsmanager_secret.master["crm"]'] == ("delete",)
    root.settle()
    made = root.outputs()
    assert made["secret_arns"]["copy"] != made["secret_arns"]["crm"]

    # Without the word where it came from, it is what it is.
    root.give(instances={"crm": source | {"replicas": 0}, "copy": {"class": "db.m7g.large"}})
    assert root.planned() == {}
