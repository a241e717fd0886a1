"""``status``: where an environment stands. Nothing is changed, and nobody is kept from working meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mendixctl.engine import journals
from mendixctl.engine.doubts import Doubt, doubts
from mendixctl.engine.journals import Journal, journal_of
from mendixctl.engine.lease import holder
from mendixctl.engine.ledgers import ledger
from mendixctl.engine.manifests import PlanSlot
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixctl.engine.state_locks import StateLock, find_lock
from mendixctl.engine.state_objects import StateObject, objects, read_state
from mendixctl.engine.tooling import api, clients
from mendixctl.engine.unfinished import FRESH, outcome_of
from mendixctl.engine.workplace import Workplace, choose, open_workplace
from mendixctl.ledger.release import Kind, Outcome, Record, Status
from mendixgen.diagnostics import Diagnostic, MendixError, Severity

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
class SavedPlan:
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

    ``left``: a state that Terraform could not save. ``next``: the one command to go on with.
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
    left: str = ""
    plan: SavedPlan | None = None
    next: str = ""
    why: str = ""
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing runs, nothing is in doubt, and the newest release was reached and is in this checkout.

        A recovery is not: what the release before it did not come to is still to do.
        """
        number = self.head.number if self.head else 0
        return (
            self.running is None
            and self.lock is None
            and not self.doubts
            and not self.tainted
            and not self.left
            and not any(one.severity is Severity.ERROR for one in self.warnings)
            and self.recorded
            and self.status in {None, Status.SUCCEEDED}
            and not (self.head and self.head.release.kind is Kind.RECOVER)
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
    variables, _ = api(workplace) if workplace.state_file is None else ({}, None)
    at = clients(workplace, variables)
    store = ledger(workplace, at)
    number = store.head()
    record = store.read(number) if number else None
    lock = find_lock(workplace, at)
    state, warnings = _state(workplace, read_state(workplace, at))
    journal = journal_of(workplace.workspace, record) if record else None
    outcome = _outcome(session, record, journal)
    running = _running(workplace, record, journal, lock)
    flying = tuple(dict.fromkeys(a for a, _ in journal.heard.outcome.open)) if journal and not journal.settled else ()
    failed = outcome.failed if outcome else ()
    found = StatusResult(
        scope=workplace.scope,
        base=workplace.lock.base,
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
        tainted=tuple(one.address for one in state.values() if one.tainted),
        left=session.repository.relative(workplace.root / LEFT) if (workplace.root / LEFT).exists() else "",
        plan=_saved(workplace),
        warnings=warnings,
    )
    return _with_next(workplace, found)


def _state(workplace: Workplace, raw: bytes) -> tuple[Mapping[str, StateObject], tuple[Diagnostic, ...]]:
    """The state, or why it cannot be read: a status has to say that, not to fail over it."""
    try:
        return objects(raw, str(workplace.state_file or workplace.scope.state)), ()
    except MendixError as error:
        return {}, error.diagnostics


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
        doing = f"{intent.kind} of v{intent.number}"
        return Running(doing, intent.user, intent.host, intent.started_at, 0, terraform)
    if lock is not None and lock.pid:
        user, _, host = lock.who.rpartition("@")
        return Running(f"Terraform's {lock.operation}", user, host, lock.since, 0, lock.pid)
    if record is None or record.outcome is not None or workplace.state_file is not None or journal is not None:
        return None
    fresh = workplace.session.clock() - record.release.started_at < FRESH
    if lock is None and not fresh:
        return None
    author, kind = record.release.author, record.release.kind.value
    doing = f"{kind} of v{record.number}"
    return Running(doing, author.user, author.host, record.release.started_at, certain=False)


def _saved(workplace: Workplace) -> SavedPlan | None:
    place = PlanSlot(workplace.workspace / "plans")
    with contextlib.suppress(MendixError):
        manifest = place.load()
        if manifest is None or not place.plan.exists():
            return None
        stale = ""
        if manifest.base != workplace.lock.base:
            stale = f"it starts from v{manifest.base}, and this checkout is at v{workplace.lock.base}"
        elif workplace.session.clock() >= manifest.expires_at:
            stale = "it has expired"
        return SavedPlan(manifest.kind.value, manifest.created_at, manifest.expires_at, manifest.counts.total, stale)
    return None


def _with_next(workplace: Workplace, found: StatusResult) -> StatusResult:
    from dataclasses import replace

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
        return f"mendixctl status {name}", f"wait until it is done; if that machine is gone: {recover}"
    if found.base < number and not (found.head and is_own(workplace, found.head)):
        return f"mendixctl sync {name}", f"v{number} is not in this checkout"
    if found.lock is not None:
        return recover, "it shows the lock's owner and removes the lock when told to"
    if found.doubts:
        return recover, "it finds what exists and takes it into the state"
    if found.left:
        return recover, "it saves the state that Terraform left"
    if any(one.code == "MXP113" for one in found.warnings):
        return recover, "it puts back the state before this one"
    if not found.recorded or found.base < number:
        return recover, f"it records how v{number} ended"
    if found.plan is not None and not found.plan.stale:
        return f"mendixctl apply --env {name}", "a plan waits to be applied"
    if found.tainted:
        return f"mendixctl plan {name}", "it shows what is made anew because its creation did not end well"
    if found.status not in {None, Status.SUCCEEDED} or (found.head and found.head.release.kind is Kind.RECOVER):
        return f"mendixctl plan {name}", "it shows what is left to do"
    return f"mendixctl plan {name}", "it shows what the YAML would change"


def is_own(workplace: Workplace, record: Record) -> bool:
    """Whether this checkout made a release and holds exactly its specification, so that it may count as its base."""
    return journal_of(workplace.workspace, record) is not None and record.release.spec == workplace.specification.text
