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


def encrypted_state(place: str) -> MendixError:
    """MXT135: the state at ``place`` is encrypted by OpenTofu."""
    return MendixError(
        Diagnostic(
            "MXT135",
            "the state is encrypted by OpenTofu, and mendixctl reads states itself: to judge, to recover, to copy",
            hint="migrate it back (OpenTofu's fallback to unencrypted); in its bucket state.kms_key encrypts it",
            location=Location(place),
        )
    )
