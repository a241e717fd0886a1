"""`HumanView`: one method a result, each a few lines; the parts that several share stand in the files beside it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from mendixctl.terraform.events import Event
from mendixctl.views.human import (
    causes,
    drift,
    guards,
    modules,
    releases,
    results,
    standing,
    states,
    support,
    verdicts,
)
from mendixctl.views.human.changes import counts_line, show_changes, show_drift, show_summary
from mendixctl.views.human.problems import show_problems
from mendixctl.views.human.progress import Progress
from mendixctl.views.human.screen import Screen
from mendixctl.views.text import duration, moment, plural
from mendixgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mendixctl.engine import results as engine
    from mendixctl.engine.blame.results import BlameResult
    from mendixctl.engine.drift.results import AdoptionResult, DriftResult, PreparedAdoption
    from mendixctl.engine.emulating import EmulatorsResult
    from mendixctl.engine.foreign_plans import VerdictsResult
    from mendixctl.engine.installation import Versions
    from mendixctl.engine.recovering import PreparedRecovery, RecoveryResult
    from mendixctl.engine.schemas import SchemaResult
    from mendixctl.engine.state_locks import StateLock
    from mendixctl.engine.states import PreparedRestore, RestoreResult, StateListResult
    from mendixctl.engine.support import SupportResult
    from mendixctl.engine.surveying import StatusResult
    from mendixctl.engine.verifying import VerifyResult
    from mendixgen.module_store import Manifest
    from mendixgen.modules import BuildReport, Listed, Release
    from mendixgen.semver import Comparison


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

    def event(self, event: Event) -> None:
        self._progress.event(event)

    def notice(self, diagnostic: Diagnostic) -> None:
        """Once: what was told while the work went on often stands in its result too."""
        if diagnostic in self._noticed:
            return
        self._noticed.append(diagnostic)
        self._progress.stop()
        show_problems(self.screen, [diagnostic], self._root())

    # Plan, apply, rollback, destroy

    def planned(self, result: engine.PlanResult, *, details: bool = False) -> None:
        self._open(result.scope)
        self._plan(result, details=details)
        if not result.has_changes:
            self.screen.line(("No changes.", "bold green"), " AWS is as the YAML says.", _took(result.seconds))
            if result.plan_file is not None:
                self.screen.line("The last release did not get here; an apply records that it is reached now.")
                results.next_command(self.screen, f"mendixctl apply{results.flags(result.scope)}")
            return
        if result.base:  # before the first release there is nothing to roll back to
            verdicts.way_back(self.screen, result.changes, details=details)
        self.screen.line(("Plan: ", "bold"), counts_line(result.counts), _took(result.seconds))
        if result.expires_at is not None:
            self.screen.line((f"The plan can be applied until {moment(result.expires_at)}.", "dim"))
        if result.guards.objections:
            guards.show(self.screen, result.guards)
            return
        results.next_command(self.screen, f"mendixctl apply{results.flags(result.scope)}")

    def judged(self, result: VerdictsResult, *, details: bool = False) -> None:
        self._progress.stop()
        verdicts.judged(self.screen, result, details=details)
        self.screen.out.file.flush()
        show_problems(self.screen, result.diagnostics, self._root())

    def about_to_apply(self, prepared: engine.PreparedApply, *, details: bool = False) -> None:
        self._open(prepared.scope)
        if details:
            self._plan(prepared.plan, details=True)
        else:
            show_summary(self.screen, prepared.plan.changes)
            states.snapshots(self.screen, prepared.plan)
        made = f", planned {moment(prepared.plan.created_at)}" if prepared.plan.created_at else ""
        self.screen.line((f"v{prepared.number}: ", "bold"), counts_line(prepared.plan.counts), (made, "dim"))
        self._expect(prepared.plan)

    def applied(self, result: engine.ApplyResult) -> None:
        self._open(result.scope)
        releases.outcome(self.screen, result)
        results.next_command(self.screen, f"mendixctl history{results.place(result.scope)}")

    def about_to_roll_back(self, prepared: engine.PreparedRollback, *, details: bool = False) -> None:
        self._open(prepared.scope)
        self.screen.line((f"Back from v{prepared.head} to v{prepared.version}", "bold"))
        results.spec_changes(self.screen, prepared.spec, prepared.versions)
        results.held(self.screen, prepared.held_forward)
        results.restores(self.screen, prepared.restores)
        self._plan(prepared.plan, details=details)
        self.screen.line((f"v{prepared.number}: ", "bold"), counts_line(prepared.plan.counts))
        self._expect(prepared.plan)

    def rolled_back(self, result: engine.RollbackResult) -> None:
        self._open(result.scope)
        if result.apply is not None:
            releases.outcome(self.screen, result.apply)
        proof = (
            (" A plan afterwards is empty.", "green")
            if result.proven
            else (" A plan afterwards is not empty:", "yellow")
        )
        self.screen.line((f"{result.scope.environment} is back at v{result.version}.", "bold green"), proof)
        if result.remaining:
            show_changes(self.screen, result.remaining)
        results.held(self.screen, result.held_forward)
        results.restores(self.screen, result.restores)
        if not result.scope.rehearsal:
            results.next_command(self.screen, f"git add environments && git commit -m 'Back to v{result.version}'")

    def about_to_destroy(self, prepared: engine.PreparedDestroy) -> None:
        self._open(prepared.scope)
        if prepared.teardown.has_changes:
            self.screen.line(("Step 1: disarm what protects the data", "bold"))
            show_changes(self.screen, prepared.teardown.changes)
            self.screen.blank()
        self.screen.line(("Step 2: destroy" if prepared.teardown.has_changes else "Destroy", "bold"))
        show_changes(self.screen, prepared.destroy.changes, attributes=False)
        states.snapshots(self.screen, prepared.destroy)
        self.screen.blank()
        self.screen.line((f"v{prepared.number}: ", "bold"), counts_line(prepared.destroy.counts))
        self.screen.line(("What this destroys cannot be brought back by a rollback.", "bold red"))
        self._expect(prepared.teardown, prepared.destroy)

    def destroyed(self, result: engine.DestroyResult) -> None:
        self._open(result.scope)
        for step in (result.teardown, result.destroy):
            if step is not None:
                releases.outcome(self.screen, step)
        self.screen.line((f"{result.scope.environment} is destroyed.", "bold"), " Its history is kept.")

    # After a crash

    def stood(self, result: StatusResult) -> None:
        self._open(result.scope)
        show_problems(self.screen, result.warnings, self._root())
        standing.status(self.screen, result)

    def about_to_unlock(self, lock: StateLock) -> None:
        self._progress.stop()
        standing.lock(self.screen, lock)

    def about_to_recover(self, prepared: PreparedRecovery) -> None:
        self._open(prepared.scope)
        standing.recovery(self.screen, prepared)
        if prepared.plan is not None:
            self._plan(prepared.plan, details=False)
            self.screen.line((f"v{prepared.number}: ", "bold"), counts_line(prepared.plan.counts))
            self._expect(prepared.plan)

    def recovered(self, result: RecoveryResult) -> None:
        self._open(result.scope)
        show_problems(self.screen, result.warnings, self._root())
        standing.recovered(self.screen, result)
        results.next_command(self.screen, result.next)

    # The ledger

    def history(self, result: engine.HistoryResult, *, limit: int | None = None) -> None:
        self._open(result.scope)
        releases.history(self.screen, result, limit)

    def release(self, result: engine.ShowResult) -> None:
        self._open(result.scope)
        releases.one(self.screen, result)

    def compared(self, result: engine.DiffResult) -> None:
        self._open(result.scope)
        releases.compared(self.screen, result)

    def drifted(self, result: DriftResult, *, details: bool = False) -> None:
        self._open(result.scope)
        show_problems(self.screen, result.notes, self._root())
        drift.drifted(self.screen, result, details=details)

    def about_to_adopt(self, prepared: PreparedAdoption, *, details: bool = False) -> None:
        self._open(prepared.scope)
        show_problems(self.screen, prepared.drift.notes, self._root())
        drift.about_to_adopt(self.screen, prepared, details=details)

    def adopted(self, result: AdoptionResult) -> None:
        self._progress.stop()
        drift.adopted(self.screen, result)

    def blamed(self, result: BlameResult) -> None:
        self._open(result.scope)
        causes.blamed(self.screen, result)

    def verified(self, result: VerifyResult) -> None:
        self._progress.stop()
        causes.verified(self.screen, result, lambda found: show_problems(self.screen, found, self._root()))

    def synced(self, result: engine.SyncResult) -> None:
        self._open(result.scope)
        releases.synced(self.screen, result)

    # Copies of the state

    def states_listed(self, result: StateListResult) -> None:
        self._open(result.scope)
        show_problems(self.screen, result.warnings, self._root())
        states.copies(self.screen, result)

    def about_to_restore_state(self, prepared: PreparedRestore) -> None:
        self._open(prepared.scope)
        states.about_to_restore(self.screen, prepared)

    def state_restored(self, result: RestoreResult) -> None:
        self._open(result.scope)
        show_problems(self.screen, result.warnings, self._root())
        states.restored(self.screen, result)

    # Environments and the repository

    def outputs(self, result: engine.OutputsResult) -> None:
        self._open(result.scope)
        results.outputs(self.screen, result)

    def bootstrapped(self, result: engine.BootstrapResult) -> None:
        self._open(result.scope)
        results.bootstrapped(self.screen, result)

    def rendered(self, found: Sequence[engine.RenderResult]) -> None:
        self._progress.stop()
        for one in found:
            show_problems(self.screen, one.warnings, self._root())
            results.rendered(self.screen, one)

    def validated(self, result: engine.ValidateResult) -> None:
        self._progress.stop()
        for one in result.environments:
            show_problems(self.screen, one.diagnostics, self._root())
        for one in result.environments:
            mark = ("valid    ", "green") if one.valid else ("not valid", "bold red")
            self.screen.line(mark, f"  {one.file}")

    def supported(self, result: SupportResult) -> None:
        self._progress.stop()
        support.table(self.screen, result)
        self.screen.out.file.flush()
        show_problems(self.screen, result.diagnostics, self._root())

    def upgraded(self, result: engine.UpgradeResult) -> None:
        self._progress.stop()
        show_problems(self.screen, result.warnings, self._root())
        if not result.versions:
            self.screen.line(f"{result.environment} already has the newest modules.")
            return
        results.version_changes(self.screen, result.versions)
        results.next_command(self.screen, f"mendixctl plan {result.environment}")

    def initialised(self, folder: str, files: Sequence[str], environment: str) -> None:
        self.screen.line(
            ("A platform repository in ", ""), (folder, "bold"), (f"  {plural(len(files), 'file')}", "dim")
        )
        there = "" if folder in (".", "./") else f"cd {shlex.quote(folder)} && "
        results.next_command(self.screen, f"{there}mendixctl plan {environment}")

    def emulators(self, result: EmulatorsResult) -> None:
        self._progress.stop()
        results.emulators(self.screen, result)

    def schema(self, result: SchemaResult) -> None:
        results.schema(self.screen, result)

    def script(self, shell: str, source: str) -> None:
        """As it is: a shell reads it."""
        self.screen.out.file.write(source)

    def versions(self, result: Versions) -> None:
        results.versions(self.screen, result)

    # Modules

    def modules_built(self, report: BuildReport, exit_code: int) -> None:
        self._progress.stop()
        modules.built(self.screen, report)
        show_problems(self.screen, report.problems, self._root())

    def module_released(self, release: Release) -> None:
        self._progress.stop()
        modules.released(self.screen, release)

    def modules_listed(self, versions: Sequence[Listed]) -> None:
        modules.all_versions(self.screen, versions)

    def module_shown(self, manifest: Manifest) -> None:
        modules.one(self.screen, manifest)

    def modules_compared(self, comparison: Comparison) -> None:
        modules.compared(self.screen, comparison)

    # Asking and failing

    def ask(self, question: str, expected: str) -> str:
        self._progress.stop()
        self.screen.out.file.flush()
        self.screen.err.print()
        self.screen.prompt((question, "bold"), f" Type {expected} to confirm: ")
        return sys.stdin.readline().rstrip("\n")

    def failed(self, diagnostics: Sequence[Diagnostic], exit_code: int, result: Any = None) -> None:
        self._progress.stop()
        self.screen.out.file.flush()
        if result is not None:
            releases.outcome(self.screen, result)
            if getattr(result, "after", None) is not None:
                releases.outcome(self.screen, result.after)
            self.screen.out.file.flush()
        show_problems(self.screen, diagnostics, self._root())

    def close(self) -> None:
        self._progress.stop()

    def _open(self, scope: engine.Scope) -> None:
        self._progress.stop()
        self.begin(scope)

    def _plan(self, plan: engine.PlanResult, *, details: bool) -> None:
        for warning in plan.warnings:
            self.notice(warning)
        if plan.drift and (plan.has_changes or details):
            self.screen.blank()
            self.screen.line(("Changed outside Terraform", "bold yellow"), (", since the last release", "dim"))
            show_drift(self.screen, plan.drift, details=details)
        verdicts.lost(self.screen, plan.drift_losses, details=details)
        show_changes(self.screen, plan.changes, details=details)
        states.snapshots(self.screen, plan)
        if plan.has_changes and not plan.changes:
            self.screen.blank()
            results.output_changes(self.screen, plan.outputs)
        self.screen.blank()
        if any(one.judgement.reason for one in plan.changes):
            self.screen.line(verdicts.tally(plan.changes))

    def _expect(self, *plans: engine.PlanResult) -> None:
        """How much each coming apply has to do; a replacement is two steps of it."""
        counted = [plan.counts for plan in plans if plan.has_changes]
        self._progress.expect(*(one.add + one.change + 2 * one.replace + one.remove for one in counted))


def _took(seconds: float) -> tuple[str, str]:
    return (f"  ({duration(seconds)})" if seconds else "", "dim")
