"""The support section: its defaults, each refusal at its place, who may send, and what no change may lose."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import Header
from mendixgen.areas.support import Support
from mendixgen.areas.support.senders import OF_THE_ACCOUNT
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render
from mendixgen.functions.incident_clock import calendar, length
from tests.support.soak import examples

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
MAIL, PAGER, PHONE = {"email": "a@example.com"}, {"https": "https://events.example.com/p1"}, {"sms": "+4915112345678"}


def section(**values: Any) -> Any:
    return Support.Inputs.model_validate_json(json.dumps(values))


def said(**values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in parts.check(Support, section(**values), HEADER)]


def resource(address: str) -> Any:
    return next(it for it in collect(Support).resources if it.address == address)


def test_no_section_has_the_targets_of_the_contract_and_no_contacts() -> None:
    found = section()
    assert said() == []
    assert found.hours.model_dump() == {"p1": "24x7", "p2": "24x7", "p3": "5x8", "p4": "5x8"}
    assert found.targets.model_dump() == {
        "p1": {"respond": "30m", "solve": "4h"},
        "p2": {"respond": "1h", "solve": "6h"},
        "p3": {"respond": "2h", "solve": "2d"},
        "p4": {"respond": "4h", "solve": "3d"},
    }
    assert found.office.model_dump() == {"from": "09:00", "to": "17:00", "days": ["mon", "tue", "wed", "thu", "fri"]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"contacts": {"p1": [MAIL, PHONE, PAGER]}}, []),
        ({"contacts": {"p2": [MAIL]}}, []),
        ({"contacts": {"p1": [{**MAIL, **PHONE}, PAGER]}}, [(("contacts", "p1", 0), "MXS510")]),
        ({"contacts": {"p2": [{}]}}, [(("contacts", "p2", 0), "MXS510")]),
        ({"contacts": {"p3": [MAIL, MAIL]}}, [(("contacts", "p3", 1), "MXS510")]),
        ({"contacts": {"p4": [{**MAIL, "escalate_after_minutes": 5}]}}, [(("contacts", "p4"), "MXS511")]),
        ({"contacts": {"p1": [MAIL]}}, [(("contacts", "p1"), "MXS512")]),
        ({"contacts": {"p1": [PHONE, {"sms": "+8613800138000"}]}}, [(("contacts", "p1"), "MXS512")]),
        ({"timezone": "Asia/Shanghai"}, []),
        ({"timezone": "Asia/Peking"}, [(("timezone",), "MXS513")]),
        ({"office": {"from": "18:00", "to": "09:00"}}, [(("office", "to"), "MXS514")]),
        ({"office": {"days": ["mon", "mon"]}}, [(("office", "days"), "MXS514")]),
        ({"holidays": ["2027-02-30"]}, [(("holidays", 0), "MXS515")]),
        ({"holidays": ["2027-01-01", "2027-01-01"]}, [(("holidays", 1), "MXS515")]),
    ],
)
def test_what_no_single_setting_can_say(values: dict[str, Any], expected: list[Any]) -> None:
    assert said(**values) == expected


def test_one_mistake_hides_no_other() -> None:
    codes = [code for _, code in said(timezone="Nowhere/Here", holidays=["2027-02-30"], contacts={"p1": [{}]})]
    assert codes == ["MXS510", "MXS512", "MXS513", "MXS515"]


@pytest.mark.parametrize(
    "values",
    [
        {"hours": {"p1": "7x24"}},
        {"office": {"from": "9:00"}},
        {"office": {"days": []}},
        {"holidays": ["01.01.2027"]},
        {"targets": {"p1": {"respond": "30 min", "solve": "4h"}}},
        {"targets": {"p1": {"respond": "0m", "solve": "4h"}}},
        {"contacts": {"p1": [{"sms": "0151 1234567"}]}},
        {"contacts": {"p1": [{"https": "http://events.example.com"}]}},
        {"contacts": {"p1": [{"email": "oncall"}]}},
        {"contacts": {"p5": []}},
    ],
)
def test_what_a_setting_cannot_be(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


@given(st.from_regex("^[1-9][0-9]{0,3}[mhd]$", fullmatch=True), st.sampled_from(["24x7", "5x8"]))
@settings(max_examples=examples(50))
def test_the_clock_knows_every_span_that_the_section_takes(span: str, hours: str) -> None:
    found = section(targets={"p1": {"respond": span, "solve": span}})
    office = {"timezone": "UTC", "office": found.office.model_dump(), "holidays": []}
    assert length(found.targets.p1.respond, hours, calendar(office))


def test_the_key_admits_all_who_send_for_this_account_alone() -> None:
    policy = render(resource("aws_kms_key.this").arguments["policy"])
    for sender in (*OF_THE_ACCOUNT, "cloudwatch.amazonaws.com", "budgets.amazonaws.com"):
        assert f'"{sender}"' in policy
    events = policy[policy.index('"PublishEvents"') : policy.index('"KeepDeadLetters"')]
    # SNS knows no source of what EventBridge publishes when it asks for the key (SNS developer guide).
    assert "aws:SourceAccount" not in events
    assert "kms:EncryptionContext:aws:sns:topicArn" in events
    assert resource("aws_kms_key.this").arguments["multi_region"] is True


def test_a_subscription_is_known_by_its_priority_and_address() -> None:
    """So that what is added, removed or told later touches nobody else, and no topic."""
    contacts = render(next(it for it in collect(Support).locals if it.name == "contacts").value)
    assert '"${priority} ${coalesce(contact.email, contact.sms, contact.https)}"' in contacts
    topic = resource("aws_sns_topic.this")
    assert topic.arguments["name"] == "${var.environment}-${each.key}"


def test_the_table_is_protected_until_a_teardown_and_can_be_taken_back() -> None:
    table = resource("aws_dynamodb_table.incidents").arguments
    assert render(table["deletion_protection_enabled"]) == "!var.teardown"
    assert table["point_in_time_recovery"] == {"enabled": True}
    assert table["hash_key"] == "id"
