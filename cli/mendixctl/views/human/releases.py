"""The ledger for people: what a release did, how it ended, and what stands between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mendixctl.engine.apply.results import ApplyResult
from mendixctl.engine.history.results import DiffResult, HistoryResult, ShowResult, SyncResult
from mendixctl.ledger.release import Health, Kind, Outcome, Record, RecordedChange, Release, Status
from mendixctl.terraform.plan import Action
from mendixctl.views.human.changes import within_area
from mendixctl.views.human.results import next_command, spec_changes
from mendixctl.views.human.screen import Piece, Screen, text
from mendixctl.views.human.symbols import MARKS
from mendixctl.views.human.verdicts import recorded, recorded_way_back
from mendixctl.views.text import clean_line, duration, listed, moment, plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from rich.text import Text


STATUS_STYLES = {
    Status.SUCCEEDED: "green",
    Status.FAILED: "bold red",
    Status.INTERRUPTED: "yellow",
    Status.RUNNING: "cyan",
}


HEALTH_STYLES = {
    Health.HEALTHY: "green",
    Health.UNHEALTHY: "bold red",
    Health.NO_TARGETS: "dim",
    Health.UNCONFIRMED: "yellow",
    Health.UNKNOWN: "yellow",
}
HEALTH_KINDS = {
    "add-on": word("add-on"),
    "certificate": word("certificate"),
    "cluster": word("cluster"),
    "contact": word("contact"),
    "database": word("database"),
    "nodes": word("nodes"),
    "targets": word("targets"),
}
"""What a health check looks at."""


def outcome(screen: Screen, result: ApplyResult) -> None:
    """How one apply ended: its number, its status, and by name what failed or was not started."""
    done = result.outcome
    screen.line(
        (f"v{result.number} ", "bold"),
        (result.status.value, STATUS_STYLES[result.status]),
        msg(": {amount} done", amount=plural(len(done.done), "resource")),
        (msg(", {count} failed", count=len(done.failed)) if done.failed else "", "bold red"),
        (msg(", {count} not started", count=len(done.not_started)) if done.not_started else "", "yellow"),
        (f"  ({duration(result.seconds)})", "dim"),
    )
    for address in listed(done.failed):
        screen.line(("! ", "bold red"), address, indent=2)
    if result.status is not Status.SUCCEEDED:
        for address in listed(done.not_started):
            screen.line((". ", "yellow"), address, indent=2)
    _deployment(screen, result)
    for snapshot in listed(result.record.release.snapshots.values()):
        screen.line(("snapshot  ", "dim"), snapshot, indent=2)
    health(screen, done)


def _deployment(screen: Screen, result: ApplyResult) -> None:
    """What came of the objects of the cluster, and by name what is left."""
    found = result.outcome.deployment
    if found is None:
        return
    waiting = "left out" if found.left_out else "not begun"
    screen.line(
        ("kubernetes  ", "dim"),
        msg("{amount} done", amount=plural(len(found.done), "object")),
        (f", {len(found.failed)} failed" if found.failed else "", "bold red"),
        (f", {len(found.not_started)} {waiting}" if found.not_started else "", "yellow"),
        indent=2,
    )
    for address in listed(found.failed):
        screen.line(("! ", "bold red"), address, indent=4)
    if not found.left_out:
        for address in listed(found.not_started):
            screen.line((". ", "yellow"), address, indent=4)


def health(screen: Screen, outcome: Outcome) -> None:
    """What was found healthy after an apply, and what was not, by name."""
    for check in outcome.checks:
        screen.line(
            (f"{check.health.value.replace('-', ' '):<12}", HEALTH_STYLES[check.health]),
            HEALTH_KINDS.get(check.kind, check.kind),
            "  ",
            check.name,
            (f"  {check.detail}" if check.detail else "", "dim"),
            indent=2,
        )


def history(screen: Screen, result: HistoryResult, limit: int | None) -> None:
    """The releases as a table, newest first."""
    if not result.records:
        screen.line(msg("{environment} has no releases yet.", environment=result.scope.environment))
        next_command(screen, f"mendixctl plan {result.scope.environment}")
        return
    newest = list(reversed(result.listed))[:limit]
    if not newest:
        screen.line(
            msg("None of the {amount} is one that was asked for.", amount=plural(len(result.records), "release"))
        )
        return
    rows = [_row(record, result.base) for record in newest]
    screen.table(["release", "when", "outcome", "changes", "who", "why"], rows)
    if len(newest) < len(result.listed):
        screen.line((msg("and {amount}", amount=plural(len(result.listed) - len(newest), "earlier release")), "dim"))
    if len(result.listed) < len(result.records):
        screen.line(
            (
                msg(
                    "{count} of {amount} asked for",
                    count=len(result.listed),
                    amount=plural(len(result.records), "release"),
                ),
                "dim",
            )
        )
    head = result.records[-1].number
    if result.base < head:
        screen.line(
            ("This checkout is based on ", "yellow"),
            msg("v{base}; the newest release is v{head}.", base=result.base, head=head),
        )
        next_command(screen, f"mendixctl sync {result.scope.environment}")


def one(screen: Screen, result: ShowResult) -> None:
    """One release in full."""
    record = result.record
    release = record.release
    title = reason(release)
    screen.line(
        (f"v{release.number} ", "bold"),
        (record.status.value, STATUS_STYLES[record.status]),
        f"  {title}" if title else "",
    )
    when = moment(release.started_at)
    if record.outcome is not None:
        when += f", {duration(record.outcome.seconds)}"
    facts = [
        ("when", when),
        ("who", who(record, full=True)),
        ("commit", release.commit),
        ("terraform", release.terraform),
        ("mendixctl", release.generator),
        ("proven", _proof(record)),
        ("digest", record.digest),
    ]
    for name, fact in facts:
        if fact:
            screen.line((f"{name:<10}", "dim"), fact, indent=2)
    if result.spec or result.versions:
        screen.line(("The specification", "bold"))
        spec_changes(screen, result.spec, result.versions)
    for path in release.held_forward:
        screen.line(("held forward  ", "yellow"), path, indent=2)
    for address in release.accepted:
        screen.line(("accepted loss ", "bold red"), address, indent=2)
    for address in release.allowed:
        screen.line(("tried against AWS's refusal ", "bold red"), address, indent=2)
    for address, snapshot in release.snapshots.items():
        screen.line(("snapshot  ", "dim"), snapshot, (msg("  of {address}", address=address), "dim"), indent=2)
    _delivered(screen, record)
    outcome = record.outcome
    _recorded(
        screen,
        "The resources",
        release.changes,
        outcome.failed if outcome else (),
        outcome.not_started if outcome else (),
    )
    recorded_way_back(screen, release.changes)
    deployment = outcome.deployment if outcome else None
    _recorded(
        screen,
        "The cluster",
        release.objects,
        deployment.failed if deployment else (),
        deployment.not_started if deployment else (),
    )
    if record.outcome is not None and record.outcome.checks:
        screen.line(("Health", "bold"))
        health(screen, record.outcome)
    if record.outcome is not None and record.outcome.errors:
        screen.line(("Errors", "bold red"))
        for error in record.outcome.errors:
            screen.block(error.split("\n"), indent=2)


def compared(screen: Screen, result: DiffResult) -> None:
    """What changed from one release to another."""
    screen.line((f"v{result.a} -> v{result.b}", "bold"))
    if not (result.spec or result.versions or result.changes or result.files):
        screen.line("The same specification, the same modules, no resources changed.")
        return
    spec_changes(screen, result.spec, result.versions)
    if result.spec_diff:
        screen.line((word("The YAML"), "bold"))
        screen.block(result.spec_diff.rstrip("\n").split("\n"), indent=2, diff=True)
    if result.changes:
        screen.line(("The resources", "bold"))
        for number, change in result.changes:
            screen.line((f"v{number:<5}", "dim"), _change(change), indent=2)


def synced(screen: Screen, result: SyncResult) -> None:
    """What a checkout was brought up to."""
    if result.head == 0:
        screen.line("There are no releases yet.")
        return
    if result.mirrored:
        numbers = ", ".join(listed(f"v{number}" for number in result.mirrored))
        screen.line(("mirrored  ", "dim"), numbers)
    for path in result.restored:
        screen.line(("restored  ", "dim"), path)
    screen.line(
        msg("This checkout is based on v{base_after}", base_after=result.base_after),
        (
            msg(" (was v{base_before})", base_before=result.base_before)
            if result.base_before != result.base_after
            else "",
            "dim",
        ),
    )


def reason(release: Release) -> str:
    """Why a release was made: what kind it is, where that says something, and the person's own words."""
    kinds = {
        Kind.ROLLBACK: msg(
            "rollback of v{rollback_from} to v{rollback_to}",
            rollback_from=release.rollback_from,
            rollback_to=release.rollback_to,
        ),
        Kind.TEARDOWN: word("teardown"),
        Kind.DESTROY: word("destroy"),
        Kind.RECOVER: word("recovery"),
        Kind.ADOPT: word("adoption"),
        Kind.DRILL: word("drill of a recovery"),
        Kind.FAILOVER: word("failover"),
        Kind.FAILBACK: word("failback"),
        Kind.APP: _delivery(release),
        Kind.RESTORE: msg(
            "state of v{restored_release}, serial {restored_serial}, put back",
            restored_release=release.restored_release,
            restored_serial=release.restored_serial,
        ),
        Kind.DEPLOY: word("deployment"),
    }
    kind = kinds.get(release.kind, "")
    if not kind or not release.message:
        return kind or release.message
    return msg("{kind}: {message}", kind=kind, message=release.message)


def _delivery(release: Release) -> str:
    """Of a delivery: which app, what to, and how."""
    found = release.extra.get("delivery")
    said = found if isinstance(found, Mapping) else {}
    arguments = {
        "action": word(str(said.get("action", "deploy"))),
        "app": said.get("app", word("an app")),
        "strategy": said.get("strategy"),
        "digest": str(said.get("digest", "")).removeprefix("sha256:")[:12],
    }
    if said.get("back_to"):
        return msg("{action} of {app} to v{number} ({strategy}, {digest})", number=said["back_to"], **arguments)
    return msg("{action} of {app} ({strategy}, {digest})", **arguments)


def _delivered(screen: Screen, record: Record) -> None:
    """What a delivery brought, and the steps in which it did."""
    said = record.release.extra.get("delivery")
    if record.release.kind is not Kind.APP or not isinstance(said, Mapping):
        return
    for name in ("image", "commit", "version", "mendix", "previous", "copy"):
        if said.get(name):
            screen.line((f"{name:<10}", "dim"), str(said[name]), indent=2)
    for line in record.outcome.done if record.outcome else ():
        screen.line(("done      ", "green"), line, indent=2)


def who(record: Record, *, full: bool = False) -> str:
    """The git identity's name, or the operating system's user; ``full`` gives all that is known."""
    author = record.release.author
    if full:
        system = f"{author.user}@{author.host}" if author.host else author.user
        return ", ".join(part for part in (author.git, system, author.arn) if part)
    return author.git.partition(" <")[0] or author.user


def shorten_name(name: str, limit: int = 22) -> str:
    """A name in a column."""
    return name if len(name) <= limit else f"{name[: limit - 1]}…"


def _row(record: Record, base: int) -> list[Piece]:
    mark = " *" if record.number == base else ""
    return [
        (f"v{record.number}{mark}", "bold"),
        moment(record.release.started_at),
        _status(record),
        _summary(record.release),
        shorten_name(clean_line(who(record))),
        reason(record.release),
    ]


def _status(record: Record) -> Text:
    """How it ended; of one that was applied and found unhealthy, that too."""
    found = record.outcome.health if record.outcome else None
    worse = f", {found.value}" if found is not None and found is not Health.HEALTHY else ""
    return text(
        (record.status.value, STATUS_STYLES[record.status]),
        (worse, HEALTH_STYLES[found] if found is not None else ""),
    )


def _summary(release: Release) -> Text:
    counted = Counter(change.action for change in release.changes)
    pieces: list[Piece] = []
    for action in (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.MOVE, Action.IMPORT, Action.DELETE):
        if counted[action.value]:
            mark, style = MARKS[action]
            pieces += [(f"{mark}{counted[action.value]}", style), " "]
    if release.objects:
        pieces.append((plural(len(release.objects), "object"), "dim"))
    return text(*pieces)


def _proof(record: Record) -> str:
    proven = record.outcome.proven if record.outcome else None
    return {True: "a plan afterwards was empty", False: "a plan afterwards was not empty", None: ""}[proven]


def _recorded(
    screen: Screen,
    title: str,
    changes: Sequence[RecordedChange],
    failed: Sequence[str],
    missing: Sequence[str],
) -> None:
    if not changes:
        return
    screen.line((title, "bold"))
    for change in changes:
        state: Piece = ("", "")
        if change.address in failed:
            state = ("  failed", "bold red")
        elif change.address in missing:
            state = ("  not started", "yellow")
        screen.line(_change(change), state, indent=2)
        if change.reason:
            screen.line((change.reason, "dim"), indent=8)


def _change(change: RecordedChange) -> Text:
    mark, style = MARKS.get(change.action, ("?", ""))
    attributes = ", ".join(listed(change.attributes, most=6)) if change.action != Action.CREATE else ""
    return text(
        (f"{mark:>3} ", style),
        f"{change.area}  " if change.area else "",
        within_area(change.address, change.area),
        (f"  {attributes}" if attributes else "", "dim"),
        recorded(change),
    )
