"""The RPC v2 CBOR protocol, which boto3 speaks with some services, as the JSON protocol that the emulator knows.

The provider of Terraform and moto speak JSON. Here a request is made into one of JSON before anything looks at it, and
the answer back. Sources: Smithy, "Smithy RPC v2 CBOR protocol"; RFC 8949, sections 3 and 3.4.2 (tag 1: a time).
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from typing import Any

from mendixctl.emulator.contract.models import MODELS
from mendixctl.emulator.exchange import Request, Response

NAME = "rpc-v2-cbor"
_PATH = re.compile(r"^/service/([A-Za-z0-9_.]+)/operation/([A-Za-z0-9_]+)$")
_TIME = 1
_SHORT, _NEXT = 24, ((1, 24), (2, 25), (4, 26), (8, 27))


def as_json(request: Request) -> Request | None:
    """The same request in the JSON protocol; nothing for a request of any other protocol."""
    found = _PATH.match(request.path)
    if found is None or request.environ.get("HTTP_SMITHY_PROTOCOL") != NAME:
        return None
    model = _model(request.service)
    if model is None:
        return None
    body = json.dumps(_read(request.body), default=_seconds).encode()
    kept = {key: value for key, value in request.environ.items() if key != "HTTP_SMITHY_PROTOCOL"}
    return Request(
        {
            **kept,
            "CONTENT_TYPE": f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.1')}",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_AMZ_TARGET": f"{model.metadata['targetPrefix']}.{found[2]}",
            "PATH_INFO": "/",
            "REQUEST_URI": "/",
            "RAW_URI": "/",
        },
        body,
    )


def as_cbor(asked: Request, answer: Response) -> Response:
    """The answer to a request of `as_json` in the protocol that it came in."""
    content = json.loads(answer.body or b"{}")
    shape = None
    if answer.status < 300:
        shape = _model(asked.service).operation_model(asked.action).output_shape
    body = written(content, shape)
    return Response(answer.status, body, (("Content-Type", "application/cbor"), ("smithy-protocol", NAME)))


def written(value: Any, shape: Any = None) -> bytes:
    """JSON data as CBOR. ``shape`` is botocore's, which says what numbers are times; None where none are."""
    kind = getattr(shape, "type_name", "")
    if kind == "timestamp" and value is not None:
        return _head(6, _TIME) + b"\xfb" + struct.pack(">d", float(value))
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, str):
        text = value.encode()
        return _head(3, len(text)) + text
    if isinstance(value, Mapping):
        pairs = [written(str(key)) + written(it, _member(shape, kind, str(key))) for key, it in value.items()]
        return _head(5, len(pairs)) + b"".join(pairs)
    items = [written(it, shape.member if kind == "list" else None) for it in value]
    return _head(4, len(items)) + b"".join(items)


def _member(shape: Any, kind: str, name: str) -> Any:
    return shape.members.get(name) if kind == "structure" else shape.value if kind == "map" else None


def _head(major: int, number: int) -> bytes:
    if number < _SHORT:
        return bytes([major << 5 | number])
    size, code = next((size, code) for size, code in _NEXT if number < 1 << 8 * size)
    return bytes([major << 5 | code]) + number.to_bytes(size, "big")


def _read(body: bytes) -> Any:
    from botocore.parsers import RpcV2CBORParser

    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}


def _seconds(value: Any) -> float:
    return float(value.timestamp())


def _model(service: str) -> Any:
    """Botocore's description of a service by its signing name; None for one that there is not."""
    import botocore.session
    from botocore.exceptions import UnknownServiceError

    try:
        return botocore.session.get_session().get_service_model(MODELS.get(service, (service,))[0])
    except UnknownServiceError:
        return None
