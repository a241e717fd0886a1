"""The lines of Terraform's ``-json`` stream, typed; unknown ones are kept, never an error.

Source: Terraform's documentation, "Machine-Readable UI" (internals/machine-readable-ui).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Phase = Literal["start", "progress", "complete", "errored"]

TEXT = "text"
"""The ``kind`` of a line that is not JSON."""

STOPPING = "stopping"
"""The ``kind`` of mendixctl's own event: a person asked to stop; ``raw["count"]`` says how often."""


@dataclass(frozen=True, slots=True)
class Event:
    """Any line. ``kind`` is Terraform's ``type``; a line that is not JSON has ``kind == "text"``."""

    kind: str
    message: str = ""
    raw: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ResourceEvent(Event):
    """``apply_*`` and ``refresh_*``: one resource moved through a phase; ``elapsed`` in seconds."""

    address: str = ""
    action: str = ""
    phase: Phase = "start"
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class ChangeEvent(Event):
    """``planned_change`` and ``resource_drift``: no attribute values on the stream."""

    address: str = ""
    action: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SummaryEvent(Event):
    """``change_summary``: counts of one plan or apply."""

    operation: str = ""
    add: int = 0
    change: int = 0
    remove: int = 0
    imported: int = 0


@dataclass(frozen=True, slots=True)
class DiagnosticEvent(Event):
    """``diagnostic``: an error or a warning of Terraform or a provider."""

    severity: str = "error"
    summary: str = ""
    detail: str = ""
    address: str = ""
    file: str = ""
    line: int = 0
    column: int = 0


_PHASES: Mapping[str, Phase] = {
    "apply_start": "start",
    "apply_progress": "progress",
    "apply_complete": "complete",
    "apply_errored": "errored",
    "refresh_start": "start",
    "refresh_complete": "complete",
}


def parse_line(line: str | bytes) -> Event:
    """One line of the stream. Total: whatever the line holds, there is an event for it, and it never raises."""
    content = line if isinstance(line, str) else line.decode("utf-8", "replace")
    content = content.rstrip("\r\n")
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError):
        return Event(TEXT, content)
    if not isinstance(raw, dict):
        return Event(TEXT, content)
    kind = _text(raw.get("type")) or "unknown"
    message = _text(raw.get("@message"))
    if kind in _PHASES:
        hook = _object(raw.get("hook"))
        return ResourceEvent(
            kind,
            message,
            raw,
            address=_address(hook),
            action="read" if kind.startswith("refresh") else _text(hook.get("action")),
            phase=_PHASES[kind],
            elapsed=_seconds(hook.get("elapsed_seconds")),
        )
    if kind in ("planned_change", "resource_drift"):
        change = _object(raw.get("change"))
        return ChangeEvent(
            kind,
            message,
            raw,
            address=_address(change),
            action=_text(change.get("action")),
            reason=_text(change.get("reason")),
        )
    if kind == "change_summary":
        counts = _object(raw.get("changes"))
        return SummaryEvent(
            kind,
            message,
            raw,
            operation=_text(counts.get("operation")),
            add=_count(counts.get("add")),
            change=_count(counts.get("change")),
            remove=_count(counts.get("remove")),
            imported=_count(counts.get("import")),
        )
    if kind == "diagnostic":
        return diagnostic_event(_object(raw.get("diagnostic")), message, raw)
    return Event(kind, message, raw)


def diagnostic_event(content: Mapping[str, Any], message: str, raw: dict[str, Any]) -> DiagnosticEvent:
    """Terraform's diagnostic object, which ``validate -json`` and the stream share."""
    place = _object(content.get("range"))
    start = _object(place.get("start"))
    return DiagnosticEvent(
        "diagnostic",
        message,
        raw,
        severity=_text(content.get("severity")) or "error",
        summary=_text(content.get("summary")) or message,
        detail=_text(content.get("detail")),
        address=_text(content.get("address")),
        file=_text(place.get("filename")),
        line=_count(start.get("line")),
        column=_count(start.get("column")),
    )


def _address(content: Mapping[str, Any]) -> str:
    return _text(_object(content.get("resource")).get("addr"))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
