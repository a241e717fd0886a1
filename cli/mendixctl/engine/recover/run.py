"""``recover``: after a crash, what exists comes into the state, and what was done into the ledger.

It removes a lock only when told so by the lock's ID and only if its owner cannot be alive; it saves a state that
Terraform left; it adopts what stands in no state. It creates and destroys only to finish what a crash has cut in half:
what can be adopted no other way than by being made anew (where that loses nothing, or was accepted by its address), and
the old half of a replacement (accepted likewise). What holds data and is tainted it keeps, unless its address is
accepted. What it cannot settle stays in doubt, and every plan is refused until it is; an accepted address settles it.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from mendixctl.engine.apply.release import Undertaking, carry_out, released
from mendixctl.engine.apply.results import ApplyResult
from mendixctl.engine.apply.run import check_committed
from mendixctl.engine.digests import file_digest
from mendixctl.engine.environment.identity import check_identity
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.ledger import check_base
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.journal import journal as journals
from mendixctl.engine.journal.journal import Journal
from mendixctl.engine.journal.run_folders import run_folder
from mendixctl.engine.operation import operation
from mendixctl.engine.plan.gate import acceptable
from mendixctl.engine.plan.judged import judged
from mendixctl.engine.plan.results import Plan, PlanResult
from mendixctl.engine.recover.adoption import Adopted, Adoption, Settled, Unadopted
from mendixctl.engine.recover.half_replaced import part
from mendixctl.engine.recover.import_plan import telling
from mendixctl.engine.recover.kept import keep
from mendixctl.engine.recover.orphan_import import adopt
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixctl.engine.state.copies import copy_before
from mendixctl.engine.state.locks import StateLock, find_lock
from mendixctl.engine.status import LEFT, is_own
from mendixctl.engine.unfinished.open_release import check_at_rest, settle
from mendixctl.engine.unfinished.orphan_candidates import Certainty, doubts
from mendixctl.engine.unfinished.tainted import divided
from mendixctl.guard import limits
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.state import is_whole
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused
from mendixgen.files import write_atomic

ELSEWHERE = timedelta(minutes=15)
"""A lock whose owner cannot be looked at (another machine, another checkout) counts as held for this long."""


@dataclass(frozen=True, slots=True)
class PreparedRecovery:
    """What a recovery found. ``plan`` adopts and is None where there is nothing to adopt.

    ``settled``: what no state lacks: AWS was asked and does not have it, or it is another's, or it was given up.
    ``accepted``: the addresses that were accepted by name. ``kept``: tainted ones that hold data and are to be kept;
    ``tainted``: those that the next plan makes anew. ``saved``: a state that Terraform had left and that is in
    its place now. ``restored``: the copy that a damaged state was replaced by.
    """

    scope: Scope
    head: Record | None
    number: int
    plan: PlanResult | None = None
    adoptions: tuple[Adoption, ...] = ()
    settled: tuple[Settled, ...] = ()
    unadopted: tuple[Unadopted, ...] = ()
    tainted: tuple[str, ...] = ()
    saved: str = ""
    restored: str = ""
    accepted: tuple[str, ...] = ()
    confirmation: str = "yes"
    kept: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether a person has to decide something."""
        return self.plan is not None or bool(self.accepted) or bool(self.kept)


@dataclass(frozen=True, slots=True)
class RecoveryResult:
    """What a recovery did. ``apply``: the release of the adoption; ``status``: how the release before it ended."""

    scope: Scope
    head: int
    status: Status | None
    apply: ApplyResult | None
    adoptions: tuple[Adoption, ...] = ()
    settled: tuple[Settled, ...] = ()
    unadopted: tuple[Unadopted, ...] = ()
    tainted: tuple[str, ...] = ()
    saved: str = ""
    restored: str = ""
    unlocked: StateLock | None = None
    next: str = ""
    warnings: tuple[Diagnostic, ...] = field(default=())
    kept: tuple[str, ...] = ()


def look_at_lock(session: Session, environment: str) -> StateLock | None:
    """The lock that a person has to decide about, or None where there is none.

    Raises:
        Refused: MXP143, its owner lives; MXP213, it may.
    """
    with operation(session, environment, "recover", at_head=False) as site:
        lock = find_lock(site.workplace, site.clients)
        if lock is not None:
            _check_dead(site.workplace, lock)
        return lock


def unlock(session: Session, environment: str, lock_id: str) -> StateLock | None:
    """Remove the lock with that ID; None where it is gone by now.

    Raises:
        Refused: MXP212 the state has another lock; MXP143, MXP213.
    """
    with operation(session, environment, "recover", announce=False, at_head=False) as site:
        workplace = site.workplace
        lock = find_lock(workplace, site.clients)
        if lock is None:
            return None
        if lock.id != lock_id:
            raise _locked(workplace, lock)
        _check_dead(workplace, lock)
        workplace.write_root()
        session.reporter.stage("unlock", lock.id)
        site.tools.initialise(workplace, recover=False)
        site.tools.terraform(workplace).force_unlock(lock.id)
        return lock


def prepare(session: Session, environment: str, accepted: Sequence[str] = ()) -> PreparedRecovery:
    """Find out what a crash left, save a state that Terraform could not, and plan the adoption of what exists.

    ``accepted``: addresses in doubt whose loss is accepted. Of a replacement that was cut in half the state then gets
    the old object set apart at once: Terraform can plan the rest only from there.

    Raises:
        MendixError: MXG104, an accepted address is not in doubt.
        Refused: MXP143 it is still being applied, MXP212 the state is locked, MXP214 the plan would do more than
            adopt, MXP120 this checkout is behind; MXP122, MXP135.
        MendixError: MXP113, the state is damaged and there is no whole one before it.
    """
    started = time.monotonic()
    with operation(session, environment, "recover", at_head=False) as site:
        check_at_rest(site.workplace)
        lock = find_lock(site.workplace, site.clients)
        if lock is not None:
            raise _locked(site.workplace, lock)
        number, head = site.store.head(), site.store.platform()
        workplace = _with_base(site.workplace, site.store, head)
        check_identity(workplace, head)
        workplace.plans.clear()
        restored = _mend_state(workplace)
        workplace.write_root()
        check_committed(workplace)
        left = workplace.root / LEFT
        was_left = left.exists()
        site.tools.initialise(workplace)
        state = site.tools.state(workplace)
        found = doubts(workplace, head, state.instances)
        _check_accepted(accepted, [*(one.address for one in found), *divided(state.instances.values())[0]])
        halves = [one for one in found if one.other and one.address in accepted]
        if halves:
            copy_before(site.at(workplace), number)
            state = part(workplace, site.tools, state.raw, halves)
            found = doubts(workplace, head, state.instances)
        files = workplace.plans
        files.make()
        planned = False
        try:
            adopted = adopt(workplace, site.tools, found, state, files.staging, accepted) if found else Adopted()
            plan = _plan(site.at(workplace), adopted, started)
            planned = plan is not None
        finally:
            if not planned:
                files.clear()
        kept, anew = divided(state.instances.values(), accepted)
        return PreparedRecovery(
            scope=site.scope,
            head=head,
            number=number + 1,
            plan=plan,
            adoptions=adopted.adoptions,
            settled=adopted.settled,
            unadopted=adopted.unadopted,
            tainted=anew,
            kept=kept,
            saved=session.repository.relative(left) if was_left and not left.exists() else "",
            restored=restored,
            accepted=tuple(accepted),
            confirmation=environment if workplace.scope.protected else "yes",
        )


def abandon(session: Session, prepared: PreparedRecovery) -> None:
    """Drop the plan; what is in doubt stays so."""
    workplace = open_workplace(session, prepared.scope.environment, refresh=False)
    with lease(workplace.workspace, workplace.environment, "recover"):
        workplace.plans.clear()


def execute(
    session: Session, prepared: PreparedRecovery, *, message: str = "", unlocked: StateLock | None = None
) -> RecoveryResult:
    """Adopt what was shown as a release of its own, close the release that was cut off, and be done with its journal
    as far as nothing is left in doubt.

    Raises:
        ApplyError, ApplyInterrupted: the adoption did not succeed; what is left of it is still in doubt.
        Refused: MXP133, something moved while the person was asked; as `prepare`.
    """
    environment = prepared.scope.environment
    with operation(session, environment, "recover", announce=False, at_head=False) as site:
        workplace = site.workplace
        check_at_rest(workplace)
        _check_shown(workplace, site.store, prepared)
        open_journals = journals.unsettled(workplace.workspace)
        applied: ApplyResult | None = None
        if prepared.plan is not None:
            check_committed(workplace)
            undertaking = Undertaking(Kind.RECOVER, message, accepted=_begun_and_confirmed(prepared))
            applied = carry_out(site, prepared.plan, undertaking)
            number = applied.number - 1
            head = site.store.read(number) if number else None
        else:
            head = settle(site)
        keep(site.at(workplace), prepared.kept, prepared.number)
        _be_done(workplace, prepared, open_journals)
    return RecoveryResult(
        scope=prepared.scope,
        head=head.number if head else 0,
        status=head.status if head else None,
        apply=applied,
        adoptions=prepared.adoptions,
        settled=prepared.settled,
        unadopted=prepared.unadopted,
        tainted=prepared.tainted,
        kept=prepared.kept,
        saved=prepared.saved,
        restored=prepared.restored,
        unlocked=unlocked,
        next=_again(environment, prepared.unadopted) if prepared.unadopted else workplace.command,
        warnings=telling(applied.warnings) if applied else (),
    )


def _again(environment: str, unadopted: Sequence[Unadopted]) -> str:
    """The command that settles what is left in doubt, as far as accepting settles it; the same once more would not."""
    accept = [one.doubt.address for one in unadopted if one.accepting]
    return f"mendixctl recover {environment}" + "".join(f" --accept-loss {shlex.quote(one)}" for one in accept)


def _plan(site: Site, adopted: Adopted, started: float) -> PlanResult | None:
    document, workplace = adopted.document, site.workplace
    if document is None or not adopted.adoptions or not document.changes:
        return None
    changes = judged(document)
    plan = Plan(
        kind=Kind.RECOVER,
        base=workplace.lock.base,
        has_changes=True,
        changes=changes,
        identities=journals.identities(changes),
    )
    return PlanResult.of(
        plan,
        scope=site.scope,
        pins={area: pin.version for area, pin in workplace.lock.pins.items()},
        warnings=adopted.warnings,
        # without a manifest it is not the saved plan: nothing but this recovery can apply it
        plan_file=workplace.plans.staging,
        plan_digest=file_digest(workplace.plans.staging),
        seconds=round(time.monotonic() - started, 3),
    )


def _be_done(workplace: Workplace, prepared: PreparedRecovery, open_journals: Sequence[Journal]) -> None:
    """Settle the journals but for what is left in doubt, and keep what another machine's release left so."""
    left = {(one.doubt.release, one.doubt.address): one.doubt for one in prepared.unadopted}
    here = set()
    for journal in open_journals:
        number = journal.intent.number
        here.add(number)
        if any(release == number for release, _ in left):
            looked_after = [one.doubt.address for one in prepared.settled if one.doubt.release == number]
            journals.look_after(journal, looked_after)
        else:
            journals.settle(journal)
    head = prepared.head
    elsewhere = [one for (release, _), one in left.items() if release not in here]
    if head is not None and elsewhere:
        planned = [journals.Planned(one.address, one.type, "create", dict(one.values)) for one in elsewhere]
        folder = run_folder(workplace.workspace, f"v{head.number:04d}-elsewhere", workplace.session.clock())
        journals.keep_doubts(folder, head.release, planned)


def _check_accepted(accepted: Sequence[str], every: Sequence[str]) -> None:
    problems = [
        Diagnostic(
            "MXG104",
            f"--accept-loss {shlex.quote(address)} accepts nothing in this recovery",
            hint=f"did you mean {shlex.quote(near)}?" if near else "it takes the exact address of what is in doubt",
        )
        for address, near in limits.unknown(accepted, sorted(every))
    ]
    if problems:
        raise MendixError(problems)


def _begun_and_confirmed(prepared: PreparedRecovery) -> tuple[str, ...]:
    """The adopted resources whose changes need no acceptance: the release that was cut off was making them.

    Some are made by several calls (a log group gets its retention by the second), so what one that was cut off between
    them lacks is the rest of its creation, which was confirmed then. What merely may have been made gets no such trust.
    """
    if prepared.plan is None:
        return ()
    ours = {one.address for one in prepared.adoptions if one.certainty is not Certainty.POSSIBLE}
    return tuple(sorted(acceptable(prepared.plan) & {*ours, *prepared.accepted}))


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


def _with_base(workplace: Workplace, store: LedgerStore, head: Record | None) -> Workplace:
    """The workplace at the newest release: a crash can come before its number was written into the lock.

    Raises:
        Refused: MXP120, MXP121, it is another checkout's release.
    """
    before = store.read(head.number - 1).basis if head is not None and head.number > 1 else 0
    if head is not None and before <= workplace.lock.base < head.number and is_own(workplace, head):
        return released(workplace, head.number)
    check_base(workplace, head, store.head())
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
    if is_whole(raw) or (not raw.strip() and not backup.exists()):
        return ""
    before = backup.read_bytes() if backup.exists() else b""
    if not is_whole(before):
        raise MendixError(
            Diagnostic(
                "MXP113",
                "the local state is damaged, and there is no whole one before it",
                hint=f"restore {path.name} from a copy: mendixctl state list {workplace.environment}",
                location=Location(str(path)),
            )
        )
    write_atomic(path.with_name(f"{path.name}.damaged"), raw, mode=0o600)
    write_atomic(path, before, mode=0o600)
    return backup.name
