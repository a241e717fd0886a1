"""The view for programs: exactly one JSON object on standard output, and nothing else anywhere.

``{"command", "exit_code", "result", "diagnostics"}``: docs/json.md says what ``result`` holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from mendixctl.terraform.events import Event
from mendixctl.views import causes, documents, drift, standing
from mendixctl.views.plain import plain
from mendixgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mendixctl.engine import results
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

HAS_CHANGES = 2


class JsonView:
    """Collects notices, and writes the object when the result or the failure is known."""

    def __init__(self, out: TextIO, command: Callable[[], str]) -> None:
        self._out = out
        self._command = command
        self._notices: list[Diagnostic] = []
        self._written = False
        self._prepared: Any = None

    def begin(self, scope: results.Scope) -> None: ...

    def stage(self, name: str, detail: str = "") -> None: ...

    def event(self, event: Event) -> None: ...

    def notice(self, diagnostic: Diagnostic) -> None:
        if diagnostic not in self._notices:
            self._notices.append(diagnostic)

    def planned(self, result: results.PlanResult, *, details: bool = False) -> None:
        self._warn(result.warnings)
        self._write(documents.plan(result), result.exit_code)

    def judged(self, result: VerdictsResult, *, details: bool = False) -> None:
        self._warn(result.diagnostics)
        self._write(documents.verdicts(result), result.exit_code)

    def about_to_apply(self, prepared: results.PreparedApply, *, details: bool = False) -> None: ...

    def applied(self, result: results.ApplyResult) -> None:
        self._warn(result.warnings)
        self._write(documents.apply(result))

    def about_to_roll_back(self, prepared: results.PreparedRollback, *, details: bool = False) -> None:
        self._prepared = documents.about_to_roll_back(prepared)

    def rolled_back(self, result: results.RollbackResult) -> None:
        self._warn(result.warnings)
        self._write(documents.rollback(result))

    def about_to_destroy(self, prepared: results.PreparedDestroy) -> None: ...

    def destroyed(self, result: results.DestroyResult) -> None:
        self._write(documents.destroy(result))

    def stood(self, result: StatusResult) -> None:
        self._warn(result.warnings)
        self._write(standing.status(result), result.exit_code)

    def about_to_unlock(self, lock: StateLock) -> None: ...

    def about_to_recover(self, prepared: PreparedRecovery) -> None: ...

    def recovered(self, result: RecoveryResult) -> None:
        self._warn(result.warnings)
        self._write(standing.recover(result))

    def history(self, result: results.HistoryResult, *, limit: int | None = None) -> None:
        self._warn(result.warnings)
        self._write(documents.history(result, limit))

    def release(self, result: results.ShowResult) -> None:
        self._write(documents.show(result))

    def compared(self, result: results.DiffResult) -> None:
        self._write(documents.diff(result))

    def drifted(self, result: DriftResult, *, details: bool = False) -> None:
        self._warn(result.notes)
        self._write(drift.drift(result), result.exit_code)

    def about_to_adopt(self, prepared: PreparedAdoption, *, details: bool = False) -> None: ...

    def adopted(self, result: AdoptionResult) -> None:
        self._warn(result.prepared.drift.notes)
        self._write(drift.adoption(result), result.prepared.exit_code)

    def blamed(self, result: BlameResult) -> None:
        self._write(causes.blame(result))

    def verified(self, result: VerifyResult) -> None:
        self._write(causes.verify(result), result.exit_code)

    def outputs(self, result: results.OutputsResult) -> None:
        self._write(documents.outputs(result))

    def synced(self, result: results.SyncResult) -> None:
        self._write(documents.scoped(result))

    def states_listed(self, result: StateListResult) -> None:
        self._warn(result.warnings)
        self._write(documents.states(result))

    def about_to_restore_state(self, prepared: PreparedRestore) -> None: ...

    def state_restored(self, result: RestoreResult) -> None:
        self._warn(result.warnings)
        self._write(documents.state_restored(result))

    def bootstrapped(self, result: results.BootstrapResult) -> None:
        self._write(documents.scoped(result))

    def rendered(self, found: Sequence[results.RenderResult]) -> None:
        for one in found:
            self._warn(one.warnings)
        self._write(documents.render(found), max((one.exit_code for one in found), default=0))

    def validated(self, result: results.ValidateResult) -> None:
        self._write(documents.validate(result), result.exit_code)

    def supported(self, result: SupportResult) -> None:
        self._warn(result.diagnostics)
        self._write(documents.support(result), result.exit_code)

    def upgraded(self, result: results.UpgradeResult) -> None:
        self._warn(result.warnings)
        self._write({"environment": result.environment, "module_changes": plain(result.versions)})

    def initialised(self, folder: str, files: Sequence[str], environment: str) -> None:
        self._write({"folder": folder, "environment": environment, "files": list(files)})

    def emulators(self, result: EmulatorsResult) -> None:
        self._write(plain(result))

    def schema(self, result: SchemaResult) -> None:
        document = {key: value for key, value in plain(result).items() if key != "text"}
        self._write({**document, "schema": json.loads(result.text)}, 0 if result.current else HAS_CHANGES)

    def script(self, shell: str, source: str) -> None:
        self._write({"shell": shell, "script": source})

    def versions(self, result: Versions) -> None:
        self._write(plain(result))

    def modules_built(self, report: BuildReport, exit_code: int) -> None:
        self._warn(report.problems)
        verified = [{"area": area, "version": version} for area, version in report.verified]
        self._write({"modules": plain(report.modules), "verified": verified}, exit_code)

    def module_released(self, release: Release) -> None:
        self._write(plain(release))

    def modules_listed(self, versions: Sequence[Listed]) -> None:
        self._write({"modules": plain(versions)})

    def module_shown(self, manifest: Manifest) -> None:
        self._write(plain(manifest))

    def modules_compared(self, comparison: Comparison) -> None:
        self._write(documents.comparison(comparison))

    def ask(self, question: str, expected: str) -> str:
        """A program cannot be asked; `Application.can_ask` keeps this from being called."""
        return ""

    def failed(self, diagnostics: Sequence[Diagnostic], exit_code: int, result: Any = None) -> None:
        self._warn(diagnostics)
        self._write(documents.apply(result) if result is not None else self._prepared, exit_code)

    def close(self) -> None: ...

    def _warn(self, diagnostics: Sequence[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.notice(diagnostic)

    def _write(self, result: Any, exit_code: int = 0) -> None:
        """The object, once: a failure after the result cannot make it two."""
        if self._written:
            return
        self._written = True
        document = {
            "command": self._command(),
            "exit_code": exit_code,
            "result": result,
            "diagnostics": [diagnostic.to_json() for diagnostic in self._notices],
        }
        json.dump(document, self._out, ensure_ascii=True, indent=2, default=str)
        self._out.write("\n")
        self._out.flush()
