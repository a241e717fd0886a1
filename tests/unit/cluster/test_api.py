"""The calls to a cluster: what is asked, and what becomes of a server's refusals."""

from __future__ import annotations

import base64
import json
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import boto3
import pytest
import urllib3

from mendixctl.cluster.access import Access, of_cluster
from mendixctl.cluster.api import Api, Resource
from mendixgen.diagnostics import MendixError
from tests.unit.emulator.kubernetes.cluster import Client, deployment

DEPLOYMENTS = Resource("apps/v1", "Deployment", "deployments", namespaced=True)
WEB = {**deployment(), "metadata": {"name": "web", "namespace": "default"}}


def api(answer: Any) -> Api:
    """An API whose HTTP is a function: (method, url, keywords) -> response, or an exception."""
    made = Api(Access("http://cluster", "", lambda: "k8s-aws-v1.x"), "prod")
    made._pool = SimpleNamespace(request=answer)  # type: ignore[assignment]
    return made


@pytest.fixture
def real() -> Api:
    """An API before the emulator's own cluster."""
    client = Client()

    def answer(method: str, url: str, *, body: bytes | None, headers: dict[str, str], timeout: Any) -> Any:
        path, _, query = url.removeprefix("http://cluster/").partition("?")
        status, content = client.ask(
            method, path, json.loads(body) if body else None, headers.get("Content-Type", ""), **dict(parse_qsl(query))
        )
        return SimpleNamespace(status=status, data=json.dumps(content).encode())

    return api(answer)


def test_an_object_is_applied_found_and_deleted(real: Api) -> None:
    assert real.resource("apps/v1", "Deployment") == DEPLOYMENTS
    assert real.resource("apps/v1", "Widget") is None
    assert real.resource("nowhere/v1", "Widget") is None
    assert real.get(DEPLOYMENTS, WEB) is None
    assert real.apply(DEPLOYMENTS, WEB, dry_run=True)["kind"] == "Deployment"
    assert real.get(DEPLOYMENTS, WEB) is None
    real.apply(DEPLOYMENTS, {**WEB, "metadata": {**WEB["metadata"], "labels": {"a": "b"}}})
    assert [one["metadata"]["name"] for one in real.listed(DEPLOYMENTS, {"a": "b"})] == ["web"]
    assert list(real.listed(DEPLOYMENTS, {"a": "c"})) == []
    assert DEPLOYMENTS in real.served()
    real.delete(DEPLOYMENTS, WEB)
    real.delete(DEPLOYMENTS, WEB)
    assert real.get(DEPLOYMENTS, WEB) is None


def test_a_refusal_has_the_servers_words(real: Api) -> None:
    with pytest.raises(MendixError) as refused:
        real.apply(DEPLOYMENTS, {**WEB, "spec": {**WEB["spec"], "replica": 1}})
    assert refused.value.diagnostics[0].code == "MXK103"
    assert 'unknown field "spec.replica"' in refused.value.diagnostics[0].summary


@pytest.mark.parametrize(("status", "code"), [(401, "MXK102"), (403, "MXK102"), (500, "MXK103")])
def test_what_a_server_denies(status: int, code: str) -> None:
    denied = api(lambda *_, **__: SimpleNamespace(status=status, data=b"not JSON"))
    with pytest.raises(MendixError) as error:
        denied.get(DEPLOYMENTS, WEB)
    assert error.value.diagnostics[0].code == code
    assert "not JSON" in error.value.diagnostics[0].summary


def test_a_token_is_taken_anew_before_eks_takes_it_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    now, taken, used = [0.0], [], []

    def token() -> str:
        taken.append(now[0])
        return f"k8s-aws-v1.{len(taken)}"

    def answer(*_: Any, headers: dict[str, str], **__: Any) -> Any:
        used.append(headers["Authorization"])
        return SimpleNamespace(status=404, data=b"{}")

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    made = Api(Access("http://cluster", "", token), "prod")
    made._pool = SimpleNamespace(request=answer)  # type: ignore[assignment]
    for now[0] in (0.0, 500.0, 700.0, 1200.0, 1400.0):
        made.get(DEPLOYMENTS, WEB)
    assert taken == [0.0, 700.0, 1400.0]
    assert used[-1] == "Bearer k8s-aws-v1.3"


def test_a_token_of_eks_is_a_call_to_sts_that_names_the_cluster() -> None:
    """Signed and not sent: the header with the cluster's name is among what is signed."""
    sts = boto3.client("sts", region_name="eu-central-1", aws_access_key_id="AKIA", aws_secret_access_key="x")
    authority = base64.b64encode(b"PEM").decode()
    found = {"endpoint": "https://x.eks.amazonaws.com", "certificateAuthority": {"data": authority}}
    eks = SimpleNamespace(
        describe_cluster=lambda name: {"cluster": found},
        exceptions=SimpleNamespace(ResourceNotFoundException=KeyError),
    )
    clients: Any = SimpleNamespace(client={"sts": sts, "eks": eks}.__getitem__)
    access = of_cluster(clients, "prod", "eu-central-1", None)
    assert (access.server, access.authority) == ("https://x.eks.amazonaws.com", "PEM")
    token = access.token().removeprefix("k8s-aws-v1.")
    url = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    asked = dict(parse_qsl(url.partition("?")[2]))
    assert asked["Action"] == "GetCallerIdentity"
    assert asked["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"


def test_a_cluster_that_cannot_be_reached_says_how_it_could_be() -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise urllib3.exceptions.ConnectTimeoutError(None, "timed out")

    with pytest.raises(MendixError) as error:
        api(away).get(DEPLOYMENTS, WEB)
    assert error.value.diagnostics[0].code == "MXK101"
    assert "inside of the VPC" in error.value.diagnostics[0].hint
