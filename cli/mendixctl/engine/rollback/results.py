"""What the use-case returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mendixctl.engine.apply.results import ApplyResult
from mendixctl.engine.diff import SpecChange, VersionChange
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.results import FileBackup, Judged, Restore, Scope
from mendixctl.guard.manifests import JudgedObject
from mendixgen.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Held:
    """A one-way setting that a rollback keeps at the newer value."""

    path: str
    kept: Any
    asked: Any
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PreparedRollback:
    """A rollback that is planned: the YAML, the lock and the root stand at the target until it is abandoned.

    ``version`` is the release to go to, ``head`` the one to go from, ``number`` what the rollback will be.
    """

    scope: Scope
    version: int
    head: int
    number: int
    plan: PlanResult
    spec: tuple[SpecChange, ...]
    versions: tuple[VersionChange, ...]
    held_forward: tuple[Held, ...]
    spec_diff: str
    restores: tuple[Restore, ...] = ()
    backups: tuple[FileBackup, ...] = field(repr=False, default=())
    confirmation: str = "yes"


@dataclass(frozen=True, slots=True)
class RollbackResult:
    """``proven``: the plan after the rollback was empty, and so was the comparison with the cluster. ``remaining`` and
    ``objects``: what they had. ``apply`` is None where only files changed.
    """

    scope: Scope
    version: int
    head: int
    apply: ApplyResult
    held_forward: tuple[Held, ...]
    proven: bool
    remaining: tuple[Judged, ...] = ()
    objects: tuple[JudgedObject, ...] = ()
    restores: tuple[Restore, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
