"""What areas share flattens into the resources that it promises, each with what makes it safe."""

from __future__ import annotations

from typing import Any

import pytest

from mendixgen import functions
from mendixgen.areas.contract import Area, AreaInputs, context, setting, wired
from mendixgen.authoring.constructs.alarm import alarm
from mendixgen.authoring.constructs.function import function
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, trust_of
from mendixgen.authoring.constructs.rotation import SECRETS_MANAGER
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.constructs.topic import topic
from mendixgen.authoring.expression import Expr, code, expr, render
from mendixgen.authoring.module import ModuleBuilder, ResourceBlock


class Sample(Area):
    """A sample."""

    name = "sample"
    version = "1.0.0"

    class Inputs(AreaInputs):
        """Inputs."""

        mails: list[str] = setting([], description="Mail addresses.")
        region: str = context("region", "Region.")
        account: str = context("account", "Account.")
        partition: str = context("partition", "Partition.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "Key of logs.")
        boundary_arn: str = wired("identity.boundary_arn", "Boundary of roles.")


@pytest.fixture
def module() -> ModuleBuilder:
    return ModuleBuilder(Sample)


def made(module: ModuleBuilder) -> dict[str, ResourceBlock]:
    return {it.address: it for it in module.resources}


def a_function(module: ModuleBuilder, **more: Any) -> Expr:
    return function(
        module,
        "rotation",
        "Renews.",
        source="rotate_secret",
        function_name=f"{module.var.environment}-rotate",
        description="Renews",
        role_description="Renews.",
        log_comment="What it did.",
        log_retention_days=365,
        permissions=[allow("Renew", ["secretsmanager:PutSecretValue"], "*")],
        permissions_comment="Little.",
        topic_arn=expr("aws_sns_topic.this.arn"),
        timeout=60,
        caller=SECRETS_MANAGER,
        **more,
    )


def test_a_log_group_is_encrypted_and_ends(module: ModuleBuilder) -> None:
    log_group(module, "this", "A log.", path="/mendix/log", retention_days=365)
    given = made(module)["aws_cloudwatch_log_group.this"].arguments
    assert (code(given["kms_key_id"]), given["retention_in_days"]) == ("var.logs_key_arn", 365)


def test_a_topic_takes_publishers_over_tls_only(module: ModuleBuilder) -> None:
    topic(
        module,
        "this",
        "Told here.",
        topic_name="told",
        publishers=lambda arn: [allow("Publish", ["sns:Publish"], arn, principal={"Service": "events.amazonaws.com"})],
        publishers_comment="Events publish.",
        addresses=module.var.mails,
    )
    assert set(made(module)) == {"aws_sns_topic.this", "aws_sns_topic_policy.this", "aws_sns_topic_subscription.mail"}
    assert code(made(module)["aws_sns_topic.this"].arguments["kms_master_key_id"]) == "var.logs_key_arn"
    text = code(made(module)["aws_sns_topic_policy.this"].arguments["policy"])
    assert text.index('"Publish"') < text.index('"OnlyOverTls"')


@pytest.mark.parametrize(
    ("repeated", "role"),
    [
        ({}, "aws_iam_role.this"),
        ({"count": expr("var.teardown ? 0 : 1")}, "aws_iam_role.this[0]"),
        ({"for_each": expr("toset(var.mails)")}, "aws_iam_role.this[each.key]"),
    ],
)
def test_a_role_is_bounded_and_its_policy_is_its_own(
    module: ModuleBuilder, repeated: dict[str, Expr], role: str
) -> None:
    found = service_role(
        module,
        "this",
        "Works.",
        role_name="worker",
        description="Works.",
        trust=trust_of("ecr.amazonaws.com"),
        policy_name="work",
        permissions=[allow("Work", ["ecr:CreateRepository"], "*")],
        permissions_comment="Work.",
        **repeated,
    )
    assert code(found.role) == role
    assert code(made(module)["aws_iam_role_policy.this"].arguments["role"]) == f"{role}.id"
    assert code(made(module)["aws_iam_role.this"].arguments["permissions_boundary"]) == "var.boundary_arn"
    for block in made(module).values():
        assert (block.count, block.for_each) == (repeated.get("count"), repeated.get("for_each"))


def test_an_alarm_tells_both_ends_to_its_topic(module: ModuleBuilder) -> None:
    alarm(
        module,
        "errors",
        "It failed.",
        alarm_name="failed",
        description="It failed.",
        metric=("AWS/Lambda", "Errors"),
        dimensions={"FunctionName": "f"},
        topic_arn=expr("aws_sns_topic.this.arn"),
    )
    given = made(module)["aws_cloudwatch_metric_alarm.errors"].arguments
    assert (given["namespace"], given["metric_name"]) == ("AWS/Lambda", "Errors")
    assert given["alarm_actions"] == given["ok_actions"] == [expr("aws_sns_topic.this.arn")]


def test_a_function_ships_its_code_and_waits_for_what_it_may_do(module: ModuleBuilder) -> None:
    found = a_function(module)
    assert code(found) == "aws_lambda_function.rotation"
    assert module.files == {
        "rotate_secret.py": functions.source("rotate_secret"),
        "rotate_secret.zip": functions.archive("rotate_secret"),
    }
    assert made(module)["aws_lambda_function.rotation"].depends_on == (Expr("aws_iam_role_policy.rotation"),)
    text = code(made(module)["aws_iam_role_policy.rotation"].arguments["policy"])
    names = ["Renew", "WriteLogs", "TellFailures", "EncryptFailures", "Trace"]
    assert [text.index(f'Sid = "{name}"') for name in names] == sorted(text.index(f'Sid = "{name}"') for name in names)
    permission = made(module)["aws_lambda_permission.rotation"].arguments
    assert (permission["principal"], code(permission["source_account"])) == (
        "secretsmanager.amazonaws.com",
        "var.account",
    )


def test_a_function_that_may_be_off_is_off_with_all_of_it(module: ModuleBuilder) -> None:
    count = expr("var.teardown ? 0 : 1")
    assert code(a_function(module, count=count)) == "aws_lambda_function.rotation[0]"
    assert {block.count for block in module.resources} == {count}


def test_services_are_named_in_conditions_alike_in_every_partition(module: ModuleBuilder) -> None:
    assert render(module.via("sns")) == '{ StringEquals = { "kms:ViaService" = "sns.${var.region}.amazonaws.com" } }'
    assert code(module.dns_suffix) == 'var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"'
