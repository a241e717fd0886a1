"""What is backed up, for people: a table, the gaps first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.text import plural
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.backup.covered import Coverage
    from mendixctl.engine.backup.run import CoverageResult


def coverage(screen: Screen, result: CoverageResult) -> None:
    """Each stateful resource, and how many are in no plan."""
    if not result.resources:
        screen.line(msg("{environment} has nothing that holds data.", environment=result.scope.environment))
        return
    ordered = sorted(result.resources, key=lambda one: (not one.is_gap, bool(one.reason), one.address))
    screen.table(["resource", "kind", "plans", "newest backup"], [_row(one) for one in ordered])
    screen.blank()
    gaps = len(result.gaps)
    if gaps:
        screen.line((msg("{amount} in no backup plan", amount=plural(gaps, "resource")), "bold red"))
    else:
        screen.line(("Everything that holds data is in a backup plan.", "green"))


def _row(one: Coverage) -> list[Piece]:
    if one.is_gap:
        return [one.address, one.kind, ("none", "bold red"), "-"]
    if one.reason:
        return [one.address, one.kind, (msg("needs none: {reason}", reason=one.reason), "dim"), "-"]
    newest: Piece = ("none yet", "yellow") if one.newest is None else f"{one.newest:%Y-%m-%d %H:%M} UTC"
    return [one.address, one.kind, ", ".join(one.plans), newest]
