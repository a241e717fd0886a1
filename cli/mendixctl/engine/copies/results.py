"""What a clone or a promotion wrote."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.engine.diff import SpecChange
from mendixgen.copies.clone import Translation
from mendixgen.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class CloneResult:
    """A new environment. ``translations``: where it differs, and why; ``notes``: what is left to do."""

    source: str
    environment: str
    files: tuple[str, ...]
    translations: tuple[Translation, ...]
    notes: tuple[str, ...]
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class PromoteResult:
    """A part of one environment's YAML in another's. ``changes`` and ``diff``: of the other's file."""

    source: str
    environment: str
    file: str
    changes: tuple[SpecChange, ...]
    diff: str
    written: bool
    warnings: tuple[Diagnostic, ...] = ()
