"""``rollback``: a release of the past, merged into the present, planned forward and proven.

No old state is pushed and no old HCL is replayed. The old specification and its module versions are written into
the YAML and the lock, one-way settings kept at their newer value, and from there on it is a plan and an apply like
any other, recorded as a release of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mendixctl.engine import git, guarding, restoring
from mendixctl.engine.applying import check_shown
from mendixctl.engine.carrying_out import Undertaking, carry_out
from mendixctl.engine.comparing import spec_changes, text_diff, version_changes
from mendixctl.engine.judging import judged
from mendixctl.engine.lease import lease
from mendixctl.engine.ledgers import ledger
from mendixctl.engine.manifests import PlanSlot
from mendixctl.engine.planning import check_ledger, make, slot
from mendixctl.engine.results import Held, Judged, PlanResult, PreparedRollback, Restore, RestoreAction, RollbackResult
from mendixctl.engine.runs import run_folder
from mendixctl.engine.session import Session
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import Workplace, backups, choose, open_workplace, put_back, restored
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.files import write_atomic
from mendixgen.lock import Lock

if TYPE_CHECKING:
    from mendixgen.spec.merge import HeldForward

NOT_A_GOAL = {
    Kind.TEARDOWN: "took the protection off everything",
    Kind.DESTROY: "destroyed everything",
    Kind.RECOVER: "took in what a crash had left, and nothing else",
    Kind.RESTORE: "put a copy of the state back, and says nothing of what is to be",
}


def prepare(session: Session, environment: str | None, version: int, accepted: Sequence[str] = ()) -> PreparedRollback:
    """Write the target into the YAML, the lock and the root, and plan it. On any error all three are as before.

    What the guards object to is in the result, so that it can be shown beside the plan; `execute` refuses it.
    ``accepted``: exact addresses of changes whose loss is accepted.

    Raises:
        MendixError: MXP150 the release is no goal, MXP151 there is nothing to do, MXP152 a module version is gone;
            MXL105 there is no such release; MXG104 an acceptance accepts nothing; what a plan raises.
        Refused: MXP153, the YAML has edits that neither a release nor git has; MXP155, what the release says is not
            accepted today; MXP120 to MXP124; MXP134, a protected environment was not named.
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
        _check_named(workplace, environment)
        start, merged = _begin(workplace, goal, head)
        return _prepare(workplace, tools, store, start, merged, started, accepted)


@dataclass(frozen=True, slots=True)
class _Start:
    """What a rollback goes from and to: releases, and the data and lock that the environment stands at now."""

    goal: Record
    head: Record
    data: Mapping[str, Any]
    lock: Lock
    text: str


@dataclass(frozen=True, slots=True)
class _Goal:
    """What a rollback writes: data, lock, and what it holds forward."""

    data: dict[str, Any]
    lock: Lock
    held: tuple[Held, ...]


def _merge(workplace: Workplace, data: Mapping[str, Any], lock: Lock, goal: Record) -> _Goal:
    from mendixgen.spec.merge import merge

    target = _target_lock(workplace, lock, goal)
    merged = merge(data, _data(goal), _schemas(workplace, lock), _schemas(workplace, target))
    return _Goal(merged.data, target, tuple(_held(one) for one in merged.held_forward))


def _held(one: HeldForward) -> Held:
    return Held(_dotted(one.path), one.kept, one.asked, one.reason)


def _begin(workplace: Workplace, goal: Record, head: Record) -> tuple[_Start, _Goal]:
    """Where the rollback begins and what it writes. It begins at the YAML and the lock; where an earlier try of this
    very rollback was killed after it had written them, at the newest release.

    Raises:
        Refused: MXP153.
    """
    now = workplace.specification
    if spec_changes(_data(head), now.data) and not workplace.scope.rehearsal:
        lock = locks.parse(head.release.lock, f"v{head.number}.lock")
        again = _merge(workplace, _data(head), lock, goal)
        if not spec_changes(again.data, now.data) and not version_changes(again.lock, workplace.lock):
            return _Start(goal, head, _data(head), lock, head.release.spec), again
        _check_edits(workplace, head)
    merged = _merge(workplace, now.data, workplace.lock, goal)
    return _Start(goal, head, now.data, workplace.lock, now.text), merged


def _prepare(
    workplace: Workplace,
    tools: Tools,
    store: LedgerStore,
    start: _Start,
    merged: _Goal,
    started: float,
    accepted: Sequence[str],
) -> PreparedRollback:
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
    paths = [repository.spec(environment), repository.lock(environment), *_owned(workplace)]
    saved = backups(paths)
    with restored(paths):
        target = _write(workplace, merged, goal)
        plan = make(target, tools, store, Kind.ROLLBACK, started=started, keep_empty=True)
        try:
            restores = _restores(target, tools, store, plan)
            from_snapshots = _with_snapshots(merged, restores, _schemas(workplace, merged.lock))
            if from_snapshots is not merged:
                merged = from_snapshots
                target = _write(workplace, merged, goal)
                plan = make(target, tools, store, Kind.ROLLBACK, started=started, keep_empty=True)
            plan = restoring.judged(plan, restores)
            plan = replace(
                plan,
                guards=guarding.judge(target, store, [plan], accepted, rollback_to=goal.number, clients=tools.clients),
            )
        except BaseException:
            slot(target).clear()
            raise
    head = start.head.number
    return PreparedRollback(
        scope=plan.scope,
        version=goal.number,
        head=head,
        number=head + 1,
        plan=plan,
        spec=spec_changes(start.data, merged.data),
        versions=versions,
        held_forward=merged.held,
        spec_diff=text_diff(
            start.text, target.specification.text, f"environments/{environment}.yaml", f"v{head}", f"v{head + 1}"
        ),
        restores=restores,
        backups=saved,
        confirmation=environment if workplace.scope.protected else "yes",
    )


def _write(workplace: Workplace, merged: _Goal, goal: Record) -> Workplace:
    """Write the YAML and the lock of a rollback, and open what they say.

    Raises:
        Refused: MXP155, a version that the release ran is not accepted any more, or its settings do not go with what
            is held forward.
    """
    from mendixgen.spec.edit import rewrite

    repository, environment = workplace.repository, workplace.environment
    text = rewrite(workplace.specification.text, merged.data)
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


def _restores(target: Workplace, tools: Tools, store: LedgerStore, plan: PlanResult) -> tuple[Restore, ...]:
    if not restoring.candidates(plan):
        return ()
    target.session.reporter.stage("look", "what was deleted")
    return restoring.find(plan, store, tools.api_clients(target), target.environment)


def _with_snapshots(merged: _Goal, restores: Sequence[Restore], schemas: Mapping[str, Mapping[str, Any]]) -> _Goal:
    """``merged`` with what makes databases come from their snapshots; itself where there are none."""
    from mendixgen.spec.merge import placed

    wanted = restoring.settings(restores, merged.data, schemas)
    if not wanted:
        return merged
    data = dict(merged.data)
    for area in dict.fromkeys(str(one.path[0]) for one in wanted):
        data[area] = placed(data.get(area), [one for one in wanted if one.path[0] == area], schemas[area])
    held = tuple(_held(one) for one in wanted if one.path[-1] != "restore_from")
    return replace(merged, data=data, held=(*merged.held, *held))


def abandon(session: Session, prepared: PreparedRollback) -> None:
    """Put the YAML, the lock and the root back exactly as they were, and drop the plan."""
    workplace = open_workplace(session, prepared.scope.environment, refresh=False)
    with lease(workplace.workspace, workplace.environment, "rollback"):
        slot(workplace).clear()
        put_back(prepared.backups)


def execute(
    session: Session, prepared: PreparedRollback, *, message: str = "", checks: timedelta | None = None
) -> RollbackResult:
    """Apply the rollback, prove it by a plan that must be empty, and record it as a release.

    Once it has begun the files stay at the target, also where the apply fails: what was done is recorded, and the
    next plan goes on.

    Raises:
        ApplyError, ApplyInterrupted: as for an apply; ``checks`` too.
        Refused: something moved while the person was asked; MXG1xx, a guard objects.
        MendixError, KeyboardInterrupt: it did not begin; whatever the reason, the files are put back.
    """
    environment = prepared.scope.environment
    remaining: list[Judged] = []
    begun: list[bool] = []
    adopted: list[str] = []
    try:
        workplace = open_workplace(session, environment, refresh=False)
        with lease(workplace.workspace, environment, f"rollback v{prepared.version}"):
            tools = Tools.start(workplace)
            store = ledger(workplace, tools.clients)
            check_ledger(workplace, store)
            check_shown(workplace, tools, prepared.plan, _command(prepared))
            # before anything is brought back: a refusal changes nothing
            guards = guarding.judge(
                workplace,
                store,
                [prepared.plan],
                prepared.plan.guards.accepted,
                rollback_to=prepared.version,
                clients=tools.clients,
            )
            guarding.admit(guards)
            plan = _adopt(workplace, tools, store, prepared, adopted)
            undertaking = Undertaking(
                Kind.ROLLBACK,
                message,
                rollback_to=prepared.version,
                rollback_from=prepared.head,
                held_forward=tuple(held.path for held in prepared.held_forward),
                accepted=prepared.plan.guards.accepted,
                restores=prepared.restores,
                checks=checks,
                prove=lambda: _is_empty(workplace, tools, remaining),
                begun=lambda: begun.append(True),
            )
            applied = carry_out(workplace, tools, store, plan, undertaking)
    except BaseException:
        if not begun:
            _tell_adopted(session, prepared, adopted)
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
        restores=prepared.restores,
        warnings=warnings,
    )


def _adopt(
    workplace: Workplace, tools: Tools, store: LedgerStore, prepared: PreparedRollback, brought_back: list[str]
) -> PlanResult:
    """Bring back what is to be imported, and plan again with it; the plan that was shown where there is nothing.

    ``brought_back`` gets the addresses as soon as AWS may have been changed.

    Raises:
        Refused: MXP156, the plan with imports would do more than was confirmed.
    """
    wanted = restoring.adopted(prepared.restores)
    if not wanted:
        return prepared.plan
    workplace.session.reporter.stage("undelete", ", ".join(one.address for one in wanted))
    brought_back.extend(one.address for one in wanted if one.action is RestoreAction.UNDELETE)
    restoring.undelete(tools.api_clients(workplace), wanted)
    adopt = restoring.imports(wanted)
    plan = make(workplace, tools, store, Kind.ROLLBACK, started=time.monotonic(), keep_empty=True, adopt=adopt)
    restoring.check_no_worse(prepared.plan, plan, wanted, _command(prepared))
    return restoring.judged(plan, prepared.restores)


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


def _is_empty(workplace: Workplace, tools: Tools, remaining: list[Judged]) -> bool:
    """Whether a plan shows nothing to do; what it does show goes into ``remaining``."""
    place = slot(workplace)
    place.make()
    try:
        logs = run_folder(workplace.workspace, "proof", workplace.session.clock())
        terraform = tools.terraform(workplace, logs)
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


def _target_lock(workplace: Workplace, now: Lock, goal: Record) -> Lock:
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
    return locks.back_to(now, wanted)


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
