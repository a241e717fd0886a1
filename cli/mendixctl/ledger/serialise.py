"""Releases and outcomes as JSON, and back: strict, so that an edited record is seen and not believed.

Each document carries a ``seal``: the digest of everything else in it. Fields that a newer mendixctl adds are
covered by the seal and otherwise ignored, so an older one can still read the history. The seal finds mistakes,
not forgers: whoever may write the ledger can make a new one; the chain of digests makes that visible in every
later record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mendixctl.ledger.release import Author, Outcome, Release
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.messages import msg
from mendixgen.strict_json import first_problem

Part = TypeVar("Part", Release, Outcome)

FORMAT = 1
"""The first number of the format; a document with a higher one is not read."""

OPTIONAL = frozenset({"snapshots", "restored_release", "restored_serial", "checks", "objects", "deployment"})
"""Fields that came after the first records: written only where they say something, and not missed."""

_ALWAYS = frozenset({"address", "area", "action", "attributes", "verdict"})
"""What is written of each change. Most need no reason, so the rest is left out where it says nothing."""


def digest(data: bytes) -> str:
    """``sha256:`` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def record_digest(release: bytes, outcome: bytes | None) -> str:
    """The digest that the next release names as its predecessor: over both parts, byte for byte."""
    return digest(digest(release).encode() + b"\n" + (digest(outcome).encode() if outcome is not None else b"none"))


def release_bytes(release: Release) -> bytes:
    """``release.json`` of a release."""
    body = _body(release)
    for part in ("changes", "objects"):
        if part in body:
            body[part] = [
                {name: value for name, value in change.items() if value or name in _ALWAYS} for change in body[part]
            ]
    return _sealed({**release.extra, **body})


def outcome_bytes(outcome: Outcome) -> bytes:
    """``outcome.json`` of an outcome."""
    return _sealed(_body(outcome))


def parse_release(data: bytes, place: str) -> Release:
    """The release in ``data``; ``place`` names it in errors.

    Raises:
        MendixError: MXL101 not readable, MXL102 edited after it was written, MXL103 by a newer mendixctl.
    """
    body = _opened(data, place)
    extra = {key: body.pop(key) for key in [*body] if key not in _names(Release) | {"format"}}
    return replace(_read(Release, body, place), extra=extra)


def parse_outcome(data: bytes, place: str) -> Outcome:
    """The outcome in ``data``; errors as for `parse_release`."""
    return _read(Outcome, _opened(data, place), place)


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
"""What reads and writes a part; made when the first one is, since that takes longer than reading it."""


def _names(part: type[Any]) -> frozenset[str]:
    """The fields that stand in a document."""
    return frozenset(one.name for one in fields(part)) - {"extra"}


def _body(part: Release | Outcome) -> dict[str, Any]:
    found: dict[str, Any] = _adapter(type(part)).dump_python(part, mode="json", exclude={"extra"})
    return {"format": FORMAT, **{name: value for name, value in found.items() if value or name not in OPTIONAL}}


def _read(part: type[Part], body: Mapping[str, Any], place: str) -> Part:
    # what has a default when a release is made is no less missed in a record
    for kind, found in ((part, body), (Author, body.get("author"))):
        missing = sorted(_names(kind) - OPTIONAL - found.keys()) if isinstance(found, Mapping) else []
        if missing:
            raise _unreadable(place, msg("{value} is missing", value=missing[0]))
    try:
        read: Part = _adapter(part).validate_json(json.dumps(body))
    except ValidationError as error:
        raise _unreadable(place, first_problem(error)) from error
    return read


def _canonical(body: Mapping[str, Any]) -> bytes:
    # surrogates cannot come from YAML or AWS; ASCII escapes keep any other text exact whatever reads the file
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def _sealed(body: dict[str, Any]) -> bytes:
    body.pop("seal", None)
    return (
        json.dumps({**body, "seal": digest(_canonical(body))}, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
    ).encode()


def _opened(data: bytes, place: str) -> dict[str, Any]:
    try:
        body = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise _unreadable(place, msg("it is not JSON ({error})", error=error)) from error
    if not isinstance(body, dict):
        raise _unreadable(place, "it is not a JSON object")
    written = body.get("format")
    if isinstance(written, int) and written > FORMAT:
        raise MendixError(
            Diagnostic(
                "MXL103",
                msg(
                    "{place} was written by a newer mendixctl (format {written}, this one reads {format})",
                    place=place,
                    written=written,
                    format=FORMAT,
                ),
                hint="install the newer version of mendixctl",
                location=Location(place),
            )
        )
    seal = body.pop("seal", None)
    if seal is None or written != FORMAT:
        raise _unreadable(place, "it is not a record of mendixctl")
    try:
        expected = digest(_canonical(body))
    except (ValueError, RecursionError) as error:
        raise _unreadable(place, str(error)) from error
    if seal != expected:
        raise MendixError(
            Diagnostic(
                "MXL102",
                msg("{place} was edited after it was written: its seal does not fit its content", place=place),
                hint="restore the file from git or from the version history of the bucket; records are never edited",
                location=Location(place),
            )
        )
    return body


def _unreadable(place: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXL101",
            msg("{place} cannot be read as a record: {why}", place=place, why=why),
            hint="restore the file from git or from the version history of the bucket",
            location=Location(place),
        )
    )
