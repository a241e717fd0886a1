"""CBOR as boto3 sends and reads it: what the emulator writes is what botocore's own parser reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.emulator import cbor
from mendixctl.emulator.exchange import Request, Response
from tests.support.soak import examples

DATA = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False), st.text(max_size=300)),
    lambda inner: st.one_of(st.lists(inner, max_size=30), st.dictionaries(st.text(max_size=8), inner, max_size=30)),
    max_leaves=20,
)


"""Without null, which botocore leaves out of what it reads."""


def read(data: bytes) -> Any:
    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(data))


@settings(max_examples=examples(200))
@given(DATA)
def test_what_is_written_is_what_botocore_reads(value: Any) -> None:
    assert read(cbor.written(value)) == value


def test_a_request_becomes_one_of_json_and_its_answer_comes_back() -> None:
    model = botocore.session.get_session().get_service_model("codepipeline")
    operation = model.operation_model("ListPipelines")
    sent = create_serializer("smithy-rpc-v2-cbor").serialize_to_request({"maxResults": 7}, operation)
    prepare_request_dict(sent, "http://127.0.0.1")
    prepared = create_request_object(sent).prepare()
    environ = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "/service/CodePipeline_20150709/operation/ListPipelines",
        "PATH_INFO": "/service/CodePipeline_20150709/operation/ListPipelines",
        "HTTP_SMITHY_PROTOCOL": prepared.headers["smithy-protocol"],
        "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=a/20260101/eu-central-1/codepipeline/aws4_request, S=0",
    }
    asked = cbor.as_json(Request(environ, prepared.body))
    assert asked is not None
    assert (asked.action, json.loads(asked.body)) == ("ListPipelines", {"maxResults": 7})

    answer = {"pipelines": [{"name": "a", "created": 1764485000.5}]}
    given_back = cbor.as_cbor(asked, Response(200, json.dumps(answer).encode()))
    found = read(given_back.body)
    assert found["pipelines"][0]["created"] == datetime.fromtimestamp(1764485000.5, UTC)
    failed = cbor.as_cbor(asked, Response(400, b'{"__type": "PipelineNotFoundException", "message": "no"}'))
    assert (failed.status, read(failed.body)["__type"]) == (400, "PipelineNotFoundException")


def test_other_requests_are_left_as_they_are() -> None:
    assert cbor.as_json(Request({"REQUEST_METHOD": "POST", "PATH_INFO": "/"}, b"")) is None
