"""Plans, drills and switches of a recovery, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human.screen import Piece, Screen
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.recovery.results import DrillResult, Measurement, PreparedSwitch, RecoveryPlan, SwitchResult


def plan(screen: Screen, result: RecoveryPlan) -> None:
    """The document as it is, so that it can be written to a file."""
    screen.block(result.text.splitlines())


def drill(screen: Screen, result: DrillResult) -> None:
    """Both numbers of each database, and what was asked for."""
    screen.table(["database", "lost", "back after", ""], [_row(result, one) for one in result.measurements])
    screen.blank()
    asked = [
        msg("{name} {count} minutes", name=name, count=minutes)
        for name, minutes in (("RPO", result.rpo_minutes), ("RTO", result.rto_minutes))
        if minutes is not None
    ]
    screen.line(
        msg("Recorded as v{number}; asked for: {value}.", number=result.number, value=", ".join(asked) or "nothing")
    )


def prepared(screen: Screen, result: PreparedSwitch) -> None:
    """What would be done, before a person is asked."""
    name, primary = result.scope.environment, result.primary
    for one in result.backups:
        latest = f"{one.latest:%Y-%m-%d %H:%M:%S} UTC" if one.latest is not None else "an unknown moment"
        screen.line(
            msg("{database}  as it was in {primary} at {latest}", database=one.database, primary=primary, latest=latest)
        )
    for database in result.existing:
        screen.line((database, "bold red"), "  is deleted, with a final snapshot, and made anew by the next apply")
    if result.spec_diff:
        screen.blank()
        screen.block(result.spec_diff.splitlines(), diff=True)
    if result.latch:
        screen.line("names lead to ", (name if result.to_standby else primary, "bold"), " from now on")


def switched(screen: Screen, result: SwitchResult) -> None:
    """What was done, and what comes next."""
    for line in result.done:
        screen.line(("done  ", "green"), line)
    screen.line(msg("Recorded as v{number}.", number=result.number))
    for line in result.next:
        screen.line(("next  ", "dim"), line)


def _row(result: DrillResult, one: Measurement) -> list[Piece]:
    if one.rpo_seconds is None or one.rto_seconds is None:
        return [one.database, "-", "-", (one.problem, "bold red")]
    missed: Piece = ("not within what is asked for", "bold red") if result.missed(one) else ("kept", "green")
    return [one.database, _minutes(one.rpo_seconds), _minutes(one.rto_seconds), missed]


def _minutes(seconds: float) -> str:
    return msg("{count} minutes", count=f"{seconds / 60:.1f}")
