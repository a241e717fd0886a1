"""``destroy``: two recorded steps. The first takes protection off, the second takes everything away.

Deletion protection, retention and the like are inputs of the modules, so nothing can be destroyed by a plan that
does not first say that it disarms them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from mendixctl.engine import guarding
from mendixctl.engine.applying import check_committed, check_shown
from mendixctl.engine.carrying_out import Undertaking, carry_out
from mendixctl.engine.lease import lease
from mendixctl.engine.ledgers import ledger
from mendixctl.engine.planning import check_ledger, make, slot
from mendixctl.engine.results import DestroyResult, FileBackup, PlanResult, PreparedDestroy
from mendixctl.engine.session import Session
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import Workplace, backups, open_workplace, put_back, restored
from mendixctl.ledger.release import Kind
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, MendixError, Refused


def prepare(session: Session, environment: str, accepted: Sequence[str] = ()) -> PreparedDestroy:
    """Plan both steps. The root stands at the teardown until the destroy is executed or abandoned.

    What the guards object to is in the result; `execute` refuses it. ``accepted``: exact addresses of changes whose
    loss is accepted, which a protected environment asks for.

    Raises:
        MendixError: MXP160, there is nothing to destroy; MXG104, an acceptance accepts nothing; what a plan raises.
        Refused: MXP120 to MXP124, MXP135.
    """
    started = time.monotonic()
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    with lease(workplace.workspace, environment, "destroy"):
        tools = Tools.start(workplace)
        store = ledger(workplace, tools.clients)
        head = check_ledger(workplace, store)
        check_committed(workplace)
        saved = _saved(workplace)
        with restored([backup.path for backup in saved]):
            everything = _plan(workplace, tools, store, Kind.DESTROY, started)
            if not everything.has_changes:
                raise MendixError(
                    Diagnostic(
                        "MXP160",
                        f"there is nothing to destroy in {environment}",
                        hint=f"mendixctl history {environment} says what was done",
                    )
                )
            teardown = _plan(workplace, tools, store, Kind.TEARDOWN, time.monotonic())
            try:
                guards = guarding.judge(workplace, store, [teardown, everything], accepted)
            except BaseException:
                slot(workplace).clear()
                raise
    return PreparedDestroy(
        scope=teardown.scope,
        teardown=teardown,
        destroy=everything,
        number=(head.number if head else 0) + 1,
        backups=saved,
        confirmation=environment,
        guards=guards,
    )


def abandon(session: Session, prepared: PreparedDestroy) -> None:
    """Put the root back exactly as it was, and drop the plan."""
    workplace = open_workplace(session, prepared.scope.environment, refresh=False)
    with lease(workplace.workspace, workplace.environment, "destroy"):
        _leave(workplace, prepared)


def execute(session: Session, prepared: PreparedDestroy, *, message: str = "") -> DestroyResult:
    """Apply the teardown, then destroy what the plan showed; a release each. The root is put back in any case.

    Raises:
        ApplyError, ApplyInterrupted: as for an apply; `destroy` again goes on from there.
        Refused: MXP133, something moved while the person was asked; MXP161, the destroy would take away more than
            was shown; MXG1xx, a guard objects, before anything is disarmed.
    """
    environment = prepared.scope.environment
    accepted = prepared.guards.accepted
    try:
        guarding.admit(prepared.guards)
        workplace = open_workplace(session, environment, refresh=False)
        with lease(workplace.workspace, environment, "destroy"):
            try:
                tools = Tools.start(workplace)
                store = ledger(workplace, tools.clients)
                check_ledger(workplace, store)
                teardown = None
                if prepared.teardown.has_changes:
                    check_shown(workplace, tools, prepared.teardown, f"mendixctl destroy {environment}")
                    undertaking = _undertaking(Kind.TEARDOWN, message, prepared.teardown, accepted)
                    teardown = carry_out(workplace, tools, store, prepared.teardown, undertaking)
                    workplace = open_workplace(session, environment, refresh=False)
                plan = _plan(workplace, tools, store, Kind.DESTROY, time.monotonic())
                _check_same(prepared.destroy, plan)
                undertaking = _undertaking(Kind.DESTROY, message, plan, accepted)
                destroyed = carry_out(workplace, tools, store, plan, undertaking)
            finally:
                _leave(workplace, prepared)
    except BaseException:
        put_back(prepared.backups)  # also where the lease was another's
        raise
    return DestroyResult(destroyed.scope, teardown, destroyed)


def _plan(workplace: Workplace, tools: Tools, store: LedgerStore, kind: Kind, started: float) -> PlanResult:
    return make(workplace, tools, store, kind, started=started, teardown=True, destroy=kind is Kind.DESTROY)


def _undertaking(kind: Kind, message: str, plan: PlanResult, accepted: Sequence[str]) -> Undertaking:
    """One of the two steps, with those acceptances that are about it."""
    of_this = guarding.acceptable(plan)
    return Undertaking(kind, message, accepted=tuple(address for address in accepted if address in of_this))


def _check_same(shown: PlanResult, planned: PlanResult) -> None:
    more = sorted(
        {judged.change.address for judged in planned.changes} - {judged.change.address for judged in shown.changes}
    )
    if more:
        raise Refused(
            Diagnostic(
                "MXP161",
                f"the destroy would take away more than was shown: {', '.join(more[:8])}",
                hint=f"look at it again: mendixctl destroy {planned.scope.environment}",
            )
        )


def _saved(workplace: Workplace) -> tuple[FileBackup, ...]:
    from mendixgen.root import OWNED

    return backups([workplace.root / name for name in OWNED])


def _leave(workplace: Workplace, prepared: PreparedDestroy) -> None:
    slot(workplace).clear()
    put_back(prepared.backups)
