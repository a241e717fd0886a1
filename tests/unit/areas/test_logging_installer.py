"""The installer against a domain that refuses what OpenSearch refuses: what it changes, and that it does so once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any

import pytest

from mendixgen.areas.logging import dashboards
from mendixgen.functions import install_logging
from mendixgen.functions.install_logging import Cluster, InstallError, handler, install, signed
from tests.support.opensearch_double import Double, serving

ROLE = "arn:aws:iam::123456789012:role/"
WRITE = {"index_patterns": ["mx-*"], "allowed_actions": ["index"]}
MIGRATION = {"warm_migration": {}, "timeout": "24h", "retry": {"count": 5, "backoff": "exponential", "delay": "1h"}}


def policy(days: int = 90) -> dict[str, Any]:
    states = [
        {"name": "hot", "actions": [], "transitions": [_to("warm", 7)]},
        {"name": "warm", "actions": [MIGRATION], "transitions": [_to("delete", days)]},
        {"name": "delete", "actions": [{"delete": {}}], "transitions": []},
    ]
    template = [{"index_patterns": ["mx-*"], "priority": 100}]
    body = {"policy": {"description": "d", "default_state": "hot", "states": states, "ism_template": template}}
    return {"kind": "policy", "name": "mx-logs", "indices": "mx-*", "body": body}


def _to(state: str, days: int) -> dict[str, Any]:
    return {"state_name": state, "conditions": {"min_index_age": f"{days}d"}}


DOCUMENTS: list[dict[str, Any]] = [
    {"kind": "role", "name": "writer", "body": {"cluster_permissions": ["x"], "index_permissions": [WRITE]}},
    {"kind": "mapping", "name": "writer", "body": {"backend_roles": [f"{ROLE}delivery"]}},
    {"kind": "members", "name": "all_access", "body": {"backend_roles": [f"{ROLE}admin"]}},
    {"kind": "members", "name": "not_there", "body": {"backend_roles": [f"{ROLE}admin"]}},
    {
        "kind": "template",
        "name": "mx-logs",
        "body": {"index_patterns": ["mx-*"], "template": {"settings": {"index": {"number_of_replicas": "1"}}}},
    },
    policy(),
    {"kind": "objects", "name": "dashboards", "body": dashboards.ndjson()},
]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def double() -> Double:
    return Double()


@pytest.fixture
def address(double: Double) -> Iterator[str]:
    with serving(double) as found:
        yield found


@pytest.fixture
def run(address: str) -> Callable[..., dict[str, list[str]]]:
    def installed(documents: list[dict[str, Any]], seconds: float = 60) -> dict[str, list[str]]:
        cluster = Cluster(signed(address, HTTPConnection), time.monotonic() + seconds, sleep=lambda _: None)
        return install(cluster, documents)

    return installed


Run = Callable[..., dict[str, list[str]]]


def test_all_is_installed_and_a_second_run_changes_nothing(run: Run, double: Double) -> None:
    first = run(DOCUMENTS)
    assert first["unchanged"] == ["members not_there"]
    assert double.mappings["writer"]["backend_roles"] == [f"{ROLE}delivery"]
    assert double.mappings["all_access"]["backend_roles"] == [f"{ROLE}master", f"{ROLE}admin"]
    assert double.templates["mx-logs"]["template"]["settings"] == {"index": {"number_of_replicas": "1"}}
    assert ("dashboard", "mx-apps") in double.objects
    before = json.dumps([double.policies, double.roles, double.mappings, double.templates])
    double.written.clear()
    assert run(DOCUMENTS)["changed"] == []
    assert double.written == []
    assert json.dumps([double.policies, double.roles, double.mappings, double.templates]) == before


def test_a_changed_policy_is_put_with_the_numbers_of_what_is_there_and_reaches_old_indices(
    run: Run, double: Double
) -> None:
    double.indices = {"mx-crm-2026.11.01": None, "mx-crm-2026.11.02": "other", "else": None}
    run([policy()])
    assert double.indices == {"mx-crm-2026.11.01": "mx-logs", "mx-crm-2026.11.02": "other", "else": None}
    assert double.changed_to == {}
    assert run([policy(60)])["changed"] == ["policy mx-logs"]
    assert double.policies["mx-logs"]["policy"]["states"][1]["transitions"] == [_to("delete", 60)]
    assert double.changed_to["mx-crm-2026.11.01"] == "mx-logs"


def test_a_policy_that_somebody_else_changes_meanwhile_is_read_again(run: Run, double: Double) -> None:
    run([policy()])

    def faster() -> None:
        double.policies["mx-logs"]["_seq_no"] += 5

    double.before = [faster]
    assert run([policy(30)])["changed"] == ["policy mx-logs"]
    assert double.policies["mx-logs"]["policy"]["states"][1]["transitions"] == [_to("delete", 30)]


def test_a_domain_that_is_not_ready_is_waited_for(run: Run, double: Double) -> None:
    double.troubles = [503, 403, 429, 502]
    assert run([policy()])["changed"] == ["policy mx-logs"]
    assert double.troubles == []


def test_a_domain_that_does_not_get_ready_is_an_error_in_time(run: Run, double: Double) -> None:
    double.troubles = [503] * 50
    with pytest.raises(InstallError, match=r"GET /_plugins/_ism/policies/mx-logs: 503"):
        run([policy()], seconds=0)


def test_what_is_not_reached_is_an_error_in_time() -> None:
    def nobody(*_: Any) -> Any:
        raise OSError("Name or service not known")

    with pytest.raises(InstallError, match="Name or service not known"):
        install(Cluster(nobody, 0.0), [policy()])


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"kind": "role", "name": "writer", "body": {"cluster": []}}, "unknown field"),
        ({"kind": "mapping", "name": "nobody", "body": {"backend_roles": []}}, "404"),
        (
            {
                "kind": "objects",
                "name": "lost",
                "body": json.dumps(
                    {
                        "type": "search",
                        "id": "s",
                        "attributes": {},
                        "references": [{"type": "index-pattern", "id": "p"}],
                    }
                ),
            },
            "missing_references",
        ),
    ],
)
def test_what_the_domain_refuses_is_said(run: Run, document: dict[str, Any], said: str) -> None:
    with pytest.raises(InstallError, match=said):
        run([document])


def test_who_is_no_longer_named_has_a_role_no_longer(run: Run, double: Double) -> None:
    run(DOCUMENTS[:2])
    other = {"kind": "mapping", "name": "writer", "body": {"backend_roles": [f"{ROLE}another"]}}
    assert run([other])["changed"] == ["mapping writer"]
    assert double.mappings["writer"]["backend_roles"] == [f"{ROLE}another"]


def test_the_handler_stops_before_lambda_does(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []

    def send(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
        heard.append((method, path))
        return 503, "starting"

    monkeypatch.setattr(install_logging, "signed", lambda endpoint: send)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 10_000)
    with pytest.raises(InstallError):
        handler({"endpoint": "https://e", "documents": [policy()]}, context)
    assert heard == [("GET", "/_plugins/_ism/policies/mx-logs")]
