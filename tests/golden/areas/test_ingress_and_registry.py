"""The committed modules of ingress and registry: what the Python says, and what a reader must find in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hcl2
import pytest

from mendixgen.areas.contract import Area
from mendixgen.areas.registry import area
from mendixgen.authoring.build import collect

MODULES = Path(__file__).parents[3] / "modules"
QUOTE = '"'
ADDRESSES = {
    "ingress": {
        "aws_acm_certificate.this",
        "aws_acm_certificate_validation.this",
        "aws_lb.this",
        "aws_lb_listener.this",
        "aws_lb_listener_certificate.further",
        "aws_lb_target_group.this",
        "aws_network_acl_rule.clients",
        "aws_route53_record.delegation",
        "aws_route53_record.this",
        "aws_route53_record.validation",
        "aws_route53_zone.this",
        "aws_s3_bucket.this",
        "aws_s3_bucket_lifecycle_configuration.this",
        "aws_s3_bucket_logging.this",
        "aws_s3_bucket_notification.this",
        "aws_s3_bucket_ownership_controls.this",
        "aws_s3_bucket_policy.this",
        "aws_s3_bucket_public_access_block.this",
        "aws_s3_bucket_server_side_encryption_configuration.this",
        "aws_s3_bucket_versioning.this",
        "aws_vpc_security_group_ingress_rule.clients",
    },
    "registry": {
        "aws_cloudwatch_event_rule.this",
        "aws_cloudwatch_event_target.this",
        "aws_cloudwatch_log_group.this",
        "aws_cloudwatch_log_resource_policy.this",
        "aws_ecr_lifecycle_policy.this",
        "aws_ecr_pull_through_cache_rule.this",
        "aws_ecr_replication_configuration.this",
        "aws_ecr_repository.this",
        "aws_ecr_repository_creation_template.this",
        "aws_ecr_repository_policy.this",
        "aws_iam_role.this",
        "aws_iam_role_policy.nodes",
        "aws_iam_role_policy.this",
    },
}
"""The addresses of 1.0.0. A later version of the same major has each of them, or a move for it."""

OUTPUTS = {
    "ingress": {
        "load_balancer_arn",
        "load_balancer_dns_name",
        "load_balancer_zone_id",
        "target_group_arns",
        "certificate_arn",
        "zone_id",
        "name_servers",
    },
    "registry": {"repository_urls", "repository_arns"},
}
"""What other areas are wired to."""


def resources(name: str, version: str) -> dict[str, dict[str, Any]]:
    """The resources of a committed module by address, as python-hcl2 reads them."""
    parsed = hcl2.loads((MODULES / name / version / "main.tf").read_text("utf-8"))
    return {
        f"{kind.strip(QUOTE)}.{label.strip(QUOTE)}": body
        for block in parsed["resource"]
        for kind, named in block.items()
        for label, body in named.items()
    }


@pytest.fixture(params=sorted(ADDRESSES))
def made(request: pytest.FixtureRequest) -> type[Area]:
    return area(request.param)


def test_the_committed_hcl_has_the_resources_of_the_code(made: type[Area]) -> None:
    assert set(resources(made.name, made.version)) == {it.address for it in collect(made).resources}


def test_no_address_of_the_first_version_is_gone(made: type[Area]) -> None:
    moved = {move.source for move in made.moves}
    assert set(resources(made.name, "1.0.0")) == ADDRESSES[made.name]
    assert set(resources(made.name, made.version)) | moved >= ADDRESSES[made.name]


def test_the_manifest_says_the_same(made: type[Area]) -> None:
    manifest = json.loads((MODULES / made.name / made.version / "module.json").read_text("utf-8"))
    assert set(manifest["addresses"]) == set(resources(made.name, made.version))
    assert set(manifest["outputs"]) == set(made.outputs) >= OUTPUTS[made.name]


def test_no_module_asks_aws_or_protects_for_ever(made: type[Area]) -> None:
    text = (MODULES / made.name / made.version / "main.tf").read_text("utf-8")
    assert '\ndata "' not in text
    assert "prevent_destroy" not in text


def test_a_new_target_group_stands_before_the_old_one_goes() -> None:
    group = resources("ingress", "1.0.0")["aws_lb_target_group.this"]
    assert "create_before_destroy" in json.dumps(group["lifecycle"])
    for argument in ("local.target_protocols[each.key]", "each.value.target_port"):
        assert argument in group["name"]


def test_the_load_balancer_waits_for_the_policy_of_its_log_bucket() -> None:
    balancer = resources("ingress", "1.0.0")["aws_lb.this"]
    assert "aws_s3_bucket_policy.this" in str(balancer["depends_on"])
