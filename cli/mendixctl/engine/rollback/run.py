"""``rollback``: a release of the past, merged into the present, planned forward and proven.

No old state is pushed and no old HCL is replayed. The old specification and its module versions are written into
the YAML and the lock, one-way settings kept at their newer value, and from there on it is a plan and an apply like
any other, recorded as a release of its own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mendixctl.engine.apply.release import Undertaking, carry_out
from mendixctl.engine.apply.run import check_shown
from mendixctl.engine.deployment import connection
from mendixctl.engine.deployment.comparison import judged as judged_objects
from mendixctl.engine.deployment.comparison import standing_documents
from mendixctl.engine.deployment.within import in_cluster
from mendixctl.engine.diff import spec_changes, text_diff, version_changes
from mendixctl.engine.environment.file_backups import backups, put_back, restored
from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.plan_files import PlanFiles
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.journal.run_folders import run_folder
from mendixctl.engine.operation import operation
from mendixctl.engine.plan import gate
from mendixctl.engine.plan.judged import judged
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.plan.run import make
from mendixctl.engine.results import Judged, Restore, RestoreAction
from mendixctl.engine.rollback import restore
from mendixctl.engine.rollback.goal import NOT_A_GOAL, goal_release
from mendixctl.engine.rollback.results import PreparedRollback, RollbackResult
from mendixctl.engine.rollback.target import Start, Target, begin, sections, with_snapshots
from mendixctl.engine.session import Session
from mendixctl.guard.manifests import JudgedObject
from mendixctl.ledger.release import Kind, Record, Status
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.files import write_atomic


def prepare(
    session: Session,
    environment: str | None,
    version: int,
    accepted: Sequence[str] = (),
    allowed: Sequence[str] = (),
) -> PreparedRollback:
    """Write the target into the YAML, the lock and the root, and plan it. On any error all three are as before.

    What the guards object to is in the result, so that it can be shown beside the plan; `execute` refuses it.
    ``accepted``: exact addresses of changes whose loss is accepted; ``allowed``: of those that AWS is said to refuse
    and that are tried all the same.

    Raises:
        MendixError: MXP150 the release is no goal, MXP151 there is nothing to do, MXP152 a module version is gone;
            MXL105 there is no such release; MXG104 an acceptance accepts nothing, MXG203; what a plan raises.
        Refused: MXP153, the YAML has edits that neither a release nor git has; MXP155, what the release says is not
            accepted today; MXP120 to MXP124; MXP134, a protected environment was not named.
        Interrupted: a person stopped it.
    """
    started = time.monotonic()
    chosen = choose(session.repository, environment)
    command = "" if environment else f"mendixctl rollback v{version} --env {chosen}"
    with operation(session, chosen, f"rollback v{version}", command=command) as site:
        goal = goal_release(site, version)
        start, merged = begin(site, goal, site.head or goal)
        return _prepare(site, start, merged, started, accepted, allowed)


def _prepare(
    site: Site, start: Start, merged: Target, started: float, accepted: Sequence[str], allowed: Sequence[str]
) -> PreparedRollback:
    workplace = site.workplace
    repository, environment, goal = workplace.repository, workplace.environment, start.goal
    versions = version_changes(start.lock, merged.lock)
    reached = start.head.status is Status.SUCCEEDED and start.head.release.kind not in NOT_A_GOAL
    if not spec_changes(start.data, merged.data) and not versions and reached:
        kept = f", apart from what is held forward: {', '.join(one.path for one in merged.held)}" if merged.held else ""
        raise MendixError(
            Diagnostic(
                "MXP151",
                f"{environment} is what v{goal.number} says already{kept}",
                hint=f"if AWS says otherwise: {workplace.command}",
            )
        )
    if merged.control_plane_until is not None:
        site.session.reporter.notice(_taken_back(environment, merged))
    paths = [repository.spec(environment), repository.lock(environment), *_owned(workplace)]
    saved = backups(paths)
    with restored(paths):
        target = site.at(_write(workplace, merged, goal))
        plan = make(target, Kind.ROLLBACK, started=started, keep_empty=True)
        try:
            restores = _restores(target, plan)
            from_snapshots = with_snapshots(merged, restores, sections(workplace, merged.lock))
            if from_snapshots is not merged:
                merged = from_snapshots
                target = site.at(_write(workplace, merged, goal))
                plan = make(target, Kind.ROLLBACK, started=started, keep_empty=True)
            plan = restore.judged(plan, restores)
            guards = gate.judge(target, [plan], accepted, allowed=allowed, rollback_to=goal.number)
            for warning in guards.warnings:
                site.session.reporter.notice(warning)
            plan = replace(plan, guards=guards)
        except BaseException:
            workplace.plans.clear()
            raise
    head = start.head.number
    return PreparedRollback(
        scope=plan.scope,
        version=goal.number,
        head=head,
        number=site.next_number,
        plan=plan,
        spec=spec_changes(start.data, merged.data),
        versions=versions,
        held_forward=merged.held,
        spec_diff=text_diff(
            start.text,
            target.workplace.specification.text,
            f"environments/{environment}.yaml",
            f"v{head}",
            f"v{site.next_number}",
        ),
        restores=restores,
        backups=saved,
        confirmation=environment if workplace.scope.protected else "yes",
    )


def _taken_back(environment: str, merged: Target) -> Diagnostic:
    return Diagnostic(
        "MXP158",
        f"the control plane of {environment} is taken back by one version, which EKS does until "
        f"{merged.control_plane_until:%Y-%m-%d %H:%M} UTC",
        hint="after that it stays at the newer one; etcd, add-ons and nodes are not taken back with it",
        severity=Severity.WARNING,
    )


def _write(workplace: Workplace, merged: Target, goal: Record) -> Workplace:
    """Write the YAML and the lock of a rollback, and open what they say.

    Raises:
        Refused: MXP155, a version that the release ran is not accepted any more, or its settings do not go with what
            is held forward.
    """
    repository, environment = workplace.repository, workplace.environment
    text = workplace.specification.rewritten(merged.data)
    write_atomic(repository.spec(environment), text)
    write_atomic(repository.lock(environment), locks.dump(merged.lock, environment))
    try:
        return open_workplace(workplace.session, environment, refresh=False, gate=True)
    except Refused:
        raise
    except MendixError as error:
        held = ", ".join(one.path for one in merged.held)
        beside = f", with what has to stay as it is now ({held})," if held else ""
        first = Diagnostic(
            "MXP155",
            f"v{goal.number} of {environment} cannot be gone back to: what it says{beside} is not accepted today",
            hint="go back to another release, or change the YAML by hand and apply that; the reasons follow, with the "
            f"places where the YAML would have had them (mendixctl show v{goal.number} --env {environment})",
        )
        raise Refused([first, *error.diagnostics]) from error


def _restores(target: Site, plan: PlanResult) -> tuple[Restore, ...]:
    if not restore.candidates(plan):
        return ()
    target.session.reporter.stage("look", "what was deleted")
    return restore.find(plan, target.store, target.clients, target.environment)


def abandon(session: Session, prepared: PreparedRollback) -> None:
    """Put the YAML, the lock and the root back exactly as they were, and drop the plan."""
    workplace = open_workplace(session, prepared.scope.environment, refresh=False)
    with lease(workplace.workspace, workplace.environment, "rollback"):
        workplace.plans.clear()
        put_back(prepared.backups)


def execute(
    session: Session,
    prepared: PreparedRollback,
    *,
    message: str = "",
    checks: timedelta | None = None,
    deploys: bool = True,
) -> RollbackResult:
    """Apply the rollback, prove it by a plan that must be empty, and record it as a release. Where it deploys, the
    cluster must not differ either.

    Once it has begun the files stay at the target, also where the apply fails: what was done is recorded, and the
    next plan goes on.

    Raises:
        ApplyError, ApplyInterrupted: as for an apply; ``checks`` too.
        Refused: something moved while the person was asked; MXG1xx, a guard objects.
        MendixError, KeyboardInterrupt: it did not begin; whatever the reason, the files are put back.
    """
    environment = prepared.scope.environment
    remaining: list[Judged] = []
    objects: list[JudgedObject] = []
    begun: list[bool] = []
    adopted: list[str] = []
    try:
        with operation(session, environment, f"rollback v{prepared.version}", announce=False) as site:
            check_shown(site, prepared.plan, _command(prepared))
            undertaking = Undertaking(
                Kind.ROLLBACK,
                message,
                rollback_to=prepared.version,
                rollback_from=prepared.head,
                held_forward=tuple(held.path for held in prepared.held_forward),
                accepted=prepared.plan.guards.accepted,
                allowed=prepared.plan.guards.allowed,
                restores=prepared.restores,
                checks=checks,
                deploys=deploys,
                before=lambda: _adopt(site, prepared, adopted),
                prove=lambda: (
                    _is_empty(site, remaining) and (not deploys or _is_deployed(site, prepared.plan, objects))
                ),
                begun=lambda: begun.append(True),
            )
            applied = carry_out(site, prepared.plan, undertaking)
    except BaseException:
        if not begun:
            _tell_adopted(session, prepared, adopted)
            if prepared.plan.plan_file is not None:
                PlanFiles(prepared.plan.plan_file.parent).clear()
            put_back(prepared.backups)
        raise
    proven = applied.outcome.proven is True
    warnings = applied.warnings
    if not proven:
        warnings += (
            Diagnostic(
                "MXP154",
                f"v{applied.number} was applied, but the plan after it is not empty",
                hint=f"see what is left: {site.workplace.command}",
                severity=Severity.WARNING,
            ),
        )
    return RollbackResult(
        scope=applied.scope,
        version=prepared.version,
        head=prepared.head,
        apply=applied,
        held_forward=prepared.held_forward,
        proven=proven,
        remaining=tuple(remaining),
        objects=tuple(objects),
        restores=prepared.restores,
        warnings=warnings,
    )


def _adopt(site: Site, prepared: PreparedRollback, brought_back: list[str]) -> PlanResult:
    """Bring back what is to be imported, and plan again with it; the plan that was shown where there is nothing.

    ``brought_back`` gets the addresses as soon as AWS may have been changed.

    Raises:
        Refused: MXP156, the plan with imports would do more than was confirmed.
    """
    wanted = restore.adopted(prepared.restores)
    if not wanted:
        return prepared.plan
    site.session.reporter.stage("undelete", ", ".join(one.address for one in wanted))
    brought_back.extend(one.address for one in wanted if one.action is RestoreAction.UNDELETE)
    restore.undelete(site.clients, wanted)
    adopt = restore.imports(wanted)
    plan = make(site, Kind.ROLLBACK, started=time.monotonic(), keep_empty=True, adopt=adopt)
    restore.check_no_worse(prepared.plan, plan, wanted, _command(prepared))
    return restore.judged(plan, prepared.restores)


def _tell_adopted(session: Session, prepared: PreparedRollback, brought_back: Sequence[str]) -> None:
    """Say what is there again though the rollback did not begin."""
    if brought_back:
        session.reporter.notice(
            Diagnostic(
                "MXP157",
                f"the deletion of {', '.join(brought_back)} was called off, and the rollback then stopped: it is there "
                "again, and in no state",
                hint=f"once what stopped it is mended, the same rollback imports it: {_command(prepared)}",
                severity=Severity.WARNING,
            )
        )


def _command(prepared: PreparedRollback) -> str:
    return f"mendixctl rollback v{prepared.version} --env {prepared.scope.environment}"


def _is_empty(site: Site, remaining: list[Judged]) -> bool:
    """Whether a plan shows nothing to do; what it does show goes into ``remaining``."""
    workplace = site.workplace
    files = workplace.plans
    files.make()
    try:
        logs = run_folder(workplace.workspace, "proof", site.session.clock())
        terraform = site.tools.terraform(workplace, logs)
        outcome = terraform.plan(files.staging, on_event=site.session.reporter.event)
        if outcome.has_changes:
            remaining.extend(judged(terraform.show_plan(files.staging)))
        return not outcome.has_changes
    finally:
        files.clear()


def _is_deployed(site: Site, plan: PlanResult, remaining: list[JudgedObject]) -> bool:
    """Whether the cluster has nothing otherwise than was brought there; what it has goes into ``remaining``.

    It is asked only where the rollback changes it: what is not its own it need not be able to reach.
    """
    if not plan.manifests or not connection.has_cluster(site):
        return True
    compared = in_cluster(site, standing_documents(site.workplace))
    remaining.extend(judged_objects(compared).objects)
    return not (compared.changed or compared.missing)


def _owned(workplace: Workplace) -> list[Any]:
    return [*workplace.rendered_paths, workplace.root / ".terraform.lock.hcl"]
