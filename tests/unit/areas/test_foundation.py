"""The keys of a foundation: their defaults, bounds and refusals; and what the deployer can and cannot do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.catalogue import AREAS, FOUNDATIONS, area
from mendixgen.areas.contract import Header
from mendixgen.areas.foundation import Foundation, grants
from mendixgen.areas.foundation.account import Builds
from mendixgen.areas.foundation.checks import _believed
from mendixgen.areas.foundation.config import RULES
from mendixgen.areas.foundation.resources import STANDARDS
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render

HEADER = Header("foundation", "eu-central-1", "123456789012", "aws", "")
GITHUB = {"repositories": ["example/mendix-platform"]}
MODULES = Path(__file__).parents[3] / "modules"


def section(**values: Any) -> Any:
    return Foundation.Inputs.model_validate_json(json.dumps(values))


def said(header: Header = HEADER, **values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in parts.check(Foundation, section(**values), header)]


def resource(address: str) -> Any:
    return next(it for it in collect(Foundation).resources if it.address == address)


def test_by_default_everything_watches_and_nobody_deploys() -> None:
    found = section()
    assert (found.ebs_encryption, found.guardduty, found.config_rules, found.inspector) == (True, True, True, True)
    assert found.ci is None
    assert found.security_hub.standards == ["cis", "fsbp"]
    assert found.access_analyzer.model_dump() == {"external": True, "unused": True, "unused_after_days": 90}
    assert found.password_policy.model_dump() == {"min_length": 16, "reuse_prevention": 24, "max_age_days": 90}
    assert said() == []


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"password_policy": {"min_length": 7}}, ("password_policy", "min_length")),
        ({"password_policy": {"reuse_prevention": 25}}, ("password_policy", "reuse_prevention")),
        ({"password_policy": {"max_age_days": 0}}, ("password_policy", "max_age_days")),
        ({"access_analyzer": {"unused_after_days": 366}}, ("access_analyzer", "unused_after_days")),
        ({"security_hub": {"standards": ["hipaa"]}}, ("security_hub", "standards", 0)),
        ({"registry_scanning": "deep"}, ("registry_scanning",)),
        ({"guardduty": "yes"}, ("guardduty",)),
        ({"ci": {"github": {"repositories": []}}}, ("ci", "github", "repositories")),
        ({"ci": {"github": {"repositories": ["*/*"]}}}, ("ci", "github", "repositories", 0)),
        ({"ci": {"github": {**GITHUB, "branches": ["*"]}}}, ("ci", "github", "branches", 0)),
        ({"ci": {"gitlab": {"projects": ["platform"]}}}, ("ci", "gitlab", "projects", 0)),
        ({"ci": {"gitlab": {"projects": ["a/b"], "host": "https://x"}}}, ("ci", "gitlab", "host")),
        ({"ci": {"github": GITHUB, "environments": []}}, ("ci", "environments")),
        ({"ci": {"github": GITHUB, "environments": ["*"]}}, ("ci", "environments", 0)),
        ({"ci": {"github": GITHUB, "session_hours": 13}}, ("ci", "session_hours")),
        ({"ci": {"github": GITHUB, "state_buckets": ["*"]}}, ("ci", "state_buckets", 0)),
        ({"ci": {"github": GITHUB, "regions": ["*"]}}, ("ci", "regions", 0)),
        ({"network": {}}, ("network",)),
    ],
)
def test_what_is_out_of_bounds_is_refused_at_its_place(values: dict[str, Any], place: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        section(**values)
    assert refused.value.errors()[0]["loc"] == place


def test_a_planner_is_made_where_it_is_asked_for() -> None:
    assert section(ci={"github": GITHUB}).ci.planner is None
    assert section(ci={"github": GITHUB, "planner": {}}).ci.planner.requests is True
    count = next(it.value for it in collect(Foundation).locals if it.name == "planner_count")
    assert "var.ci.planner, null) != null" in render(count)


def test_ci_without_anybody_is_refused() -> None:
    assert said(ci={}) == [(("ci",), "MXS412")]
    assert said(ci={"github": GITHUB}) == []
    assert said(ci={"gitlab": {"projects": ["a/b"]}}) == []
    assert said(ci={"github": {**GITHUB, "branches": []}}) == [(("ci", "github"), "MXS412")]
    assert said(ci={"github": {**GITHUB, "branches": [], "environments": ["production"]}}) == []
    assert said(ci={"gitlab": {"projects": ["a/b"], "branches": []}}) == [(("ci", "gitlab", "branches"), "MXS412")]


@pytest.mark.parametrize(("characters", "code"), [(2048, None), (2049, "MXS177"), (4096, "MXS177"), (4097, "MXS178")])
def test_a_trust_policy_has_so_many_characters(characters: int, code: str | None) -> None:
    names = ["a/b"] * (characters // 200)

    def size() -> int:
        ci = section(ci={"github": {"repositories": names, "branches": ["m" * 60]}}).ci
        document = {"Statement": list(_believed(ci, HEADER)), "Version": "2012-10-17"}
        return len(json.dumps(document, separators=(",", ":")))

    for index in range(len(names)):
        names[index] += "b" * min(130, characters - size())
    assert size() == characters
    assert [found for _, found in said(ci={"github": {"repositories": names, "branches": ["m" * 60]}})] == (
        [code] if code else []
    )


def test_the_deployer_is_in_the_account_s_first_foundation_only() -> None:
    assert said(ci={"github": GITHUB}, global_settings=False) == [(("ci",), "MXS412")]


@pytest.mark.parametrize("name", ["prod", "prod-base"])
def test_the_deployer_cannot_be_given_the_foundation_itself(name: str) -> None:
    header = Header(name, "eu-central-1", "123456789012", "aws", "")
    assert said(header, ci={"github": GITHUB, "environments": ["dev", "prod"]}) == [
        (("ci", "environments", 1), "MXS412")
    ]


def test_enhanced_scanning_needs_inspector() -> None:
    assert said(registry_scanning="enhanced", inspector=False) == [(("registry_scanning",), "MXS411")]
    assert said(registry_scanning="basic", inspector=False) == []
    assert said(registry_scanning="enhanced") == []


def test_it_is_the_only_area_of_its_kind_and_the_registry_knows() -> None:
    assert {name for name in AREAS if area(name).kind == "foundation"} == FOUNDATIONS == {"foundation"}


def test_no_setting_of_a_foundation_is_one_way() -> None:
    """A rollback merges one-way fields by section, and a foundation has none."""
    manifest = json.loads((MODULES / "foundation" / Foundation.version / "module.json").read_text("utf-8"))
    assert manifest["kind"] == "foundation"
    assert "x-one-way" not in json.dumps(manifest["section"])


def test_every_standard_has_an_arn_and_every_rule_an_identifier_and_a_text() -> None:
    assert set(STANDARDS) == {"cis", "fsbp", "nist", "pci"}
    assert all(identifier.isupper() and text.endswith(".") for identifier, text in RULES.values())
    assert len({identifier for identifier, _ in RULES.values()}) == len(RULES)


def test_what_people_become_is_bounded_and_what_services_work_as_does_one_thing() -> None:
    roles = {it.address: it for it in collect(Foundation).resources if it.type == "aws_iam_role"}
    people = {"aws_iam_role.deployer", "aws_iam_role.planner"}
    assert set(roles) == {*people, "aws_iam_role.builds", "aws_iam_role.trail"}
    for name in people:
        assert render(roles[name].arguments["permissions_boundary"]) == "aws_iam_policy.deployer_boundary[0].arn"
    may = render(resource("aws_iam_role_policy.trail").arguments["policy"])
    assert set(re.findall(r"[a-z]+:[A-Z][A-Za-z*]+", may)) == {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_builds_reach_their_own_part_of_the_bucket_and_become_one_role() -> None:
    text = render(resource("aws_iam_role_policy.builds").arguments["policy"])
    may = {action for action in re.findall(r"[a-z0-9]+:[A-Z][A-Za-z*]+", text) if not action.startswith(("ec2", "ecr"))}
    assert may == {
        "kms:Decrypt",
        "kms:GenerateDataKey*",
        "kms:ViaService",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
        "sts:AssumeRole",
    }
    assert "${aws_s3_bucket.builds[0].arn}/${each.key}/*" in text
    assert "role/${each.value}" in text


def test_who_starts_builds_overrides_nothing_but_the_source() -> None:
    text = render(resource("aws_iam_policy.builds_start").arguments["policy"])
    for key in ("source.buildspec", "serviceRole", "environment.image", "environment.environmentVariables.name"):
        assert f'"codebuild:{key}" = "true"' in re.sub(" +", " ", text)
    assert "AssumeRole" not in text
    assert "${each.key}/*" in text
    variables = resource("aws_codebuild_project.builds").arguments["environment"]["environment_variable"]
    assert 'MENDIXCTL_PLAN_PASSPHRASE = { type = "SECRETS_MANAGER"' in render(variables.for_each)


def test_builds_apply_as_a_deployer_that_there_is() -> None:
    assert said(builds={}) == [(("builds",), "MXS412")]
    assert said(builds={}, ci={"environments": ["prod"]}) == []


def test_who_deploys_is_compared_whole_and_without_wildcards() -> None:
    trust = render(resource("aws_iam_role.deployer").arguments["assume_role_policy"])
    assert "StringEquals" in trust
    assert "StringLike" not in trust
    assert "*" not in trust


def test_requests_plan_by_the_name_that_their_tool_gives_them() -> None:
    requests = next(render(it.value) for it in collect(Foundation).locals if it.name == "request_subjects")
    assert '"repo:${name}:pull_request"' in requests
    assert '"project_path:${name}:ref_type:branch:ref:*"' in requests
    assert requests.count("if var.ci.planner.requests") == 2


def test_the_deployer_manages_no_service_whole_and_reads_no_content() -> None:
    actions = {action for _, listed in grants.MANAGED.values() for action in listed}
    actions |= {action for listed, _ in grants.GLOBAL.values() for action in listed}
    assert not [action for action in actions if action.endswith(":*")]
    assert not actions & set(grants.NEVER)
    for content in ("s3:GetObject", "kms:Decrypt", "logs:GetLogEvents", "sqs:ReceiveMessage", "ecr:BatchGetImage"):
        assert content not in actions


def test_what_is_managed_by_region_is_limited_to_regions() -> None:
    for name in grants.MANAGED:
        text = render(resource(f"aws_iam_policy.deployer_{name}").arguments["policy"])
        assert "aws:RequestedRegion" in text


def test_a_role_is_made_only_with_a_boundary_that_the_deployer_does_not_write() -> None:
    boundary = render(resource("aws_iam_policy.deployer_boundary").arguments["policy"])
    for sid in (
        "OnlyBoundedRoles",
        "NoFreedRoles",
        "KeepTheFoundation",
        "KeepTheWatchOn",
        "ReadNoContent",
        "TouchNoOtherObjects",
    ):
        assert f'"{sid}"' in boundary
    assert "local.boundary_limits" in boundary
    limits = next(it for it in collect(Foundation).locals if it.name == "boundary_limits")
    assert "KeepTheBoundaries" in render(limits.value)
    assert "if !writes" in render(limits.value)


@pytest.mark.parametrize(
    ("values", "region", "place"),
    [
        ({"global_settings": False, "trail": {}}, "eu-central-1", ("trail",)),
        ({"global_settings": False, "cost_tags": ["environment"]}, "eu-central-1", ("cost_tags",)),
        (
            {"global_settings": False, "anomaly_monitor": {"notify": ["a@b.c"]}},
            "eu-central-1",
            ("anomaly_monitor",),
        ),
        ({"cost_export": {}}, "eu-central-1", ("cost_export",)),
    ],
)
def test_what_is_one_an_account_is_in_its_place(values: dict[str, Any], region: str, place: tuple[str, ...]) -> None:
    given = Foundation.Inputs.model_validate_json(json.dumps(values))
    header = Header("foundation", region, "123456789012", "aws", "")
    assert [(it.path, it.code) for it in parts.check(Foundation, given, header)] == [(place, "MXS413")]


def test_the_bill_is_exported_in_us_east_1() -> None:
    given = Foundation.Inputs.model_validate_json(json.dumps({"global_settings": False, "cost_export": {}}))
    assert parts.check(Foundation, given, Header("foundation-us", "us-east-1", "123456789012", "aws", "")) == []


@pytest.mark.parametrize("trail", [{"retention_days": 400, "object_lock_days": 500}, {"archive_after_days": 2557}])
def test_records_are_kept_for_as_long_as_they_are_locked(trail: dict[str, Any]) -> None:
    given = Foundation.Inputs.model_validate_json(json.dumps({"trail": trail}))
    header = Header("foundation", "eu-central-1", "123456789012", "aws", "")
    found = parts.check(Foundation, given, header)
    assert [(it.path, it.code) for it in found] == [(("trail", "retention_days"), "MXS431")]


def test_nothing_of_it_is_on_by_itself() -> None:
    found = Foundation.Inputs.model_validate_json("{}")
    assert (found.trail, found.cost_tags, found.anomaly_monitor) == (None, [], None)
    assert (found.cost_export, found.backup_settings) == (None, None)


def test_what_builds_install_by_default_goes_into_their_image() -> None:
    """The wheel of Terraform is tagged for glibc 2.35, so that pip finds none on Amazon Linux 2023, which has 2.34."""
    glibc = {"aws/codebuild/standard:7.0": 35, "aws/codebuild/amazonlinux-x86_64-standard:5.0": 34}
    builds = Builds()
    assert builds.package is not None
    assert "embedded" in builds.package
    assert glibc[builds.image] >= 35
