"""What the use-case returns."""

from __future__ import annotations

from dataclasses import dataclass, field

from mendixctl.engine.plan.results import Counts, PlanResult
from mendixctl.engine.results import Scope
from mendixctl.ledger.release import Kind, Outcome, Record, Status
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError


@dataclass(frozen=True, slots=True)
class PreparedApply:
    """The reviewed plan, found and checked; nothing has been changed yet."""

    scope: Scope
    plan: PlanResult
    number: int
    confirmation: str
    """What a person has to type: ``yes``, or the environment's name where it is protected."""


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """What one apply did, as recorded in the ledger. ``to_deploy``: objects of the cluster that the release changes
    and that were not begun; a deployment, or the next apply, brings them there.
    """

    scope: Scope
    number: int
    kind: Kind
    status: Status
    outcome: Outcome
    record: Record
    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    warnings: tuple[Diagnostic, ...] = ()
    to_deploy: int = 0
    after: ApplyResult | None = None
    """The rollback that followed by itself (``--on-failure=rollback``), as it was recorded."""


class ApplyError(MendixError):
    """An apply that failed; what was done is recorded in ``result``."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], result: ApplyResult) -> None:
        super().__init__(diagnostics)
        self.result = result


class ApplyInterrupted(Interrupted):
    """An apply that was interrupted; what was done is recorded in ``result``."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], result: ApplyResult) -> None:
        super().__init__(diagnostics)
        self.result = result
