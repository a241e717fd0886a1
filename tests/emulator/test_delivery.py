"""The delivery module on the emulator: pipelines made, changed and destroyed, and the role of another tool."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mendixctl.emulator.endpoint import Endpoint
from tests.emulator.area_root import AreaRoot, Plan

pytestmark = pytest.mark.emulator

ACCOUNT = "123456789012"
AROUND = """
resource "aws_kms_key" "this" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}

resource "aws_iam_policy" "boundary" {
  name   = "dev-boundary"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = ["eu-central-1a", "eu-central-1b"][count.index]
}

resource "aws_security_group" "this" {
  for_each = toset(["cluster", "endpoints"])
  name     = each.key
  vpc_id   = aws_vpc.this.id
}

resource "aws_iam_role" "cluster" {
  name = "dev-cluster"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "eks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_eks_cluster" "this" {
  name                          = "dev"
  role_arn                      = aws_iam_role.cluster.arn
  bootstrap_self_managed_addons = false
  access_config {
    authentication_mode = "API"
  }
  vpc_config {
    subnet_ids = aws_subnet.this[*].id
  }
}

resource "aws_ecr_repository" "this" {
  for_each = toset(["crm", "erp", "portal"])
  name     = "dev/${each.key}"
}

resource "aws_s3_bucket" "logs" {
  bucket        = "dev-123456789012-access-logs"
  force_destroy = true
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.logs.arn}/s3/*"
    }]
  })
}

resource "aws_sns_topic" "p2" {
  name = "dev-p2"
}

resource "aws_iam_role" "manager" {
  name = "manager"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "123456789012" }, Action = "sts:AssumeRole" }]
  })
}
"""
WIRED = {
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "storage_key_arn": "aws_kms_key.this.arn",
    "logs_key_arn": "aws_kms_key.this.arn",
    "vpc_id": "aws_vpc.this.id",
    "private_subnet_ids": "aws_subnet.this[*].id",
    "endpoints_security_group_id": 'aws_security_group.this["endpoints"].id',
    "cluster_name": "aws_eks_cluster.this.name",
    "cluster_arn": "aws_eks_cluster.this.arn",
    "cluster_security_group_id": 'aws_security_group.this["cluster"].id',
    "repository_arns": "{ for name, it in aws_ecr_repository.this : name => it.arn }",
    "access_logs_bucket_name": "aws_s3_bucket_policy.logs.bucket",
    "app_log_group_names": '{ crm = "/mendix/dev/apps/crm" }',
    "support_topic_arns": "{ p2 = aws_sns_topic.p2.arn }",
    "approver_roles": "[aws_iam_role.manager.arn]",
}
SETTINGS: dict[str, Any] = {
    "tool": "codepipeline",
    "source_code": {"provider": "github", "repository": "example/mendix-apps", "branch": "main"},
    "approvers": ["release-managers@example.com"],
    "releases": {
        "crm": {"strategy": "blue-green"},
        "erp": {"window": "Sun 02:30"},
        "portal": {"strategy": "canary", "bake_minutes": 15},
    },
    "state_place": {"bucket": "example-mendix-state", "prefix": "dev/"},
}


@pytest.fixture
def module(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("delivery", wired=WIRED, around=AROUND, settings=SETTINGS)


def client(emulator: Endpoint, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name="eu-central-1",
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_life_of_the_delivery(module: AreaRoot, emulator: Endpoint) -> None:
    def made() -> None:
        (connection,) = client(emulator, "codeconnections").list_connections()["Connections"]
        assert (connection["ConnectionName"], connection["ConnectionStatus"]) == ("dev-delivery", "PENDING")
        pipelines = client(emulator, "codepipeline")
        stages = {
            name: pipelines.get_pipeline(name=f"dev-{name}")["pipeline"]["stages"] for name in ("crm", "erp", "portal")
        }
        assert [it["name"] for it in stages["crm"]] == ["Source", "Build", "Gate", "Deploy"]
        assert [it["name"] for it in stages["crm"][2]["actions"]] == ["Push", "Approve"]
        deploy = {name: found[3] for name, found in stages.items()}
        (window,) = deploy["erp"]["beforeEntry"]["conditions"][0]["rules"]
        assert window["configuration"] == {"Cron": "* 30-59 02 ? * SUN *", "TimeZone": "UTC"}
        assert "beforeEntry" not in deploy["crm"]
        assert {it["onFailure"]["result"] for it in deploy.values()} == {"ROLLBACK"}
        # Only crm's log is counted here, so that only crm is watched by an alarm.
        (rule,) = deploy["crm"]["onSuccess"]["conditions"][0]["rules"]
        assert rule["configuration"] == {"AlarmName": "dev-delivery-crm", "AlarmStates": "ALARM", "WaitTime": "10"}
        assert "onSuccess" not in deploy["portal"]
        projects = client(emulator, "codebuild").batch_get_projects(names=["dev-release-deploy", "dev-release-build"])
        found = {it["name"]: it for it in projects["projects"]}
        assert found["dev-release-deploy"]["serviceRole"].endswith(":role/dev-delivery")
        assert found["dev-release-build"]["serviceRole"].endswith(":role/dev-delivery-build")
        assert found["dev-release-build"]["environment"]["privilegedMode"] is False
        names = {it["name"] for it in found["dev-release-build"]["environment"]["environmentVariables"]}
        assert names == {"ENVIRONMENT", "MENDIXCTL_PACKAGE"}
        key = client(emulator, "kms").describe_key(KeyId="alias/dev-release")["KeyMetadata"]
        assert (key["KeyUsage"], key["KeySpec"]) == ("SIGN_VERIFY", "ECC_NIST_P256")
        entry = client(emulator, "eks").describe_access_entry(
            clusterName="dev", principalArn=f"arn:aws:iam::{ACCOUNT}:role/dev-delivery"
        )["accessEntry"]
        assert entry["kubernetesGroups"] == ["mendixctl:delivery"]

    def planned(changes: Plan) -> None:
        assert changes == {
            'aws_codebuild_project.step["build"]': ("update",),
            'aws_codebuild_project.step["deploy"]': ("update",),
            'aws_codebuild_project.step["push"]': ("update",),
            'aws_codebuild_project.step["rollback"]': ("update",),
            'aws_codebuild_project.step["verify"]': ("update",),
            'aws_codepipeline.app["crm"]': ("update",),
            'aws_codepipeline.app["erp"]': ("update",),
            'aws_codepipeline.app["portal"]': ("delete",),
            "aws_codepipeline.rollback[0]": ("update",),
            "aws_cloudwatch_event_rule.failures[0]": ("update",),
            'aws_cloudwatch_metric_alarm.app["crm"]': ("delete",),
            "aws_iam_role_policy.build[0]": ("update",),
            "aws_iam_role_policy.deploy[0]": ("update",),
        }

    then = {
        "platform": {"repository": "example/mendix-platform", "branch": "main"},
        "rollback_on": ["deployment_failure"],
        "build_minutes": 90,
        "releases": {"crm": {"strategy": "blue-green"}, "erp": {"window": "Mon 03:00"}},
    }
    module.live(then, made=made, planned=planned)


def test_a_job_of_another_tool_is_known_by_its_repository_and_branch(module: AreaRoot) -> None:
    module.give(tool="gitlab", source_code={"repository": "group/apps", "branch": "main"})
    plan = module.planned()
    assert set(plan) == {
        "aws_iam_role.deploy[0]",
        "aws_iam_role_policy.deploy[0]",
        "aws_eks_access_entry.this[0]",
        'aws_cloudwatch_metric_alarm.app["crm"]',
        "aws_kms_alias.release[0]",
        "aws_kms_key.release[0]",
    }
    module.settle()
    role = module.values()["aws_iam_role.deploy[0]"]
    (statement,) = json.loads(role["assume_role_policy"])["Statement"]
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com"}
    assert statement["Condition"] == {
        "StringEquals": {
            "gitlab.com:aud": "https://gitlab.com",
            "gitlab.com:sub": "project_path:group/apps:ref_type:branch:ref:main",
        }
    }
