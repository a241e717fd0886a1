"""What is kept before a change, for people: snapshots of databases, and copies of the state that can be put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human.results import next_command, place
from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.text import listed, moment, plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.plan.results import PlanResult
    from mendixctl.engine.state_restore.run import PreparedRestore, RestoreResult, StateListResult
    from mendixctl.guard.sizes import PlannedSize
    from mendixctl.ledger.state_copies import StateCopy


def copies(screen: Screen, result: StateListResult) -> None:
    """The copies as a table, newest first, and what the state in place is."""
    if not result.copies:
        screen.line(
            msg(
                "There are no copies yet of the state of {environment}; each apply keeps some.",
                environment=result.scope.environment,
            )
        )
        return
    rows = [_row(result, copy) for copy in reversed(result.copies)]
    screen.table(["release", "taken", "serial", "lineage", "resources", "size", ""], rows)
    screen.line(
        (
            msg("in {place}; copies of {amount} are kept", place=result.place, amount=plural(result.keep, "release")),
            "dim",
        )
    )
    current = result.current
    if current is None:
        screen.line(("There is no state in place. ", "yellow"), "The newest copy is the last that is known of it.")
        newest = result.copies[-1]
        next_command(screen, f"mendixctl state restore v{newest.release}{_flags(result)}")
    elif not any(result.is_current(copy) for copy in result.copies):
        screen.line(
            msg(
                "The state in place is none of these: serial {serial}, lineage {short}.",
                serial=current.serial,
                short=_short(current.lineage),
            )
        )


def snapshots(screen: Screen, plan: PlanResult) -> None:
    """What is done before anything is applied: snapshots of databases, node groups that EKS has to be told of first."""
    moved = [one for one in plan.sizes if one.goal != one.now]
    if not plan.snapshots and not moved:
        return
    screen.blank()
    screen.line(("Before this", "bold"), ("  by mendixctl itself, and waited for", "dim"))
    for one in plan.snapshots:
        screen.line(
            ("snapshot  ", "dim"),
            msg("of {name}", name=one.identifier or word("a database")),
            (f"  {one.address}", "dim"),
            indent=2,
        )
    for group in moved:
        screen.line(
            ("nodes     ", "dim"),
            msg(
                "{group}: {now} -> {goal}, as EKS takes {bound} only then",
                group=group.group,
                now=group.now,
                goal=group.goal,
                bound=_bound(group),
            ),
            (f"  {group.address}", "dim"),
            indent=2,
        )


def _bound(group: PlannedSize) -> str:
    if group.goal > group.now:
        return msg("min {number}", number=group.least)
    return msg("max {number}", number=group.most)


def about_to_restore(screen: Screen, prepared: PreparedRestore) -> None:
    """The copy, the state that it takes the place of, and the resources on which the two differ."""
    copy, current = prepared.copy, prepared.current
    screen.line(
        ("The state that ", "bold"),
        (f"v{copy.release}", "bold"),
        (msg(" left, serial {serial}: ", serial=copy.serial), "bold"),
        plural(copy.resources, "resource"),
        (msg(", copied {moment}", moment=moment(copy.taken_at)), "dim"),
    )
    if current.lineage:
        screen.line(
            msg(
                "In place now: serial {serial}, {amount}",
                serial=current.serial,
                amount=plural(current.resources, "resource"),
            ),
            indent=2,
        )
    else:
        screen.line("In place now: no state", indent=2)
    if prepared.back:
        screen.line(("Known again", "bold"), (f"  {plural(len(prepared.back), 'resource')}", "dim"))
        for address in listed(prepared.back):
            screen.line(("+ ", "green"), address, indent=2)
    if prepared.forgotten:
        screen.line(
            ("Forgotten", "bold red"),
            (
                msg(
                    "  {amount}: they stay in AWS, and no state knows them",
                    amount=plural(len(prepared.forgotten), "resource"),
                ),
                "dim",
            ),
        )
        for address in listed(prepared.forgotten):
            screen.line(("- ", "red"), address, indent=2)
    screen.line((f"v{prepared.number}: ", "bold"), "the state alone is changed, nothing in AWS")


def restored(screen: Screen, result: RestoreResult) -> None:
    """What is in place now, and that a plan tells what it means."""
    screen.line(
        (f"v{result.number} ", "bold"),
        ("succeeded", "green"),
        msg(
            ": the state that v{release} left is in place, as serial {serial}",
            release=result.copy.release,
            serial=result.serial,
        ),
    )
    next_command(screen, f"mendixctl plan{place(result.scope)}")


def _row(result: StateListResult, copy: StateCopy) -> list[Piece]:
    return [
        (f"v{copy.release}", "bold"),
        moment(copy.taken_at),
        str(copy.serial),
        _short(copy.lineage),
        str(copy.resources),
        f"{copy.size / 1024:,.1f} KiB",
        ("in place", "green") if result.is_current(copy) else "",
    ]


def _short(lineage: str) -> str:
    return lineage.partition("-")[0]


def _flags(result: StateListResult) -> str:
    return f" --env {result.scope.environment}" + (" --emulator" if result.scope.rehearsal else "")
