"""Parameters in the places of REST: path, query string, headers, and a body of JSON, XML or plain content."""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.contract.faults import Fault
from mendixctl.emulator.contract.models import Asked
from mendixctl.emulator.contract.readers import json, xml
from mendixctl.emulator.contract.readers.scalars import from_text
from mendixctl.emulator.exchange import Request

_OWN_NAMES = {"CONTENT_TYPE", "CONTENT_LENGTH"}
"""Headers that WSGI keeps under a name without HTTP_."""


def read(shape: Any, asked: Asked, request: Request, faults: list[Fault]) -> dict[str, Any]:
    """The members of ``shape``, wherever they stand in ``request``."""
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        place, sent = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "uri" and sent in asked.labels:
            found[name] = from_text(member, asked.labels[sent], (name,), faults, in_body=False)
        elif place == "querystring":
            _from_query(name, member, request.query.get(sent, []), found, faults)
        elif place == "header":
            text = _header(request, sent)
            if text:
                found[name] = _from_header(member, text, name, faults)
    payload = shape.serialization.get("payload")
    body = xml if asked.protocol == "rest-xml" else json
    if payload is None:
        content = body.read(shape, request.body, faults)
        return {**found, **content} if isinstance(content, dict) else found
    member = shape.members[payload]
    if member.type_name in {"blob", "string"}:
        found[payload] = request.body if member.type_name == "blob" else request.body.decode("utf-8", "replace")
    elif request.body.strip():
        found[payload] = body.read(member, request.body, faults, (payload,))
    return found


def _from_query(name: str, member: Any, sent: list[str], found: dict[str, Any], faults: list[Fault]) -> None:
    """An argument that is there and empty says as much as one that is not there."""
    texts = [text for text in sent if text]
    if member.type_name == "list" and texts:
        found[name] = [
            from_text(member.member, text, (name, place), faults, in_body=False) for place, text in enumerate(texts)
        ]
    elif member.type_name not in {"list", "map"} and texts:
        found[name] = from_text(member, texts[0], (name,), faults, in_body=False)


def _header(request: Request, name: str) -> str:
    key = name.upper().replace("-", "_")
    return str(request.environ.get(key if key in _OWN_NAMES else f"HTTP_{key}", ""))


def _from_header(member: Any, text: str, name: str, faults: list[Fault]) -> Any:
    if member.type_name == "list":
        return [from_text(member.member, part.strip(), (name,), faults, in_body=False) for part in text.split(",")]
    if member.serialization.get("jsonvalue"):
        return text
    return from_text(member, text, (name,), faults, in_body=False)
