"""What the ledger says, and what is not as it says; the copies of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human import (
    causes,
    drift,
    releases,
    states,
)

if TYPE_CHECKING:
    from mendixctl.engine.blame.results import BlameResult
    from mendixctl.engine.drift.results import AdoptionResult, DriftResult, PreparedAdoption
    from mendixctl.engine.history.results import DiffResult, HistoryResult, ShowResult, SyncResult
    from mendixctl.engine.history.verify import VerifyResult
    from mendixctl.engine.state_restore.run import PreparedRestore, RestoreResult, StateListResult
    from mendixctl.views.human.view import HumanView


def history(view: HumanView, result: HistoryResult, *, details: bool) -> None:
    releases.history(view.screen, result, result.limit)


def release(view: HumanView, result: ShowResult, *, details: bool) -> None:
    releases.one(view.screen, result)


def compared(view: HumanView, result: DiffResult, *, details: bool) -> None:
    releases.compared(view.screen, result)


def drifted(view: HumanView, result: DriftResult, *, details: bool) -> None:
    view.problems(result.notes)
    drift.drifted(view.screen, result, details=details)


def about_to_adopt(view: HumanView, prepared: PreparedAdoption, *, details: bool) -> None:
    view.problems(prepared.drift.notes)
    drift.about_to_adopt(view.screen, prepared, details=details)


def adopted(view: HumanView, result: AdoptionResult, *, details: bool) -> None:
    drift.adopted(view.screen, result)


def blamed(view: HumanView, result: BlameResult, *, details: bool) -> None:
    causes.blamed(view.screen, result)


def verified(view: HumanView, result: VerifyResult, *, details: bool) -> None:
    causes.verified(view.screen, result, view.problems)


def synced(view: HumanView, result: SyncResult, *, details: bool) -> None:
    releases.synced(view.screen, result)


def states_listed(view: HumanView, result: StateListResult, *, details: bool) -> None:
    view.problems(result.warnings)
    states.copies(view.screen, result)


def about_to_restore_state(view: HumanView, prepared: PreparedRestore, *, details: bool) -> None:
    states.about_to_restore(view.screen, prepared)


def state_restored(view: HumanView, result: RestoreResult, *, details: bool) -> None:
    view.problems(result.warnings)
    states.restored(view.screen, result)
