"""Parameters in JSON: the AWS JSON protocols, and the bodies of REST-JSON."""

from __future__ import annotations

import json
from typing import Any

from mendixctl.emulator.contract.faults import Fault, Path
from mendixctl.emulator.contract.readers.scalars import NUMBERS, from_base64, is_timestamp, of_type, unknown

DISCRIMINATOR = "__type"
"""A member that an SDK may add to any structure."""


def read(shape: Any, body: bytes, faults: list[Fault], path: Path = ()) -> Any:
    """The members of ``shape`` in ``body``; those with a place elsewhere (REST) are left out, and not known here."""
    if not body.strip():
        return {}
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        faults.append(of_type(shape, path, body[:100].decode(errors="replace")))
        return {}
    read = value(shape, sent, path, faults)
    return {} if read is None else read


def value(shape: Any, sent: Any, path: Path, faults: list[Fault]) -> Any:
    """What ``sent`` is as a value of ``shape``; ``None`` for null, and for what is not of its type."""
    if sent is None or shape.metadata.get("document"):
        return sent
    kind = shape.type_name
    if kind == "structure" and isinstance(sent, dict):
        return _structure(shape, sent, path, faults)
    if kind == "list" and isinstance(sent, list):
        return [value(shape.member, each, (*path, place), faults) for place, each in enumerate(sent)]
    if kind == "map" and isinstance(sent, dict):
        return {key: value(shape.value, each, (*path, key), faults) for key, each in sent.items()}
    if _is_scalar(kind, sent):
        return sent
    if kind == "blob" and isinstance(sent, str):
        content = from_base64(sent)
        if content is not None:
            return content
    faults.append(of_type(shape, path, sent))
    return None


def _structure(shape: Any, sent: dict[str, Any], path: Path, faults: list[Fault]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    known = {DISCRIMINATOR}
    for name, member in shape.members.items():
        if member.serialization.get("location"):
            continue
        key = member.serialization.get("name", name)
        known.add(key)
        if sent.get(key) is not None:
            found[name] = value(member, sent[key], (*path, name), faults)
    faults += [unknown((*path, key), it) for key, it in sent.items() if key not in known and it is not None]
    return found


def _is_scalar(kind: str, sent: Any) -> bool:
    if kind in {"string", "character"}:
        return isinstance(sent, str)
    if kind == "boolean":
        return isinstance(sent, bool)
    if isinstance(sent, bool):
        return False
    if kind == "timestamp":
        return isinstance(sent, (int, float)) or (isinstance(sent, str) and is_timestamp(sent))
    if NUMBERS.get(kind) is float:
        return isinstance(sent, (int, float)) or sent in ("NaN", "Infinity", "-Infinity")
    return kind in NUMBERS and (isinstance(sent, int) or (isinstance(sent, float) and sent.is_integer()))
