"""What the use-case returns."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.engine.diff import SpecChange, VersionChange
from mendixctl.engine.results import Scope
from mendixctl.ledger.release import Record, RecordedChange
from mendixgen.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """The releases of one environment, oldest first. ``chosen``: those that were asked for, None for all of them.

    ``limit``: how many of the newest of those are shown, None for all.
    """

    scope: Scope
    records: tuple[Record, ...]
    base: int
    warnings: tuple[Diagnostic, ...] = ()
    chosen: tuple[Record, ...] | None = None
    limit: int | None = None

    @property
    def listed(self) -> tuple[Record, ...]:
        return self.records if self.chosen is None else self.chosen


@dataclass(frozen=True, slots=True)
class ShowResult:
    """One release. ``spec`` and ``versions``: what it changed against the last one before it that is known."""

    scope: Scope
    record: Record
    spec: tuple[SpecChange, ...]
    versions: tuple[VersionChange, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiffResult:
    """From release ``a`` to release ``b``. ``changes``: what the releases between them recorded, in order.

    ``files`` is a unified diff of the rendered HCL.
    """

    scope: Scope
    a: int
    b: int
    spec: tuple[SpecChange, ...]
    spec_diff: str
    versions: tuple[VersionChange, ...]
    changes: tuple[tuple[int, RecordedChange], ...]
    files: str


@dataclass(frozen=True, slots=True)
class SyncResult:
    """``mirrored``: releases that were copied here; ``restored``: files set to what the head release has."""

    scope: Scope
    head: int
    base_before: int
    base_after: int
    mirrored: tuple[int, ...] = ()
    restored: tuple[str, ...] = ()
