"""Errors that several use-cases share."""

from __future__ import annotations

from pathlib import Path

from mendixgen.diagnostics import Diagnostic, Location, MendixError


def unwritable(path: Path, error: OSError) -> MendixError:
    """MXP111: a private file or folder cannot be written."""
    return MendixError(
        Diagnostic(
            "MXP111",
            f"cannot write {path}: {error.strerror or error}",
            hint="make room on the disk or mend the permissions, then run the same command again",
            location=Location(str(path)),
        )
    )
