"""Which releases a person asks ``history`` for: by area, person, time, outcome, kind and resource."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mendixctl.engine import released
from mendixctl.engine.history.results import HistoryResult
from mendixctl.ledger.release import Record
from mendixgen.diagnostics import MendixError


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; what is empty is not asked. ``since`` and ``until`` are about when a release began."""

    area: str = ""
    by: str = ""
    since: datetime | None = None
    until: datetime | None = None
    outcomes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    address: str = ""

    def __bool__(self) -> bool:
        return self != Selection()

    def takes(self, record: Record, before: Record | None) -> bool:
        """Whether a release is one of those; ``before``: the release before it."""
        release = record.release
        return (
            (self.since is None or release.started_at >= self.since)
            and (self.until is None or release.started_at <= self.until)
            and (not self.outcomes or record.status.value in self.outcomes)
            and (not self.kinds or release.kind.value in self.kinds)
            and (not self.by or _is_by(record, self.by))
            and (not self.address or _concerns(record, self.address))
            and (not self.area or _is_about(record, before, self.area))
        )


def select(result: HistoryResult, selection: Selection) -> HistoryResult:
    """The same history, of which only what ``selection`` takes is listed."""
    if not selection:
        return result
    befores: Iterable[Record | None] = (None, *result.records)
    chosen = tuple(
        record for record, before in zip(result.records, befores, strict=False) if selection.takes(record, before)
    )
    return replace(result, chosen=chosen)


def _is_by(record: Record, person: str) -> bool:
    """Whether the git identity, the user (also as ``user@host``) or the caller's ARN holds the text, in any case."""
    author = record.release.author
    wanted = person.casefold()
    return any(wanted in known.casefold() for known in (author.git, f"{author.user}@{author.host}", author.arn))


def _concerns(record: Record, address: str) -> bool:
    """Whether a release was going to change the resource: its address, or that of all its instances."""
    return any(
        address in (known, known.partition("[")[0])
        for change in (*record.release.changes, *record.release.objects)
        for known in (change.address, change.previous_address)
        if known
    )


def _is_about(record: Record, before: Record | None, area: str) -> bool:
    """Whether a release was going to change the area's resources, or changed its section or its module version."""
    if any(change.area == area for change in (*record.release.changes, *record.release.objects)):
        return True
    return _section(record, area) != _section(before, area) or _version(record, area) != _version(before, area)


def _section(record: Record | None, area: str) -> Any:

    if record is None:
        return None
    try:
        return released.data(record).get(area)
    except MendixError:
        return None


def _version(record: Record | None, area: str) -> str:

    if record is None:
        return ""
    try:
        pin = released.lock(record).pins.get(area)
    except MendixError:
        return ""
    return pin.version if pin else ""
