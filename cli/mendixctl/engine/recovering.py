"""``recover``: after a crash, what exists comes into the state, and what was done into the ledger.

It removes a lock only when told so by the lock's ID and only if its owner cannot be alive; it saves a state that
Terraform left; it adopts what stands in no state; it never creates and never destroys.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from mendixctl.engine import journals
from mendixctl.engine.applying import check_committed
from mendixctl.engine.carrying_out import Undertaking, carry_out
from mendixctl.engine.doubts import Certainty, Doubt, doubts
from mendixctl.engine.failures import unwritable
from mendixctl.engine.guarding import acceptable
from mendixctl.engine.identity import check_identity, home
from mendixctl.engine.judging import judged
from mendixctl.engine.lease import lease
from mendixctl.engine.ledgers import check_base, ledger
from mendixctl.engine.manifests import file_digest
from mendixctl.engine.orphans import Adopted, Adoption, Unadopted, adopt, telling
from mendixctl.engine.planning import count, slot
from mendixctl.engine.results import ApplyResult, PlanResult, Scope
from mendixctl.engine.session import Session
from mendixctl.engine.state_locks import StateLock, find_lock
from mendixctl.engine.state_objects import objects
from mendixctl.engine.surveying import LEFT, is_own
from mendixctl.engine.tooling import Tools
from mendixctl.engine.unfinished import check_at_rest, settle
from mendixctl.engine.workplace import Workplace, open_workplace
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused

ELSEWHERE = timedelta(minutes=15)
"""A lock whose owner cannot be looked at (another machine, another checkout) counts as held for this long."""


@dataclass(frozen=True, slots=True)
class PreparedRecovery:
    """What a recovery found. ``plan`` adopts and is None where there is nothing to adopt.

    ``absent``: AWS was asked and does not have it. ``saved``: a state that Terraform had left and that is in its place
    now. ``restored``: the copy that a damaged state was replaced by.
    """

    scope: Scope
    head: Record | None
    number: int
    plan: PlanResult | None = None
    adoptions: tuple[Adoption, ...] = ()
    absent: tuple[Doubt, ...] = ()
    unadopted: tuple[Unadopted, ...] = ()
    tainted: tuple[str, ...] = ()
    saved: str = ""
    restored: str = ""
    confirmation: str = "yes"

    @property
    def asks(self) -> bool:
        """Whether a person has to decide something."""
        return self.plan is not None or bool(self.unadopted)


@dataclass(frozen=True, slots=True)
class RecoveryResult:
    """What a recovery did. ``apply``: the release of the adoption; ``status``: how the release before it ended."""

    scope: Scope
    head: int
    status: Status | None
    apply: ApplyResult | None
    adoptions: tuple[Adoption, ...] = ()
    absent: tuple[Doubt, ...] = ()
    unadopted: tuple[Unadopted, ...] = ()
    tainted: tuple[str, ...] = ()
    saved: str = ""
    restored: str = ""
    unlocked: StateLock | None = None
    next: str = ""
    warnings: tuple[Diagnostic, ...] = field(default=())


def look_at_lock(session: Session, environment: str) -> StateLock | None:
    """The lock that a person has to decide about, or None where there is none.

    Raises:
        Refused: MXP143, its owner lives; MXP213, it may.
    """
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    with lease(workplace.workspace, environment, "recover"):
        tools = Tools.start(workplace)
        lock = find_lock(workplace, tools.clients)
        if lock is not None:
            _check_dead(workplace, lock)
        return lock


def unlock(session: Session, environment: str, lock_id: str) -> StateLock | None:
    """Remove the lock with that ID; None where it is gone by now.

    Raises:
        Refused: MXP212 the state has another lock; MXP143, MXP213.
    """
    workplace = open_workplace(session, environment, refresh=False)
    with lease(workplace.workspace, environment, "recover"):
        tools = Tools.start(workplace)
        lock = find_lock(workplace, tools.clients)
        if lock is None:
            return None
        if lock.id != lock_id:
            raise _locked(workplace, lock)
        _check_dead(workplace, lock)
        workplace.write_root()
        session.reporter.stage("unlock", lock.id)
        tools.initialise(workplace, recover=False)
        tools.terraform(workplace).force_unlock(lock.id)
        return lock


def prepare(session: Session, environment: str) -> PreparedRecovery:
    """Find out what a crash left, save a state that Terraform could not, and plan the adoption of what exists.

    Raises:
        Refused: MXP143 it is still being applied, MXP212 the state is locked, MXP214 the plan would do more than
            adopt, MXP120 this checkout is behind; MXP122, MXP135.
        MendixError: MXP113, the state is damaged and there is no whole one before it.
    """
    started = time.monotonic()
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    with lease(workplace.workspace, environment, "recover"):
        tools = Tools.start(workplace)
        check_at_rest(workplace)
        lock = find_lock(workplace, tools.clients)
        if lock is not None:
            raise _locked(workplace, lock)
        store = ledger(workplace, tools.clients)
        number = store.head()
        head = store.read(number) if number else None
        workplace = _with_base(workplace, head)
        check_identity(workplace, head)
        slot(workplace).clear()
        restored = _mend_state(workplace)
        workplace.write_root()
        check_committed(workplace)
        left = workplace.root / LEFT
        was_left = left.exists()
        tools.initialise(workplace)
        state = objects(tools.state_identity(workplace).raw)
        found = doubts(workplace, head, state)
        place = slot(workplace)
        place.make()
        kept = False
        try:
            adopted = adopt(workplace, tools, found, state, place.staging) if found else Adopted()
            plan = _plan(workplace, tools, adopted, started)
            kept = plan is not None
        finally:
            if not kept:
                place.clear()
        return PreparedRecovery(
            scope=tools.scope(workplace),
            head=head,
            number=number + 1,
            plan=plan,
            adoptions=adopted.adoptions,
            absent=adopted.absent,
            unadopted=adopted.unadopted,
            tainted=tuple(one.address for one in state.values() if one.tainted),
            saved=session.repository.relative(left) if was_left and not left.exists() else "",
            restored=restored,
            confirmation=environment if workplace.scope.protected else "yes",
        )


def abandon(session: Session, prepared: PreparedRecovery) -> None:
    """Drop the plan; what is in doubt stays so."""
    workplace = open_workplace(session, prepared.scope.environment, refresh=False)
    with lease(workplace.workspace, workplace.environment, "recover"):
        slot(workplace).clear()


def execute(
    session: Session, prepared: PreparedRecovery, *, message: str = "", unlocked: StateLock | None = None
) -> RecoveryResult:
    """Adopt what was shown as a release of its own, close the release that was cut off, and be done with its journal.

    Raises:
        ApplyError, ApplyInterrupted: the adoption did not succeed; what is left of it is still in doubt.
        Refused: MXP133, something moved while the person was asked; as `prepare`.
    """
    environment = prepared.scope.environment
    workplace = open_workplace(session, environment, refresh=False)
    with lease(workplace.workspace, environment, "recover"):
        tools = Tools.start(workplace)
        check_at_rest(workplace)
        store = ledger(workplace, tools.clients)
        _check_shown(workplace, store, prepared)
        open_journals = journals.unsettled(workplace.workspace)
        applied: ApplyResult | None = None
        if prepared.plan is not None:
            check_committed(workplace)
            undertaking = Undertaking(Kind.RECOVER, message, accepted=_begun_and_confirmed(prepared))
            applied = carry_out(workplace, tools, store, prepared.plan, undertaking)
            number = applied.number - 1
            head = store.read(number) if number else None
        else:
            head = settle(workplace, tools, store)
        for journal in open_journals:
            journals.settle(journal)
    return RecoveryResult(
        scope=prepared.scope,
        head=head.number if head else 0,
        status=head.status if head else None,
        apply=applied,
        adoptions=prepared.adoptions,
        absent=prepared.absent,
        unadopted=prepared.unadopted,
        tainted=prepared.tainted,
        saved=prepared.saved,
        restored=prepared.restored,
        unlocked=unlocked,
        next=workplace.command,
        warnings=telling(applied.warnings) if applied else (),
    )


def _plan(workplace: Workplace, tools: Tools, adopted: Adopted, started: float) -> PlanResult | None:
    document = adopted.document
    if document is None or not adopted.adoptions or not document.changes:
        return None
    place = slot(workplace)
    return PlanResult(
        scope=tools.scope(workplace),
        kind=Kind.RECOVER,
        has_changes=True,
        base=workplace.lock.base,
        changes=judged(document),
        counts=count(document.changes),
        pins={area: pin.version for area, pin in workplace.lock.pins.items()},
        warnings=adopted.warnings,
        # without a manifest it is not the saved plan: nothing but this recovery can apply it
        plan_file=place.staging,
        plan_digest=file_digest(place.staging),
        seconds=round(time.monotonic() - started, 3),
    )


def _begun_and_confirmed(prepared: PreparedRecovery) -> tuple[str, ...]:
    """The adopted resources whose changes need no acceptance: the release that was cut off was making them.

    Some are made by several calls (a log group gets its retention by the second), so what one that was cut off between
    them lacks is the rest of its creation, which was confirmed then. What merely may have been made gets no such trust.
    """
    if prepared.plan is None:
        return ()
    ours = {one.address for one in prepared.adoptions if one.certainty is not Certainty.POSSIBLE}
    return tuple(sorted(acceptable(prepared.plan) & ours))


def _check_shown(workplace: Workplace, store: LedgerStore, prepared: PreparedRecovery) -> None:
    moved = store.head() != prepared.number - 1
    if prepared.plan is not None and prepared.plan.plan_file is not None:
        moved = moved or file_digest(prepared.plan.plan_file) != prepared.plan.plan_digest
    if moved:
        raise Refused(
            Diagnostic(
                "MXP133",
                f"{workplace.environment} is not as it was shown: something was done to it meanwhile",
                hint=f"look again: mendixctl recover {workplace.environment}",
            )
        )


def _with_base(workplace: Workplace, head: Record | None) -> Workplace:
    """The workplace at the newest release: a crash can come before its number was written into the lock.

    Raises:
        Refused: MXP120, MXP121, it is another checkout's release.
    """
    if head is not None and workplace.lock.base == head.number - 1 and is_own(workplace, head):
        return workplace.with_lock(workplace.lock.with_base(head.number).at(home(workplace)))
    check_base(workplace, head)
    return workplace


def _check_dead(workplace: Workplace, lock: StateLock) -> None:
    """Check that the lock's owner is not alive, as far as that can be seen from here.

    Raises:
        Refused: MXP143 he lives, MXP213 he may.
    """
    check_at_rest(workplace)
    since = f" since {lock.since:%Y-%m-%d %H:%M:%S} UTC" if lock.since else ""
    if lock.pid or (lock.here and any(journals.is_locked(path) for path in _streams(workplace, lock))):
        process = f"process {lock.pid} of this machine" if lock.pid else "a process of this machine"
        raise Refused(
            Diagnostic(
                "MXP143",
                f"the state of {workplace.environment} is locked by {lock.who}{since} ({lock.operation}), and that is "
                f"{process}, which is at work",
                hint=f"wait until it is done: mendixctl status {workplace.environment}",
            )
        )
    if lock.here and _streams(workplace, lock):
        return  # the run that took it is here, and its Terraform is gone
    age = workplace.session.clock() - lock.since if lock.since else ELSEWHERE
    if age < ELSEWHERE:
        wait = (ELSEWHERE - age).total_seconds() / 60
        raise Refused(
            Diagnostic(
                "MXP213",
                f"the state of {workplace.environment} is locked by {lock.who}{since} ({lock.operation}), and whether "
                "that goes on cannot be seen from here",
                hint=f"ask there; a lock that young is not removed from another place for {wait:.0f} more minutes",
            )
        )


def _streams(workplace: Workplace, lock: StateLock) -> list[Path]:
    """The streams of this checkout's runs during which the lock was taken."""
    if lock.since is None:
        return []
    found = []
    for path in (workplace.workspace / "runs").glob("*/*.ndjson"):
        began = path.parent.name.partition("-")[0]
        try:
            ended = path.stat().st_mtime
        except OSError:
            continue
        if began <= f"{lock.since:%Y%m%dT%H%M%S.%f}" and (
            journals.is_locked(path) or ended + 30 >= lock.since.timestamp()
        ):
            found.append(path)
    return found


def _locked(workplace: Workplace, lock: StateLock) -> Refused:
    since = f" since {lock.since:%Y-%m-%d %H:%M:%S} UTC" if lock.since else ""
    return Refused(
        Diagnostic(
            "MXP212",
            f"the state of {workplace.environment} is locked by {lock.who}{since} ({lock.operation}, lock {lock.id})",
            hint=f"if that has died: mendixctl recover {workplace.environment} --unlock {lock.id}",
        )
    )


def _mend_state(workplace: Workplace) -> str:
    """Replace a local state that a killed Terraform left half written by the one before it; which one that was.

    What it had made since stands in the journal, and is adopted like all else.
    """
    path = workplace.state_file
    if path is None or not path.exists():
        return ""
    raw = path.read_bytes()
    backup = path.with_name(f"{path.name}.backup")
    if _is_whole(raw) or (not raw.strip() and not backup.exists()):
        return ""
    if not backup.exists() or not _is_whole(backup.read_bytes()):
        raise MendixError(
            Diagnostic(
                "MXP113",
                "the local state is damaged, and there is no whole one before it",
                hint=f"restore {path.name} from a copy: mendixctl state list {workplace.environment}",
                location=Location(str(path)),
            )
        )
    try:
        shutil.copyfile(path, path.with_name(f"{path.name}.damaged"))
        path.with_name(f"{path.name}.damaged").chmod(0o600)
        shutil.copyfile(backup, path)
    except OSError as error:
        raise unwritable(path, error) from error
    return backup.name


def _is_whole(raw: bytes) -> bool:
    try:
        found = json.loads(raw)
    except ValueError:
        return False
    return isinstance(found, dict) and isinstance(found.get("lineage"), str) and isinstance(found.get("serial"), int)
