"""``status``: where an environment stands. Nothing is changed, and nobody is kept from working meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mendixctl.aws import Clients
from mendixctl.engine.deployed import Deployed, deployed, left
from mendixctl.engine.deployment import connection
from mendixctl.engine.deployment.results import Readiness
from mendixctl.engine.deployment.unready import slow, unready
from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.lease import holder
from mendixctl.engine.environment.ledger import ledger
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.errors import encrypted_state
from mendixctl.engine.health.pending import pending
from mendixctl.engine.health.unconfirmed import unconfirmed
from mendixctl.engine.journal import journal as journals
from mendixctl.engine.journal.journal import Journal, journal_of
from mendixctl.engine.plan import saved_plan
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixctl.engine.state.locks import StateLock, find_lock
from mendixctl.engine.state.stored import read_state, unreadable
from mendixctl.engine.unfinished.open_release import FRESH, outcome_of
from mendixctl.engine.unfinished.orphan_candidates import Doubt, doubts
from mendixctl.engine.unfinished.tainted import divided
from mendixctl.ledger.release import Kind, Outcome, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.state import EncryptedStateError, Instance, NotAStateError, parse
from mendixgen.diagnostics import Diagnostic, MendixError, Severity
from mendixgen.messages import msg

PARTIAL = (Kind.RECOVER, Kind.ADOPT)
"""Releases after which there may be something left to do of what the YAML says."""

LEFT = "errored.tfstate"
"""Where Terraform leaves a state that it could not save."""


@dataclass(frozen=True, slots=True)
class Running:
    """What is being done to the environment now. ``pid``: mendixctl's process, 0 where it is gone or elsewhere.

    ``terraform``: Terraform's process on this machine, 0 where none is known. ``certain``: it was seen to live; else
    it is another machine's word.
    """

    doing: str
    user: str
    host: str
    since: datetime | None
    pid: int = 0
    terraform: int = 0
    certain: bool = True


@dataclass(frozen=True, slots=True)
class WaitingPlan:
    """The plan that waits to be applied. ``stale``: why it cannot be, as far as can be seen without Terraform."""

    kind: str
    created_at: datetime
    expires_at: datetime
    changes: int
    stale: str = ""


@dataclass(frozen=True, slots=True)
class StatusResult:
    """Where an environment stands. Addresses in ``done``, ``failed``, ``in_flight`` and ``not_started`` are the newest
    release's; ``status`` is how it ended, or would be recorded, and ``recorded`` whether the ledger says so yet.

    ``objects``: those of the cluster that the releases did not get there. ``not_ready``: those that they did and that
    are not well now. ``left``: a state that Terraform could not save. ``next``: the one command to go on with.
    """

    scope: Scope
    base: int
    head: Record | None
    status: Status | None = None
    recorded: bool = True
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    in_flight: tuple[str, ...] = ()
    not_started: tuple[str, ...] = ()
    running: Running | None = None
    lock: StateLock | None = None
    doubts: tuple[Doubt, ...] = ()
    tainted: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    not_ready: tuple[Readiness, ...] = ()
    left: str = ""
    plan: WaitingPlan | None = None
    next: str = ""
    why: str = ""
    warnings: tuple[Diagnostic, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing runs, nothing is in doubt, and the newest release was reached and is in this checkout.

        A recovery or an adoption is not: what the release before it did not come to is still to do.
        """
        number = self.head.number if self.head else 0
        return (
            self.running is None
            and self.lock is None
            and not self.doubts
            and not self.tainted
            and not self.kept
            and not self.left
            and not self.objects
            and not self.not_ready
            and not any(one.severity is Severity.ERROR for one in self.warnings)
            and self.recorded
            and self.status in {None, Status.SUCCEEDED}
            and not (self.head and self.head.release.kind in PARTIAL)
            and self.base == number
        )

    @property
    def exit_code(self) -> int:
        return 0 if self.finished else 2


def status(session: Session, environment: str | None = None) -> StatusResult:
    """Where an environment stands, from the ledger, the state, its lock and this checkout's journals.

    Raises:
        MendixError: the specification or the ledger cannot be read; MXA1xx, AWS cannot be asked.
    """
    workplace = open_workplace(session, choose(session.repository, environment), refresh=False)
    session.reporter.begin(workplace.scope)
    at = reading_clients(workplace)
    store = ledger(workplace, at)
    record, newest = store.platform(), store.head()
    lock = find_lock(workplace, at)
    state, warnings = _state(workplace, at)
    journal = journal_of(workplace.workspace, record) if record else None
    outcome = _outcome(session, record, journal)
    running = _running(workplace, record, journal, lock)
    flying = tuple(dict.fromkeys(a for a, _ in journal.heard.outcome.open)) if journal and not journal.settled else ()
    failed = outcome.failed if outcome else ()
    there = deployed(store) if record else Deployed(None)
    not_ready, deaf = _not_ready(workplace, store, there)
    kept, anew = divided(state.values())
    found = StatusResult(
        scope=workplace.scope,
        # a checkout that is at a delivery since is at the platform's newest release as well
        base=record.number if record and record.number < workplace.lock.base <= newest else workplace.lock.base,
        head=record,
        status=Status.RUNNING if record and not record.outcome and running else outcome.status if outcome else None,
        recorded=record is None or record.outcome is not None,
        done=outcome.done if outcome else (),
        failed=tuple(address for address in failed if address not in flying),
        in_flight=flying,
        not_started=outcome.not_started if outcome else (),
        running=running,
        lock=lock,
        doubts=() if running else doubts(workplace, record, state),
        tainted=anew,
        kept=kept,
        objects=() if running or not there.partial else tuple(left(there.partial[-1])),
        not_ready=() if running else not_ready,
        left=session.repository.relative(workplace.root / LEFT) if (workplace.root / LEFT).exists() else "",
        plan=_waiting(workplace),
        warnings=(*warnings, *unconfirmed(workplace, state.values()), *pending(workplace, state.values()), *deaf),
    )
    return _with_next(workplace, found)


def _state(workplace: Workplace, clients: Clients) -> tuple[Mapping[str, Instance], tuple[Diagnostic, ...]]:
    """What is in the state, or why it is not whole: a status has to say that, not to fail over it."""
    raw = read_state(workplace, clients)
    path = workplace.state_file
    try:
        found = parse(raw).instances
        # Terraform empties a local state before it writes it, so one that was killed in between leaves nothing
        if path is not None and path.exists() and not raw.strip() and path.with_name(f"{path.name}.backup").exists():
            raise NotAStateError("it was cut off before anything was written")
        return found, ()
    except EncryptedStateError:
        return {}, encrypted_state(str(path or workplace.scope.state)).diagnostics
    except NotAStateError as error:
        return {}, unreadable(str(path or workplace.scope.state), str(error)).diagnostics


def _not_ready(
    workplace: Workplace, store: LedgerStore, there: Deployed
) -> tuple[tuple[Readiness, ...], tuple[Diagnostic, ...]]:
    """What of the deployed objects is not well, or why that is not known."""
    if there.emptied:
        return (), ()
    try:
        api = connection.reading(workplace)
        if api is None:
            return (), ()
        return unready(api, slow(store, there)), ()
    except MendixError as error:
        return (), tuple(replace(one, severity=Severity.WARNING) for one in error.diagnostics)


def _outcome(session: Session, record: Record | None, journal: Journal | None) -> Outcome | None:
    if record is None:
        return None
    return record.outcome or outcome_of(record, journal, session.clock())


def _running(
    workplace: Workplace, record: Record | None, journal: Journal | None, lock: StateLock | None
) -> Running | None:
    held = holder(workplace.workspace)
    alive = next((one for one in reversed(journals.unsettled(workplace.workspace)) if one.is_alive), None)
    terraform = alive.pid if alive else lock.pid if lock else 0
    if held is not None:
        return Running(held.doing, held.user, held.host, held.since, held.pid, terraform)
    if alive is not None:
        intent = alive.intent
        doing = msg("{kind} of v{number}", kind=intent.kind, number=intent.number)
        return Running(doing, intent.user, intent.host, intent.started_at, 0, terraform)
    if lock is not None and lock.pid:
        user, _, host = lock.who.rpartition("@")
        return Running(msg("Terraform's {operation}", operation=lock.operation), user, host, lock.since, 0, lock.pid)
    if record is None or record.outcome is not None or workplace.state_file is not None or journal is not None:
        return None
    fresh = workplace.session.clock() - record.release.started_at < FRESH
    if lock is None and not fresh:
        return None
    author, kind = record.release.author, record.release.kind.value
    doing = msg("{kind} of v{number}", kind=kind, number=record.number)
    return Running(doing, author.user, author.host, record.release.started_at, certain=False)


def _waiting(workplace: Workplace) -> WaitingPlan | None:
    with contextlib.suppress(MendixError):
        saved = saved_plan.load(workplace.plans)
        if saved is None or not workplace.plans.plan.exists():
            return None
        plan, stale = saved.plan, ""
        if plan.base != workplace.lock.base:
            stale = msg(
                "it starts from v{base}, and this checkout is at v{base_2}", base=plan.base, base_2=workplace.lock.base
            )
        elif saved.is_expired(workplace.session.clock()):
            stale = "it has expired"
        return WaitingPlan(plan.kind.value, saved.created_at, saved.expires_at, plan.counts.total, stale)
    return None


def _with_next(workplace: Workplace, found: StatusResult) -> StatusResult:
    command, why = _next(workplace, found)
    option = " --emulator" if workplace.scope.rehearsal and not command.startswith("mendixctl sync") else ""
    return replace(found, next=f"{command}{option}", why=why)


def _next(workplace: Workplace, found: StatusResult) -> tuple[str, str]:
    """The one command to go on with, and what for."""
    name, number = workplace.environment, found.head.number if found.head else 0
    recover = f"mendixctl recover {name}"
    if found.running is not None and found.running.certain:
        return f"mendixctl status {name}", "wait until it is done, then look again"
    if found.running is not None:
        return f"mendixctl status {name}", msg(
            "wait until it is done; if that machine is gone: {recover}", recover=recover
        )
    if found.base < number and not (found.head and is_own(workplace, found.head)):
        return f"mendixctl sync {name}", msg("v{number} is not in this checkout", number=number)
    if found.lock is not None:
        return recover, "it shows the lock's owner and removes the lock when told to"
    if found.doubts:
        return recover, "it finds what exists and takes it into the state"
    if found.left:
        return recover, "it saves the state that Terraform left"
    if any(one.code == "MXP113" for one in found.warnings):
        return recover, "it puts back the state before this one"
    if not found.recorded or found.base < number:
        return recover, msg("it records how v{number} ended", number=number)
    if found.kept:
        return recover, "it keeps what exists and would be made anew because its creation did not end well"
    if found.plan is not None and not found.plan.stale:
        return f"mendixctl apply --env {name}", "a plan waits to be applied"
    if found.tainted:
        return f"mendixctl plan {name}", "it shows what is made anew because its creation did not end well"
    return _of_what_succeeded(name, found) or (f"mendixctl plan {name}", _why_to_plan(found))


def _of_what_succeeded(name: str, found: StatusResult) -> tuple[str, str] | None:
    """What a release which succeeded left to do: the rest of an adoption, or of a cluster; None where nothing is."""
    if found.status is not Status.SUCCEEDED:
        return None
    if found.head is not None and found.head.release.only_took_in:
        return f"mendixctl adopt {name} --complete", "it adopts what waits for what is missing, and makes that"
    if found.objects:
        return f"mendixctl deploy {name}", "it brings what was left out into the cluster"
    if found.not_ready:
        return f"mendixctl deploy {name} --dry-run", "it shows what the cluster has otherwise than the release says"
    return None


def _why_to_plan(found: StatusResult) -> str:
    if found.status not in {None, Status.SUCCEEDED} or (found.head and found.head.release.kind in PARTIAL):
        return "it shows what is left to do"
    return "it shows what the YAML would change"


def is_own(workplace: Workplace, record: Record) -> bool:
    """Whether this checkout made a release and holds exactly its specification, so that it may count as its base."""
    return journal_of(workplace.workspace, record) is not None and record.release.spec == workplace.specification.whole
