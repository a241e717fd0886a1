"""The releases of an environment as a timeline on one HTML page: what, when, who, why, and how it ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from mendixctl.guard.verdict import Verdict
from mendixctl.language import mark
from mendixctl.terraform.plan import Action
from mendixctl.views.reports.content import SIGNS
from mendixctl.views.reports.page import rendered
from mendixctl.views.reports.words import pair, run, said, worded
from mendixctl.views.text import clean, clean_line, duration, moment, plural
from mendixgen.messages import msg, word

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
    sums = run(worded("{count} {status}", count=count, status=word(status)) for status, count in ended.most_common())
    scope = result.scope
    amount = said(plural(len(newest), "release"))
    where = worded("account {account}, {region}", account=scope.account, region=scope.region)
    return Timeline(
        worded("Releases of {environment}", environment=scope.environment),
        f"{pair(amount, sums) if sums else amount}{mark('; ')}{where}",
        tuple(_point(record) for record in newest),
    )


def _point(record: Record) -> Point:
    release, outcome = record.release, record.outcome
    author = release.author
    words = []
    if release.rollback_to:
        words.append(worded("back to v{number}", number=release.rollback_to))
    if release.held_forward:
        words.append(worded("held forward: {names}", names=", ".join(release.held_forward)))
    if release.accepted:
        words.append(worded("accepted losses: {names}", names=", ".join(release.accepted)))
    counted = Counter(change.action for change in release.changes)
    sums = [_ended(Action(action), count) for action, count in counted.most_common() if _known(action)]
    kept = release.changes[:MOST]
    more = len(release.changes) - len(kept)
    if more:
        sums.append(worded("{more} not named here", more=more))
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
        words=tuple(words),
        counts=pair(said(plural(len(release.changes), "change")), run(sums)),
        changes=tuple(_entry(change) for change in kept),
        errors=tuple(clean(error) for error in outcome.errors) if outcome else (),
    )


def _entry(change: RecordedChange) -> Entry:
    sign, action, _ = SIGNS[Action(change.action)] if _known(change.action) else ("?", change.action, change.action)
    harmless = change.verdict in ("", Verdict.REVERSIBLE)
    gravity = next((one.gravity for one in Verdict if one.value == change.verdict), 0)
    return Entry(
        clean_line(change.address),
        sign,
        action,
        said(word("one-way" if change.one_way else "" if harmless else change.verdict)),
        min(gravity, 1) if change.one_way else gravity,
        said(change.reason),
    )


def _ended(action: Action, count: int) -> str:
    """How many changes of a kind a release has."""
    return said(
        {
            Action.CREATE: msg("{count} created", count=count),
            Action.UPDATE: msg("{count} changed", count=count),
            Action.DELETE: msg("{count} destroyed", count=count),
            Action.REPLACE: msg("{count} replaced", count=count),
            Action.MOVE: msg("{count} moved", count=count),
            Action.IMPORT: msg("{count} imported", count=count),
            Action.FORGET: msg("{count} forgotten", count=count),
        }[action]
    )


def _known(action: str) -> bool:
    """Whether the word is one of this version's: a newer one may have written the record."""
    return action in {one.value for one in SIGNS}
