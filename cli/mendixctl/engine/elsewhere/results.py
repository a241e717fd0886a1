"""What a command that ran in a build gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mendixctl.engine.plan.results import Counts
from mendixgen.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class ElsewhereResult:
    """How it ended. ``result``: as ``--json`` of the same command gives it where it runs here. ``plan_file``: the
    sealed plan that was brought back. ``files``: committed files that are now as the build left them.
    """

    environment: str
    command: str
    project: str
    build: str
    exit_code: int
    seconds: float
    result: Mapping[str, Any] | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    plan_file: Path | None = None
    files: tuple[str, ...] = ()
    document: bytes = field(default=b"", repr=False)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return self.diagnostics


@dataclass(frozen=True, slots=True)
class PreparedElsewhere:
    """What a build will do once a person says yes. ``counts`` are those of the plan, None where it is made there."""

    environment: str
    command: str
    project: str
    commit: str
    confirmation: str
    counts: Counts | None = None
    base: int = 0
    expires_at: datetime | None = None
