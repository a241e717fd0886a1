"""Whether the policies allow an apply: the table of actions, and what IAM's simulator says of them."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.emulator.extensions.iam_simulation import decision
from mendixctl.preflight.questions import permissions
from mendixctl.terraform.plan import Action
from mendixgen.areas.foundation import deployer, grants
from tests.support.fake_services import FakeServices, denied
from tests.unit.preflight.conftest import TOP, change, codes, subject

TABLE: dict[str, dict[str, str]] = json.loads(
    (TOP / "cli" / "mendixctl" / "preflight" / "permissions.json").read_bytes()
)["types"]
ROLE = "arn:aws:iam::123456789012:role/ci/deployer"


def types_of(kind: str) -> set[str]:
    """The resource types of all modules of the foundation, or of the environments."""
    found = set()
    for manifest in (TOP / "modules").glob("*/*/module.json"):
        if (manifest.parts[-3] == "foundation") == (kind == "foundation"):
            found |= {address.partition(".")[0] for address in json.loads(manifest.read_bytes())["addresses"]}
    return found


def granted() -> list[str]:
    """Every action that the foundation gives its deployer, wildcards included."""
    managed = [action for _, actions in (*grants.MANAGED.values(), *grants.ABROAD.values()) for action in actions]
    worldwide = [action for actions, _ in grants.GLOBAL.values() for action in actions]
    of_both = re.findall(r'"((?:iam|kms):[A-Za-z]+)"', Path(deployer.__file__).read_text())
    return [*managed, *worldwide, *grants.ANYWHERE, *grants.INVOKE, *grants.UNBOUNDED, *of_both]


def test_the_table_has_every_type_that_a_module_makes() -> None:
    assert types_of("foundation") | types_of("environment") <= set(TABLE)


@pytest.mark.parametrize("kind", sorted(types_of("environment")))
def test_the_deployer_has_all_that_the_table_says(kind: str) -> None:
    actions = [action.partition("@") for verb in ("create", "update", "delete") for action in TABLE[kind][verb].split()]
    assert actions
    for action, _, service in actions:
        assert any(fnmatchcase(action, pattern) for pattern in granted()), action
        assert not service or service in grants.PASSED_TO


def test_what_a_plan_needs() -> None:
    planned = (change("aws_vpc"), change("aws_eip", action=Action.REPLACE), change("aws_lb", action=Action.NOOP))
    assert permissions.needed(subject(changes=planned)) == {
        "ec2:CreateVpc",
        "ec2:ModifyVpcAttribute",
        "ec2:CreateTags",
        "ec2:AllocateAddress",
        "ec2:ReleaseAddress",
    }
    assert permissions.needed(subject(types=frozenset({"aws_sns_topic"}))) == {"sns:CreateTopic", "sns:TagResource"}


def simulator(*statements: dict[str, Any]) -> FakeServices:
    """IAM with a role that has these statements, evaluated as the emulator does."""

    def simulate(**parameters: Any) -> dict[str, Any]:
        assert parameters["PolicySourceArn"] == ROLE
        context = {one["ContextKeyName"]: one["ContextKeyValues"] for one in parameters["ContextEntries"]}
        (resource,) = parameters["ResourceArns"]
        return {"EvaluationResults": [
            {"EvalActionName": action, "EvalResourceName": resource,
             "EvalDecision": decision(action, resource, context, statements)}
            for action in parameters["ActionNames"]
        ]}  # fmt: skip

    return FakeServices(iam={"get_role": {"Role": {"Arn": ROLE}}, "simulate_principal_policy": simulate})


def allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


PLAN = (change("aws_eks_cluster"), change("aws_sns_topic"), change("aws_iam_role"))
EVERYTHING = allow("*")
HERE = {"StringEquals": {"aws:RequestedRegion": ["eu-central-1"]}}
BOUNDED = {"ArnLike": {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/prod*-boundary"}}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([EVERYTHING], ["MXF210"]),
        ([allow("*", Condition=HERE)], ["MXF210"]),
        ([], ["MXF211", "MXF211", "MXF211"]),  # eks, iam, sns
        ([EVERYTHING, {"Effect": "Deny", "Action": "eks:Create*", "Resource": "*"}], ["MXF211"]),
        ([allow("eks:*", "sns:*", "iam:*", resource="arn:aws:*:prod*")], ["MXF211", "MXF211"]),  # no cluster/prod
        (
            [
                allow("eks:*", "sns:*"),
                allow("iam:CreateRole", resource="arn:aws:iam::123456789012:role/prod-*", Condition=BOUNDED),
                allow("iam:TagRole", "iam:PassRole", resource="arn:aws:iam::123456789012:role/prod-*"),
            ],
            ["MXF210"],
        ),
        (
            [EVERYTHING, {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*",
                          "Condition": {"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}}}],
            ["MXF211"],
        ),
    ],
)  # fmt: skip
def test_what_the_policies_do_not_allow(asked: Any, statements: list[dict[str, Any]], expected: list[str]) -> None:
    assert codes(asked(permissions.QUESTION, subject(changes=PLAN), simulator(*statements))) == expected


def test_a_policy_that_names_the_environments_resources_is_enough(asked: Any) -> None:
    named = allow("sns:*", resource="arn:aws:sns:eu-central-1:123456789012:prod-*")
    of = subject(changes=(change("aws_sns_topic"),))
    assert codes(asked(permissions.QUESTION, of, simulator(named))) == ["MXF210"]


def test_a_service_whose_resources_have_no_one_name_is_a_doubt(asked: Any) -> None:
    of = subject(changes=(change("aws_vpc"),))
    found, _ = asked(permissions.QUESTION, of, simulator())
    assert (codes(found), found[0].grade) == (["MXF212"], "warning")
    assert "ec2:CreateTags, ec2:CreateVpc" in found[0].what


def test_a_denied_action_is_told_with_why(asked: Any) -> None:
    of = subject(changes=(change("aws_sns_topic"),))
    found, _ = asked(permissions.QUESTION, of, simulator())
    assert found[0].what == "the policies of deployer do not allow sns:CreateTopic, sns:TagResource"
    assert found[0].evidence == "implicitDeny on arn:aws:sns:eu-central-1:123456789012:prod-preflight"


@pytest.mark.parametrize("operation", ["get_role", "simulate_principal_policy"])
def test_who_may_not_ask_is_told(asked: Any, operation: str) -> None:
    services = FakeServices(
        iam={"get_role": {"Role": {"Arn": ROLE}}, "simulate_principal_policy": {}, operation: denied()}
    )
    assert codes(asked(permissions.QUESTION, subject(changes=PLAN), services)) == ["MXF101"]


def test_an_emulators_credentials_are_nobodys(asked: Any) -> None:
    of = subject(changes=PLAN, target="emulator", caller="arn:aws:sts::123456789012:user/moto")
    assert codes(asked(permissions.QUESTION, of)) == ["MXF210"]


def test_a_user_is_asked_about_itself(asked: Any) -> None:
    of = subject(changes=PLAN, caller=ROLE)
    assert codes(asked(permissions.QUESTION, of, simulator(EVERYTHING))) == ["MXF210"]


# -- the emulator's evaluation ----------------------------------------------------------------------

EFFECTS = st.sampled_from(["Allow", "Deny"])
ACTIONS = st.sampled_from(["s3:GetObject", "s3:Put*", "*", "ec2:RunInstances"])
STATEMENTS = st.lists(st.builds(lambda effect, action: {"Effect": effect, "Action": action}, EFFECTS, ACTIONS))


@given(STATEMENTS, st.sampled_from(["s3:GetObject", "s3:PutObject", "ec2:RunInstances", "iam:PassRole"]))
def test_a_deny_wins_and_nothing_is_allowed_by_itself(statements: list[dict[str, str]], action: str) -> None:
    effects = {one["Effect"] for one in statements if fnmatchcase(action.lower(), one["Action"].lower())}
    expected = "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"
    assert decision(action, "*", {}, statements) == expected


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"k": "a"}}, {"k": ["a"]}, "allowed"),
        ({"StringEquals": {"k": "a"}}, {"k": ["b"]}, "implicitDeny"),
        ({"StringEquals": {"kms:ViaService": "a"}}, {"kms:viaservice": ["a"]}, "allowed"),
        ({"StringEquals": {"k": "a"}}, {}, "implicitDeny"),
        ({"StringEqualsIfExists": {"k": "a"}}, {}, "allowed"),
        ({"StringNotEquals": {"k": "a"}}, {"k": ["b"]}, "allowed"),
        ({"StringNotEquals": {"k": "a"}}, {"k": ["a"]}, "implicitDeny"),
        ({"ArnNotLike": {"k": "arn:*"}}, {}, "allowed"),
        ({"ForAnyValue:StringLike": {"k": ["x*"]}}, {"k": ["xy"]}, "allowed"),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, list[str]], expected: str) -> None:
    assert decision("s3:GetObject", "*", context, [allow("s3:*", Condition=condition)]) == expected


def test_a_boundary_gives_nothing_and_limits_all() -> None:
    own, limit = [EVERYTHING], [allow("s3:*")]
    assert decision("s3:GetObject", "*", {}, own, limit) == "allowed"
    assert decision("ec2:RunInstances", "*", {}, own, limit) == "implicitDeny"
    assert decision("s3:GetObject", "*", {}, [], limit) == "implicitDeny"


def test_not_action_and_not_resource() -> None:
    statement = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret"}
    assert decision("s3:GetObject", "arn:aws:s3:::open", {}, [statement]) == "allowed"
    assert decision("iam:GetRole", "arn:aws:s3:::open", {}, [statement]) == "implicitDeny"
    assert decision("s3:GetObject", "arn:aws:s3:::secret", {}, [statement]) == "implicitDeny"
