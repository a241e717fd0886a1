"""What commands show that no use-case of the engine returns: several of its results together, or a few plain facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mendixgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mendixctl.engine.audit.report import ReportResult
    from mendixctl.engine.repository.results import RenderResult
    from mendixgen.versions.life_cycle import BuildReport, Listed


@dataclass(frozen=True, slots=True)
class Rendered:
    """The roots of several environments."""

    roots: Sequence[RenderResult]

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(warning for one in self.roots for warning in one.warnings)

    @property
    def exit_code(self) -> int:
        return max((one.exit_code for one in self.roots), default=0)


@dataclass(frozen=True, slots=True)
class AuditDocument:
    """The report of an environment, to be written as Markdown."""

    report: ReportResult


@dataclass(frozen=True, slots=True)
class Initialised:
    """A new platform repository; ``files`` are relative to it."""

    folder: str
    files: Sequence[str]
    environment: str


@dataclass(frozen=True, slots=True)
class Script:
    """A shell's completion script."""

    shell: str
    source: str


@dataclass(frozen=True, slots=True)
class ModuleBuild:
    """Modules that were built, or (``check``) compared with what they would be."""

    report: BuildReport
    check: bool

    @property
    def warnings(self) -> Sequence[Diagnostic]:
        return self.report.problems

    @property
    def exit_code(self) -> int:
        if self.report.ok:
            return 0
        return 2 if self.check else 1


@dataclass(frozen=True, slots=True)
class ModuleList:
    """Every version of every area's module."""

    versions: Sequence[Listed]
