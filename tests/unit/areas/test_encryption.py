"""The encryption section: its defaults, its bounds; and the shape of every key policy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import Header
from mendixgen.areas.encryption import PURPOSES, Encryption
from mendixgen.areas.encryption.resources import SERVICES
from mendixgen.authoring.build import collect
from mendixgen.authoring.constructs.key import ADMINISTRATION
from mendixgen.authoring.expression import render

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")


def section(**values: Any) -> Any:
    return Encryption.Inputs.model_validate(values)


def local(name: str) -> Any:
    return next(it.value for it in collect(Encryption).locals if it.name == name)


def test_no_section_gives_yearly_rotation_and_the_longest_window() -> None:
    assert (section().rotation_days, section().deletion_window_days) == (365, 30)
    assert parts.check(Encryption, section(), HEADER) == []


@pytest.mark.parametrize(("name", "least", "most"), [("rotation_days", 90, 2560), ("deletion_window_days", 7, 30)])
def test_the_bounds_are_those_of_kms(name: str, least: int, most: int) -> None:
    assert getattr(section(**{name: least}), name) == least
    assert getattr(section(**{name: most}), name) == most
    for refused in (least - 1, most + 1, str(least), float(least) + 0.5):
        with pytest.raises(ValidationError):
            section(**{name: refused})


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        section(purposes=["storage"])


def test_each_purpose_has_a_key_services_and_an_output() -> None:
    assert set(SERVICES) == set(PURPOSES) == set(local("purposes")) == set(local("service_statements"))
    for purpose in PURPOSES:
        assert Encryption.outputs[f"{purpose}_key_arn"].expression == f'local.key_arns["{purpose}"]'


def test_keys_are_multi_region_rotated_and_of_the_window_that_was_asked_for() -> None:
    key = next(it for it in collect(Encryption).resources if it.address == "aws_kms_key.this")

    assert render(key.arguments["multi_region"]) == "try(var.keys[each.key].multi_region, true)"
    assert key.arguments["enable_key_rotation"] is True
    assert render(key.arguments["rotation_period_in_days"]) == "var.rotation_days"
    assert render(key.arguments["deletion_window_in_days"]) == "var.deletion_window_days"


def test_who_manages_a_key_cannot_use_it() -> None:
    using = re.compile(r"kms:(Encrypt|Decrypt|ReEncrypt|GenerateDataKey|CreateGrant|\*)")
    assert not [action for action in ADMINISTRATION if using.match(action) or "*" in action]


def test_every_statement_beside_the_account_has_a_condition() -> None:
    for purpose, statements in local("service_statements").items():
        for statement in statements:
            assert statement["Effect"] == "Allow", purpose
            assert statement["Condition"], (purpose, statement["Sid"])


def test_no_policy_names_a_role_as_principal() -> None:
    """KMS keeps the internal id of a role, so that a policy with one breaks when the role is made anew."""
    for statements in local("service_statements").values():
        for statement in statements:
            assert ":role/" not in render(statement["Principal"])


def test_anybody_is_the_account_s_own_auto_scaling_only() -> None:
    open_ones = [
        statement
        for statements in local("service_statements").values()
        for statement in statements
        if statement["Principal"] == {"AWS": "*"}
    ]

    assert [it["Sid"] for it in open_ones] == ["EncryptNodeVolumes", "GrantNodeVolumes"]
    for statement in open_ones:
        assert render(statement["Condition"]["StringEquals"]["kms:CallerAccount"]) == "var.account"
        assert "/AWSServiceRoleForAutoScaling" in statement["Condition"]["ArnLike"]["aws:PrincipalArn"]


KEY = "arn:aws:kms:{}:{}:key/3fdc55c5-5e30-4fb9-afac-0cd82ad97321"


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ({"storage": KEY.format("eu-central-1", "123456789012")}, []),
        ({"storage": KEY.format("us-east-1", "123456789012")}, [("storage", False)]),
        ({"storage": KEY.format("eu-central-1", "999999999999")}, [("storage", False)]),
        (dict.fromkeys(("storage", "backup"), KEY.format("eu-central-1", "123456789012")), [("backup", True)]),
    ],
)
def test_keys_that_exist_are_here_and_one_a_purpose(existing: dict[str, str], expected: list[tuple[str, bool]]) -> None:
    checks = parts.check(Encryption, section(existing=existing), HEADER)
    assert [(check.path[-1], check.warns) for check in checks] == expected


def test_a_key_is_somebody_else_s_or_ours_under_its_name() -> None:
    arn = "arn:aws:kms:eu-central-1:123456789012:key/3fdc55c5-5e30-4fb9-afac-0cd82ad97321"
    both = section(keys={"storage": {"alias": "acme/files"}, "logs": {}}, existing={"storage": arn})
    assert [(one.path, one.code) for one in parts.check(Encryption, both, HEADER)] == [(("keys", "storage"), "MXS300")]
    with pytest.raises(ValidationError):
        section(keys={"storage": {"alias": "acme files"}})
