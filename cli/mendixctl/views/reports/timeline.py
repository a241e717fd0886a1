"""The releases of an environment as a timeline on one HTML page: what, when, who, why, and how it ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from mendixctl.guard.verdict import Verdict
from mendixctl.terraform.plan import Action
from mendixctl.views.reports.content import SIGNS
from mendixctl.views.reports.page import rendered
from mendixctl.views.text import clean, clean_line, duration, moment, plural

if TYPE_CHECKING:
    from mendixctl.engine.history.results import HistoryResult
    from mendixctl.ledger.release import Record, RecordedChange

MOST = 500
"""Changes of one release that are named; more than that are counted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as the ledger has it."""

    address: str
    sign: str
    word: str
    verdict: str
    gravity: int
    reason: str


@dataclass(frozen=True, slots=True)
class Point:
    """One release."""

    number: int
    kind: str
    status: str
    health: str
    when: str
    shown: str
    took: str
    who: str
    commit: str
    message: str
    words: tuple[str, ...]
    counts: str
    changes: tuple[Entry, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All releases that are shown, newest first."""

    title: str
    summary: str
    releases: tuple[Point, ...]


def history(result: HistoryResult) -> str:
    """The page."""
    return rendered("history.html.j2", timeline=_timeline(result))


def _timeline(result: HistoryResult) -> Timeline:
    newest = list(reversed(result.listed))[: result.limit]
    ended = Counter(record.status.value for record in newest)
    sums = ", ".join(f"{count} {status}" for status, count in ended.most_common())
    scope = result.scope
    where = f"account {scope.account}, {scope.region}"
    return Timeline(
        f"Releases of {scope.environment}",
        f"{plural(len(newest), 'release')}{f': {sums}' if sums else ''}; {where}",
        tuple(_point(record) for record in newest),
    )


def _point(record: Record) -> Point:
    release, outcome = record.release, record.outcome
    author = release.author
    words = []
    if release.rollback_to:
        words.append(f"back to v{release.rollback_to}")
    if release.held_forward:
        words.append(f"held forward: {', '.join(release.held_forward)}")
    if release.accepted:
        words.append(f"accepted losses: {', '.join(release.accepted)}")
    counted = Counter(change.action for change in release.changes)
    sums = ", ".join(f"{count} {SIGNS[Action(action)][2]}" for action, count in counted.most_common() if _known(action))
    kept = release.changes[:MOST]
    more = len(release.changes) - len(kept)
    return Point(
        number=record.number,
        kind=release.kind.value,
        status=record.status.value,
        health=outcome.health.value if outcome and outcome.health else "",
        when=release.started_at.astimezone(UTC).isoformat(timespec="seconds"),
        shown=moment(release.started_at),
        took=duration(outcome.seconds) if outcome else "",
        who=clean_line(author.git or f"{author.user}@{author.host}"),
        commit=clean_line(release.commit[:12]),
        message=clean_line(release.message),
        words=tuple(clean_line(word) for word in words),
        counts=f"{plural(len(release.changes), 'change')}: {sums}{f', {more} not named here' if more else ''}",
        changes=tuple(_entry(change) for change in kept),
        errors=tuple(clean(error) for error in outcome.errors) if outcome else (),
    )


def _entry(change: RecordedChange) -> Entry:
    sign, word, _ = SIGNS[Action(change.action)] if _known(change.action) else ("?", change.action, change.action)
    harmless = change.verdict in ("", Verdict.REVERSIBLE)
    gravity = next((one.gravity for one in Verdict if one.value == change.verdict), 0)
    return Entry(
        clean_line(change.address),
        sign,
        word,
        "one-way" if change.one_way else "" if harmless else change.verdict,
        min(gravity, 1) if change.one_way else gravity,
        clean_line(change.reason),
    )


def _known(action: str) -> bool:
    """Whether the word is one of this version's: a newer one may have written the record."""
    return action in {one.value for one in SIGNS}
