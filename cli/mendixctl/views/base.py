"""What a view can show: one method a result. `HumanView` and `JsonView` implement it; nothing else prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from mendixctl.engine.reporter import Reporter
from mendixgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mendixctl.engine import results
    from mendixctl.engine.emulating import EmulatorsResult
    from mendixctl.engine.installation import Versions
    from mendixctl.engine.schemas import SchemaResult
    from mendixctl.engine.support import SupportResult
    from mendixgen.module_store import Manifest
    from mendixgen.modules import BuildReport, Listed, Release
    from mendixgen.semver import Comparison


class View(Reporter, Protocol):
    """A reporter that also shows results.

    ``about_to_...`` comes before a confirmation, the method in the past tense after the work. ``details`` asks
    for every attribute of created and destroyed resources.
    """

    def planned(self, result: results.PlanResult, *, details: bool = False) -> None: ...

    def about_to_apply(self, prepared: results.PreparedApply, *, details: bool = False) -> None: ...

    def applied(self, result: results.ApplyResult) -> None: ...

    def about_to_roll_back(self, prepared: results.PreparedRollback, *, details: bool = False) -> None: ...

    def rolled_back(self, result: results.RollbackResult) -> None: ...

    def about_to_destroy(self, prepared: results.PreparedDestroy) -> None: ...

    def destroyed(self, result: results.DestroyResult) -> None: ...

    def history(self, result: results.HistoryResult, *, limit: int | None = None) -> None: ...

    def release(self, result: results.ShowResult) -> None: ...

    def compared(self, result: results.DiffResult) -> None: ...

    def outputs(self, result: results.OutputsResult) -> None: ...

    def synced(self, result: results.SyncResult) -> None: ...

    def bootstrapped(self, result: results.BootstrapResult) -> None: ...

    def rendered(self, found: Sequence[results.RenderResult]) -> None: ...

    def validated(self, result: results.ValidateResult) -> None: ...

    def supported(self, result: SupportResult) -> None: ...

    def upgraded(self, result: results.UpgradeResult) -> None: ...

    def initialised(self, folder: str, files: Sequence[str], environment: str) -> None: ...

    def emulators(self, result: EmulatorsResult) -> None: ...

    def schema(self, result: SchemaResult) -> None: ...

    def script(self, shell: str, source: str) -> None: ...

    def versions(self, result: Versions) -> None: ...

    def modules_built(self, report: BuildReport, exit_code: int) -> None: ...

    def module_released(self, release: Release) -> None: ...

    def modules_listed(self, versions: Sequence[Listed]) -> None: ...

    def module_shown(self, manifest: Manifest) -> None: ...

    def modules_compared(self, comparison: Comparison) -> None: ...

    def ask(self, question: str, expected: str) -> str:
        """Ask a person, who confirms by typing ``expected``; what was typed, and nothing at the end of input."""

    def failed(self, diagnostics: Sequence[Diagnostic], exit_code: int, result: Any = None) -> None:
        """The command failed; ``result`` is what a failed apply did and recorded, where there is one."""

    def close(self) -> None:
        """The command is over, however it ended."""
