"""Where an environment stands, and what a recovery found and did, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mendixctl.views.human.releases import STATUS_STYLES, who
from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.text import listed, moment, plural

if TYPE_CHECKING:
    from mendixctl.engine.doubts import Doubt
    from mendixctl.engine.orphans import Adoption, Unadopted
    from mendixctl.engine.recovering import PreparedRecovery, RecoveryResult
    from mendixctl.engine.state_locks import StateLock
    from mendixctl.engine.surveying import Running, StatusResult

CERTAINTY_WORDS = {
    "created": "exists: Terraform said so",
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
    if result.left:
        screen.line(("A state that could not be saved", "bold yellow"), f" is in {result.left}")
    if result.plan is not None:
        plan = result.plan
        until = f" but {plan.stale}" if plan.stale else f", can be applied until {moment(plan.expires_at)}"
        screen.line(
            ("Saved plan", "bold"), f"  {plural(plan.changes, 'change')}, made {moment(plan.created_at)}{until}"
        )
    screen.line(("Next: ", "dim"), (result.next, "bold"), (f"   {result.why}", "dim"))


def _head(screen: Screen, result: StatusResult) -> None:
    head = result.head
    if head is None or result.status is None:
        screen.line("Nothing was applied yet.")
        return
    recorded: Piece = ("", "") if result.recorded else ("  not recorded yet", "yellow")
    screen.line(
        (f"v{head.number}  ", "bold"),
        (result.status.value, STATUS_STYLES[result.status]),
        f"  {head.release.kind.value} by {who(head)}, {moment(head.release.started_at)}",
        recorded,
    )
    if result.done and not result.finished:
        screen.line(f"{len(result.done)} of {plural(len(head.release.changes), 'change')} done", indent=2)
    if result.base != head.number:
        screen.line((f"This checkout is based on v{result.base}", "bold yellow"))


def running(screen: Screen, found: Running) -> None:
    """Who is at work, since when, and in which processes."""
    processes = [f"process {found.pid}"] if found.pid else []
    processes += [f"Terraform is process {found.terraform}"] if found.terraform else []
    if not found.pid and found.terraform:
        processes.append("the mendixctl that started it is gone")
    since = f" since {moment(found.since)}" if found.since else ""
    word = "Running: " if found.certain else "Running elsewhere, as far as can be seen: "
    at = f" by {found.user}@{found.host}" if found.user or found.host else ""
    screen.line(
        (word, "bold cyan"), f"{found.doing}{at}{since}", (f"  {', '.join(processes)}" if processes else "", "dim")
    )


def lock(screen: Screen, found: StateLock) -> None:
    """The lock on the state and whose it is."""
    since = f" since {moment(found.since)}" if found.since else ""
    alive = f", process {found.pid}" if found.pid else ""
    screen.line(("The state is locked ", "bold yellow"), f"by {found.who or 'somebody unnamed'}{alive}{since}")
    for name, value in (("operation", found.operation), ("lock", found.id), ("where", found.where)):
        if value:
            screen.line((f"{name:<10}", "dim"), value, indent=2)


def doubts(screen: Screen, found: Sequence[Doubt]) -> None:
    """What stands in no state and exists, or may."""
    if not found:
        return
    screen.line(("In no state", "bold yellow"), f": {plural(len(found), 'resource')} that a plan would create again")
    shown = [f"{one.address}  {CERTAINTY_WORDS[one.certainty.value]} (v{one.release})" for one in found]
    for text in listed(shown):
        screen.line(("? ", "yellow"), text, indent=2)


def recovery(screen: Screen, found: PreparedRecovery) -> None:
    """What a recovery found, before anybody is asked."""
    _facts(screen, found.saved, found.restored)
    _adoptions(screen, found.adoptions, "To adopt")
    _absent(screen, found.absent)
    _unadopted(screen, found.unadopted)
    _addresses(screen, "~ ", "yellow", "tainted: the next plan makes them anew", found.tainted)


def recovered(screen: Screen, result: RecoveryResult) -> None:
    """What a recovery did."""
    if result.unlocked is not None:
        screen.line(("unlocked  ", "dim"), f"{result.unlocked.id}, of {result.unlocked.who}", indent=2)
    if result.apply is None:
        _facts(screen, result.saved, result.restored)
    if result.status is not None:
        screen.line((f"v{result.head} ", "bold"), (result.status.value, STATUS_STYLES[result.status]), " is recorded")
    adopted = (
        f"{plural(len(result.adoptions), 'resource')} adopted" if result.adoptions else "nothing had to be adopted"
    )
    number = f" as v{result.apply.number}" if result.apply else ""
    screen.line((f"Recovered{number}", "bold green"), f": {adopted}")
    if result.unadopted:
        screen.line(("Look for them by hand: ", "bold yellow"), "what exists of these stands in no state")
        for one in result.unadopted:
            screen.line(("? ", "yellow"), f"{one.doubt.address}: {one.look_for}", indent=2)


def _facts(screen: Screen, saved: str, restored: str) -> None:
    if restored:
        screen.line(("restored  ", "dim"), f"the state was damaged; {restored} is in its place", indent=2)
    if saved:
        screen.line(("saved  ", "dim"), f"the state that was left in {saved} is in its place", indent=2)


def _adoptions(screen: Screen, adoptions: Sequence[Adoption], title: str) -> None:
    if adoptions:
        screen.line((title, "bold"), f": {plural(len(adoptions), 'resource')} that exist and stand in no state")
    for one in adoptions:
        screen.line(("+ ", "green"), one.address, ("  by ", "dim"), one.id, indent=2)


def _absent(screen: Screen, absent: Sequence[Doubt]) -> None:
    if absent:
        screen.line(("Never made", "bold"), f": {plural(len(absent), 'resource')}; AWS was asked")
        for text in listed(one.address for one in absent):
            screen.line((". ", "dim"), text, indent=2)


def _unadopted(screen: Screen, unadopted: Sequence[Unadopted]) -> None:
    if unadopted:
        screen.line(("Left in doubt", "bold yellow"), ": look for these by hand; the next plan will create them")
    for one in unadopted:
        screen.line(("? ", "yellow"), one.doubt.address, indent=2)
        screen.line((f"{one.why}; look for: ", "dim"), one.look_for, indent=6)


def _addresses(screen: Screen, mark: str, style: str, title: str, addresses: Iterable[str]) -> None:
    every = list(addresses)
    if every:
        screen.line((f"{title[0].upper()}{title[1:]}", "bold"), f": {plural(len(every), 'resource')}")
    for address in listed(every):
        screen.line((mark, style), address, indent=2)
