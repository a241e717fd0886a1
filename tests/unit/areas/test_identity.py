"""The identity section: its defaults, its bounds, what it refuses; and the shape of the boundary and of each role."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import Header
from mendixgen.areas.identity import Identity
from mendixgen.areas.identity.checks import UNBOUNDED
from mendixgen.areas.identity.resources import DATA, OPERATOR_GRANTS, OPERATOR_ROLES, WATCH, WHO_IS_WHO
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
ROLE = "arn:aws:iam::123456789012:role/operators"
SIGN_ON = (
    "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Ops_0123456789abcdef"
)


def section(**values: Any) -> Any:
    return Identity.Inputs.model_validate(values)


def refused(**values: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(it.code, it.path) for it in parts.check(Identity, section(**values), HEADER)]


def resource(address: str) -> Any:
    return next(it for it in collect(Identity).resources if it.address == address)


def local(name: str) -> str:
    return render(next(it.value for it in collect(Identity).locals if it.name == name))


def test_by_default_the_account_decides_with_a_second_factor_for_an_hour_in_any_region() -> None:
    plain = section()
    for access in (plain.admins, plain.auditors):
        assert (access.principals, access.require_mfa, access.session_hours, access.policies) == ([], True, 1, [])
    assert (plain.regions, plain.node_sessions) == (None, True)
    assert refused() == []


@pytest.mark.parametrize("key", ["admins", "auditors"])
def test_the_bounds_of_access(key: str) -> None:
    right = {"principals": [ROLE, "arn:aws:iam::210987654321:root"], "session_hours": 12, "require_mfa": False}
    assert refused(**{key: right}) == []
    for wrong in (
        {"principals": ["*"]},
        {"principals": ["arn:aws:iam::123456789012:role/*"]},
        {"principals": ["arn:aws:sts::123456789012:assumed-role/x/y"]},
        {"principals": [ROLE] * 51},
        {"session_hours": 0},
        {"session_hours": 13},
        {"policies": ["ReadOnlyAccess"]},
        {"policies": [f"arn:aws:iam::aws:policy/P{number}" for number in range(6)]},
        {"mfa": True},
    ):
        with pytest.raises(ValidationError):
            section(**{key: wrong})


@pytest.mark.parametrize("key", ["admins", "auditors"])
def test_what_could_never_sign_in_or_could_do_all_is_refused_in_its_place(key: str) -> None:
    china = "arn:aws-cn:iam::123456789012:role/operators"
    assert refused(**{key: {"principals": [ROLE, china]}}) == [("MXS330", (key, "principals", 1))]
    assert refused(**{key: {"principals": [SIGN_ON]}}) == [("MXS331", (key, "principals", 0))]
    assert refused(**{key: {"principals": [SIGN_ON], "require_mfa": False}}) == []
    for name in UNBOUNDED:
        given = {"policies": [f"arn:aws:iam::aws:policy/{name}"]}
        assert refused(**{key: given}) == [("MXS332", (key, "policies", 0))]
    given = {"policies": ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"]}
    assert refused(**{key: given}) == [("MXS330", (key, "policies", 0))]


def test_regions_are_of_this_partition() -> None:
    assert refused(regions=["eu-west-1"]) == []
    assert refused(regions=["eu-west-1", "eu-west-9"]) == [("MXS333", ("regions", 1))]
    assert refused(regions=["cn-north-1"]) == [("MXS333", ("regions", 0))]


def test_every_role_carries_the_boundary_and_goes_with_what_hangs_on_it() -> None:
    roles = [it for it in collect(Identity).resources if it.type == "aws_iam_role"]
    assert {it.name for it in roles} == {"cluster", "node", "admin", "auditor"}
    for role in roles:
        assert render(role.arguments["permissions_boundary"]) == "local.boundary_arn", role.name
        assert render(role.arguments["force_detach_policies"]) == "var.teardown", role.name


def test_the_boundary_gives_nothing_of_iam_but_what_it_names() -> None:
    text = render(resource("aws_iam_policy.boundary").arguments["policy"])
    assert "iam:*" in WHO_IS_WHO
    assert {"organizations:*", "account:*"} <= set(WHO_IS_WHO)
    assert "role/mendix-*" in text
    assert "role/${var.environment}-*" in text
    for forbidden in ("iam:CreateUser", "iam:CreateAccessKey", "iam:PutRolePolicy", "PermissionsBoundary", "iam:Put"):
        assert forbidden not in text
    assert not [it for it in OPERATOR_ROLES if "*" in it]
    assert {"cloudtrail:StopLogging", "kms:ScheduleKeyDeletion"} <= set(WATCH)


def test_a_role_without_boundary_gets_one_policy_and_no_other() -> None:
    """Roles that the Operator makes carry no boundary: with any other policy they would be a way around it."""
    text = render(resource("aws_iam_policy.boundary").arguments["policy"])
    statement = text[text.index('"LetItAttachTheirPolicyOnly"') :]
    assert set(OPERATOR_GRANTS) == {"iam:AttachRolePolicy", "iam:DetachRolePolicy"}
    assert re.search(r'"iam:PolicyARN" *= *"[^"]*:policy/\$\{var.environment\}-mendix-environment"', statement)
    assert not set(OPERATOR_GRANTS) & set(OPERATOR_ROLES)


def test_who_rotates_secrets_may_call_the_function_that_does() -> None:
    text = render(resource("aws_iam_role_policy.admin").arguments["policy"])
    assert "lambda:InvokeFunction" in text
    assert "function:${var.environment}-rotate-*" in text


def test_a_region_limit_is_a_statement_only_where_regions_are_named() -> None:
    text = local("region_limits")
    assert "for regions in var.regions == null ? [] : [var.regions]" in text
    assert "concat([var.region], regions)" in text


def test_the_cluster_s_role_is_for_this_cluster_of_this_account() -> None:
    trust = render(resource("aws_iam_role.cluster").arguments["assume_role_policy"])
    assert "cluster/${var.environment}" in trust
    assert '"aws:SourceAccount" = var.account' in trust


def test_sessions_on_nodes_are_a_policy_that_can_be_left_out() -> None:
    operates = render(resource("aws_iam_role_policy.admin").arguments["policy"])
    assert "::document/AWS-StartPortForwardingSessionToRemoteHost" in operates
    assert "var.node_sessions ? [" in local("node_policies")
    assert "AmazonSSMManagedInstanceCore" in local("node_policies")


@pytest.mark.parametrize("name", ["admin", "auditor"])
def test_who_assumes_a_role_of_people(name: str) -> None:
    assert local(f"{name}_principals").startswith(f"length(var.{name}s.principals) == 0 ? [local.account_root]")
    assert f"var.{name}s.require_mfa ?" in local(f"{name}_sign_in")
    role = resource(f"aws_iam_role.{name}")
    assert render(role.arguments["max_session_duration"]) == f"var.{name}s.session_hours * 3600"


def test_an_auditor_sees_no_data_and_an_admin_reads_no_secret() -> None:
    assert {"s3:GetObject", "secretsmanager:GetSecretValue", "kms:Decrypt", "rds-db:connect"} <= set(DATA)
    assert "Deny" in render(resource("aws_iam_role_policy.auditor").arguments["policy"])
    admin = render(resource("aws_iam_role_policy.admin").arguments["policy"])
    assert "secretsmanager:PutSecretValue" in admin
    assert "GetSecretValue" not in admin
    assert "iam:" not in admin.replace("arn:${var.partition}:iam:", "")


def test_outputs_are_what_other_areas_were_promised() -> None:
    promised = {"boundary_arn", "cluster_role_arn", "node_role_arn", "node_role_name", "admin_role_arn"}
    assert promised | {"auditor_role_arn"} <= set(Identity.outputs)
