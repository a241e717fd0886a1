"""What the use-cases give back: plain data, which views show and ``--json`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from mendixctl.guard.limits import Objection
from mendixctl.guard.snapshots import PlannedSnapshot
from mendixctl.guard.verdict import REVERSIBLE, Judgement, Verdict
from mendixctl.ledger.release import Kind, Outcome, Record, RecordedChange, Status
from mendixctl.terraform.plan import AttributeChange, ResourceChange
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError, Severity

TargetName = Literal["aws", "emulator"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a command works on; the header of every view. ``rehearsal``: on the emulator by ``--emulator``."""

    environment: str
    account: str
    region: str
    target: TargetName
    rehearsal: bool = False
    protected: bool = False
    description: str = ""
    domain: str = ""
    owner: str = ""
    state: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One planned change, what the guard says of it, and of ``back``: the change that would undo it."""

    change: ResourceChange
    judgement: Judgement = REVERSIBLE
    back: Judgement = REVERSIBLE

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def recorded(self) -> RecordedChange:
        """The part that the ledger keeps: names of attributes, never their values."""
        return RecordedChange(
            address=self.change.address,
            area=self.change.area,
            action=self.change.action.value,
            attributes=tuple(attribute.path for attribute in self.change.attributes),
            verdict=self.verdict.value,
            reason=self.judgement.reason,
            one_way=self.judgement.one_way,
            back=self.back.verdict.value,
            back_reason=self.back.reason,
            identity=self.change.identity,
            previous_address=self.change.previous_address,
        )

    def recorded_at(self, made: datetime) -> RecordedChange:
        """As `recorded`, with the moment until which the change can be taken back if it is made at ``made``."""
        until = self.judgement.until(made)
        return replace(self.recorded, until=until.astimezone(UTC).isoformat(timespec="seconds") if until else "")


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

    ``command``: the command line that would pass; empty where nothing objects, or no acceptance helps. ``refusals``:
    the objections as a person is told them. ``warnings``: what is odd, and refuses nothing.
    """

    objections: tuple[Objection, ...] = ()
    accepted: tuple[str, ...] = ()
    command: str = ""
    refusals: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A plan. ``has_changes`` is Terraform's own word: it is also true where only outputs change.

    ``drift``: what changed outside Terraform of those resources that the plan changes. ``drift_losses``: of all that
    changed there, what took away data or protection. ``expires_at`` and ``plan_file`` are None where there is nothing
    to apply. ``written`` names the root files (relative to the repository) that rendering changed. ``base``: the
    release that the plan starts from. ``guards``: what its apply will be refused for. ``unchanged``: how many
    resources there are that it leaves as they are. ``identities``: by address what identifies a resource that the plan
    creates, as far as that is known before; never anything sensitive.
    """

    scope: Scope
    kind: Kind
    has_changes: bool
    base: int
    changes: tuple[Judged, ...] = ()
    drift: tuple[ResourceChange, ...] = ()
    drift_losses: tuple[Judged, ...] = ()
    outputs: Mapping[str, AttributeChange] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    pins: Mapping[str, str] = field(default_factory=dict)
    identities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    snapshots: tuple[PlannedSnapshot, ...] = ()
    plan_file: Path | None = None
    plan_digest: str = ""
    created_at: datetime | None = None
    expires_at: datetime | None = None
    seconds: float = 0.0
    guards: Guards = Guards()
    unchanged: int = 0

    @property
    def exit_code(self) -> int:
        return 2 if self.has_changes else 0


@dataclass(frozen=True, slots=True)
class PreparedApply:
    """The reviewed plan, found and checked; nothing has been changed yet."""

    scope: Scope
    plan: PlanResult
    number: int
    confirmation: str
    """What a person has to type: ``yes``, or the environment's name where it is protected."""


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """What one apply did, as recorded in the ledger."""

    scope: Scope
    number: int
    kind: Kind
    status: Status
    outcome: Outcome
    record: Record
    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    warnings: tuple[Diagnostic, ...] = ()
    after: ApplyResult | None = None
    """The rollback that followed by itself (``--on-failure=rollback``), as it was recorded."""


class ApplyError(MendixError):
    """An apply that failed; what was done is recorded in ``result``."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], result: ApplyResult) -> None:
        super().__init__(diagnostics)
        self.result = result


class ApplyInterrupted(Interrupted):
    """An apply that was interrupted; what was done is recorded in ``result``."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], result: ApplyResult) -> None:
        super().__init__(diagnostics)
        self.result = result


@dataclass(frozen=True, slots=True)
class SpecChange:
    """One value of the specification: ``path`` like ``network.zones`` or ``storage.buckets.files``.

    ``None`` means: not set.
    """

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class VersionChange:
    """One area's module version; an empty text means that the area is off."""

    area: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Held:
    """A one-way setting that a rollback keeps at the newer value."""

    path: str
    kept: Any
    asked: Any
    reason: str = ""


class RestoreAction(StrEnum):
    """How a rollback brings data back that was deleted since."""

    UNDELETE = "undelete"
    """Its deletion is called off, and it is imported."""
    IMPORT = "import"
    """It is there, in no state: it is imported."""
    SNAPSHOT = "from-snapshot"
    """It is made anew from a snapshot."""
    EMPTY = "create-empty"
    """It is made anew without what was in it; that has to be accepted by name."""


@dataclass(frozen=True, slots=True)
class Restore:
    """What a rollback does about data at an address that it creates again.

    ``source``: the ID that is imported, or the snapshot. ``until``: when AWS deletes that for good. ``data_until``: the
    moment up to which a snapshot has the data. ``deleted_by``: the release that deleted it, 0 where none did.
    """

    address: str
    type: str
    action: RestoreAction
    source: str = ""
    until: datetime | None = None
    data_until: datetime | None = None
    deleted_by: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FileBackup:
    """A file as it was; ``content`` is None where there was none."""

    path: Path
    content: bytes | None
    mode: int = 0o644


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
    """``proven``: the plan after the rollback was empty. ``apply`` is None where only files changed."""

    scope: Scope
    version: int
    head: int
    apply: ApplyResult
    held_forward: tuple[Held, ...]
    proven: bool
    remaining: tuple[Judged, ...] = ()
    restores: tuple[Restore, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedDestroy:
    """A destroy that is planned. ``teardown`` disarms protection first; ``destroy`` is what follows.

    ``destroy`` lists what Terraform will destroy, from a plan that is made again before it is carried out.
    """

    scope: Scope
    teardown: PlanResult
    destroy: PlanResult
    number: int
    backups: tuple[FileBackup, ...] = field(repr=False, default=())
    confirmation: str = ""
    guards: Guards = Guards()


@dataclass(frozen=True, slots=True)
class DestroyResult:
    """The releases of the two steps; ``teardown`` is None where nothing had to be disarmed."""

    scope: Scope
    teardown: ApplyResult | None
    destroy: ApplyResult | None


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """The releases of one environment, oldest first. ``chosen``: those that were asked for, None for all of them."""

    scope: Scope
    records: tuple[Record, ...]
    base: int
    warnings: tuple[Diagnostic, ...] = ()
    chosen: tuple[Record, ...] | None = None

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
class OutputValue:
    """One output of the root. The value of a sensitive one is None."""

    name: str
    value: Any
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class OutputsResult:
    """All outputs of an environment, by name; empty before the first apply."""

    scope: Scope
    outputs: tuple[OutputValue, ...]


@dataclass(frozen=True, slots=True)
class SyncResult:
    """``mirrored``: releases that were copied here; ``restored``: files set to what the head release has."""

    scope: Scope
    head: int
    base_before: int
    base_after: int
    mirrored: tuple[int, ...] = ()
    restored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BootstrapStep:
    """One thing that the state needs, and whether it was made, changed or already right."""

    name: str
    status: Literal["created", "changed", "unchanged"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BootstrapResult:
    """The bucket and the key of an environment's state."""

    scope: Scope
    bucket: str
    key_arn: str
    steps: tuple[BootstrapStep, ...]


@dataclass(frozen=True, slots=True)
class RenderResult:
    """``written`` and ``removed`` name files relative to the repository; with ``check`` none was touched.

    ``diff`` is a unified diff from what stands in the repository to what it should be.
    """

    environment: str
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    diff: str = ""
    check: bool = False
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def current(self) -> bool:
        return not self.diff

    @property
    def exit_code(self) -> int:
        return 2 if self.check and self.diff else 0


@dataclass(frozen=True, slots=True)
class Validated:
    """One environment's diagnostics, in the order of their positions."""

    environment: str
    file: str
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def valid(self) -> bool:
        return not any(found.severity is Severity.ERROR for found in self.diagnostics)


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """Every environment that was looked at."""

    environments: tuple[Validated, ...]

    @property
    def exit_code(self) -> int:
        return 0 if all(one.valid for one in self.environments) else 1


@dataclass(frozen=True, slots=True)
class UpgradeResult:
    """The pins that changed in the lock."""

    environment: str
    versions: tuple[VersionChange, ...]
    warnings: tuple[Diagnostic, ...] = ()
