from __future__ import annotations

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.aws import Clients
from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.environment import environment, process_environment, scrubbed
from tests.support.hostile_variables import HOSTILE
from tests.support.serving import in_background

ENDPOINT = Endpoint("http://127.0.0.1:1", 1, 1, "123456789012", "eu-central-1")


def test_nothing_of_a_real_account_remains() -> None:
    result = scrubbed({**HOSTILE, "HOME": "home"}) | environment(ENDPOINT)
    assert not [name for name in HOSTILE if name.startswith("AWS_") and result.get(name) == HOSTILE[name]]
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "TF_AWS_PROFILE"} & result.keys()
    assert result["HOME"] == "home"
    assert result["AWS_ENDPOINT_URL"] == ENDPOINT.url
    assert result["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_the_emulator_s_process_knows_no_proxy() -> None:
    """Terraform keeps them: it never asks one for a loopback address, and may need one to reach its registry."""
    assert process_environment({**HOSTILE, "HOME": "home", "no_proxy": "*"}) == {"HOME": "home"}
    assert scrubbed(HOSTILE)["https_proxy"] == HOSTILE["https_proxy"]


@given(st.dictionaries(st.text(st.characters(codec="ascii"), min_size=1), st.text()))
def test_other_variables_are_left_alone(inherited: dict[str, str]) -> None:
    kept = scrubbed(inherited)
    assert kept.items() <= inherited.items()
    assert all(name.startswith(("AWS_", "TF_AWS_", "AMAZON_")) for name in inherited.keys() - kept.keys())


class Buckets(BaseHTTPRequestHandler):
    """Answers every request with an empty list of buckets, and keeps who asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.headers["Authorization"])
        body = b"<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def listening() -> Iterator[tuple[str, list[str]]]:
    """The address of a service, and the signatures of the requests that reach it."""
    asked: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (Buckets,), {"asked": asked}))
    in_background(server)
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_a_client_of_the_emulator_heeds_nothing_of_the_shell(
    listening: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, asked = listening
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    clients = Clients("eu-central-1", environment(Endpoint(url, 1, 1, "123456789012", "eu-central-1")))
    for _ in range(2):
        assert clients.client("s3").list_buckets()["Buckets"] == []
    assert len(asked) == 2
    assert all("Credential=emulator/" in said and "/eu-central-1/s3/" in said for said in asked)


@pytest.mark.parametrize("name", HOSTILE)
def test_each_variable_alone_is_not_heeded(
    listening: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    url, asked = listening
    monkeypatch.setenv(name, HOSTILE[name])
    given = environment(Endpoint(url, 1, 1, "123456789012", "eu-central-1"))
    Clients("eu-central-1", given).client("s3").list_buckets()
    assert len(asked) == 1
