"""`HumanView`: progress, questions and errors; how each result looks stands in `mendixctl.views.human.shown`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from mendixctl.terraform.events import Event
from mendixctl.views.human import (
    manifests,
    releases,
    results,
    states,
    verdicts,
)
from mendixctl.views.human.changes import show_changes, show_drift
from mendixctl.views.human.problems import show_problems
from mendixctl.views.human.progress import Progress
from mendixctl.views.human.screen import Screen
from mendixctl.views.showers import shower
from mendixgen.diagnostics import Diagnostic
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine import results as engine
    from mendixctl.engine.plan.results import PlanResult

SHOWN: Mapping[str, str] = {
    "PlanResult": "plan:planned",
    "ManyPlansResult": "many:planned",
    "PreparedMany": "many:about_to_apply",
    "ManyAppliesResult": "many:applied",
    "PreparedElsewhere": "elsewhere:about_to_run",
    "ElsewhereResult": "elsewhere:ran",
    "PreflightResult": "plan:asked",
    "VerdictsResult": "plan:judged",
    "PreparedApply": "change:about_to_apply",
    "ApplyResult": "change:applied",
    "PreparedRollback": "change:about_to_roll_back",
    "RollbackResult": "change:rolled_back",
    "DeployResult": "deployed:deployed",
    "BuildResult": "delivered:built",
    "PushResult": "delivered:pushed",
    "DeliveryResult": "delivered:delivered",
    "AppVerification": "delivered:verified",
    "PreparedDestroy": "change:about_to_destroy",
    "DestroyResult": "change:destroyed",
    "StatusResult": "crash:stood",
    "StateLock": "crash:about_to_unlock",
    "PreparedRecovery": "crash:about_to_recover",
    "RecoveryResult": "crash:recovered",
    "HistoryResult": "ledger:history",
    "ShowResult": "ledger:release",
    "DiffResult": "ledger:compared",
    "DriftResult": "ledger:drifted",
    "PreparedAdoption": "ledger:about_to_adopt",
    "AdoptionResult": "ledger:adopted",
    "BlameResult": "ledger:blamed",
    "VerifyResult": "ledger:verified",
    "SyncResult": "ledger:synced",
    "StateListResult": "ledger:states_listed",
    "PreparedRestore": "ledger:about_to_restore_state",
    "RestoreResult": "ledger:state_restored",
    "IncidentsResult": "incident:listed",
    "IncidentResult": "incident:written",
    "DeadlinesResult": "incident:due",
    "IncidentReport": "incident:reported",
    "OutputsResult": "environment:outputs",
    "CoverageResult": "continuity:covered",
    "RecoveryPlan": "continuity:planned",
    "DrillResult": "continuity:drilled",
    "PreparedSwitch": "continuity:about_to_switch",
    "SwitchResult": "continuity:switched",
    "BootstrapResult": "environment:bootstrapped",
    "Rendered": "environment:rendered",
    "ValidateResult": "environment:validated",
    "SupportResult": "environment:supported",
    "UpgradeResult": "environment:upgraded",
    "UpgradesResult": "environment:all_upgraded",
    "EstimateResult": "records:estimated",
    "RecommendResult": "records:recommended",
    "PricesResult": "records:read",
    "ReportResult": "records:reported",
    "AuditDocument": "records:handed_on",
    "Initialised": "environment:initialised",
    "EmulatorsResult": "environment:emulators",
    "DiagramResult": "environment:drawn",
    "PipelineResult": "environment:pipeline",
    "DueResult": "environment:due",
    "CommentResult": "environment:commented",
    "CloneResult": "copies:cloned",
    "AdoptResult": "adopted:adopted",
    "ProposalResult": "adopted:proposed",
    "PromoteResult": "copies:promoted",
    "SchemaResult": "environment:schema",
    "DoctorResult": "doctored:doctored",
    "ExplainResult": "explained:explained",
    "Script": "environment:script",
    "Versions": "environment:versions",
    "ModuleBuild": "module:modules_built",
    "Release": "module:module_released",
    "ModuleList": "module:modules_listed",
    "Manifest": "module:module_shown",
    "Comparison": "module:modules_compared",
}
"""Class of a result -> who shows it; imported only when there is one."""


class HumanView:
    """Results on standard output, progress and errors on standard error. ``root`` resolves files of errors."""

    def __init__(
        self,
        *,
        color: bool | None = None,
        root: Callable[[], Path | None] = lambda: None,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self.screen = Screen(color=color, out=out, err=err)
        self._root = root
        self._progress = Progress(self.screen)
        self._header: tuple[object, ...] = ()
        self._noticed: list[Diagnostic] = []

    # Progress

    def begin(self, scope: engine.Scope) -> None:
        shown = (scope.environment, scope.account, scope.region, scope.target, scope.rehearsal)
        if self._header == shown:
            return
        self._progress.stop()
        self._header = shown
        results.header(self.screen, scope)

    def stage(self, name: str, detail: str = "") -> None:
        self._progress.stage(name, detail)

    def line(self, environment: str, text: str) -> None:
        self._progress.stop()
        self.screen.told(environment, text)

    def event(self, event: Event) -> None:
        self._progress.event(event)

    def notice(self, diagnostic: Diagnostic) -> None:
        """Once: what was told while the work went on often stands in its result too."""
        if diagnostic in self._noticed:
            return
        self._noticed.append(diagnostic)
        self._progress.stop()
        self.problems([diagnostic])

    # Results

    def show(self, result: object, *, details: bool = False) -> None:
        self._progress.stop()
        scope = getattr(result, "scope", None)
        if scope is not None:
            self.begin(scope)
        shower(SHOWN, "mendixctl.views.human.shown", result)(self, result, details=details)

    # Asking and failing

    def ask(self, question: str, expected: str) -> str:
        self._progress.stop()
        self.screen.out.file.flush()
        self.screen.err.print()
        self.screen.prompt((question, "bold"), msg(" Type {expected} to confirm: ", expected=expected))
        return sys.stdin.readline().rstrip("\n")

    def failed(self, diagnostics: Sequence[Diagnostic], exit_code: int, result: Any = None) -> None:
        self._progress.stop()
        self.screen.out.file.flush()
        if result is not None:
            releases.outcome(self.screen, result)
            if getattr(result, "after", None) is not None:
                releases.outcome(self.screen, result.after)
            self.screen.out.file.flush()
        self.problems(diagnostics)

    def close(self) -> None:
        self._progress.stop()

    # What several results have

    def problems(self, found: Sequence[Diagnostic]) -> None:
        """Diagnostics, with the lines of the files that they are about."""
        show_problems(self.screen, found, self._root())

    def plan(self, plan: PlanResult, *, details: bool) -> None:
        """What a plan changes, and what it found changed."""
        for warning in plan.warnings:
            self.notice(warning)
        if plan.drift and (plan.has_changes or details):
            self.screen.blank()
            self.screen.line(("Changed outside Terraform", "bold yellow"), (", since the last release", "dim"))
            show_drift(self.screen, plan.drift, details=details)
        verdicts.lost(self.screen, plan.drift_losses, details=details)
        show_changes(self.screen, plan.changes, details=details)
        manifests.show(self.screen, plan.manifests, details=details)
        states.snapshots(self.screen, plan)
        if plan.has_changes and not plan.changes:
            self.screen.blank()
            results.output_changes(self.screen, plan.outputs)
        self.screen.blank()
        if any(one.judgement.reason for one in plan.changes):
            self.screen.line(verdicts.tally(plan.changes))

    def expect(self, *plans: PlanResult) -> None:
        """How much each coming apply has to do; a replacement is two steps of it."""
        counted = [plan.counts for plan in plans if plan.has_changes]
        self._progress.expect(*(one.add + one.change + 2 * one.replace + one.remove for one in counted))
