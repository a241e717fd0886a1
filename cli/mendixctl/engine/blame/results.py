"""What ``blame`` gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mendixctl.engine.results import Scope
from mendixctl.ledger.release import Author, Kind, Status


@dataclass(frozen=True, slots=True)
class Cause:
    """Who made a release, when, from which commit and why."""

    release: int
    kind: Kind
    status: Status
    at: datetime
    author: Author
    commit: str
    message: str


@dataclass(frozen=True, slots=True)
class Altered:
    """A value that a release set. None: not set; secret ones are the text ``(sensitive)``."""

    cause: Cause
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class FieldBlame:
    """One field of the YAML and the releases that changed it, oldest first.

    ``value`` is what stands in the YAML now, ``line`` where (0: it no longer does). ``applied``: that value is in
    effect. Where it is not, ``tried`` is the release that failed to bring it about, or 0.
    """

    path: str
    line: int
    value: Any
    secret: bool
    applied: bool
    tried: int
    changes: tuple[Altered, ...]

    @property
    def last(self) -> Altered | None:
        return self.changes[-1] if self.changes else None


@dataclass(frozen=True, slots=True)
class Touched:
    """What a release did to a resource. ``address``: the one that it had then; ``module``: a version that changed."""

    cause: Cause
    action: str
    address: str
    attributes: tuple[str, ...]
    verdict: str
    module: str


@dataclass(frozen=True, slots=True)
class ResourceBlame:
    """One resource and the releases that changed it, oldest first. ``exists``: the last one did not take it away."""

    address: str
    area: str
    exists: bool
    changes: tuple[Touched, ...]

    @property
    def last(self) -> Touched:
        return self.changes[-1]


@dataclass(frozen=True, slots=True)
class ModuleBlame:
    """One area's module version and the releases that changed it, oldest first; an empty text means off."""

    area: str
    version: str
    changes: tuple[Altered, ...]


@dataclass(frozen=True, slots=True)
class BlameResult:
    """``what``: the address, area or path that was asked for, or nothing for the whole file."""

    scope: Scope
    file: str
    head: int
    what: str
    fields: tuple[FieldBlame, ...] = ()
    resources: tuple[ResourceBlame, ...] = ()
    modules: tuple[ModuleBlame, ...] = ()


def causes(records: Mapping[int, Any]) -> dict[int, Cause]:
    """The cause that each record is, by number."""
    return {
        number: Cause(
            number,
            record.release.kind,
            record.status,
            record.outcome.finished_at if record.outcome else record.release.started_at,
            record.release.author,
            record.release.commit,
            record.release.message,
        )
        for number, record in records.items()
    }
