"""The registry section: its defaults, each choice, each refusal with its place; and what its module holds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import AppFacts, Header
from mendixgen.areas.registry import Registry
from mendixgen.areas.registry.checks import OPEN
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render
from mendixgen.authoring.module import ResourceBlock

APPS = {"crm": AppFacts(), "portal": AppFacts()}
HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com", {}, APPS)
READER = "arn:aws:iam::123456789012:role/ci-reader"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-AbCdEf"
LONGEST_ENVIRONMENT, LONGEST_CACHE_PREFIX, LONGEST_ROLE, LONGEST_REGION = 16, 30, 64, 14


def section(**values: Any) -> Any:
    return Registry.Inputs.model_validate(values)


def found(**values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in parts.check(Registry, section(**values), HEADER)]


def block(address: str) -> ResourceBlock:
    return next(it for it in collect(Registry).resources if it.address == address)


def local(name: str) -> str:
    return render(next(it.value for it in collect(Registry).locals if it.name == name))


def test_no_section_keeps_fifty_images_and_caches_what_needs_no_credentials() -> None:
    made = section()

    assert (made.keep_images, made.keep_untagged_days, made.scan, made.readers) == (50, 7, "basic", [])
    assert {cache.upstream for cache in made.caches.values()} == OPEN
    assert (made.replicate_to, made.replica_of) == ([], None)
    assert found() == []


def test_the_section_of_a_large_environment_is_right() -> None:
    assert found(keep_images=50, scan="enhanced", readers=[READER]) == []


@pytest.mark.parametrize("reader", [READER, "arn:aws:iam::210987654321:root", "arn:aws:iam::123456789012:user/team/ci"])
def test_readers_are_roles_users_and_accounts(reader: str) -> None:
    assert found(readers=[reader]) == []


@pytest.mark.parametrize(
    "values",
    [
        {"readers": ["*"]},
        {"readers": ["arn:aws:iam::123456789012:group/ci"]},
        {"readers": ["123456789012"]},
        {"images": ["Operator"]},
        {"images": ["a//b"]},
        {"images": ["-a"]},
        {"keep_images": 1},
        {"keep_untagged_days": 0},
        {"scan": "none"},
        {"findings_days": 31},
        {"caches": {"much-too-long-a": {"upstream": "quay.io"}}},
        {"caches": {"a": {"upstream": "docker.io"}}},
        {"caches": {"a": {"upstream": "ghcr.io", "credential_arn": SECRET.replace("ecr-pullthroughcache/", "")}}},
        {"replicate_to": ["Frankfurt"]},
        {"replica_of": "Prod"},
        {"unknown": 1},
    ],
    ids=str,
)
def test_what_ecr_does_not_have_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


def test_a_repository_of_two_is_refused() -> None:
    assert found(images=["mendix-operator", "crm"]) == [(("images", 1), "MXS390")]
    assert found(images=["quay/operator"]) == [(("images", 0), "MXS390")]
    assert found(caches={"portal": {"upstream": "quay.io"}}) == [(("caches", "portal"), "MXS390")]


@pytest.mark.parametrize(("key", "value"), [("images", "a"), ("readers", READER), ("replicate_to", "eu-west-1")])
def test_what_is_listed_twice_is_refused_at_the_second(key: str, value: str) -> None:
    assert found(**{key: [value, value]}) == [((key, 1), "MXS391")]


@pytest.mark.parametrize("upstream", ["registry-1.docker.io", "ghcr.io", "registry.gitlab.com", "example.azurecr.io"])
def test_a_registry_that_wants_credentials_needs_some(upstream: str) -> None:
    assert found(caches={"a": {"upstream": upstream}}) == [(("caches", "a"), "MXS392")]
    assert found(caches={"a": {"upstream": upstream, "credential_arn": SECRET}}) == []


@pytest.mark.parametrize("upstream", sorted(OPEN))
def test_a_registry_that_wants_none_gets_none(upstream: str) -> None:
    assert found(caches={"a": {"upstream": upstream}}) == []
    path = ("caches", "a", "credential_arn")
    assert found(caches={"a": {"upstream": upstream, "credential_arn": SECRET}}) == [(path, "MXS392")]


def test_nobody_replicates_to_himself() -> None:
    assert found(replicate_to=["eu-west-1", "eu-central-1"]) == [(("replicate_to", 1), "MXS393")]
    assert found(replica_of="prod") == [(("replica_of",), "MXS393")]
    assert found(replica_of="other", replicate_to=["eu-west-1"]) == []


def test_the_longest_names_fit() -> None:
    assert LONGEST_ENVIRONMENT + len("/") + 13 <= LONGEST_CACHE_PREFIX
    assert found(caches={"a" * 13: {"upstream": "quay.io"}}) == []
    assert LONGEST_ENVIRONMENT + 1 + LONGEST_REGION + len("-image-repositories") <= LONGEST_ROLE


def test_images_are_immutable_encrypted_scanned_and_go_by_force_in_a_teardown_only() -> None:
    repository = block("aws_ecr_repository.this").arguments

    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert render(repository["encryption_configuration"]["kms_key"]) == "var.kms_key_arn"
    assert repository["image_scanning_configuration"] == {"scan_on_push": True}
    assert render(repository["force_delete"]) == "var.teardown"


def test_what_ecr_makes_is_as_the_rest_and_its_role_is_bounded() -> None:
    template = block("aws_ecr_repository_creation_template.this").arguments

    assert render(template["encryption_configuration"]["kms_key"]) == "var.kms_key_arn"
    assert render(template["lifecycle_policy"]) == "local.lifecycle_policy"
    assert render(block("aws_iam_role.this").arguments["permissions_boundary"]) == "var.boundary_arn"


def test_readers_may_pull_and_nothing_else() -> None:
    policy = local("reader_policy")

    assert "Principal = { AWS = sort(var.readers) }" in policy
    for action in ("ecr:Put", "ecr:Delete", "ecr:BatchDelete", "ecr:Set", "ecr:Upload", "ecr:Initiate", "ecr:*"):
        assert action not in policy


@pytest.mark.parametrize(("scan", "source"), [("basic", "aws.ecr"), ("enhanced", "aws.inspector2")])
def test_each_scanner_s_findings_are_listened_to(scan: str, source: str) -> None:
    assert section(scan=scan).scan == scan
    part = local("findings").split(f"{scan} = jsonencode")[1].split("})")[0]
    assert f'source = ["{source}"]' in part
