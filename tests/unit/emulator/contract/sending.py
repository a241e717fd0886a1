"""Requests as an SDK would send them, without a network: botocore's own serializers, read as the emulator reads."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.serialize import create_serializer
from moto.core.utils import get_service_model

from mendixctl.emulator import cbor
from mendixctl.emulator.exchange import Request

PROTOCOLS = {"cloudwatch": "query"}
"""Services that the Terraform provider speaks another protocol with than botocore does."""


def rest(
    signing_name: str,
    method: str,
    target: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> Request:
    """A request to ``target`` (path and query), signed for a service."""
    parts = urlsplit(f"http://127.0.0.1{target}")
    scope = (
        f"AWS4-HMAC-SHA256 Credential=emulator/20260101/eu-central-1/{signing_name}/aws4_request, SignedHeaders=host"
    )
    environ = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": target,
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host",
    }
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return Request(environ, body)


def form(signing_name: str, **parameters: str) -> Request:
    """A request of the query or EC2 protocol."""
    body = "&".join(f"{name.replace('__', '.')}={value}" for name, value in parameters.items())
    return rest(signing_name, "POST", "/", body.encode(), {"Content-Type": "application/x-www-form-urlencoded"})


def call(signing_name: str, target: str, **parameters: Any) -> Request:
    """A request of an AWS JSON protocol; ``target`` is prefix and operation."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    return rest(signing_name, "POST", "/", json.dumps(parameters).encode(), headers)


def serialized(service: str, operation: str, parameters: dict[str, Any]) -> Request:
    """What the emulator judges of what boto3 would send, but for the checks that boto3 makes itself."""
    model = get_service_model(service)
    sent = _serializer(PROTOCOLS.get(service, str(model.metadata["protocol"]))).serialize_to_request(
        parameters, model.operation_model(operation)
    )
    prepare_request_dict(sent, "http://127.0.0.1")
    prepared = create_request_object(sent).prepare()
    parts = urlsplit(prepared.url)
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in prepared.headers.items()}
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    made = rest(model.signing_name, sent["method"], target, body, headers)
    return cbor.as_json(made) or made  # before anything else looks at it, as the emulator does


@cache
def _serializer(protocol: str) -> Any:
    return create_serializer(protocol, include_validation=False)
