"""``apply --on-failure=rollback``: after an apply that failed, or left something unhealthy, back to what was good.

It goes back only where every step of the way is reversible, and otherwise stops and says why: a machine that takes
back at night what cannot be taken back is worse than a failed apply. What a person stopped is never taken back. Giving
the option accepts that what this very apply made or replaced is destroyed or replaced again, and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError, ApplyInterrupted, ApplyResult, PreparedApply
from mendixctl.engine.environment.ledger import ledger
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.operation import operation
from mendixctl.engine.plan import gate
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.engine.rollback.results import PreparedRollback
from mendixctl.engine.session import Session
from mendixctl.guard.verdict import Verdict
from mendixctl.ledger.release import Health, Kind, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError, Severity
from mendixgen.kubernetes.diff import Does

GOALS = frozenset({Kind.APPLY, Kind.ROLLBACK})


def execute(
    session: Session,
    prepared: PreparedApply,
    *,
    message: str = "",
    checks: timedelta | None = None,
    deploys: bool = True,
) -> ApplyResult:
    """Apply as `apply.run.execute` does; where that fails or is not healthy, roll back before saying so.

    Raises:
        ApplyError: the apply failed; its diagnostics end with MXB140, it was rolled back, or MXB141 to MXB143, why it
            was not. What both did is in ``result``.
        ApplyInterrupted: a person stopped the apply, which stays, or the rollback.
        Refused, MendixError: as `mendixctl.engine.apply.run.execute`; nothing was applied.
    """
    try:
        return apply_run.execute(session, prepared, message=message, checks=checks, deploys=deploys)
    except ApplyError as failed:
        raise _fall_back(session, failed, checks, deploys=deploys) from failed


def good(record: Record) -> bool:
    """Whether a release may be gone back to without asking: it was reached, and not found unhealthy."""
    outcome = record.outcome
    if outcome is None or record.status is not Status.SUCCEEDED or record.release.kind not in GOALS:
        return False
    return outcome.health is not Health.UNHEALTHY


def last_good(store: LedgerStore, before: int) -> Record | None:
    """The newest good release before a number."""
    numbers = (number for number in reversed(store.numbers()) if number < before)
    return next((record for number in numbers if good(record := store.read(number))), None)


def obstacles(prepared: PreparedRollback, failed: Record) -> tuple[str, ...]:
    """The steps of a rollback that could not be taken back themselves, each with why; none where all can.

    That an object goes which ``failed`` itself has made is none of them.
    """
    made = {one.address for one in failed.release.objects if one.action == Does.CREATE}
    steps = [
        f"{judged.change.address}: {judged.verdict.value}"
        + (f", {judged.judgement.reason}" if judged.judgement.reason else "")
        for judged in prepared.plan.changes
        if judged.verdict is not Verdict.REVERSIBLE
    ]
    steps += [
        f"{one.change.key.address}: {one.judgement.verdict.value}, {one.judgement.reason}"
        for one in prepared.plan.manifests.objects
        if one.judgement.verdict is not Verdict.REVERSIBLE
        and not (one.change.does is Does.DELETE and one.change.key.address in made)
    ]
    steps += [f"{one.address}: it has to be brought back ({one.action.value})" for one in prepared.restores]
    return tuple(dict.fromkeys(steps))


def _fall_back(session: Session, failed: ApplyError, checks: timedelta | None, *, deploys: bool) -> MendixError:
    """Roll back what failed; the exception that tells all of it."""
    result = failed.result
    environment = result.scope.environment
    session.reporter.notice(
        Diagnostic(
            "MXB144",
            f"v{result.number} of {environment} {_how(result)}; going back to the last good release",
            severity=Severity.WARNING,
        )
    )
    try:
        goal = _goal(session, result)
        if goal is None:
            return _told(failed, _stopped(result, "there is no earlier release that was reached and healthy"))
        prepared = rollback_run.prepare(session, environment, goal.number)
    except Interrupted:
        raise
    except MendixError as error:
        return _told(failed, *error.diagnostics, _stopped(result, "the way back could not be planned"))
    try:
        prepared = _accepting(session, prepared, result)
        in_the_way = obstacles(prepared, result.record)
        refusals = prepared.plan.guards.refusals
    except BaseException:
        rollback_run.abandon(session, prepared)
        raise
    if in_the_way or refusals:
        rollback_run.abandon(session, prepared)
        return _told(failed, *refusals, _not_reversible(result, goal.number, in_the_way))
    return _roll_back(session, failed, prepared, checks, deploys=deploys)


def _roll_back(
    session: Session, failed: ApplyError, prepared: PreparedRollback, checks: timedelta | None, *, deploys: bool
) -> MendixError:
    result, environment = failed.result, prepared.scope.environment
    why = f"v{result.number} {_how(result)}, and apply was given --on-failure=rollback"
    try:
        back = rollback_run.execute(session, prepared, message=why, checks=checks, deploys=deploys)
    except ApplyInterrupted as stopped:
        return ApplyInterrupted((*failed.diagnostics, *stopped.diagnostics), replace(result, after=stopped.result))
    except ApplyError as error:
        number = error.result.number
        last = Diagnostic(
            "MXB143",
            f"the rollback of v{result.number} to v{prepared.version}, v{number}, did not succeed either",
            hint=f"mendixctl show v{number} --env {environment} says how far it came",
        )
        return ApplyError((*failed.diagnostics, *error.diagnostics, last), replace(result, after=error.result))
    except Interrupted:
        raise
    except MendixError as error:
        return _told(failed, *error.diagnostics, _stopped(result, "the rollback did not begin"))
    proof = "and a plan afterwards is empty" if back.proven else "but a plan afterwards is not empty"
    last = Diagnostic(
        "MXB140",
        f"v{result.number} of {environment} was rolled back to v{back.version}, as v{back.apply.number}, {proof}",
        hint=f"the YAML is as in v{back.version} again; mend what failed, then plan",
    )
    return ApplyError((*failed.diagnostics, *back.warnings, last), replace(result, after=back.apply))


def _goal(session: Session, result: ApplyResult) -> Record | None:
    workplace = open_workplace(session, result.scope.environment, refresh=False)
    return last_good(ledger(workplace, reading_clients(workplace)), result.number)


def _accepting(session: Session, prepared: PreparedRollback, result: ApplyResult) -> PreparedRollback:
    """The rollback with the acceptances that the option stands for: what the failed apply itself was to change."""
    release = result.record.release
    touched = {change.address for change in (*release.changes, *release.objects)}
    accepted = sorted(touched & gate.acceptable(prepared.plan))
    if not accepted:
        return prepared
    with operation(session, prepared.scope.environment, "rollback", announce=False) as site:
        guards = gate.judge(site, [prepared.plan], accepted, rollback_to=prepared.version)
    return replace(prepared, plan=replace(prepared.plan, guards=guards))


def _how(result: ApplyResult) -> str:
    return "is not healthy" if result.status is Status.SUCCEEDED else "failed"


def _told(failed: ApplyError, *more: Diagnostic) -> ApplyError:
    return ApplyError((*failed.diagnostics, *more), failed.result)


def _stopped(result: ApplyResult, why: str) -> Diagnostic:
    return Diagnostic(
        "MXB141",
        f"v{result.number} of {result.scope.environment} was not rolled back: {why}",
        hint="everything is recorded and as the apply left it; mend it forward, or roll back by hand",
    )


def _not_reversible(result: ApplyResult, goal: int, in_the_way: tuple[str, ...]) -> Diagnostic:
    environment = result.scope.environment
    return Diagnostic(
        "MXB142",
        f"v{result.number} of {environment} was not rolled back to v{goal}: not every step back is reversible, or a "
        "guard objects",
        hint=f"look at it, and decide: mendixctl rollback v{goal} --env {environment}",
        detail="\n".join(in_the_way),
    )
