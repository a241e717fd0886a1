"""What a question to AWS gives back: findings, and how far the question was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mendixgen.diagnostics import Diagnostic, Location, Severity


class Grade(StrEnum):
    """How grave a finding is. Only ``error`` makes a preflight fail: an apply would not go through."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


GRAVITY = tuple(Grade)
"""From harmless to grave."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that AWS was asked: what it is about, what AWS says, and what to do.

    ``evidence`` is AWS's own words or numbers, ``hint`` what a person does next, ``path`` the setting in the YAML that
    it follows from, where there is one; ``location`` is where that stands in the file today, once somebody has looked.
    """

    code: str
    grade: Grade
    what: str
    evidence: str = ""
    hint: str = ""
    path: tuple[str | int, ...] = ()
    location: Location | None = None

    def diagnostic(self) -> Diagnostic:
        """The same in the shape in which everything that went wrong is told."""
        severity = Severity.ERROR if self.grade is Grade.ERROR else Severity.WARNING
        return Diagnostic(self.code, self.what, self.hint, self.evidence, self.location, severity)


class Status(StrEnum):
    """Where an answer comes from, or why there is none.

    ``partly``: AWS did not answer everything that the question asks; findings with MXF101 to MXF103 say what.
    """

    ASKED = "asked"
    CACHED = "cached"
    PARTLY = "partly"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Answer:
    """All findings of one question. ``asked_at``: when AWS gave them, which an answer from the cache keeps."""

    question: str
    title: str
    status: Status
    findings: tuple[Finding, ...]
    asked_at: datetime
    seconds: float = 0.0

    @property
    def grade(self) -> Grade:
        """The gravest of the findings."""
        return gravest(finding.grade for finding in self.findings)


def gravest(grades: Iterable[Grade]) -> Grade:
    """The gravest grade; ``ok`` of none."""
    return max(grades, key=GRAVITY.index, default=Grade.OK)
