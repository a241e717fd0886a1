"""The one place where something is applied: number, record, apply, outcome. Every release comes through here."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from mendixctl.engine.apply import sizes, snapshots
from mendixctl.engine.apply.quiet import quiet
from mendixctl.engine.apply.results import ApplyError, ApplyInterrupted, ApplyResult
from mendixctl.engine.deployment.within import Deploying, recorded
from mendixctl.engine.environment.identity import home
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.journal import journal
from mendixctl.engine.journal.run_folders import run_folder
from mendixctl.engine.next_release import next_release
from mendixctl.engine.plan import gate, manifests
from mendixctl.engine.plan.results import Counts, PlanResult, count
from mendixctl.engine.plan.run import module_digest
from mendixctl.engine.results import Restore
from mendixctl.engine.state.copies import copy_after, copy_before
from mendixctl.engine.unfinished.open_release import keep_outcome, settle
from mendixctl.guard.sizes import PlannedSize
from mendixctl.ledger.archive import of_root, pack
from mendixctl.ledger.release import Health, HealthCheck, Kind, Outcome, Record, Release, Status
from mendixctl.terraform.failures import follows
from mendixctl.terraform.outcome import ApplyOutcome
from mendixgen.diagnostics import Diagnostic, MendixError, Severity
from mendixgen.messages import msg, word


@dataclass(frozen=True)
class Undertaking:
    """Why something is applied.

    ``before`` runs once the guards have passed, and gives the plan that is applied in place of the one that they were
    asked about. ``begun`` is called once the release has its number: from there on what was prepared stays, however it
    ends. ``prove`` runs after a successful apply and says whether a plan is empty. ``accepted``: the addresses whose
    loss was accepted by name; ``allowed``: those that are tried although AWS is said to refuse it. ``restores``: what
    ``before`` brings back. ``checks``: how long what was applied may take to be healthy; None: that is not asked.
    ``deploys``: bring what changes on the cluster there as well.
    """

    kind: Kind
    message: str = ""
    rollback_to: int = 0
    rollback_from: int = 0
    held_forward: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    restores: tuple[Restore, ...] = ()
    checks: timedelta | None = None
    deploys: bool = True
    before: Callable[[], PlanResult] | None = None
    prove: Callable[[], bool] | None = None
    begun: Callable[[], None] | None = None


def carry_out(site: Site, plan: PlanResult, undertaking: Undertaking) -> ApplyResult:
    """Apply a saved plan; the caller holds the environment and has checked the plan and the ledger.

    Raises:
        ApplyError, ApplyInterrupted: it did not succeed, or (MXB131) succeeded and is not healthy; what was done is
            recorded.
        Refused: MXG1xx, a guard objects; nothing was begun.
        MendixError: it did not begin.
    """
    session = site.session
    plan, plan_file = _admitted(site, plan, undertaking)
    deploying = Deploying(
        site,
        plan.manifests,
        destroys=undertaking.kind is Kind.DESTROY,
        left_out=not undertaking.deploys,
        accepted=undertaking.accepted,
    )
    deploying.check(site)
    session.reporter.stage("record")
    # The ledger's head is read once: whoever takes the next number after that makes the conditional write fail.
    before = settle(site)
    copy_before(site, before.number if before else 0)
    release, archive = _release(site, before, plan, undertaking)
    # The intent comes first: a number without one is of another checkout, or was never begun.
    logs = run_folder(site.workplace.workspace, f"v{release.number:04d}-apply", session.clock())
    journal.begin(logs, release, [judged.change for judged in plan.changes], plan.identities)
    try:
        record = site.store.allot(release, archive)
    except BaseException:
        journal.end(logs, None, settled=True)
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
        site = site.at(released(site.workplace, record.number))
        if plan.snapshots:
            _take_snapshots(site, plan, record.number, logs)
        if plan.sizes:
            plan_file = _settle_sizes(site, plan, logs)
        with quiet(site):
            _take_away(site, deploying, logs)
            session.reporter.stage("apply", f"v{record.number}")
            outcome = site.tools.terraform(site.workplace, logs).apply(
                plan_file, planned=[judged.change for judged in plan.changes], on_event=session.reporter.event
            )
            journal.end(logs, outcome.exit_code, settled=outcome.succeeded)
            if outcome.succeeded:
                deploying.after(site)
                checks = _checks(site, undertaking, deploying)
        if outcome.succeeded and deploying.complete and undertaking.prove is not None:
            session.reporter.stage("prove")
            proven = undertaking.prove()
    except BaseException as error:  # noqa: BLE001  (recorded, then raised again below)
        problem = error
    finally:
        site.workplace.plans.clear()
    closed = _outcome(site, plan, outcome, problem, proven, time.monotonic() - begun, deploying)
    closed = replace(closed, checks=checks)
    record, unrecorded = _close(site, record, closed)
    unrecorded += (*copy_after(site, record.number), *_unknown(closed))
    counts = _done_counts(plan, closed)
    result = ApplyResult(
        site.scope,
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
        len(closed.deployment.not_started) if closed.deployment else 0,
    )
    for warning in unrecorded:
        session.reporter.notice(warning)
    if closed.status is Status.SUCCEEDED:
        if problem is not None and not isinstance(problem, MendixError):
            raise problem
        if closed.health is Health.UNHEALTHY:
            raise ApplyError(_unhealthy(result), result)
        return result
    raise _failure(site, plan, result, outcome, problem, deploying) from problem


def _admitted(site: Site, plan: PlanResult, undertaking: Undertaking) -> tuple[PlanResult, Path]:
    """The plan to apply and its file, once the guards have let it pass."""
    accepted, allowed = undertaking.accepted, undertaking.allowed
    gate.admit(gate.judge(site, [plan], accepted, allowed=allowed, rollback_to=undertaking.rollback_to))
    if undertaking.before is not None:
        plan = undertaking.before()
    if plan.plan_file is None:
        raise ValueError("a plan that was not saved cannot be applied")
    return plan, plan.plan_file


def released(workplace: Workplace, number: int) -> Workplace:
    """The workplace at a release that has just got its number, which is written into the lock."""
    return workplace.with_lock(workplace.lock.with_base(number).at(home(workplace)))


def _release(site: Site, before: Record | None, plan: PlanResult, undertaking: Undertaking) -> tuple[Release, bytes]:
    """The record of what is about to be done, and the rendered HCL."""
    workplace = site.workplace
    archive = pack(of_root(workplace.root))
    started = site.session.clock()
    release = next_release(
        site,
        before,
        undertaking.kind,
        started_at=started,
        spec=workplace.specification.whole,
        lock=workplace.lock,
        archive=archive,
        message=undertaking.message,
        rollback_to=undertaking.rollback_to,
        rollback_from=undertaking.rollback_from,
        held_forward=undertaking.held_forward,
        changes=tuple(judged.recorded_at(started) for judged in plan.changes),
        objects=tuple(recorded(one) for one in plan.manifests.objects),
        plan_digest=plan.plan_digest,
        snapshots=snapshots.names(plan, (before.number if before else 0) + 1),
        extra={
            "modules": {area: module_digest(workplace, area) for area in workplace.lock.pins},
            manifests.RECORDED: manifests.documents_digest(workplace),
            **({"accepted": list(undertaking.accepted)} if undertaking.accepted else {}),
            **({"sizes": [_sized(one) for one in plan.sizes]} if plan.sizes else {}),
            **({"allowed": list(undertaking.allowed)} if undertaking.allowed else {}),
            **({"restores": [_restored(one) for one in undertaking.restores]} if undertaking.restores else {}),
        },
    )
    return release, archive


def _restored(one: Restore) -> dict[str, str]:
    return {"address": one.address, "action": one.action.value, "from": one.source}


def _sized(one: PlannedSize) -> dict[str, str | int]:
    return {"address": one.address, "least": one.least, "most": one.most, "from": one.now, "to": one.goal}


def _take_snapshots(site: Site, plan: PlanResult, number: int, logs: Path) -> None:
    """Take what the plan asks for. Where that fails Terraform was never begun, so nothing is to be looked for later."""
    try:
        snapshots.take(site.workplace, site.clients, plan, number)
    except BaseException:
        journal.end(logs, None, settled=True)
        raise


def _checks(site: Site, undertaking: Undertaking, deploying: Deploying) -> tuple[HealthCheck, ...]:
    """What is asked once everything is there; nothing where it is not, or that was not wanted."""
    if undertaking.checks is None or not deploying.complete:
        return ()
    from mendixctl.engine.health.watching import check_health

    return check_health(site, undertaking.checks)


def _take_away(site: Site, deploying: Deploying, logs: Path) -> None:
    """Empty a cluster that goes; where that fails, Terraform was never begun."""
    try:
        deploying.before(site)
    except BaseException:
        journal.end(logs, None, settled=True)
        raise


def _settle_sizes(site: Site, plan: PlanResult, logs: Path) -> Path:
    """The plan to apply once EKS takes its numbers of nodes; where that fails, Terraform was never begun."""
    try:
        return sizes.settle(site, plan, logs)
    except BaseException:
        journal.end(logs, None, settled=True)
        raise


def _outcome(
    site: Site,
    plan: PlanResult,
    outcome: ApplyOutcome | None,
    problem: BaseException | None,
    proven: bool | None,
    seconds: float,
    deploying: Deploying,
) -> Outcome:
    planned = tuple(judged.change.address for judged in plan.changes)
    lineage, serial = "", 0
    with contextlib.suppress(MendixError):
        state = site.tools.state(site.workplace)
        lineage, serial = state.lineage, state.serial
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
        if outcome.succeeded and not deploying.complete:
            status = Status.INTERRUPTED if problem is not None else Status.FAILED
            words += tuple(f"{one.code}: {one.summary}" for one in deploying.reasons)
        words += tuple(f"{address} was begun, and AWS did not answer; it may be done" for address in outcome.unanswered)
    return Outcome(
        status=status,
        finished_at=site.session.clock(),
        seconds=round(seconds, 3),
        done=done,
        failed=failed,
        not_started=waiting,
        errors=words,
        lineage=lineage,
        serial=serial,
        proven=proven,
        deployment=deploying.deployment,
    )


def _close(site: Site, record: Record, outcome: Outcome) -> tuple[Record, tuple[Diagnostic, ...]]:
    """Write the outcome; if the ledger cannot take it now, keep it here for the next apply, and say so."""
    try:
        return site.store.close(record.number, outcome), ()
    except MendixError as error:
        kept = keep_outcome(site.workplace, record.number, outcome)
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
    site: Site,
    plan: PlanResult,
    result: ApplyResult,
    outcome: ApplyOutcome | None,
    problem: BaseException | None,
    deploying: Deploying,
) -> BaseException:
    """What is raised: Terraform's own errors first, then where it stands and how to go on."""
    interrupted = result.status is Status.INTERRUPTED
    errors = outcome.errors if outcome else problem.diagnostics if isinstance(problem, MendixError) else ()
    number, whole = len(result.outcome.done), len(result.record.release.changes)
    done: str = msg("{count} of {count_2} changes were made", count=number, count_2=whole)
    if outcome and outcome.succeeded:
        errors = (*errors, *deploying.reasons)
    if deploying.begins and deploying.deployment is not None:
        objects = result.record.release.objects
        done = msg(
            "{changes} and {count} of {count_2} objects of the cluster",
            changes=done,
            count=len(deploying.deployment.done),
            count_2=len(objects),
        )
    created = {one.change.address for one in plan.changes if one.change.action.value in journal.CREATING}
    in_doubt = bool(outcome and created & {*outcome.unanswered})
    last = Diagnostic(
        "MXP142" if interrupted else "MXP141",
        msg(
            "v{number} of {environment} {status}: {done}, and all of this is recorded",
            number=result.number,
            environment=site.environment,
            status=word("was interrupted") if interrupted else word("failed"),
            done=done,
        ),
        hint=f"mendixctl recover {site.environment} looks for what was begun and not answered; then plan again"
        if in_doubt
        else f"{site.workplace.command} shows what is left; apply goes on from there",
    )
    died = site.tools.emulator_died(site.workplace) if outcome else None
    if died is not None:
        errors = (*died.diagnostics, *(error for error in errors if not follows(error)))
    kind = ApplyInterrupted if interrupted else ApplyError
    return kind((*errors, last), result)
