"""What is backed up, and how an environment is recovered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human import backups, recoveries

if TYPE_CHECKING:
    from mendixctl.engine.backup.run import CoverageResult
    from mendixctl.engine.recovery.results import DrillResult, PreparedSwitch, RecoveryPlan, SwitchResult
    from mendixctl.views.human.view import HumanView


def covered(view: HumanView, result: CoverageResult, *, details: bool) -> None:
    backups.coverage(view.screen, result)


def planned(view: HumanView, result: RecoveryPlan, *, details: bool) -> None:
    recoveries.plan(view.screen, result)


def drilled(view: HumanView, result: DrillResult, *, details: bool) -> None:
    recoveries.drill(view.screen, result)


def about_to_switch(view: HumanView, result: PreparedSwitch, *, details: bool) -> None:
    recoveries.prepared(view.screen, result)


def switched(view: HumanView, result: SwitchResult, *, details: bool) -> None:
    recoveries.switched(view.screen, result)
