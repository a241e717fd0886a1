"""Secrets in the words of others are found in every form in which programs quote."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.terraform.plan import SENSITIVE
from mendixctl.terraform.redaction import Redaction, of_environment, of_plan, of_state
from mendixgen import hcl
from mendixgen.diagnostics import Diagnostic

SECRET = 'Tr0ub4dor&3 "quoted" <x>\\y/ü=='

TEXTS = st.text(min_size=6, max_size=40).filter(lambda text: text.strip() == text and len(text.splitlines()) == 1)


@given(TEXTS, st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_found_in_every_form(secret: str, before: str, after: str) -> None:
    try:
        raw = secret.encode()
        forms = [
            secret,
            json.dumps(secret)[1:-1],
            json.dumps({"message": json.dumps({"password": secret})})[12:-1],
            html.escape(secret),
            hcl.quote(secret)[1:-1],
            quote(raw, safe=""),
            quote_plus(raw),
        ]
    except (UnicodeEncodeError, ValueError):
        forms = [secret]
    redaction = Redaction([secret])
    for form in forms:
        shown = redaction.text(f"{before}{form}{after}")
        assert SENSITIVE in shown
        assert redaction.finds(f"{before}{form}{after}")


@given(st.binary(max_size=9), st.text("abcXYZ019+/&%é", min_size=12, max_size=60), st.binary(max_size=9))
def test_a_secret_is_found_within_base64(before: bytes, secret: str, after: bytes) -> None:
    whole = before + secret.encode() + after
    for coded in (base64.b64encode(whole).decode(), base64.urlsafe_b64encode(whole).decode()):
        shown = Redaction([secret]).text(f"user data {coded} is invalid")
        assert SENSITIVE in shown


@given(TEXTS, st.text("abcdefgh ", max_size=60))
def test_what_holds_no_secret_stays(secret: str, text: str) -> None:
    redaction = Redaction([secret.upper() + "§§§"])
    assert redaction.text(text) == text
    assert Redaction().text(secret) == secret


def test_the_lines_of_a_secret_are_secrets_and_its_brackets_are_not() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n}\n-----END KEY-----"
    redaction = Redaction([key])
    assert redaction.text("line 2 is MIIEvQIBADANBgkqhkiG9w0!") == "line 2 is (sensitive)!"
    assert redaction.text("} closes") == "} closes"
    assert redaction.text(f"bad key: {key}") == "bad key: (sensitive)"


def test_the_longest_secret_is_taken_first() -> None:
    assert Redaction(["hunter2", "hunter2-and-more"]).text("is hunter2-and-more") == "is (sensitive)"


def test_a_diagnostic_is_cleaned_in_all_its_words() -> None:
    found = Redaction([SECRET]).diagnostic(Diagnostic("MXT110", f"a {SECRET}", hint=SECRET, detail=json.dumps(SECRET)))
    assert SECRET not in repr(found)
    assert found.summary == "a (sensitive)"
    assert "Tr0ub4dor" not in found.hint + found.detail


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("AWS_SECRET_ACCESS_KEY", True),
        ("AWS_SESSION_TOKEN", True),
        ("GITHUB_TOKEN", True),
        ("DB_PASSWORD", True),
        ("TF_TOKEN_app_terraform_io", True),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", False),
        ("AWS_PROFILE", False),
        ("SECRET_ARN", False),
        ("PATH", False),
        ("AWS_REGION", False),
    ],
)
def test_credentials_in_the_environment_are_known_by_their_names(name: str, is_secret: bool) -> None:
    assert (list(of_environment({name: "value-of-it"})) == ["value-of-it"]) is is_secret


def test_every_place_of_a_plan_in_which_something_is_marked() -> None:
    def change(value: str) -> dict[str, object]:
        return {
            "before": {"p": f"{value}-old"},
            "before_sensitive": {"p": True},
            "after": {"p": [value]},
            "after_sensitive": {"p": [True]},
        }

    document = {
        "resource_changes": [{"change": change("changed")}, {"change": None}, 7],
        "resource_drift": [{"change": change("drifted")}],
        "output_changes": {"o": {"before": None, "after": "output", "after_sensitive": True}},
        "variables": {"token": {"value": "variable"}, "open": {"value": "not-secret"}},
        "configuration": {
            "root_module": {
                "variables": {"token": {"sensitive": True}, "open": {}},
                "module_calls": {
                    "a": {
                        "expressions": {
                            "key": {"constant_value": {"x": "written"}},
                            "size": {"constant_value": "medium"},
                        },
                        "module": {"variables": {"key": {"sensitive": True}, "size": {}}},
                    }
                },
            }
        },
        "prior_state": {
            "values": {
                "outputs": {"s": {"sensitive": True, "value": "old-output"}},
                "root_module": {
                    "child_modules": [
                        {"resources": [{"values": {"p": "in-state", "q": "x-open"}, "sensitive_values": {"p": True}}]}
                    ]
                },
            }
        },
    }
    assert set(of_plan(document)) == {
        "changed",
        "changed-old",
        "drifted",
        "drifted-old",
        "output",
        "variable",
        "written",
        "old-output",
        "in-state",
    }
    assert set(of_state(document["prior_state"])) == {"old-output", "in-state"}
    assert list(of_plan({})) == []
