"""How long versions are supported, for people: a table, and how old the knowledge is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.text import plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.repository.support import SupportedVersion, SupportResult

STATUSES = {"standard": "green", "extended": "yellow", "ended": "bold red", "unknown": "yellow"}
NONE = "-"


def table(screen: Screen, result: SupportResult) -> None:
    """Every version in use; where the file does not say it, that it is a default."""
    if result.rows:
        headings = ["component", "where", "version", "status", "standard until", "extended until", "days left"]
        screen.table(headings, [_row(one, result.warn_days) for one in result.rows])
        screen.blank()
    else:
        screen.line(msg("{environment} uses nothing whose support is known.", environment=result.environment))
    age = (result.today - result.as_of).days
    old = msg(", {amount} before {today}", amount=plural(age, "day"), today=result.today) if age > 0 else ""
    operator = result.operator
    screen.line(
        (
            msg(
                "{title} {version}, for Kubernetes up to {kubernetes}.",
                title=operator.title,
                version=operator.version,
                kubernetes=operator.kubernetes,
            ),
            "dim",
        )
    )
    screen.line((msg("As of {as_of}{old}; --json names the sources.", as_of=result.as_of, old=old), "dim"))


def _row(one: SupportedVersion, warn_days: int) -> list[Piece]:
    where = word("default") if one.is_default else msg("line {number}", number=one.location.line)
    soon = one.days_left is not None and one.days_left <= warn_days
    return [
        one.title,
        msg("{path} ({where})", path=one.path, where=where),
        f"{one.version} {one.label}" if one.label in ("LTS", "MTS", "monthly") else one.version,
        (str(one.status), STATUSES[str(one.status)]),
        _day(one.standard, planned=one.planned),
        _day(one.extended, planned=False),
        (f"{one.days_left:,}", "bold yellow" if soon else "") if one.days_left is not None else NONE,
    ]


def _day(last: date | None, *, planned: bool) -> str:
    return NONE if last is None else msg("{last} (planned)", last=last) if planned else str(last)
