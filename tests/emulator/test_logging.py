"""The logging module on the emulator: a domain that grows, loses and gets its warm nodes and a newer version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendixctl.emulator.endpoint import Endpoint
from mendixgen.areas.logging import Logging
from tests.emulator.area_root import STORE, AreaRoot
from tests.emulator.short_waits import hurried

pytestmark = pytest.mark.emulator

AROUND = """\
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "private" {
  for_each          = { a = "10.0.0.0/24", b = "10.0.1.0/24", c = "10.0.2.0/24" }
  vpc_id            = aws_vpc.this.id
  cidr_block        = each.value
  availability_zone = "eu-central-1${each.key}"
}
resource "aws_security_group" "nodes" {
  vpc_id = aws_vpc.this.id
}
resource "aws_kms_key" "logs" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}
resource "aws_iam_policy" "boundary" {
  name = "dev-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}
resource "aws_iam_role" "cluster" {
  name = "dev-cluster"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}
resource "aws_eks_cluster" "this" {
  name     = "dev"
  role_arn = aws_iam_role.cluster.arn
  vpc_config {
    subnet_ids = values(aws_subnet.private)[*].id
  }
  depends_on = [aws_iam_role_policy_attachment.cluster]
}
"""
ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"
WIRED = {
    "vpc_id": "aws_vpc.this.id",
    "private_subnet_ids": "values(aws_subnet.private)[*].id",
    "nodes_security_group_id": "aws_security_group.nodes.id",
    "logs_key_arn": "aws_kms_key.logs.arn",
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "cluster_name": "aws_eks_cluster.this.name",
    "oidc_provider_arn": f'"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"',
    "oidc_issuer": f'"{ISSUER}"',
}
PROD: dict[str, Any] = {
    "engine": "opensearch",
    "engine_version": "2.17",
    "nodes": {"data": 3, "master": 3, "instance_type": "r7g.large.search", "storage_gb": 200},
    "warm": {"nodes": 3, "instance_type": "ultrawarm1.medium.search"},
    "index": {"hot_days": 7, "warm_days": 30, "delete_after_days": 90},
}
CALL = "aws_lambda_invocation.this[0]"
DOMAIN = "aws_opensearch_domain.this[0]"


@pytest.fixture
def root(area_root: Callable[..., AreaRoot], tmp_path: Path) -> AreaRoot:
    module = hurried(STORE.folder / "logging" / Logging.version, tmp_path / "module")
    return area_root("logging", wired=WIRED, around=AROUND, module=module)


def test_life_of_a_domain(root: AreaRoot, emulator: Endpoint) -> None:
    root.give(**PROD)
    root.settle()
    made, values = root.outputs(), root.values()
    assert (made["domain_name"], made["client_id"], made["has_masters"]) == ("dev-logs", "123456789012", True)
    said = _domain(emulator)
    assert sorted(said["VPCOptions"]["AvailabilityZones"]) == [f"eu-central-1{zone}" for zone in "abc"]
    assert said["ClusterConfig"]["WarmCount"] == 3
    assert said["AdvancedSecurityOptions"]["Enabled"] is True
    assert said["EBSOptions"] == {
        "EBSEnabled": True,
        "VolumeType": "gp3",
        "VolumeSize": 200,
        "Iops": 3000,
        "Throughput": 250,
    }
    assert all(it["Enabled"] for it in said["LogPublishingOptions"].values())
    assert _states(values) == ["hot", "warm", "cold", "delete"]

    # A change of retention calls the installer again, and is no change of the domain.
    sooner = {**PROD, "index": {"hot_days": 7, "warm_days": 30, "delete_after_days": 60}}
    root.give(**sooner)
    assert root.planned() == {CALL: ("delete", "create")}
    root.settle()

    smaller = {**sooner, "nodes": {**PROD["nodes"], "storage_gb": 400}, "warm": None, "index": {"hot_days": 7}}
    root.give(**smaller, audit=False)
    assert root.planned() == {CALL: ("delete", "create"), DOMAIN: ("update",)}
    root.settle()
    said = _domain(emulator)
    assert (said["EBSOptions"]["VolumeSize"], said["ClusterConfig"]["WarmEnabled"]) == (400, False)
    assert said["LogPublishingOptions"]["AUDIT_LOGS"]["Enabled"] is False
    assert _states(root.values()) == ["hot", "delete"]

    grown = {**smaller, "warm": PROD["warm"], "engine_version": "2.19", "pods": {"identity": "irsa"}}
    root.give(**grown)
    assert root.planned() == {
        CALL: ("delete", "create"),
        DOMAIN: ("update",),
        "aws_eks_pod_identity_association.delivery[0]": ("delete",),
        "aws_iam_role.delivery[0]": ("update",),
    }
    root.settle()
    said = _domain(emulator)
    assert (said["EngineVersion"], said["ClusterConfig"]["WarmEnabled"]) == ("OpenSearch_2.19", True)
    root.end(grown)


def test_nothing_is_made_where_logs_stay_in_cloudwatch(root: AreaRoot) -> None:
    assert root.planned() == {}
    root.give(engine="elastic", engine_version="9.1.4")
    planned = root.planned()
    assert "aws_s3_bucket.snapshots[0]" in planned
    assert not [address for address in planned if "opensearch" in address or "lambda" in address]


def _domain(emulator: Endpoint) -> dict[str, Any]:
    client = boto3.client(
        "opensearch",
        region_name="eu-central-1",
        endpoint_url=emulator.url,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )
    found: dict[str, Any] = client.describe_domain(DomainName="dev-logs")["DomainStatus"]
    return found


def _states(values: dict[str, dict[str, Any]]) -> list[str]:
    """What an index goes through, by the documents that were installed last."""
    (policy,) = [it for it in json.loads(values[CALL]["input"])["documents"] if it["kind"] == "policy"]
    return [state["name"] for state in policy["body"]["policy"]["states"]]
