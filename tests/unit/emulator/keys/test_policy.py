"""Key policies as KMS evaluates them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.emulator.keys.policy import Principal, allows, holds

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DEPLOYER = Principal(ACCOUNT, arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/session", delegated=True)
NODES = Principal(ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/ASG")
LOGS = Principal(ACCOUNT, service="logs.eu-central-1.amazonaws.com")


def statement(principal: Any, action: Any = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("principal", "who", "expected"),
    [
        ({"AWS": ROOT}, DEPLOYER, True),
        ({"AWS": ACCOUNT}, DEPLOYER, True),
        ({"AWS": [f"arn:aws:iam::{ACCOUNT}:role/deployer"]}, DEPLOYER, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}, DEPLOYER, False),
        ({"AWS": "arn:aws:iam::999999999999:root"}, DEPLOYER, False),
        # IAM gives a service-linked role nothing with a customer managed key, so that root does not reach it.
        ({"AWS": ROOT}, NODES, False),
        ({"AWS": "*"}, NODES, True),
        ({"AWS": NODES.arn}, NODES, True),
        ({"AWS": "*"}, LOGS, False),
        ("*", LOGS, True),
        ({"Service": ["sns.amazonaws.com", LOGS.service]}, LOGS, True),
        ({"Service": "logs.us-east-1.amazonaws.com"}, LOGS, False),
    ],
)
def test_whom_a_statement_is_for(principal: Any, who: Principal, expected: bool) -> None:
    assert allows(policy(statement(principal)), "kms:Decrypt", who, {}) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [("kms:GenerateDataKey*", True), ("KMS:generatedatakeywithoutplaintext", True), ("kms:GenerateDataKey", False)],
)
def test_actions_have_wildcards_and_no_case(action: str, expected: bool) -> None:
    given_policy = policy(statement({"AWS": ROOT}, action))
    assert allows(given_policy, "kms:GenerateDataKeyWithoutPlaintext", DEPLOYER, {}) is expected


def test_a_denial_wins() -> None:
    both = policy(statement("*"), statement("*", "kms:Decrypt", Effect="Deny"))
    assert not allows(both, "kms:Decrypt", DEPLOYER, {})
    assert allows(both, "kms:Encrypt", DEPLOYER, {})
    rest = policy(statement("*"), {"Effect": "Deny", "NotPrincipal": {"AWS": ROOT}, "NotAction": "kms:Encrypt"})
    assert not allows(rest, "kms:Decrypt", LOGS, {})
    assert allows(rest, "kms:Encrypt", LOGS, {})
    assert allows(rest, "kms:Decrypt", DEPLOYER, {})


def test_a_grant_for_a_resource_is_not_a_plain_one() -> None:
    only = policy(
        statement({"AWS": ROOT}, "kms:CreateGrant", Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}})
    )
    assert allows(only, "kms:CreateGrant", DEPLOYER, {"kms:grantisforawsresource": "true"})
    assert not allows(only, "kms:CreateGrant", DEPLOYER, {})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            {"StringEquals": {"kms:ViaService": ["rds.eu-central-1.amazonaws.com", "ec2.eu-central-1.amazonaws.com"]}},
            True,
        ),
        ({"StringEquals": {"KMS:viaservice": "eks.eu-central-1.amazonaws.com"}}, False),
        ({"StringLike": {"kms:ViaService": "rds.*.amazonaws.com"}}, True),
        ({"StringNotEquals": {"kms:ViaService": "rds.eu-central-1.amazonaws.com"}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": "1"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:SourceAccount": "1"}}, False),
        ({"ForAllValues:StringEquals": {"aws:SourceAccount": "1"}}, True),
        ({"Null": {"aws:SourceAccount": "true", "kms:ViaService": False}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:logs:eu-central-1:123456789012:*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:logs:*:group"}}, False),
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:logs:eu-central-1:123456789012:log-group:b"}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:aws:logs:*:a[1]"}}, False),
        ({"Bool": {"aws:SecureTransport": True}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
    ],
)
def test_conditions(condition: dict[str, Any], expected: bool) -> None:
    context = {
        "kms:viaservice": "rds.eu-central-1.amazonaws.com",
        "aws:sourcearn": "arn:aws:logs:eu-central-1:123456789012:log-group:a",
    }
    assert holds(condition, context) is expected


@given(st.text(), st.text())
def test_a_condition_holds_or_its_opposite_does(value: str, wanted: str) -> None:
    context = {"aws:sourcearn": value}
    for operator in ("String{}Equals", "String{}Like", "String{}EqualsIgnoreCase", "Arn{}Like"):
        same = holds({operator.format(""): {"aws:SourceArn": wanted}}, context)
        other = holds({operator.format("Not"): {"aws:SourceArn": wanted}}, context)
        assert same is not other
