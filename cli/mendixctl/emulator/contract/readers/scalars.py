"""Values that are text on the wire: of forms, XML, headers, paths and query strings."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from mendixctl.emulator.contract.faults import Fault, Kind, Path

NUMBERS = {"integer": int, "long": int, "short": int, "byte": int, "bigInteger": int, "float": float, "double": float}
_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?"  # ISO 8601
    r"|-?\d+(\.\d*)?(E[+-]?\d+)?"  # seconds of the epoch
    r"|\w{3}, \d.*",  # RFC 822
    re.IGNORECASE,
)


def from_text(shape: Any, text: str, path: Path, faults: list[Fault], *, in_body: bool = True) -> Any:
    """The value that ``text`` stands for; ``None``, and a fault, where it stands for none of the shape's."""
    kind = shape.type_name
    if kind in {"string", "character"}:
        return text
    if kind == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if kind in NUMBERS:
        try:
            return NUMBERS[kind](text)
        except ValueError:
            pass
    elif kind == "timestamp" and is_timestamp(text):
        return text
    elif kind == "blob":
        content = from_base64(text)
        if content is not None:
            return content
    faults.append(of_type(shape, path, text, in_body=in_body))
    return None


def is_timestamp(text: str) -> bool:
    """Whether ``text`` is a moment in one of the ways that AWS takes: ISO 8601, RFC 822, or seconds of the epoch."""
    return _TIMESTAMP.fullmatch(text) is not None


def from_base64(text: str) -> bytes | None:
    """The content; nothing if ``text`` is not base64."""
    try:
        return base64.b64decode(text, validate=False)
    except binascii.Error:
        return None


def of_type(shape: Any, path: Path, value: Any, *, in_body: bool = True) -> Fault:
    """The fault of a value that is not of the shape's type."""
    secret = bool(shape.metadata.get("sensitive"))
    return Fault(Kind.TYPE, path, f"be of type {shape.type_name}", value, secret, in_body)


def unknown(path: Path, value: Any = None) -> Fault:
    """The fault of a member that the shape does not have."""
    return Fault(Kind.UNKNOWN, path, "be a member of this operation", value, secret=True)
