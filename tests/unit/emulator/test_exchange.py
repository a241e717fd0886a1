from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.emulator.exchange import Request

SCOPE = "AWS4-HMAC-SHA256 Credential=key/20260101/eu-central-1/{}/aws4_request, SignedHeaders=host, Signature=abc123"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def request(method: str = "POST", body: bytes = b"", **environ: str) -> Request:
    return Request({"REQUEST_METHOD": method, "PATH_INFO": "/", **environ}, body)


def form(action: str) -> Request:
    return request(body=f"Action={action}&Version=2016-11-15".encode(), CONTENT_TYPE=FORM)


def rpc(action: str) -> Request:
    return request(HTTP_X_AMZ_TARGET=f"TrentService.{action}", body=b"{}")


@pytest.mark.parametrize("make", [form, rpc])
@pytest.mark.parametrize("action", ["DescribeVpcs", "ListKeys", "GetCallerIdentity", "HeadBucket", "Decrypt"])
def test_reads(make, action: str) -> None:
    assert make(action).action == action
    assert make(action).is_read


@pytest.mark.parametrize("make", [form, rpc])
@pytest.mark.parametrize("action", ["CreateVpc", "DeleteKey", "AssumeRole", "TagResource", "ListenNow", "Getaway"])
def test_changes(make, action: str) -> None:
    assert not make(action).is_read


@pytest.mark.parametrize(("method", "read"), [("GET", True), ("HEAD", True), ("PUT", False), ("DELETE", False)])
def test_rest_goes_by_the_method(method: str, read: bool) -> None:
    assert request(method).is_read is read


@given(st.binary(max_size=200))
def test_what_names_no_action_counts_as_a_change(body: bytes) -> None:
    asked = request(body=body, CONTENT_TYPE=FORM)
    assert asked.action or not asked.is_read


def test_scope_names_service_and_region() -> None:
    asked = request(HTTP_AUTHORIZATION=SCOPE.format("ec2"))
    assert (asked.service, asked.region) == ("ec2", "eu-central-1")
    assert (request().service, request().region) == ("", "")


def test_signature_and_session_are_not_recorded() -> None:
    asked = request(
        HTTP_AUTHORIZATION=SCOPE.format("s3"),
        HTTP_X_AMZ_SECURITY_TOKEN="secret",
        HTTP_USER_AGENT="terraform",
        HTTP_X_AMZ_ACL="private",
    )
    kept = asked.recordable()
    assert "secret" not in json.dumps(kept)
    assert "abc123" not in json.dumps(kept)
    assert kept["HTTP_X_AMZ_ACL"] == "private"
    assert Request(kept, b"").service == "s3"


@given(st.binary(max_size=100), st.text(max_size=20))
def test_replayed_request_is_the_recorded_one(body: bytes, query: str) -> None:
    first = request("PUT", body, QUERY_STRING=query, CONTENT_LENGTH=str(len(body)), HTTP_X_AMZ_ACL="a")
    again = Request(json.loads(json.dumps(first.recordable())), body)
    live, replayed = first.to_wsgi(), again.to_wsgi()
    assert live.pop("wsgi.input").read() == replayed.pop("wsgi.input").read() == body
    assert live == replayed


def test_body_of_unknown_length_is_read_to_its_end() -> None:
    environ = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/",
        "wsgi.input": io.BytesIO(b"abc"),
        "wsgi.input_terminated": True,
    }
    made = Request.from_wsgi(environ)
    assert made.body == b"abc"
    assert made.to_wsgi()["CONTENT_LENGTH"] == "3"


@pytest.mark.parametrize("length", ["", "0", "-1", "x"])
def test_body_without_a_length_is_empty(length: str) -> None:
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": io.BytesIO(b"abc"), "CONTENT_LENGTH": length}
    assert Request.from_wsgi(environ).body == b""


def test_path_is_decoded_by_segment() -> None:
    assert request(REQUEST_URI="/bucket/a%2Fb?x=1").segments == ["bucket", "a/b"]
    assert request(REQUEST_URI="http://host/bucket?x").path == "/bucket"
