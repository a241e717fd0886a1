"""``drift --revert``: an ordinary plan of what the newest release says, for ``apply`` to take AWS back there."""

from __future__ import annotations

from mendixctl.engine import released
from mendixctl.engine.diff import spec_changes, version_changes
from mendixctl.engine.drift.run import base_of, released_files
from mendixctl.engine.drift.scratch_root import same_code, today
from mendixctl.engine.environment.ledger import ledger
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.operation import check_ledger
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Record
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, Refused, Severity


def revert(session: Session, environment: str) -> PlanResult:
    """Plan the environment as its newest release made it, and keep the plan.

    Raises:
        Refused: MXD128, the YAML or the lock has edits that were not applied, which the plan would bring about too;
            MXP120 to MXP124.
        MendixError: MXD120 to MXD122, there is no release to go back to; what a plan raises.
    """
    workplace = open_workplace(session, environment)
    session.reporter.begin(workplace.scope)
    store = ledger(workplace, reading_clients(workplace))
    check_ledger(workplace, store)
    base = base_of(workplace, store)
    _check_edits(workplace, base)
    _tell_generator(workplace, store, base)
    return plan_run.plan(session, environment)


def _check_edits(workplace: Workplace, base: Record) -> None:
    edits = [change.path for change in spec_changes(released.data(base), workplace.specification.data)]
    edits += [f"module {change.area}" for change in version_changes(released.lock(base), workplace.lock)]
    if edits:
        raise Refused(
            Diagnostic(
                "MXD128",
                f"the YAML has edits since v{base.number}, and a plan would bring them about as well: "
                + ", ".join(edits[:8])
                + (f" and {len(edits) - 8} more" if len(edits) > 8 else ""),
                hint=f"{workplace.command} plans both; to take AWS back alone, undo the edits first",
                location=workplace.specification.locate(()),
            )
        )


def _tell_generator(workplace: Workplace, store: LedgerStore, base: Record) -> None:
    """What today's mendixctl renders otherwise comes with the plan; that is said, and refuses nothing."""
    if same_code(today(workplace), released_files(store, base)):
        return
    workplace.session.reporter.notice(
        Diagnostic(
            "MXD129",
            f"this mendixctl renders v{base.number} otherwise than it was applied; the plan includes what that changes",
            hint=f"mendixctl drift {workplace.environment} tells the two apart",
            severity=Severity.WARNING,
        )
    )
