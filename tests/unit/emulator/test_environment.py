from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from mendixctl.emulator.control import Endpoint
from mendixctl.emulator.environment import environment, scrubbed

ENDPOINT = Endpoint("http://127.0.0.1:1", 1, 1, "123456789012", "eu-central-1")


def test_nothing_of_a_real_account_remains() -> None:
    inherited = {
        "AWS_PROFILE": "prod",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "file",
        "AWS_CA_BUNDLE": "bundle",
        "TF_AWS_PROFILE": "prod",
        "HOME": "home",
    }
    result = scrubbed(inherited) | environment(ENDPOINT)
    assert result["HOME"] == "home"
    assert result["AWS_CA_BUNDLE"] == "bundle"
    assert set(inherited) & set(result) == {"HOME", "AWS_CA_BUNDLE"}
    assert result["AWS_ENDPOINT_URL"] == ENDPOINT.url
    assert result["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


@given(st.dictionaries(st.text(st.characters(codec="ascii"), min_size=1), st.text()))
def test_other_variables_are_left_alone(inherited: dict[str, str]) -> None:
    kept = scrubbed(inherited)
    assert kept.items() <= inherited.items()
    assert all(name.startswith(("AWS_", "TF_AWS_", "AMAZON_")) for name in inherited.keys() - kept.keys())
