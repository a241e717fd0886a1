"""The registry module on the emulator: made, found unchanged, changed in place, emptied and destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mendixctl.aws import Clients
from mendixctl.emulator.environment import environment
from mendixctl.engine.delivery.push import unprotected
from mendixctl.engine.delivery.registry import Repository
from tests.emulator.area_root import AreaRoot

pytestmark = pytest.mark.emulator

AROUND = """
resource "aws_kms_key" "this" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}

resource "aws_iam_role" "node" {
  name = "dev-node"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_policy" "boundary" {
  name = "dev-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "*" }]
  })
}
"""
WIRED = {
    "kms_key_arn": "aws_kms_key.this.arn",
    "logs_key_arn": "aws_kms_key.this.arn",
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "node_role_name": "aws_iam_role.node.name",
}
READER = "arn:aws:iam::123456789012:role/ci-reader"
APPS: dict[str, Any] = {"crm": {"database": "crm"}, "portal": {}}


@pytest.fixture
def module(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("registry", wired=WIRED, around=AROUND)


def test_life_of_the_registry(module: AreaRoot) -> None:
    module.give(apps={"crm": {}})
    module.settle()
    outputs, values = module.outputs(), module.values()
    assert outputs["repository_urls"]["crm"] == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev/crm"
    assert outputs["cache_urls"]["quay"] == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev/quay"
    repository = values['aws_ecr_repository.this["crm"]']
    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert repository["encryption_configuration"][0]["encryption_type"] == "KMS"
    assert "aws_ecr_replication_configuration.this[0]" not in values
    assert values["aws_iam_role.this[0]"]["permissions_boundary"].endswith("policy/dev-boundary")

    settings: dict[str, Any] = {
        "apps": APPS,
        "images": ["mendix-operator"],
        "keep_images": 20,
        "scan": "enhanced",
        "readers": [READER],
        "caches": {"quay": {"upstream": "quay.io"}},
        "replicate_to": ["eu-west-1"],
        "replica_of": "prod",
    }
    module.give(**settings)
    planned = module.planned()
    assert {address for address, actions in planned.items() if actions == ("update",)} == {
        "aws_cloudwatch_event_rule.this",
        'aws_ecr_repository_creation_template.this["dev/quay"]',
        "aws_iam_role_policy.nodes[0]",
        "aws_iam_role_policy.this[0]",
    }
    # A lifecycle policy is replaced, images are not; repositories go only with what names them.
    replaced = {address for address, actions in planned.items() if actions == ("delete", "create")}
    assert replaced == {f'aws_ecr_lifecycle_policy.this["{name}"]' for name in ("crm", "mendix-operator")}
    module.settle()
    registry = Repository(Clients("eu-central-1", environment(module.endpoint)), "dev/crm", "123456789012")
    assert unprotected(registry) == [], "what was deployed stays"
    values = module.values()
    assert json.loads(values['aws_ecr_repository_policy.this["crm"]']["policy"])["Statement"][0]["Principal"] == {
        "AWS": [READER]
    }
    assert values['aws_ecr_repository_creation_template.this["prod"]']["applied_for"] == ["REPLICATION"]
    assert values["aws_cloudwatch_event_rule.this"]["event_pattern"].count("aws.inspector2") == 1

    # A repository that holds images goes in a teardown only.
    _push(module.endpoint.url, "dev/portal")
    without = {**settings, "apps": {"crm": {}}}
    module.give(**without)
    assert "RepositoryNotEmptyException" in module.refused("apply")
    module.end(settings)


def test_nothing_is_made_by_ecr_where_nothing_is_cached_or_replicated(module: AreaRoot) -> None:
    module.give(apps={}, images=[], caches={})
    assert set(module.planned()) == {
        "aws_cloudwatch_event_rule.this",
        "aws_cloudwatch_event_target.this",
        "aws_cloudwatch_log_group.this",
        "aws_cloudwatch_log_resource_policy.this",
    }


def _push(url: str, repository: str) -> None:
    client = boto3.client(
        "ecr",
        region_name="eu-central-1",
        endpoint_url=url,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "layers": []}
    client.put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageTag="1")
