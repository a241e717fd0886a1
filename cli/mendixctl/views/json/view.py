"""The view for programs: exactly one JSON object on standard output, and nothing else anywhere.

``{"command", "exit_code", "result", "diagnostics"}``: docs/json.md says what ``result`` holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from mendixctl.views.json import documents
from mendixctl.views.json.shown import Shown
from mendixctl.views.showers import shower
from mendixgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mendixctl.engine import results
    from mendixctl.terraform.events import Event

SHOWN: Mapping[str, str] = {
    "PlanResult": "documents:plan",
    "ManyPlansResult": "documents:many_plans",
    "ManyAppliesResult": "documents:many_applies",
    "ElsewhereResult": "documents:elsewhere",
    "PreflightResult": "preflight:shown",
    "VerdictsResult": "documents:verdicts",
    "ApplyResult": "documents:apply",
    "RollbackResult": "documents:rollback",
    "DeployResult": "documents:deploy",
    "BuildResult": "deliveries:built",
    "PushResult": "deliveries:pushed",
    "DeliveryResult": "deliveries:delivered",
    "AppVerification": "deliveries:verified",
    "DestroyResult": "documents:destroy",
    "StatusResult": "status:status",
    "RecoveryResult": "status:recover",
    "HistoryResult": "documents:history",
    "ShowResult": "documents:show",
    "DiffResult": "documents:diff",
    "DriftResult": "drift:drift",
    "AdoptionResult": "drift:adoption",
    "BlameResult": "causes:blame",
    "VerifyResult": "causes:verify",
    "IncidentsResult": "incident:listed",
    "IncidentResult": "incident:written",
    "DeadlinesResult": "incident:due",
    "IncidentReport": "incident:reported",
    "OutputsResult": "documents:outputs",
    "CoverageResult": "backups:coverage",
    "RecoveryPlan": "recoveries:plan",
    "DrillResult": "recoveries:drill",
    "SwitchResult": "recoveries:switched",
    "SyncResult": "documents:scoped",
    "StateListResult": "documents:states",
    "RestoreResult": "documents:state_restored",
    "BootstrapResult": "documents:scoped",
    "Rendered": "documents:render",
    "ValidateResult": "documents:validate",
    "SupportResult": "documents:support",
    "UpgradeResult": "documents:upgrade",
    "UpgradesResult": "documents:upgrades",
    "EstimateResult": "records:estimate",
    "RecommendResult": "records:recommend",
    "PricesResult": "records:prices",
    "ReportResult": "records:report",
    "AuditDocument": "records:handed_on",
    "Initialised": "plain:plain",
    "EmulatorsResult": "plain:plain",
    "DiagramResult": "documents:scoped",
    "PipelineResult": "plain:plain",
    "DueResult": "plain:plain",
    "CommentResult": "plain:plain",
    "CloneResult": "plain:plain",
    "PromoteResult": "plain:plain",
    "AdoptResult": "adopted:adopted",
    "ProposalResult": "plain:plain",
    "SchemaResult": "documents:schema",
    "DoctorResult": "preflight:doctored",
    "ExplainResult": "documents:explained",
    "Script": "documents:script",
    "Versions": "plain:plain",
    "ModuleBuild": "documents:built",
    "Release": "plain:plain",
    "ModuleList": "documents:modules",
    "Manifest": "documents:module",
    "Comparison": "documents:comparison",
}
"""Class of a result -> what makes its document; imported only when there is one."""

PREPARED: Mapping[str, str] = {
    "PreparedApply": "",
    "PreparedMany": "",
    "PreparedElsewhere": "",
    "PreparedRollback": "documents:about_to_roll_back",
    "PreparedDestroy": "",
    "PreparedRecovery": "",
    "PreparedAdoption": "",
    "PreparedRestore": "",
    "PreparedSwitch": "",
    "StateLock": "",
}
"""What a person is asked about: a program is told of it only where the command fails, and there of a rollback alone."""


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

    def line(self, environment: str, text: str) -> None: ...

    def event(self, event: Event) -> None: ...

    def notice(self, diagnostic: Diagnostic) -> None:
        if diagnostic not in self._notices:
            self._notices.append(diagnostic)

    def show(self, result: object, *, details: bool = False) -> None:
        name = type(result).__name__
        if name in PREPARED:
            if PREPARED[name]:
                self._prepared = shower(PREPARED, "mendixctl.views.json", result)(result)
            return
        found = shower(SHOWN, "mendixctl.views.json", result)(result)
        shown = found if isinstance(found, Shown) else Shown(found, getattr(result, "warnings", ()))
        self._warn(shown.notices)
        self._write(shown.document, getattr(result, "exit_code", 0))

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
