"""A release as data: what one apply was going to do, and what came of it.

A record is written in two parts, each exactly once, so that the ledger is append-only and its chain of
digests can be checked: ``release.json`` when the number is allotted, ``outcome.json`` when the apply is
over. A release without an outcome is one whose apply is running or was cut off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field, PlainSerializer

LARGEST_NUMBER = 10**15
"""Releases, serials: nothing counts that far, and other readers of JSON keep no larger number exactly."""

PLATFORM = "platform"
"""The entry of a delivered app's record that names the release which the platform was at."""

Number = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("it is no moment of this calendar in UTC") from error


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, AfterValidator(_utc), PlainSerializer(_written)]
"""A moment in UTC, written to the microsecond; one that was written without its zone is one of UTC."""


class Kind(StrEnum):
    """What a release was made by."""

    APPLY = "apply"
    ROLLBACK = "rollback"
    TEARDOWN = "teardown"
    DESTROY = "destroy"
    RECOVER = "recover"
    ADOPT = "adopt"
    """What was there already was taken into the state."""
    RESTORE = "restore"
    """A copy of the state was put back; nothing was planned and nothing in AWS was changed."""
    DRILL = "drill"
    """What a recovery loses and how long it takes was measured."""
    FAILOVER = "failover"
    FAILBACK = "failback"
    """Names were switched to the standby or back, or its file was made ready for that."""
    DEPLOY = "deploy"
    """The manifests of the release before were brought into the cluster, or taken out of it; nothing in AWS changed."""
    APP = "app"
    """An app was delivered, or taken back; nothing of the platform was changed."""

    @property
    def says_nothing(self) -> bool:
        """Whether a release of this kind says nothing of what is to be: what the one before it said still holds."""
        return self in (Kind.RESTORE, Kind.DRILL, Kind.FAILOVER, Kind.FAILBACK, Kind.APP)


class Health(StrEnum):
    """What was found of one resource after an apply."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    NO_TARGETS = "no-targets"
    """A target group to which nothing is registered yet: no failure, and no proof of health either."""
    UNCONFIRMED = "unconfirmed"
    """Whoever is to be told has not confirmed yet: no failure of the apply, and nothing that waiting for it mends."""
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
class Deployment:
    """What came of a release's ``objects``; addresses, each in one of the three.

    ``failed``: begun, and not seen to be as asked for: refused, not ready, or of a kind that the cluster does not know.
    ``not_started``: the cluster has of them what it had. ``left_out``: a person said not to deploy.
    """

    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    not_started: tuple[str, ...] = ()
    left_out: bool = False

    @property
    def complete(self) -> bool:
        """Whether the cluster has everything that the release says."""
        return not (self.failed or self.not_started)


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
    was put back. ``objects``: what was going to change on the cluster, by the addresses of its objects.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True)

    number: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
    environment: str
    account: str
    region: str
    target: str
    kind: Kind
    started_at: Moment
    author: Author
    spec: str
    lock: str
    archive_digest: str
    predecessor: str = ""
    message: str = ""
    commit: str = ""
    rollback_to: Number = 0
    rollback_from: Number = 0
    held_forward: tuple[str, ...] = ()
    changes: tuple[RecordedChange, ...] = ()
    plan_digest: str = ""
    generator: str = ""
    terraform: str = ""
    snapshots: Mapping[str, str] = field(default_factory=dict)
    restored_release: Number = 0
    restored_serial: Number = 0
    objects: tuple[RecordedChange, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def only_took_in(self) -> bool:
        """Whether it adopted what there was and made nothing: what has to be made with more of it waits then."""
        return self.kind is Kind.ADOPT and all(one.action != "create" for one in self.changes)

    @property
    def accepted(self) -> tuple[str, ...]:
        """The addresses whose loss the author accepted by name (``--accept-loss``)."""
        return self._addresses("accepted")

    @property
    def allowed(self) -> tuple[str, ...]:
        """The addresses that were tried although AWS was said to refuse it (``--allow-refused``)."""
        return self._addresses("allowed")

    def _addresses(self, name: str) -> tuple[str, ...]:
        found = self.extra.get(name)
        return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list | tuple) else ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """``outcome.json``: what came of it. Addresses; ``proven``: a plan afterwards was empty, and where objects were
    deployed, the cluster had nothing else than they say. ``deployment``: None where there was nothing to deploy.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True)

    status: Status
    finished_at: Moment
    seconds: Annotated[float, Field(allow_inf_nan=False)]
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    not_started: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    lineage: str = ""
    serial: Number = 0
    proven: bool | None = None
    checks: tuple[HealthCheck, ...] = ()
    deployment: Deployment | None = None

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

    @property
    def basis(self) -> int:
        """The release that says how the platform is to be: this one, or of a delivered app the one it was on.

        Pipelines deliver many times between two changes of the platform, and no checkout of it has to follow that.
        """
        if self.release.kind is not Kind.APP:
            return self.number
        found = self.release.extra.get(PLATFORM)
        return found if isinstance(found, int) and 0 < found < self.number else 0
