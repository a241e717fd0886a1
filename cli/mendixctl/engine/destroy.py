"""``destroy``: two recorded steps. The first takes protection off, the second takes everything away.

Deletion protection, retention and the like are inputs of the modules, so nothing can be destroyed by a plan that
does not first say that it disarms them. That plan starts from what the newest release left and not from the YAML:
an edit that nobody applied would otherwise be made first, only to be destroyed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mendixctl.engine import released
from mendixctl.engine.apply.release import Undertaking, carry_out
from mendixctl.engine.apply.results import ApplyResult
from mendixctl.engine.apply.run import check_committed, check_shown
from mendixctl.engine.deployment.within import Deploying
from mendixctl.engine.diff import spec_changes, version_changes
from mendixctl.engine.environment.file_backups import backups, put_back, restored
from mendixctl.engine.environment.files import read_lock
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.operation import operation
from mendixctl.engine.plan import gate
from mendixctl.engine.plan.results import Guards, PlanResult
from mendixctl.engine.plan.run import make
from mendixctl.engine.results import FileBackup, Scope
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind, Record
from mendixctl.terraform.plan import Action
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.lock import Pin


@dataclass(frozen=True, slots=True)
class PreparedDestroy:
    """A destroy that is planned. ``teardown`` disarms protection first; ``destroy`` is what follows.

    ``destroy`` lists what Terraform will destroy, from a plan that is made again before it is carried out. ``pins``
    are the lock's own, which it gets back when all is over.
    """

    scope: Scope
    teardown: PlanResult
    destroy: PlanResult
    number: int
    backups: tuple[FileBackup, ...] = field(repr=False, default=())
    confirmation: str = ""
    guards: Guards = field(default_factory=Guards)
    pins: Mapping[str, Pin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DestroyResult:
    """The releases of the two steps; ``teardown`` is None where nothing had to be disarmed."""

    scope: Scope
    teardown: ApplyResult | None
    destroy: ApplyResult | None


def prepare(
    session: Session, environment: str, accepted: Sequence[str] = (), allowed: Sequence[str] = ()
) -> PreparedDestroy:
    """Plan both steps. The root stands at the teardown until the destroy is executed or abandoned.

    What the guards object to is in the result; `execute` refuses it. ``accepted``: exact addresses of changes whose
    loss is accepted, which a protected environment asks for; ``allowed``: of those that AWS is said to refuse.

    Raises:
        MendixError: MXP160, there is nothing to destroy; MXG104, an acceptance accepts nothing, or MXG203, an allowance
            allows nothing; what a plan raises.
        Refused: MXP120 to MXP124, MXP135.
    """
    started = time.monotonic()
    with operation(session, environment, "destroy") as opened:
        workplace = opened.workplace
        check_committed(workplace)
        saved = _saved(workplace)
        pins = workplace.lock.pins
        for edit in _pending(workplace, opened.head):
            session.reporter.notice(edit)
        site = _as_left(opened, opened.head)
        with restored([*(backup.path for backup in saved), workplace.repository.lock(environment)]):
            everything = _plan(site, Kind.DESTROY, started)
            if not everything.has_changes and not everything.manifests:
                raise MendixError(
                    Diagnostic(
                        "MXP160",
                        f"there is nothing to destroy in {environment}",
                        hint=f"mendixctl history {environment} says what was done",
                    )
                )
            teardown = _disarming(site)
            try:
                guards = gate.judge(site, [teardown, everything], accepted, allowed=allowed)
                for warning in guards.warnings:
                    session.reporter.notice(warning)
            except BaseException:
                site.workplace.plans.clear()
                raise
    return PreparedDestroy(
        scope=teardown.scope,
        teardown=teardown,
        destroy=everything,
        number=opened.next_number,
        backups=saved,
        confirmation=environment,
        guards=guards,
        pins=pins,
    )


def abandon(session: Session, prepared: PreparedDestroy) -> None:
    """Put the root back exactly as it was, and drop the plan."""
    workplace = open_workplace(session, prepared.scope.environment, refresh=False)
    with lease(workplace.workspace, workplace.environment, "destroy"):
        _leave(workplace, prepared)


def execute(session: Session, prepared: PreparedDestroy, *, message: str = "", deploys: bool = True) -> DestroyResult:
    """Apply the teardown, then destroy what the plan showed; a release each. The root is put back in any case.

    What is in the cluster is taken away before Terraform begins, apps first; ``deploys`` False: it goes down with it.

    Raises:
        ApplyError, ApplyInterrupted: as for an apply; `destroy` again goes on from there.
        Refused: MXP133, something moved while the person was asked; MXP161, the destroy would take away more than
            was shown; MXG1xx, a guard objects, before anything is disarmed.
    """
    environment = prepared.scope.environment
    guards = prepared.guards
    try:
        gate.admit(prepared.guards)
        with operation(session, environment, "destroy", announce=False) as site:
            try:
                left = _as_left(site, site.head)
                removal = Deploying(left, prepared.destroy.manifests, destroys=True, left_out=not deploys)
                removal.check(left)  # before anything is disarmed
                teardown = _tear_down(left, prepared, message) if prepared.teardown.has_changes else None
                if teardown is not None:
                    # the teardown has written its release into the lock
                    left = _as_left(site.at(open_workplace(session, environment, refresh=False)), teardown.record)
                plan = _plan(left, Kind.DESTROY, time.monotonic())
                _check_same(prepared.destroy, plan)
                undertaking = _undertaking(Kind.DESTROY, message, plan, guards)
                destroyed = carry_out(left, plan, replace(undertaking, deploys=deploys))
            finally:
                _leave(site.workplace, prepared)
    except BaseException:
        put_back(prepared.backups)  # also where the lease was another's
        raise
    return DestroyResult(destroyed.scope, teardown, destroyed)


def _as_left(site: Site, head: Record | None) -> Site:
    """``site`` with the specification and the module versions of the newest release in place of the checkout's.

    Raises:
        MendixError: what the release says cannot be read today, because its modules are gone, say.
    """
    from mendixgen.spec.loader import load_text

    if head is None:
        return site
    workplace, label = site.workplace, f"v{head.number}.yaml"
    lock = replace(workplace.lock, pins=released.lock(head).pins)
    specification = load_text(head.release.spec, label, store=workplace.store, lock=lock, name=workplace.environment)
    return site.at(replace(workplace, specification=specification, lock=lock))


def _pending(workplace: Workplace, head: Record | None) -> tuple[Diagnostic, ...]:
    """MXP162: what the checkout says and no release has."""

    if head is None:
        return ()
    edits = [change.path for change in spec_changes(released.data(head), workplace.specification.data)]
    versions = version_changes(released.lock(head), workplace.lock)
    edits += [f"{change.area} {change.before or 'off'} -> {change.after or 'off'}" for change in versions]
    if not edits:
        return ()
    return (
        Diagnostic(
            "MXP162",
            f"edits that no release has are not applied by a destroy: {', '.join(edits[:8])}"
            + (f" and {len(edits) - 8} more" if len(edits) > 8 else ""),
            hint=f"it disarms and destroys what v{head.number} left; the edits stay in the files",
            severity=Severity.WARNING,
        ),
    )


def _tear_down(site: Site, prepared: PreparedDestroy, message: str) -> ApplyResult:
    plan = prepared.teardown
    check_shown(site, plan, f"mendixctl destroy {site.environment}")
    return carry_out(site, plan, _undertaking(Kind.TEARDOWN, message, plan, prepared.guards))


def _plan(site: Site, kind: Kind, started: float) -> PlanResult:
    return make(site, kind, started=started, teardown=True, destroy=kind is Kind.DESTROY)


def _disarming(site: Site) -> PlanResult:
    """The plan of the first step: of what is there, and of nothing that is not.

    What an apply that failed has not made, or somebody has deleted, would be made by it, and may fail once more.
    """
    plan = _plan(site, Kind.TEARDOWN, time.monotonic())
    there = [one.change.address for one in plan.changes if one.change.action is Action.UPDATE]
    if len(there) == len(plan.changes):
        return plan
    if there:
        return make(site, Kind.TEARDOWN, started=time.monotonic(), teardown=True, targets=sorted(there))
    site.workplace.plans.clear()
    return replace(plan, has_changes=False, changes=(), snapshots=(), refusals=(), plan_file=None)


def _undertaking(kind: Kind, message: str, plan: PlanResult, guards: Guards) -> Undertaking:
    """One of the two steps, with what is accepted and allowed of it."""
    of_this = gate.acceptable(plan)
    refused = {one.address for one in plan.refusals}
    return Undertaking(
        kind,
        message,
        accepted=tuple(address for address in guards.accepted if address in of_this),
        allowed=tuple(address for address in guards.allowed if address in refused),
    )


def _check_same(shown: PlanResult, planned: PlanResult) -> None:
    more = sorted(
        {judged.change.address for judged in planned.changes} - {judged.change.address for judged in shown.changes}
    )
    more += sorted(_objects(planned) - _objects(shown))
    if more:
        raise Refused(
            Diagnostic(
                "MXP161",
                f"the destroy would take away more than was shown: {', '.join(more[:8])}",
                hint=f"look at it again: mendixctl destroy {planned.scope.environment}",
            )
        )


def _objects(plan: PlanResult) -> set[str]:
    return {one.change.key.address for one in plan.manifests.objects}


def _saved(workplace: Workplace) -> tuple[FileBackup, ...]:
    return backups(workplace.rendered_paths)


def _leave(workplace: Workplace, prepared: PreparedDestroy) -> None:
    workplace.plans.clear()
    put_back(prepared.backups)
    lock = read_lock(workplace.repository, workplace.environment)
    if lock is not None and lock.pins != prepared.pins:
        workplace.with_lock(replace(lock, pins=prepared.pins))
