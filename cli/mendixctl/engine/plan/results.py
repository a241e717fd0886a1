"""What a plan says, and what the use-case returns with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mendixctl.engine.results import Judged, Scope
from mendixctl.guard.limits import Objection
from mendixctl.guard.manifests import ManifestChanges
from mendixctl.guard.refusals.classify import Refusal
from mendixctl.guard.sizes import PlannedSize
from mendixctl.guard.snapshots import PlannedSnapshot
from mendixctl.ledger.release import Kind
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mendixctl.engine.preflight.results import Preflight


@dataclass(frozen=True, slots=True)
class Counts:
    """How many resources a plan or an apply adds, changes, replaces, removes, moves and imports.

    A replaced resource counts in ``replace`` alone.
    """

    add: int = 0
    change: int = 0
    replace: int = 0
    remove: int = 0
    move: int = 0
    imported: int = 0

    @property
    def total(self) -> int:
        return self.add + self.change + self.replace + self.remove + self.move + self.imported


@dataclass(frozen=True, slots=True)
class Guards:
    """What the guards say of what is about to be applied: ``objections`` refuse it, ``accepted`` was accepted by name.

    ``refused``: what AWS will refuse, and ``allowed``: the addresses that are tried all the same.
    ``command``: the command line that would pass; empty where nothing objects, or no acceptance helps. ``refusals``:
    the objections as a person is told them. ``warnings``: what is odd, and refuses nothing.
    """

    objections: tuple[Objection, ...] = ()
    accepted: tuple[str, ...] = ()
    command: str = ""
    refusals: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    refused: tuple[Refusal, ...] = ()
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a plan says, whoever keeps it. ``has_changes`` is Terraform's own word: it is also true where only outputs
    change.

    ``base``: the release that the plan starts from. ``drift``: what changed outside Terraform of those resources that
    the plan changes. ``drift_losses``: of all that changed there, what took away data or protection. ``unchanged``: how
    many resources there are that it leaves as they are. ``identities``: by address what identifies a resource that the
    plan creates, as far as that is known before; never anything sensitive. ``refusals``: what AWS will, or may, refuse.
    plan creates, as far as that is known before; never anything sensitive. ``sizes``: the node groups whose numbers it
    changes; EKS is brought to take them before it is applied. ``adopted``: addresses and IDs that it imports.
    ``manifests``: what changes on the cluster since the newest release.
    """

    kind: Kind
    base: int
    has_changes: bool
    changes: tuple[Judged, ...] = ()
    drift: tuple[ResourceChange, ...] = ()
    drift_losses: tuple[Judged, ...] = ()
    outputs: Mapping[str, AttributeChange] = field(default_factory=dict)
    unchanged: int = 0
    identities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    snapshots: tuple[PlannedSnapshot, ...] = ()
    sizes: tuple[PlannedSize, ...] = ()
    adopted: tuple[tuple[str, str], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    manifests: ManifestChanges = field(default_factory=ManifestChanges)

    @property
    def counts(self) -> Counts:
        """How many resources it adds, changes, ..."""
        return count(judged.change for judged in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult(Plan):
    """A plan with where it was made and what comes with it.

    ``expires_at`` and ``plan_file`` are None where there is nothing to apply. ``written`` names the root files
    (relative to the repository) that rendering changed. ``guards``: what its apply will be refused for. ``preflight``:
    what AWS says of it, where AWS was asked.
    """

    scope: Scope
    pins: Mapping[str, str] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    plan_file: Path | None = None
    plan_digest: str = ""
    created_at: datetime | None = None
    expires_at: datetime | None = None
    seconds: float = 0.0
    guards: Guards = field(default_factory=Guards)
    preflight: Preflight | None = None

    @classmethod
    def of(cls, plan: Plan, **beside: Any) -> PlanResult:
        """The result that has ``plan``; ``beside``: the fields of its own."""
        return cls(**{one.name: getattr(plan, one.name) for one in fields(Plan)}, **beside)

    @property
    def exit_code(self) -> int:
        """0 nothing changes, 2 something does, 3 something of it AWS will refuse."""
        return 3 if self.guards.refused else 2 if self.has_changes or self.manifests else 0


def count(changes: Iterable[ResourceChange]) -> Counts:
    """How many resources are added, changed, replaced, removed, moved and imported."""
    actions = [change.action for change in changes]
    return Counts(
        add=actions.count(Action.CREATE),
        change=actions.count(Action.UPDATE),
        replace=actions.count(Action.REPLACE),
        remove=actions.count(Action.DELETE) + actions.count(Action.FORGET),
        move=actions.count(Action.MOVE),
        imported=actions.count(Action.IMPORT),
    )
