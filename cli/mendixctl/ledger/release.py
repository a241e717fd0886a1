"""A release as data: what one apply was going to do, and what came of it.

A record is written in two parts, each exactly once, so that the ledger is append-only and its chain of
digests can be checked: ``release.json`` when the number is allotted, ``outcome.json`` when the apply is
over. A release without an outcome is one whose apply is running or was cut off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a release was made by."""

    APPLY = "apply"
    ROLLBACK = "rollback"
    TEARDOWN = "teardown"
    DESTROY = "destroy"
    RECOVER = "recover"
    RESTORE = "restore"
    """A copy of the state was put back; nothing was planned and nothing in AWS was changed."""


class Health(StrEnum):
    """What was found of one resource after an apply."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    NO_TARGETS = "no-targets"
    """A target group to which nothing is registered yet: no failure, and no proof of health either."""
    UNKNOWN = "unknown"
    """AWS could not be asked, so nothing is known."""


class Status(StrEnum):
    """How a release ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One resource that a release was going to change; no attribute values, which may be secrets.

    ``until`` is the moment (ISO 8601) until which the change can be taken back, empty where there is none.
    ``one_way``: AWS refuses the way back, but nothing was lost. ``back`` is the verdict of undoing the change.
    Releases before verdicts had reasons have only ``verdict``.
    ``identity``: of data that was going to be deleted, what AWS calls it (id, name, final snapshot), so that it can be
    brought back; empty for everything else and in older records.
    """

    address: str
    area: str
    action: str
    attributes: tuple[str, ...] = ()
    verdict: str = ""
    reason: str = ""
    until: str = ""
    one_way: bool = False
    back: str = ""
    back_reason: str = ""
    identity: Mapping[str, str] = field(default_factory=dict, hash=False)
    previous_address: str = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """What the API said of one resource after an apply. ``kind``: cluster, nodes, database, targets, ...

    ``name`` is what AWS calls the resource, ``detail`` its last answer in words.
    """

    kind: str
    address: str
    name: str
    health: Health
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """Who applied: the operating system's user, host, git identity and, on AWS, the caller's ARN."""

    user: str
    host: str
    git: str = ""
    arn: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """``release.json``: what was going to be done. ``predecessor`` is the digest of the record before it.

    ``snapshots``: the database snapshots that were to be there before Terraform began, address -> the snapshot's
    identifier in this account and region. Terraform began only if all of them were available, so a release that
    did anything at all has them. ``restored_release`` and ``restored_serial``: of a restore, which copy of the state
    was put back.
    """

    number: int
    environment: str
    account: str
    region: str
    target: str
    kind: Kind
    started_at: datetime
    author: Author
    spec: str
    lock: str
    archive_digest: str
    predecessor: str = ""
    message: str = ""
    commit: str = ""
    rollback_to: int = 0
    rollback_from: int = 0
    held_forward: tuple[str, ...] = ()
    changes: tuple[RecordedChange, ...] = ()
    plan_digest: str = ""
    generator: str = ""
    terraform: str = ""
    snapshots: Mapping[str, str] = field(default_factory=dict)
    restored_release: int = 0
    restored_serial: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def accepted(self) -> tuple[str, ...]:
        """The addresses whose loss the author accepted by name (``--accept-loss``)."""
        found = self.extra.get("accepted")
        return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list | tuple) else ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """``outcome.json``: what came of it. Addresses; ``proven``: a plan afterwards was empty."""

    status: Status
    finished_at: datetime
    seconds: float
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    not_started: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    lineage: str = ""
    serial: int = 0
    proven: bool | None = None
    checks: tuple[HealthCheck, ...] = ()

    @property
    def health(self) -> Health | None:
        """What the checks come to, the worst first; None where nothing was checked."""
        found = {check.health for check in self.checks}
        if not found:
            return None
        return next((worst for worst in (Health.UNHEALTHY, Health.UNKNOWN) if worst in found), Health.HEALTHY)


@dataclass(frozen=True, slots=True)
class Record:
    """A release with its outcome, as the ledger gives it back; ``digest`` is over both parts."""

    release: Release
    outcome: Outcome | None
    digest: str

    @property
    def number(self) -> int:
        return self.release.number

    @property
    def status(self) -> Status:
        return self.outcome.status if self.outcome else Status.RUNNING
