"""Where an environment stands, and what a recovery found and did, for people."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mendixctl.language import translated
from mendixctl.views.human.releases import STATUS_STYLES, who
from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.text import listed, moment, plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.recover.adoption import Adoption, Settled, Unadopted
    from mendixctl.engine.recover.run import PreparedRecovery, RecoveryResult
    from mendixctl.engine.state.locks import StateLock
    from mendixctl.engine.status import Running, StatusResult
    from mendixctl.engine.unfinished.orphan_candidates import Doubt

CERTAINTY_WORDS = {
    "created": "exists: Terraform said so",
    "taken": "AWS says that it is there",
    "in-flight": "in flight: may exist",
    "possible": "may exist: the journal of that apply is not whole, or on another machine",
}


def status(screen: Screen, result: StatusResult) -> None:
    """Where it stands: the newest release first, then what is not as it should be, then what to do."""
    _head(screen, result)
    if result.running is not None:
        running(screen, result.running)
    _addresses(screen, "! ", "bold red", "failed", result.failed)
    _addresses(screen, "? ", "yellow", "in flight", result.in_flight)
    _addresses(screen, ". ", "yellow", "not started", result.not_started)
    if result.lock is not None:
        lock(screen, result.lock)
    doubts(screen, result.doubts)
    _addresses(screen, "~ ", "yellow", "tainted: will be made anew", result.tainted)
    _addresses(screen, "= ", "yellow", "tainted, and kept by a recovery", result.kept)
    if result.objects:
        screen.line(("Not in the cluster as released", "bold"), ": ", plural(len(result.objects), "object"))
        for address in listed(result.objects):
            screen.line((". ", "yellow"), address, indent=2)
    for one in result.not_ready:
        screen.line((f"{one.state.value:<8}", "yellow"), f"{one.address}: {one.message}")
    if result.left:
        screen.line(("A state that could not be saved", "bold yellow"), msg(" is in {left}", left=result.left))
    if result.plan is not None:
        plan = result.plan
        until = (
            msg(" but {reason}", reason=plan.stale)
            if plan.stale
            else msg(", can be applied until {moment}", moment=moment(plan.expires_at))
        )
        screen.line(
            ("Saved plan", "bold"),
            msg(
                "  {amount}, made {moment}{until}",
                amount=plural(plan.changes, "change"),
                moment=moment(plan.created_at),
                until=until,
            ),
        )
    screen.line(("Next: ", "dim"), (result.next, "bold"), "   ", (translated(result.why), "dim"))


def _head(screen: Screen, result: StatusResult) -> None:
    head = result.head
    if head is None or result.status is None:
        screen.line("Nothing was applied yet.")
        return
    recorded: Piece = ("", "") if result.recorded else ("  not recorded yet", "yellow")
    screen.line(
        (f"v{head.number}  ", "bold"),
        (result.status.value, STATUS_STYLES[result.status]),
        msg(
            "  {value} by {who}, {moment}",
            value=word(head.release.kind.value),
            who=who(head),
            moment=moment(head.release.started_at),
        ),
        recorded,
    )
    if result.done and not result.finished:
        screen.line(
            msg("{count} of {amount} done", count=len(result.done), amount=plural(len(head.release.changes), "change")),
            indent=2,
        )
    if result.base != head.number:
        screen.line((msg("This checkout is based on v{base}", base=result.base), "bold yellow"))


def running(screen: Screen, found: Running) -> None:
    """Who is at work, since when, and in which processes."""
    processes: list[str] = [msg("process {pid}", pid=found.pid)] if found.pid else []
    processes += [msg("Terraform is process {terraform}", terraform=found.terraform)] if found.terraform else []
    if not found.pid and found.terraform:
        processes.append("the mendixctl that started it is gone")
    since = msg(" since {moment}", moment=moment(found.since)) if found.since else ""
    word = "Running: " if found.certain else "Running elsewhere, as far as can be seen: "
    at = msg(" by {user}@{host}", user=found.user, host=found.host) if found.user or found.host else ""
    screen.line((word, "bold cyan"), found.doing, at, since, (f"  {', '.join(processes)}" if processes else "", "dim"))


def lock(screen: Screen, found: StateLock) -> None:
    """The lock on the state and whose it is."""
    since = msg(" since {moment}", moment=moment(found.since)) if found.since else ""
    alive = msg(", process {pid}", pid=found.pid) if found.pid else ""
    who = msg("by {who}", who=found.who or word("somebody unnamed"))
    screen.line(("The state is locked ", "bold yellow"), who, alive, since)
    for name, value in (("operation", found.operation), ("lock", found.id), ("where", found.where)):
        if value:
            screen.line((f"{name:<10}", "dim"), value, indent=2)


def doubts(screen: Screen, found: Sequence[Doubt]) -> None:
    """What stands in no state and exists, or may."""
    if not found:
        return
    screen.line(
        ("In no state", "bold yellow"),
        msg(": {amount} that a plan would create again", amount=plural(len(found), "resource")),
    )
    shown = [
        msg(
            "{address}  {certainty} (v{number})",
            address=one.address,
            certainty=word(CERTAINTY_WORDS[one.certainty.value]),
            number=one.release,
        )
        for one in found
    ]
    for text in listed(shown):
        screen.line(("? ", "yellow"), text, indent=2)


def recovery(screen: Screen, found: PreparedRecovery) -> None:
    """What a recovery found, before anybody is asked."""
    _facts(screen, found.saved, found.restored)
    _adoptions(screen, found.adoptions, "To adopt")
    _settled(screen, found.settled)
    _unadopted(screen, found.unadopted, found.scope.environment)
    _addresses(screen, "~ ", "yellow", "tainted: the next plan makes them anew", found.tainted)
    _addresses(screen, "= ", "green", "tainted, and kept with what they hold", found.kept)


def recovered(screen: Screen, result: RecoveryResult) -> None:
    """What a recovery did."""
    if result.unlocked is not None:
        screen.line(
            ("unlocked  ", "dim"), msg("{id}, of {who}", id=result.unlocked.id, who=result.unlocked.who), indent=2
        )
    if result.apply is None:
        _facts(screen, result.saved, result.restored)
    if result.status is not None:
        screen.line((f"v{result.head} ", "bold"), (result.status.value, STATUS_STYLES[result.status]), " is recorded")
    adopted: str = word("nothing had to be adopted")
    if result.adoptions:
        adopted = msg("{amount} adopted", amount=plural(len(result.adoptions), "resource"))
    done = msg("Recovered as v{number}", number=result.apply.number) if result.apply else "Recovered"
    screen.line((done, "bold green"), ": ", adopted)
    if result.unadopted:
        screen.line(
            ("Still in doubt", "bold yellow"),
            msg(": {amount}, as said above", amount=plural(len(result.unadopted), "resource")),
        )
        for text in listed(one.doubt.address for one in result.unadopted):
            screen.line(("? ", "yellow"), text, indent=2)


def _facts(screen: Screen, saved: str, restored: str) -> None:
    if restored:
        screen.line(
            ("restored  ", "dim"), msg("the state was damaged; {restored} is in its place", restored=restored), indent=2
        )
    if saved:
        screen.line(
            ("saved  ", "dim"), msg("the state that was left in {saved} is in its place", saved=saved), indent=2
        )


def _adoptions(screen: Screen, adoptions: Sequence[Adoption], title: str) -> None:
    if adoptions:
        screen.line(
            (title, "bold"),
            msg(": {amount} that exist and stand in no state", amount=plural(len(adoptions), "resource")),
        )
    for one in adoptions:
        screen.line(("+ ", "green"), one.address, (msg("  by {identity}", identity=one.id), "dim"), indent=2)


def _settled(screen: Screen, found: Sequence[Settled]) -> None:
    if found:
        screen.line(
            ("Nothing is missing", "bold"),
            msg(" of {amount} that were in doubt", amount=plural(len(found), "resource")),
        )
        for text in listed(f"{one.doubt.address}: {one.why}" for one in found):
            screen.line((". ", "dim"), text, indent=2)


def _unadopted(screen: Screen, unadopted: Sequence[Unadopted], environment: str) -> None:
    if unadopted and all(one.doubt.certainty.value == "taken" for one in unadopted):
        screen.line(("Left in doubt", "bold yellow"), ": these names are taken, so a plan goes on, and its apply fails")
    elif unadopted:
        screen.line(("Left in doubt", "bold yellow"), ": a plan is refused until each of these is settled")
    for one in unadopted:
        screen.line(("? ", "yellow"), one.doubt.address, indent=2)
        screen.line((msg("{why}; look for: ", why=one.why), "dim"), one.look_for, indent=6)
        if one.accepting:
            accept = f"mendixctl recover {environment} --accept-loss {shlex.quote(one.doubt.address)}"
            screen.line((f"{accept}   ", "bold"), (one.accepting, "dim"), indent=6)


def _addresses(screen: Screen, mark: str, style: str, title: str, addresses: Iterable[str]) -> None:
    every = list(addresses)
    if every:
        said = translated(title)
        screen.line((f"{said[0].upper()}{said[1:]}", "bold"), ": ", plural(len(every), "resource"))
    for address in listed(every):
        screen.line((mark, style), address, indent=2)
