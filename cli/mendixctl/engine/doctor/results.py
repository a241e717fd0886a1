"""What ``doctor`` gives back: a line for each thing that was looked at, and what AWS says of the environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mendixctl.preflight.findings import Grade, gravest

if TYPE_CHECKING:
    from mendixctl.engine.preflight.results import PreflightResult


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. ``command``: what mends it, empty where nothing has to be, or nothing can be, mended so."""

    grade: Grade
    what: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """What one check found, in its own time. ``name`` is short and stable, ``title`` is for people."""

    name: str
    title: str
    lines: tuple[Line, ...]
    seconds: float = 0.0

    @property
    def grade(self) -> Grade:
        return gravest(line.grade for line in self.lines)


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """All checks, in their order. ``preflight``: None where no environment of AWS was named, or it cannot be asked."""

    environment: str
    checks: tuple[Examined, ...]
    preflight: PreflightResult | None = None

    @property
    def lines(self) -> Iterator[Line]:
        return (line for check in self.checks for line in check.lines)

    @property
    def grade(self) -> Grade:
        """The gravest of the checks; the preflight has a grade of its own."""
        return gravest(line.grade for line in self.lines)

    @property
    def exit_code(self) -> int:
        """1 where something has to be mended, 3 where only AWS would not take an apply, else 0."""
        if self.grade is Grade.ERROR:
            return 1
        return self.preflight.exit_code if self.preflight is not None else 0
