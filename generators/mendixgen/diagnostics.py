"""The one shape of everything that a user is told went wrong.

Every diagnostic has a code (listed in ``docs/errors.md``), says what happened, what to do, and where.
The letter after ``MX`` names the domain: S specification, M modules, R root and lock, T Terraform,
P plan, apply and rollback, L ledger, E emulator, A AWS, C command line, I files, K the
cluster, V the delivery of apps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a diagnostic stops the command."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; lines and columns count from 1, and 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One error or warning: its code, what happened and why, what to do, and where."""

    code: str
    summary: str
    hint: str = ""
    detail: str = ""
    location: Location | None = None
    severity: Severity = Severity.ERROR

    def to_json(self) -> dict[str, object]:
        """The object that ``--json`` shows; the empty parts are left out."""
        place = self.location
        parts: dict[str, object] = {
            "severity": self.severity.value,
            "code": self.code,
            "summary": self.summary,
            "detail": self.detail,
            "hint": self.hint,
            "file": place.file if place else "",
            "line": place.line if place else 0,
            "column": place.column if place else 0,
        }
        return {key: value for key, value in parts.items() if value}


class MendixError(Exception):
    """Something that a user can cause and mend: one or more diagnostics, and the exit code they mean."""

    exit_code: int = 1

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = (
            (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        )
        super().__init__("; ".join(f"{d.code}: {d.summary}" for d in self.diagnostics))


class Refused(MendixError):
    """A guard said no; nothing was changed."""

    exit_code = 3


class Interrupted(MendixError):
    """A person stopped the command (Ctrl-C or SIGTERM); what was done is recorded."""

    exit_code = 130
