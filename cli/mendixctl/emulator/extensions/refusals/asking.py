"""Questions to the emulator itself, in the words of a service's API, without a network: botocore on both sides."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from mendixctl.emulator.exchange import Request, Response

Answer = Callable[[Request], Response]

FAILED = 300
"""The first status that is no answer to what was asked."""


class Ask:
    """Asks with the region and the account of the request that is being judged; the same question once."""

    def __init__(self, request: Request, answer: Answer) -> None:
        self._request = request
        self._answer = answer
        self._known: dict[str, dict[str, Any]] = {}

    def __call__(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer, by botocore's names; empty where the emulator answers with an error."""
        question = repr((service, operation, sorted(parameters.items())))
        if question not in self._known:
            self._known[question] = self._asked(service, operation, parameters)
        return self._known[question]

    def _asked(self, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        model, serializer, parser = _tools(service)
        operation_model = model.operation_model(operation)
        sent = serializer.serialize_to_request(parameters, operation_model)
        response = self._answer(self._as_request(sent, model.signing_name))
        if response.status >= FAILED:
            return {}
        headers = {name.lower(): value for name, value in response.headers}
        received = {"status_code": response.status, "headers": headers, "body": response.body}
        found: dict[str, Any] = parser.parse(received, operation_model.output_shape)
        return found

    def _as_request(self, sent: dict[str, Any], signing_name: str) -> Request:
        from botocore.awsrequest import create_request_object, prepare_request_dict

        prepare_request_dict(sent, "http://127.0.0.1")
        prepared = create_request_object(sent).prepare()
        parts = urlsplit(prepared.url)
        scope = f"Credential=emulator/20260101/{self._request.region}/{signing_name}/aws4_request"
        environ = {
            "REQUEST_METHOD": sent["method"],
            "REQUEST_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "HTTP_HOST": str(self._request.environ.get("HTTP_HOST", "127.0.0.1")),
            "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        }
        for name, value in prepared.headers.items():
            key = name.upper().replace("-", "_")
            text = value.decode() if isinstance(value, bytes) else str(value)
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = text
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
        return Request({**environ, "CONTENT_LENGTH": str(len(body))}, body)


@cache
def _tools(service: str) -> tuple[Any, Any, Any]:
    from botocore.parsers import create_parser
    from botocore.serialize import create_serializer
    from moto.core.utils import get_service_model

    model: Any = get_service_model(service)
    protocol = str(model.metadata["protocol"])
    return model, create_serializer(protocol, include_validation=False), create_parser(protocol)
