"""The four words that a guard has for a change."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """Whether a change can be taken back, and by what."""

    REVERSIBLE = "reversible"
    WINDOWED = "windowed"
    RESTORE_NEEDED = "restore-needed"
    IRREVERSIBLE = "irreversible"
