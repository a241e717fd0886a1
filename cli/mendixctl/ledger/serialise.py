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
from datetime import UTC, datetime
from typing import Any, TypeVar

from mendixctl.ledger.release import (
    Author,
    Health,
    HealthCheck,
    Kind,
    Outcome,
    RecordedChange,
    Release,
    Status,
)
from mendixgen.diagnostics import Diagnostic, Location, MendixError

Converted = TypeVar("Converted")

LARGEST_NUMBER = 10**15
"""Releases, serials: nothing counts that far, and other readers of JSON keep no larger number exactly."""

FORMAT = 1
"""The first number of the format; a document with a higher one is not read."""

OPTIONAL = frozenset({"snapshots", "restored_release", "restored_serial", "checks"})
"""Fields that came after the first records: written only where they say something, and not missed."""

_REASONS = ("reason", "until", "back", "back_reason", "previous_address")
"""Texts of a change that are left out where they are empty, and that older records do not have."""

_RELEASE_FIELDS = frozenset(Release.__dataclass_fields__) - {"extra"} | {"format", "seal"}


def digest(data: bytes) -> str:
    """``sha256:`` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def record_digest(release: bytes, outcome: bytes | None) -> str:
    """The digest that the next release names as its predecessor: over both parts, byte for byte."""
    return digest(digest(release).encode() + b"\n" + (digest(outcome).encode() if outcome is not None else b"none"))


def release_bytes(release: Release) -> bytes:
    """``release.json`` of a release."""
    author = release.author
    body: dict[str, Any] = {
        **release.extra,
        "format": FORMAT,
        "number": release.number,
        "environment": release.environment,
        "account": release.account,
        "region": release.region,
        "target": release.target,
        "kind": release.kind.value,
        "started_at": _moment(release.started_at),
        "author": {"user": author.user, "host": author.host, "git": author.git, "arn": author.arn},
        "message": release.message,
        "commit": release.commit,
        "rollback_to": release.rollback_to,
        "rollback_from": release.rollback_from,
        "held_forward": list(release.held_forward),
        "changes": [_change_body(change) for change in release.changes],
        "generator": release.generator,
        "terraform": release.terraform,
        "plan_digest": release.plan_digest,
        "archive_digest": release.archive_digest,
        "predecessor": release.predecessor,
        "lock": release.lock,
        "spec": release.spec,
    }
    later = {
        "snapshots": dict(release.snapshots),
        "restored_release": release.restored_release,
        "restored_serial": release.restored_serial,
    }
    return _sealed({**body, **_said(later)})


def outcome_bytes(outcome: Outcome) -> bytes:
    """``outcome.json`` of an outcome."""
    checks = [
        {
            "kind": check.kind,
            "address": check.address,
            "name": check.name,
            "health": check.health.value,
            "detail": check.detail,
        }
        for check in outcome.checks
    ]
    return _sealed(
        {
            "format": FORMAT,
            "status": outcome.status.value,
            "finished_at": _moment(outcome.finished_at),
            "seconds": outcome.seconds,
            "done": list(outcome.done),
            "failed": list(outcome.failed),
            "not_started": list(outcome.not_started),
            "errors": list(outcome.errors),
            "lineage": outcome.lineage,
            "serial": outcome.serial,
            "proven": outcome.proven,
            **_said({"checks": checks}),
        }
    )


def parse_release(data: bytes, place: str) -> Release:
    """The release in ``data``; ``place`` names it in errors.

    Raises:
        MendixError: MXL101 not readable, MXL102 edited after it was written, MXL103 by a newer mendixctl.
    """
    body = _opened(data, place)
    field = _Fields(body, place)
    author = _Fields(field.mapping("author"), place, "author.")
    return Release(
        number=field.integer("number", least=1),
        environment=field.text("environment"),
        account=field.text("account"),
        region=field.text("region"),
        target=field.text("target"),
        kind=field.convert("kind", Kind),
        started_at=field.moment("started_at"),
        author=Author(author.text("user"), author.text("host"), author.text("git"), author.text("arn")),
        spec=field.text("spec"),
        lock=field.text("lock"),
        archive_digest=field.text("archive_digest"),
        predecessor=field.text("predecessor"),
        message=field.text("message"),
        commit=field.text("commit"),
        rollback_to=field.integer("rollback_to"),
        rollback_from=field.integer("rollback_from"),
        held_forward=field.texts("held_forward"),
        changes=tuple(_change(each, place, index) for index, each in enumerate(field.items("changes"))),
        plan_digest=field.text("plan_digest"),
        generator=field.text("generator"),
        terraform=field.text("terraform"),
        snapshots=field.named_texts("snapshots") if "snapshots" in body else {},
        restored_release=field.integer("restored_release") if "restored_release" in body else 0,
        restored_serial=field.integer("restored_serial") if "restored_serial" in body else 0,
        extra={key: value for key, value in body.items() if key not in _RELEASE_FIELDS},
    )


def parse_outcome(data: bytes, place: str) -> Outcome:
    """The outcome in ``data``; errors as for `parse_release`."""
    body = _opened(data, place)
    field = _Fields(body, place)
    checks = field.items("checks") if "checks" in body else []
    proven = field.raw("proven")
    if proven is not None and not isinstance(proven, bool):
        raise _unreadable(place, "proven is neither true, false nor null")
    return Outcome(
        status=field.convert("status", Status),
        finished_at=field.moment("finished_at"),
        seconds=field.number("seconds"),
        done=field.texts("done"),
        failed=field.texts("failed"),
        not_started=field.texts("not_started"),
        errors=field.texts("errors"),
        lineage=field.text("lineage"),
        serial=field.integer("serial"),
        proven=proven,
        checks=tuple(_check(each, place, index) for index, each in enumerate(checks)),
    )


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the later fields that say something: a record without them is as it always was."""
    return {name: value for name, value in fields.items() if value}


def _check(value: Any, place: str, index: int) -> HealthCheck:
    prefix = f"checks[{index}]."
    if not isinstance(value, Mapping):
        raise _unreadable(place, f"{prefix[:-1]} is not an object")
    field = _Fields(value, place, prefix)
    return HealthCheck(
        kind=field.text("kind"),
        address=field.text("address"),
        name=field.text("name"),
        health=field.convert("health", Health),
        detail=field.text("detail"),
    )


def _change_body(change: RecordedChange) -> dict[str, Any]:
    """What there is to say of a change; most need no reason, so what is empty is left out."""
    body: dict[str, Any] = {
        "address": change.address,
        "area": change.area,
        "action": change.action,
        "attributes": list(change.attributes),
        "verdict": change.verdict,
    }
    optional = {name: getattr(change, name) for name in (*_REASONS, "one_way")} | {"identity": dict(change.identity)}
    return body | {name: value for name, value in optional.items() if value}


def _change(value: Any, place: str, index: int) -> RecordedChange:
    prefix = f"changes[{index}]."
    if not isinstance(value, Mapping):
        raise _unreadable(place, f"{prefix[:-1]} is not an object")
    field = _Fields({**dict.fromkeys(_REASONS, ""), "one_way": False, "identity": {}, **value}, place, prefix)
    reasons = {name: field.text(name) for name in _REASONS}
    return RecordedChange(
        address=field.text("address"),
        area=field.text("area"),
        action=field.text("action"),
        attributes=field.texts("attributes"),
        verdict=field.text("verdict"),
        one_way=field.truth("one_way"),
        **reasons,
        identity=field.named_texts("identity"),
    )


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


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
        raise _unreadable(place, f"it is not JSON ({error})") from error
    if not isinstance(body, dict):
        raise _unreadable(place, "it is not a JSON object")
    written = body.get("format")
    if isinstance(written, int) and written > FORMAT:
        raise MendixError(
            Diagnostic(
                "MXL103",
                f"{place} was written by a newer mendixctl (format {written}, this one reads {FORMAT})",
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
                f"{place} was edited after it was written: its seal does not fit its content",
                hint="restore the file from git or from the version history of the bucket; records are never edited",
                location=Location(place),
            )
        )
    return body


def _unreadable(place: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXL101",
            f"{place} cannot be read as a record: {why}",
            hint="restore the file from git or from the version history of the bucket",
            location=Location(place),
        )
    )


class _Fields:
    """Typed access to one JSON object; a missing or mistyped field is an error that names it."""

    def __init__(self, body: Mapping[str, Any], place: str, prefix: str = "") -> None:
        self._body, self._place, self._prefix = body, place, prefix

    def raw(self, name: str) -> Any:
        if name not in self._body:
            raise _unreadable(self._place, f"{self._prefix}{name} is missing")
        return self._body[name]

    def _typed(self, name: str, kind: type | tuple[type, ...], called: str) -> Any:
        value = self.raw(name)
        if isinstance(value, bool) or not isinstance(value, kind):
            raise _unreadable(self._place, f"{self._prefix}{name} is not {called}")
        return value

    def text(self, name: str) -> str:
        value: str = self._typed(name, str, "a text")
        return self._whole(name, value)

    def _whole(self, name: str, value: str) -> str:
        """``value``, which a file can keep: JSON can hold half a surrogate pair, UTF-8 cannot."""
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise _unreadable(self._place, f"{self._prefix}{name} holds half a surrogate pair") from error
        return value

    def truth(self, name: str) -> bool:
        value = self.raw(name)
        if not isinstance(value, bool):
            raise _unreadable(self._place, f"{self._prefix}{name} is neither true nor false")
        return value

    def integer(self, name: str, least: int = 0) -> int:
        value: int = self._typed(name, int, "a whole number")
        if value > LARGEST_NUMBER:
            raise _unreadable(self._place, f"{self._prefix}{name} is too large a number")
        if value < least:
            raise _unreadable(self._place, f"{self._prefix}{name} is {value}, less than {least}")
        return value

    def number(self, name: str) -> float:
        value: int | float = self._typed(name, (int, float), "a number")
        try:
            return float(value)
        except OverflowError as error:
            raise _unreadable(self._place, f"{self._prefix}{name} is too large a number") from error

    def mapping(self, name: str) -> Mapping[str, Any]:
        value: Mapping[str, Any] = self._typed(name, dict, "an object")
        return value

    def items(self, name: str) -> list[Any]:
        value: list[Any] = self._typed(name, list, "a list")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.items(name)
        if not all(isinstance(each, str) for each in value):
            raise _unreadable(self._place, f"{self._prefix}{name} is not a list of texts")
        return tuple(self._whole(name, each) for each in value)

    def named_texts(self, name: str) -> Mapping[str, str]:
        value = self.mapping(name)
        if not all(isinstance(each, str) for each in value.values()):
            raise _unreadable(self._place, f"{self._prefix}{name} is not texts by name")
        return value

    def convert(self, name: str, make: Callable[[str], Converted]) -> Converted:
        text = self.text(name)
        try:
            return make(text)
        except ValueError as error:
            raise _unreadable(self._place, f"{self._prefix}{name} is {text!r}, which is none of its values") from error

    def moment(self, name: str) -> datetime:
        found = self.convert(name, datetime.fromisoformat)
        try:
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except OverflowError as error:
            raise _unreadable(self._place, f"{self._prefix}{name} is no moment of this calendar in UTC") from error
