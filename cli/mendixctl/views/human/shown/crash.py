"""Where an environment stands, and what a crash has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human import (
    results,
    status,
)
from mendixctl.views.human.changes import counts_line

if TYPE_CHECKING:
    from mendixctl.engine.recover.run import PreparedRecovery, RecoveryResult
    from mendixctl.engine.state.locks import StateLock
    from mendixctl.engine.status import StatusResult
    from mendixctl.views.human.view import HumanView


def stood(view: HumanView, result: StatusResult, *, details: bool) -> None:
    view.problems(result.warnings)
    status.status(view.screen, result)


def about_to_unlock(view: HumanView, lock: StateLock, *, details: bool) -> None:
    status.lock(view.screen, lock)


def about_to_recover(view: HumanView, prepared: PreparedRecovery, *, details: bool) -> None:
    status.recovery(view.screen, prepared)
    if prepared.plan is not None:
        view.plan(prepared.plan, details=False)
        view.screen.line((f"v{prepared.number}", "bold"), ": ", counts_line(prepared.plan.counts))
        view.expect(prepared.plan)


def recovered(view: HumanView, result: RecoveryResult, *, details: bool) -> None:
    view.problems(result.warnings)
    status.recovered(view.screen, result)
    results.next_command(view.screen, result.next)
