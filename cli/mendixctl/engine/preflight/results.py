"""What a preflight found."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.engine.results import Scope
from mendixctl.preflight.findings import Answer, Finding, Grade, gravest


@dataclass(frozen=True, slots=True)
class Pinned:
    """An add-on whose build was written into the YAML. ``before``: the build that AWS does not have."""

    addon: str
    before: str
    version: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """The answers. ``of_plan``: whether they are about a plan's changes, or about all that the YAML asks for."""

    answers: tuple[Answer, ...]
    of_plan: bool

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for answer in self.answers for finding in answer.findings)

    @property
    def grade(self) -> Grade:
        """The gravest grade of all findings."""
        return gravest(finding.grade for finding in self.findings)

    def of(self, *grades: Grade) -> tuple[Finding, ...]:
        """The findings of some grades."""
        return tuple(finding for finding in self.findings if finding.grade in grades)


@dataclass(frozen=True, slots=True)
class PreflightResult:
    """A preflight that was asked for by name. ``file``: the YAML that ``pinned`` was written into."""

    scope: Scope
    preflight: Preflight
    pinned: tuple[Pinned, ...] = ()
    file: str = ""

    @property
    def exit_code(self) -> int:
        return 3 if self.preflight.grade is Grade.ERROR else 0
