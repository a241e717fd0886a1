"""Whether the deployer may do what the environments of this repository are made, changed and destroyed with.

The questions were recorded on the emulator by ``tools/deployer_calls.py``; they are judged as IAM judges them, by the
policies and the permissions boundary that the foundation of ``environments/foundation.yaml`` makes.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from mendixctl.emulator.calls.actions import Call
from mendixgen.areas.foundation import grants
from tests.support import deployer_policies as deployer

UNNEEDED = json.loads((deployer.FOLDER / "unneeded.json").read_bytes())["reasons"]
EVERYTHING = [call for name in deployer.ENVIRONMENTS for call in deployer.recorded(name)]


def test_the_rendered_policies_are_those_of_the_sources() -> None:
    rendered = json.loads(deployer.POLICIES.read_bytes())
    assert rendered["source"] == deployer.source_digest(), "run tools/deployer_calls.py --policies"


def test_what_was_recorded_has_every_area() -> None:
    """The sections of the environments that the recording begins with; some areas are on without one."""
    from mendixgen.areas.catalogue import AREAS, FOUNDATIONS

    text = (deployer.FOLDER.parents[2] / "environments" / "prod.yaml").read_text()
    written = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    assert set(AREAS) - FOUNDATIONS - written == {"encryption", "identity", "workloads"}


def test_the_policies_of_the_example_are_not_larger_than_iam_takes() -> None:
    """Those of ``environments/foundation.yaml``: four names of environments in two regions."""
    found = {name: {"Version": "2012-10-17", "Statement": listed} for name, listed in deployer.policies().items()}
    sizes = {name: len("".join(json.dumps(one).split())) for name, one in found.items()}
    assert {name: size for name, size in sizes.items() if size > 6144} == {}


@pytest.mark.parametrize("environment", deployer.ENVIRONMENTS)
def test_nothing_that_is_called_is_missing(environment: str) -> None:
    left = deployer.left_to_administrators(environment)
    denied = [call for call in deployer.recorded(environment) if deployer.verdict(call) != "allowed"]
    assert [call for call in denied if not any(deployer.matches(row, call) for row in left)] == []


@pytest.mark.parametrize("environments", [("foundation",), ("prod", "prod-dr")])
def test_what_is_left_to_administrators_is_called_and_denied(environments: tuple[str, ...]) -> None:
    called = [call for name in environments for call in deployer.recorded(name)]
    for row in deployer.left_to_administrators(environments[0]):
        found = [call for call in called if deployer.matches(row, call)]
        assert found, row
        assert all(deployer.verdict(call) != "allowed" for call in found), row


def test_of_a_foundation_the_deployer_may_read_everything() -> None:
    rows = json.loads((deployer.FOLDER / "foundation.json").read_bytes())["asked"]
    looking = [row for row in rows if {"plan", "drift"} & set(row["phases"])]
    assert looking
    calls = [Call(row["action"], row["resource"], row["context"]) for row in looking]
    assert [call for call in calls if deployer.verdict(call) != "allowed"] == []


@pytest.mark.parametrize("environment", deployer.ENVIRONMENTS)
def test_the_planner_may_plan_and_no_more_than_lock_a_state(environment: str) -> None:
    rows = json.loads((deployer.FOLDER / f"{environment}.json").read_bytes())["asked"]
    calls = [Call(row["action"], row["resource"], row["context"]) for row in rows if "plan" in row["phases"]]
    assert calls
    # of objects the recording keeps the bucket alone: a plan writes the lock beside the state
    calls = [Call(it.action, it.resource.replace("/*", "/x.tflock"), it.context) for it in calls]
    assert [call for call in calls if deployer.planned(call) != "allowed"] == []
    applied = [Call(row["action"], row["resource"], row["context"]) for row in rows if row["phases"] == ["apply"]]
    changing = [call for call in applied if call.action.split(":")[1].startswith(("Create", "Put"))]
    assert changing
    assert [call for call in changing if deployer.planned(call) == "allowed"] == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::prod-123456789012-files/invoice.pdf"),
        ("s3:PutObject", "arn:aws:s3:::example-mendix-state/prod/terraform.tfstate"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other/key-AbCdEf"),
        ("dynamodb:Scan", "arn:aws:dynamodb:eu-central-1:123456789012:table/prod-incidents"),
        ("logs:FilterLogEvents", "arn:aws:logs:eu-central-1:123456789012:log-group:/mendix/prod/apps/crm"),
        ("ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/x"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/foundation-deployer"),
    ],
)
def test_the_planner_reads_no_content_and_changes_nothing(action: str, resource: str) -> None:
    assert deployer.planned(Call(action, resource, {})) != "allowed"


def test_every_grant_is_needed_or_has_a_reason() -> None:
    reasons = [grant for row in UNNEEDED for grant in row["grants"]]
    assert len(reasons) == len(set(reasons))
    assert all(row["why"] for row in UNNEEDED)
    assert deployer.unneeded(EVERYTHING) == set(reasons)


def test_a_grant_that_is_missing_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one call in 25 that is allowed: who judges all of them while tests are collected makes every run wait."""
    given = deployer.policies()
    tried = [call for call in EVERYTHING if deployer.verdict(call) == "allowed"][::25]
    for call in tried:
        kept = {
            name: statements if name == deployer.BOUNDARY else [_without(call.action, it) for it in statements]
            for name, statements in given.items()
        }
        with monkeypatch.context() as patched:
            patched.setattr(deployer, "policies", lambda kept=kept: kept)
            assert deployer.verdict(call) == "implicitDeny", call
    assert len(tried) > 50


def test_other_regions_states_and_secrets_are_denied() -> None:
    elsewhere = {"aws:RequestedRegion": "ap-south-1"}
    here = {"aws:RequestedRegion": "eu-central-1"}
    assert deployer.verdict(Call("ec2:CreateVpc", "*", elsewhere)) == "implicitDeny"
    assert deployer.verdict(Call("s3:GetObject", "arn:aws:s3:::prod-123456789012-files/a", here)) == "explicitDeny"
    secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other/key-AbCdEf"
    assert deployer.verdict(Call("secretsmanager:GetSecretValue", secret, here)) == "explicitDeny"
    switching_off = [Call(action, "*", here) for action in grants.WATCH if "*" not in action]
    assert {deployer.verdict(call) for call in switching_off} == {"explicitDeny"}


@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:DeleteObjectVersion"])
@pytest.mark.parametrize("bucket", ["access-logs", "load-balancer-logs", "audit-results", "cost-results"])
def test_buckets_that_fill_by_themselves_are_emptied_and_not_read(action: str, bucket: str) -> None:
    here = {"aws:RequestedRegion": "eu-central-1"}
    for environment in ("prod", "prod-dr"):
        content = f"arn:aws:s3:::{environment}-123456789012-{bucket}/s3/files/2026/11/30/log"
        assert deployer.verdict(Call(action, content, here)) == "allowed"
        assert deployer.verdict(Call("s3:GetObject", content, here)) == "explicitDeny"
        assert deployer.verdict(Call("s3:PutObject", content, here)) == "explicitDeny"


@pytest.mark.parametrize("bucket", ["prod-123456789012-files", "prod-123456789012-audit", "other-access-logs"])
def test_no_other_objects_are_deleted(bucket: str) -> None:
    here = {"aws:RequestedRegion": "eu-central-1"}
    for action in grants.TEAR_DOWN:
        assert deployer.verdict(Call(action, f"arn:aws:s3:::{bucket}/a", here)) == "explicitDeny"


def test_only_the_environments_trails_are_ended() -> None:
    here = {"aws:RequestedRegion": "eu-central-1"}
    trail = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/"
    for action in grants.TRAILS:
        assert deployer.verdict(Call(action, f"{trail}prod-audit", here)) == "allowed"
        assert deployer.verdict(Call(action, f"{trail}foundation-management", here)) == "explicitDeny"


def _without(action: str, statement: dict[str, Any]) -> dict[str, Any]:
    listed = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    return {**statement, "Action": [one for one in listed if not fnmatchcase(action.lower(), one.lower())]}
