"""The secrets section: its defaults, its bounds, each refusal at its place; and what the resources promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import AppFacts, Header
from mendixgen.areas.secrets import Secrets
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render

APPS = {"crm": AppFacts(), "portal": AppFacts(identity="storage-plan")}
HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com", {}, APPS)
ROLE = "arn:aws:iam::123456789012:role/support"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1"
MAIN = Path(__file__).parents[3] / "modules" / "secrets" / Secrets.version / "main.tf"


def section(**values: Any) -> Any:
    return Secrets.Inputs.model_validate_json(json.dumps(values))


def entries(**values: Any) -> Any:
    return section(entries={"key": values})


def said(given: Any, header: Header = HEADER) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in parts.check(Secrets, given, header)]


def resource(address: str) -> Any:
    return next(it for it in collect(Secrets).resources if it.address == address)


def statements(address: str, name: str) -> str:
    text = render(resource(address).arguments["policy"])
    return text[text.index(f'"{name}"') :]


def test_no_section_has_no_secrets_and_is_ready_for_them() -> None:
    found = section()
    assert (found.entries, found.rotation_days, found.recovery_days) == ({}, 30, 30)
    assert (found.replicas, found.notify, found.log_retention_days) == ([], [], 365)
    assert said(found) == []


def test_an_entry_is_rotated_and_read_by_nobody_by_default() -> None:
    (found,) = entries().entries.values()
    assert (found.rotate, found.rotation_days, found.readers) == (True, None, [])
    assert (found.length, found.characters) == (40, "letters-and-digits")


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"rotation_days": 0}, ("rotation_days",)),
        ({"rotation_days": 1001}, ("rotation_days",)),
        ({"recovery_days": 6}, ("recovery_days",)),
        ({"recovery_days": 31}, ("recovery_days",)),
        ({"log_retention_days": 30}, ("log_retention_days",)),
        ({"notify": ["nobody"]}, ("notify", 0)),
        ({"replicas": [{"region": "Ireland"}]}, ("replicas", 0, "region")),
        ({"replicas": [{"region": "eu-west-1", "key_arn": "alias/x"}]}, ("replicas", 0, "key_arn")),
        ({"entries": {"key": {"length": 23}}}, ("entries", "key", "length")),
        ({"entries": {"key": {"characters": "hex"}}}, ("entries", "key", "characters")),
        ({"entries": {"key": {"rotation_days": 0}}}, ("entries", "key", "rotation_days")),
        ({"entries": {"key": {"value": "s3cret"}}}, ("entries", "key", "value")),
        ({"entries": {"Key": {}}}, ("entries", "Key", "[key]")),
    ],
)
def test_what_is_out_of_bounds_is_refused_at_its_place(values: dict[str, Any], place: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        section(**values)
    assert refused.value.errors()[0]["loc"] == place


def test_readers_are_applications_or_roles_of_this_account() -> None:
    assert said(entries(readers=["crm", ROLE])) == []
    for reader in (
        "nobody",
        "portal",
        ROLE.replace("123456789012", "210987654321"),
        "arn:aws:iam::123456789012:user/x",
    ):
        assert said(entries(readers=["crm", reader])) == [(("entries", "key", "readers", 1), "MXS403")]


def test_an_unknown_application_is_named_with_those_that_are_there() -> None:
    (found,) = parts.check(Secrets, entries(readers=["cmr"]), HEADER)
    assert "cmr" in found.summary
    assert "crm, portal" in found.hint


def test_days_of_a_secret_that_is_not_rotated_are_refused() -> None:
    assert said(entries(rotate=False, rotation_days=10)) == [(("entries", "key", "rotation_days"), "MXS401")]
    assert said(entries(rotate=False)) == []


def test_replicas_are_elsewhere_and_keys_are_where_the_replicas_are() -> None:
    assert said(section(replicas=[{"region": "eu-west-1", "key_arn": KEY}])) == []
    assert said(section(replicas=[{"region": "eu-central-1"}])) == [(("replicas", 0, "region"), "MXS402")]
    assert said(section(replicas=[{"region": "eu-west-1"}, {"region": "eu-west-1"}])) == [
        (("replicas", 1, "region"), "MXS402")
    ]
    assert said(section(replicas=[{"region": "eu-west-2", "key_arn": KEY}])) == [(("replicas", 0, "key_arn"), "MXS402")]


def test_no_setting_and_no_argument_holds_a_value() -> None:
    version = resource("aws_secretsmanager_secret_version.first")
    assert "secret_string" not in version.arguments
    assert render(version.arguments["secret_string_wo"]) == "sha256(uuid())"
    assert version.arguments["secret_string_wo_version"] == 1


def test_the_first_version_keeps_a_label_of_its_own_for_ever() -> None:
    version = resource("aws_secretsmanager_secret_version.first")
    # with AWSCURRENT it would take the place of the value of a secret that was brought back
    assert version.arguments["version_stages"] == ["FIRST"]
    assert [render(it) for it in version.lifecycle["ignore_changes"]] == ["version_stages"]


def test_the_first_value_of_what_is_rotated_is_never_in_use() -> None:
    """Whoever deploys can read it: the provider does at every plan."""
    assert resource("aws_secretsmanager_secret_rotation.this").arguments["rotate_immediately"] is True


def test_nobody_else_reads_anything_but_the_first_version() -> None:
    text = statements("aws_secretsmanager_secret_policy.this", "NobodyElseReads")
    assert '"aws:PrincipalArn" = local.readers[each.key]' in text
    assert '"secretsmanager:VersionId" = aws_secretsmanager_secret_version.first[each.key].version_id' in text


def test_the_function_reads_only_what_it_rotates() -> None:
    text = statements("aws_iam_role_policy.rotation", "RenewSecrets")
    assert "secretsmanager:resource/AllowRotationLambdaArn" in text[: text.index("MakeRandomValues")]
    assert "secretsmanager:*" not in text


def test_every_role_carries_the_boundary() -> None:
    roles = [it for it in collect(Secrets).resources if it.type == "aws_iam_role"]
    assert [render(it.arguments["permissions_boundary"]) for it in roles] == ["var.boundary_arn"]


def test_failures_reach_the_topic_in_each_way() -> None:
    found = collect(Secrets).resources
    for alarm in (it for it in found if it.type == "aws_cloudwatch_metric_alarm"):
        assert [render(it) for it in alarm.arguments["alarm_actions"]] == ["aws_sns_topic.rotation.arn"]
    assert render(resource("aws_cloudwatch_event_target.failed").arguments["arn"]) == "aws_sns_topic.rotation.arn"
    letters = resource("aws_lambda_function.rotation").arguments["dead_letter_config"]
    assert render(letters["target_arn"]) == "aws_sns_topic.rotation.arn"


def test_a_teardown_leaves_no_secret_behind() -> None:
    window = resource("aws_secretsmanager_secret.this").arguments["recovery_window_in_days"]
    assert render(window) == "var.teardown ? 0 : var.recovery_days"
