"""The one place where something is applied: number, record, apply, outcome. Every release comes through here."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from mendixctl.engine import git, guarding, journals, snapshots
from mendixctl.engine.authors import author
from mendixctl.engine.copying import copy_after, copy_before
from mendixctl.engine.identity import home
from mendixctl.engine.planning import count, module_digest, slot
from mendixctl.engine.results import ApplyError, ApplyInterrupted, ApplyResult, Counts, PlanResult, Restore
from mendixctl.engine.runs import run_folder
from mendixctl.engine.tooling import Tools
from mendixctl.engine.unfinished import keep_outcome, settle
from mendixctl.engine.workplace import Workplace
from mendixctl.ledger.archive import of_root, pack
from mendixctl.ledger.release import Health, HealthCheck, Kind, Outcome, Record, Release, Status
from mendixctl.ledger.serialise import digest
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.failures import follows
from mendixctl.terraform.outcome import ApplyOutcome
from mendixgen import __version__
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError, Severity


@dataclass(frozen=True)
class Undertaking:
    """Why something is applied.

    ``prove`` runs after a successful apply and says whether a plan is empty. ``begun`` is called once the release
    has its number: from there on what was prepared stays, however it ends. ``accepted``: the addresses whose loss
    was accepted by name. ``restores``: what is brought back by it; by the time it is carried out, AWS has it.
    ``checks``: how long what was applied may take to be healthy; None: that is not asked.
    """

    kind: Kind
    message: str = ""
    rollback_to: int = 0
    rollback_from: int = 0
    held_forward: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    restores: tuple[Restore, ...] = ()
    checks: timedelta | None = None
    prove: Callable[[], bool] | None = None
    begun: Callable[[], None] | None = None


def carry_out(
    workplace: Workplace, tools: Tools, store: LedgerStore, plan: PlanResult, undertaking: Undertaking
) -> ApplyResult:
    """Apply a saved plan; the caller holds the lease and has checked the plan and the ledger.

    Raises:
        ApplyError, ApplyInterrupted: it did not succeed, or (MXB131) succeeded and is not healthy; what was done is
            recorded.
        Refused: MXG1xx, a guard objects; nothing was begun.
        MendixError: it did not begin.
    """
    if plan.plan_file is None:
        raise ValueError("a plan that was not saved cannot be applied")
    session = workplace.session
    accepted, goal = undertaking.accepted, undertaking.rollback_to
    guards = guarding.judge(workplace, store, [plan], accepted, rollback_to=goal, clients=tools.clients)
    guarding.admit(guards)
    session.reporter.stage("record")
    # The ledger's head is read once: whoever takes the next number after that makes the conditional write fail.
    before = settle(workplace, tools, store)
    copy_before(workplace, tools, before.number if before else 0)
    release, archive = _release(workplace, tools, before, plan, undertaking)
    # The intent comes first: a number without one is of another checkout, or was never begun.
    logs = run_folder(workplace.workspace, f"v{release.number:04d}-apply", session.clock())
    journals.begin(logs, release, [judged.change for judged in plan.changes], plan.identities)
    try:
        record = store.allot(release, archive)
    except BaseException:
        journals.end(logs, None, settled=True)
        raise
    # From here on every way out, Ctrl-C included, writes an outcome.
    if undertaking.begun is not None:
        undertaking.begun()
    begun = time.monotonic()
    outcome: ApplyOutcome | None = None
    proven: bool | None = None
    checks: tuple[HealthCheck, ...] = ()
    problem: BaseException | None = None
    try:
        workplace = workplace.with_lock(workplace.lock.with_base(record.number).at(home(workplace)))
        if plan.snapshots:
            _take_snapshots(workplace, tools, plan, record.number, logs)
        session.reporter.stage("apply", f"v{record.number}")
        outcome = tools.terraform(workplace, logs).apply(
            plan.plan_file, planned=[judged.change for judged in plan.changes], on_event=session.reporter.event
        )
        journals.end(logs, outcome.exit_code, settled=outcome.succeeded)
        if outcome.succeeded and undertaking.checks is not None:
            from mendixctl.engine.health.watching import check_health

            services = partial(tools.api_clients, workplace)
            checks = check_health(workplace, tools, undertaking.checks, services)
        if outcome.succeeded and undertaking.prove is not None:
            session.reporter.stage("prove")
            proven = undertaking.prove()
    except BaseException as error:  # noqa: BLE001  (recorded, then raised again below)
        problem = error
    finally:
        slot(workplace).clear()
    closed = _outcome(workplace, tools, plan, outcome, problem, proven, time.monotonic() - begun)
    closed = replace(closed, checks=checks)
    record, unrecorded = _close(workplace, store, record, closed)
    unrecorded += (*copy_after(workplace, tools, record.number), *_unknown(closed))
    counts = _done_counts(plan, closed)
    result = ApplyResult(
        tools.scope(workplace),
        record.number,
        undertaking.kind,
        closed.status,
        closed,
        record,
        counts,
        closed.seconds,
        (
            *(outcome.warnings if outcome else ()),
            *unrecorded,
            *_unproven(problem if outcome else None),
        ),
    )
    for warning in unrecorded:
        session.reporter.notice(warning)
    if closed.status is Status.SUCCEEDED:
        if problem is not None and not isinstance(problem, MendixError):
            raise problem
        if closed.health is Health.UNHEALTHY:
            raise ApplyError(_unhealthy(result), result)
        return result
    raise _failure(workplace, tools, result, outcome, problem) from problem


def _release(
    workplace: Workplace, tools: Tools, before: Record | None, plan: PlanResult, undertaking: Undertaking
) -> tuple[Release, bytes]:
    """The record of what is about to be done, and the rendered HCL."""
    session, scope = workplace.session, workplace.scope
    number = before.number if before else 0
    archive = pack(of_root(workplace.root))
    folder = session.repository.root
    # asked only where credentials are real: on the emulator they are nobody's
    started = session.clock()
    arn = tools.clients.caller() if tools.clients and scope.target == "aws" else ""
    release = Release(
        number=number + 1,
        environment=workplace.environment,
        account=scope.account,
        region=scope.region,
        target=scope.target,
        kind=undertaking.kind,
        started_at=started,
        author=author(folder, arn),
        spec=workplace.specification.text,
        lock=locks.dump(workplace.lock.with_base(number + 1).at(home(workplace)), workplace.environment),
        archive_digest=digest(archive),
        predecessor=before.digest if before else "",
        message=undertaking.message,
        commit=git.commit(folder),
        rollback_to=undertaking.rollback_to,
        rollback_from=undertaking.rollback_from,
        held_forward=undertaking.held_forward,
        changes=tuple(judged.recorded_at(started) for judged in plan.changes),
        plan_digest=plan.plan_digest,
        generator=__version__,
        terraform=tools.version,
        snapshots=snapshots.names(plan, number + 1),
        extra={
            "modules": {area: module_digest(workplace, area) for area in workplace.lock.pins},
            **({"accepted": list(undertaking.accepted)} if undertaking.accepted else {}),
            **({"restores": [_restored(one) for one in undertaking.restores]} if undertaking.restores else {}),
        },
    )
    return release, archive


def _restored(one: Restore) -> dict[str, str]:
    return {"address": one.address, "action": one.action.value, "from": one.source}


def _take_snapshots(workplace: Workplace, tools: Tools, plan: PlanResult, number: int, logs: Path) -> None:
    """Take what the plan asks for. Where that fails Terraform was never begun, so nothing is to be looked for later."""
    try:
        snapshots.take(workplace, tools.api_clients(workplace), plan, number)
    except BaseException:
        journals.end(logs, None, settled=True)
        raise


def _outcome(
    workplace: Workplace,
    tools: Tools,
    plan: PlanResult,
    outcome: ApplyOutcome | None,
    problem: BaseException | None,
    proven: bool | None,
    seconds: float,
) -> Outcome:
    planned = tuple(judged.change.address for judged in plan.changes)
    lineage, serial = "", 0
    with contextlib.suppress(MendixError):
        identity = tools.state_identity(workplace)
        lineage, serial = identity.lineage, identity.serial
    errors = outcome.errors if outcome else problem.diagnostics if isinstance(problem, MendixError) else ()
    words = tuple(f"{error.code}: {error.summary}" for error in errors)
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    if outcome is None:
        status = Status.FAILED if isinstance(problem, MendixError) else Status.INTERRUPTED
        words = words or (f"mendixctl was stopped before Terraform began: {type(problem).__name__}",)
        waiting = planned
    else:
        status = Status.SUCCEEDED if outcome.succeeded else Status.INTERRUPTED if outcome.interrupted else Status.FAILED
        done, failed, waiting = outcome.done, (*outcome.failed, *outcome.in_flight), outcome.not_started
        words += tuple(f"{address} was begun and never reported on; it may exist" for address in outcome.in_flight)
    return Outcome(
        status=status,
        finished_at=workplace.session.clock(),
        seconds=round(seconds, 3),
        done=done,
        failed=failed,
        not_started=waiting,
        errors=words,
        lineage=lineage,
        serial=serial,
        proven=proven,
    )


def _close(
    workplace: Workplace, store: LedgerStore, record: Record, outcome: Outcome
) -> tuple[Record, tuple[Diagnostic, ...]]:
    """Write the outcome; if the ledger cannot take it now, keep it here for the next apply, and say so."""
    try:
        return store.close(record.number, outcome), ()
    except MendixError as error:
        kept = keep_outcome(workplace, record.number, outcome)
        warning = Diagnostic(
            "MXP140",
            f"the outcome of v{record.number} could not be recorded: {error.diagnostics[0].summary}",
            hint="it is kept in this checkout and recorded by the next apply"
            if kept
            else "the next apply closes the release with what Terraform's journal says",
            severity=Severity.WARNING,
        )
        return replace(record, outcome=outcome), (warning,)


def _unproven(problem: BaseException | None) -> tuple[Diagnostic, ...]:
    """Why a successful apply could not be proven, as warnings: what was applied stays applied."""
    if not isinstance(problem, MendixError):
        return ()
    return tuple(replace(found, severity=Severity.WARNING) for found in problem.diagnostics)


def _unhealthy(result: ApplyResult) -> tuple[Diagnostic, ...]:
    """What was applied and does not work: each by name, then where that is to be looked at."""
    environment = result.scope.environment
    found = [check for check in result.outcome.checks if check.health is Health.UNHEALTHY]
    words = "\n".join(f"{check.kind} {check.name}: {check.detail}  {check.address}" for check in found)
    return (
        Diagnostic(
            "MXB131",
            f"v{result.number} of {environment} was applied, and {len(found)} of {len(result.outcome.checks)} checks "
            "found something unhealthy",
            hint=f"look at it; mend it forward, or go back: mendixctl rollback VERSION --env {environment}",
            detail=words,
        ),
    )


def _unknown(outcome: Outcome) -> tuple[Diagnostic, ...]:
    found = [check for check in outcome.checks if check.health is Health.UNKNOWN]
    if not found:
        return ()
    return (
        Diagnostic(
            "MXB132",
            f"whether {', '.join(f'{check.kind} {check.name}' for check in found)} is healthy is not known",
            hint="give the role the permission that is named, or leave the checks out: --no-checks",
            detail="\n".join(dict.fromkeys(check.detail for check in found)),
            severity=Severity.WARNING,
        ),
    )


def _done_counts(plan: PlanResult, outcome: Outcome) -> Counts:
    """The plan's counts, of what was done alone."""
    done = set(outcome.done)
    return count(tuple(judged.change for judged in plan.changes if judged.change.address in done))


def _failure(
    workplace: Workplace,
    tools: Tools,
    result: ApplyResult,
    outcome: ApplyOutcome | None,
    problem: BaseException | None,
) -> BaseException:
    """What is raised: Terraform's own errors first, then where it stands and how to go on."""
    interrupted = result.status is Status.INTERRUPTED
    errors = outcome.errors if outcome else problem.diagnostics if isinstance(problem, MendixError) else ()
    done = f"{len(result.outcome.done)} of {len(result.record.release.changes)} changes were made"
    last = Diagnostic(
        "MXP142" if interrupted else "MXP141",
        f"v{result.number} of {workplace.environment} {'was interrupted' if interrupted else 'failed'}: {done}, and "
        "all of this is recorded",
        hint=f"{workplace.command} shows what is left; apply goes on from there",
    )
    died = tools.emulator_died(workplace) if outcome else None
    if died is not None:
        errors = (*died.diagnostics, *(error for error in errors if not follows(error)))
    kind = ApplyInterrupted if interrupted else ApplyError
    return kind((*errors, last), result)
