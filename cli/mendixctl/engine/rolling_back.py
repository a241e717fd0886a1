"""``rollback``: a release of the past, merged into the present, planned forward and proven.

No old state is pushed and no old HCL is replayed. The old specification and its module versions are written into
the YAML and the lock, one-way settings kept at their newer value, and from there on it is a plan and an apply like
any other, recorded as a release of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mendixctl.engine import git, guarding
from mendixctl.engine.applying import check_shown
from mendixctl.engine.carrying_out import Undertaking, carry_out
from mendixctl.engine.comparing import spec_changes, text_diff, version_changes
from mendixctl.engine.judging import judged
from mendixctl.engine.lease import lease
from mendixctl.engine.ledgers import ledger
from mendixctl.engine.manifests import PlanSlot
from mendixctl.engine.planning import check_ledger, make, slot
from mendixctl.engine.results import Held, Judged, PreparedRollback, RollbackResult
from mendixctl.engine.session import Session
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import Workplace, backups, choose, open_workplace, put_back, restored
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.files import write_atomic
from mendixgen.lock import Lock

NOT_A_GOAL = {
    Kind.TEARDOWN: "took the protection off everything",
    Kind.DESTROY: "destroyed everything",
    Kind.RESTORE: "put a copy of the state back, and says nothing of what is to be",
}


def prepare(session: Session, environment: str | None, version: int, accepted: Sequence[str] = ()) -> PreparedRollback:
    """Write the target into the YAML, the lock and the root, and plan it. On any error all three are as before.

    What the guards object to is in the result, so that it can be shown beside the plan; `execute` refuses it.
    ``accepted``: exact addresses of changes whose loss is accepted.

    Raises:
        MendixError: MXP150 the release is no goal, MXP151 there is nothing to do, MXP152 a module version is gone;
            MXL105 there is no such release; MXG104 an acceptance accepts nothing; what a plan raises.
        Refused: MXP153, the YAML has edits that neither a release nor git has; MXP120 to MXP124; MXP134,
            a protected environment was not named.
        Interrupted: a person stopped it.
    """
    started = time.monotonic()
    chosen = choose(session.repository, environment)
    workplace = open_workplace(session, chosen, refresh=False)
    session.reporter.begin(workplace.scope)
    with lease(workplace.workspace, chosen, f"rollback v{version}"):
        tools = Tools.start(workplace)
        store = ledger(workplace, tools.clients)
        goal = _goal(workplace, store, version)
        head = check_ledger(workplace, store) or goal
        _check_edits(workplace, head)
        _check_named(workplace, environment)
        return _prepare(workplace, tools, store, goal, head, started, accepted)


def _prepare(
    workplace: Workplace,
    tools: Tools,
    store: LedgerStore,
    goal: Record,
    head: Record,
    started: float,
    accepted: Sequence[str],
) -> PreparedRollback:
    from mendixgen.spec.edit import rewrite
    from mendixgen.spec.merge import merge

    repository, environment = workplace.repository, workplace.environment
    lock = _target_lock(workplace, goal)
    merged = merge(
        workplace.specification.data, _data(goal), _schemas(workplace, workplace.lock), _schemas(workplace, lock)
    )
    before = workplace.specification.text
    after = rewrite(before, merged.data)
    spec = spec_changes(workplace.specification.data, merged.data)
    versions = version_changes(workplace.lock, lock)
    held = tuple(Held(_dotted(one.path), one.kept, one.asked, one.reason) for one in merged.held_forward)
    reached = head.status is Status.SUCCEEDED and head.release.kind not in NOT_A_GOAL
    if not spec and not versions and reached:
        held_text = f", apart from what is held forward: {', '.join(one.path for one in held)}" if held else ""
        raise MendixError(
            Diagnostic(
                "MXP151",
                f"{environment} is what v{goal.number} says already{held_text}",
                hint=f"if AWS says otherwise: {workplace.command}",
            )
        )
    paths = [repository.spec(environment), repository.lock(environment), *_owned(workplace)]
    saved = backups(paths)
    with restored(paths):
        write_atomic(repository.spec(environment), after)
        write_atomic(repository.lock(environment), locks.dump(lock, environment))
        target = open_workplace(workplace.session, environment, refresh=False, gate=True)
        plan = make(target, tools, store, Kind.ROLLBACK, started=started, keep_empty=True)
        try:
            plan = replace(plan, guards=guarding.judge(target, store, [plan], accepted, rollback_to=goal.number))
        except BaseException:
            slot(target).clear()
            raise
    return PreparedRollback(
        scope=plan.scope,
        version=goal.number,
        head=head.number,
        number=head.number + 1,
        plan=plan,
        spec=spec,
        versions=versions,
        held_forward=held,
        spec_diff=text_diff(
            before, after, f"environments/{environment}.yaml", f"v{head.number}", f"v{head.number + 1}"
        ),
        backups=saved,
        confirmation=environment if workplace.scope.protected else "yes",
    )


def abandon(session: Session, prepared: PreparedRollback) -> None:
    """Put the YAML, the lock and the root back exactly as they were, and drop the plan."""
    workplace = open_workplace(session, prepared.scope.environment, refresh=False)
    with lease(workplace.workspace, workplace.environment, "rollback"):
        slot(workplace).clear()
        put_back(prepared.backups)


def execute(session: Session, prepared: PreparedRollback, *, message: str = "") -> RollbackResult:
    """Apply the rollback, prove it by a plan that must be empty, and record it as a release.

    Once it has begun the files stay at the target, also where the apply fails: what was done is recorded, and the
    next plan goes on.

    Raises:
        ApplyError, ApplyInterrupted: as for an apply.
        Refused: something moved while the person was asked; MXG1xx, a guard objects.
        MendixError, KeyboardInterrupt: it did not begin; whatever the reason, the files are put back.
    """
    environment = prepared.scope.environment
    remaining: list[Judged] = []
    begun: list[bool] = []
    try:
        workplace = open_workplace(session, environment, refresh=False)
        with lease(workplace.workspace, environment, f"rollback v{prepared.version}"):
            tools = Tools.start(workplace)
            store = ledger(workplace, tools.clients)
            check_ledger(workplace, store)
            check_shown(workplace, tools, prepared.plan, f"mendixctl rollback v{prepared.version} --env {environment}")
            undertaking = Undertaking(
                Kind.ROLLBACK,
                message,
                rollback_to=prepared.version,
                rollback_from=prepared.head,
                held_forward=tuple(held.path for held in prepared.held_forward),
                accepted=prepared.plan.guards.accepted,
                prove=lambda: _is_empty(workplace, tools, remaining),
                begun=lambda: begun.append(True),
            )
            applied = carry_out(workplace, tools, store, prepared.plan, undertaking)
    except BaseException:
        if not begun:
            if prepared.plan.plan_file is not None:
                PlanSlot(prepared.plan.plan_file.parent).clear()
            put_back(prepared.backups)
        raise
    proven = applied.outcome.proven is True
    warnings = applied.warnings
    if not proven:
        warnings += (
            Diagnostic(
                "MXP154",
                f"v{applied.number} was applied, but the plan after it is not empty",
                hint=f"see what is left: {workplace.command}",
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
        warnings=warnings,
    )


def _is_empty(workplace: Workplace, tools: Tools, remaining: list[Judged]) -> bool:
    """Whether a plan shows nothing to do; what it does show goes into ``remaining``."""
    place = slot(workplace)
    place.make()
    try:
        terraform = tools.terraform(workplace)
        outcome = terraform.plan(place.staging, on_event=workplace.session.reporter.event)
        if outcome.has_changes:
            remaining.extend(judged(terraform.show_plan(place.staging)))
        return not outcome.has_changes
    finally:
        place.clear()


def _goal(workplace: Workplace, store: LedgerStore, version: int) -> Record:
    """The release to go back to: one that was reached.

    Raises:
        MendixError: MXP150, it never was, or is no state to be in; MXL105, there is no such release.
    """
    goal = store.read(version)
    kind, status = goal.release.kind, goal.status
    why = NOT_A_GOAL.get(kind, "")
    if status is not Status.SUCCEEDED:
        words = {Status.FAILED: "failed", Status.INTERRUPTED: "was interrupted", Status.RUNNING: "has no outcome"}
        why = f"{words[status]}, so what it describes never was"
    if not why:
        return goal
    reached = [
        number
        for number in reversed(store.numbers())
        if (found := store.read(number)).status is Status.SUCCEEDED and found.release.kind not in NOT_A_GOAL
    ]
    nearest = next((number for number in reached if number < version), next(iter(reached), 0))
    raise MendixError(
        Diagnostic(
            "MXP150",
            f"v{version} of {workplace.environment} {why}",
            hint=f"the nearest release that was reached: mendixctl rollback v{nearest} --env {workplace.environment}"
            if nearest
            else "no release of this environment was reached yet",
        )
    )


def _data(record: Record) -> Mapping[str, Any]:
    from mendixgen.spec.source import read

    return read(record.release.spec, f"v{record.number}.yaml").data


def _check_edits(workplace: Workplace, head: Record) -> None:
    """Check that nothing would be lost: what differs from the newest release has to be in git.

    Compared as data: comments are kept by a rollback, so an edit of those is no loss.
    """
    if workplace.scope.rehearsal or not spec_changes(_data(head), workplace.specification.data):
        return
    path = workplace.repository.spec(workplace.environment)
    changed = git.uncommitted(workplace.repository.root, [path])
    if changed == []:
        return
    label = f"environments/{workplace.environment}.yaml"
    raise Refused(
        Diagnostic(
            "MXP153",
            f"{label} has edits that are in no release{'' if changed is None else ' and not committed'}; a rollback "
            "would lose them",
            hint=f"apply them ({workplace.command}), commit them, or undo them; what differs: "
            + ", ".join(change.path for change in spec_changes(_data(head), workplace.specification.data)[:8]),
            location=workplace.specification.locate(()),
        )
    )


def _check_named(workplace: Workplace, environment: str | None) -> None:
    if workplace.scope.protected and environment is None:
        raise Refused(
            Diagnostic(
                "MXP134",
                f"{workplace.environment} is protected, so it has to be named",
                hint=f"mendixctl rollback VERSION --env {workplace.environment}",
            )
        )


def _target_lock(workplace: Workplace, goal: Record) -> Lock:
    """The lock with the release's module versions: lowered or raised from where the state is now.

    Raises:
        MendixError: MXP152, a module version is no longer there.
    """
    wanted = locks.parse(goal.release.lock, f"v{goal.number}.lock")
    gone = [
        Diagnostic(
            "MXP152",
            f"v{goal.number} ran {area} {pin.version}, which is no longer in modules/{area}/",
            hint=f"bring it back from git: git log --diff-filter=D -- modules/{area}/{pin.version}",
        )
        for area, pin in wanted.pins.items()
        if pin.version not in workplace.store.versions(area)
    ]
    if gone:
        raise MendixError(gone)
    lock = replace(workplace.lock, pins={area: pin for area, pin in workplace.lock.pins.items() if area in wanted.pins})
    for area, pin in wanted.pins.items():
        lock = locks.upgrade(lock, area, pin.version)
    return lock


def _schemas(workplace: Workplace, lock: Lock) -> dict[str, Mapping[str, Any]]:
    store = workplace.store
    return {area: store.manifest(area, pin.version).section for area, pin in lock.pins.items()}


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _owned(workplace: Workplace) -> list[Any]:
    from mendixgen.root import OWNED

    return [workplace.root / name for name in (*OWNED, ".terraform.lock.hcl")]
