"""Copies of a state, kept beside it: what each release left, whole, and known by name without opening it.

A copy is the state itself, byte for byte, so that Terraform can read it without mendixctl too. Everything that is to
be known of it stands in its name, so that a list costs one listing and no second file can contradict the first:
``0007-42-20261123T120000Z-318-<sha256>-<lineage>.tfstate`` is what release 7 left at serial 42, with 318 resources.
A state holds secrets in clear; so does every copy.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from mendixctl.terraform.state import NotAStateError, parse
from mendixgen.diagnostics import Diagnostic, MendixError

FOLDER = "state-copies"
SUFFIX = ".tfstate"
_MOMENT = "%Y%m%dT%H%M%SZ"
_LINEAGE = r"[A-Za-z0-9-]{1,64}"
_NAME = re.compile(
    rf"(?P<release>\d{{4,9}})-(?P<serial>\d{{1,18}})-(?P<moment>\d{{8}}T\d{{6}}Z)-(?P<resources>\d{{1,9}})"
    rf"-(?P<digest>[0-9a-f]{{64}})-(?P<lineage>{_LINEAGE})\.tfstate",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class StateFacts:
    """What a state says of itself. ``resources``: instances that Terraform manages; ``digest``: ``sha256:...``."""

    lineage: str
    serial: int
    resources: int
    digest: str


@dataclass(frozen=True, slots=True)
class StateCopy:
    """One copy: the state that ``release`` left (0: before the first), as it was at ``taken_at``. ``size``: bytes."""

    release: int
    serial: int
    lineage: str
    resources: int
    digest: str
    taken_at: datetime
    size: int

    @property
    def name(self) -> str:
        """The name of its file or object."""
        moment = self.taken_at.astimezone(UTC).strftime(_MOMENT)
        digest = self.digest.removeprefix("sha256:")
        return f"{self.release:04d}-{self.serial}-{moment}-{self.resources}-{digest}-{self.lineage}{SUFFIX}"

    @property
    def order(self) -> tuple[int, int, datetime]:
        """Oldest first."""
        return self.release, self.serial, self.taken_at


def named(name: str, size: int) -> StateCopy | None:
    """The copy that has this name; None for anything else that stands there."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        taken_at = datetime.strptime(match["moment"], _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    copy = StateCopy(
        release=int(match["release"]),
        serial=int(match["serial"]),
        lineage=match["lineage"],
        resources=int(match["resources"]),
        digest=f"sha256:{match['digest']}",
        taken_at=taken_at,
        size=size,
    )
    return copy if copy.name == name else None


def facts(data: bytes, place: str) -> StateFacts:
    """What is to be known of a state; ``place`` names it in errors.

    Raises:
        MendixError: MXB101, it is not a whole state.
    """
    try:
        state = parse(data)
    except NotAStateError as error:
        raise _no_state(place, str(error)) from error
    if not re.fullmatch(_LINEAGE, state.lineage, re.ASCII):
        raise _no_state(place, "it has no lineage as Terraform makes them")
    if state.serial >= 10**18:
        raise _no_state(place, "it has no serial")
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return StateFacts(state.lineage, state.serial, len(state.instances), digest)


def _no_state(place: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXB101",
            f"{place} is not a whole state of Terraform: {why}",
            hint="mendixctl state list ENVIRONMENT shows the copies that there are",
        )
    )


class StateCopies(ABC):
    """The copies of one environment's state."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where they are, for people: a folder or an ``s3://`` address."""

    @abstractmethod
    def _names(self) -> Iterable[tuple[str, int]]:
        """Name and size of everything that stands there."""

    @abstractmethod
    def _read(self, name: str) -> bytes: ...

    @abstractmethod
    def _write(self, name: str, data: bytes) -> None:
        """Write a copy, all of it or nothing; once this returns, a power loss cannot take it away."""

    @abstractmethod
    def _remove(self, name: str) -> None: ...

    def all(self) -> list[StateCopy]:
        """The copies, oldest first; whatever else stands there is left alone."""
        found = (named(name, size) for name, size in self._names())
        return sorted((copy for copy in found if copy is not None), key=lambda copy: copy.order)

    def read(self, copy: StateCopy) -> bytes:
        """A copy's bytes.

        Raises:
            MendixError: MXB102, they are not the ones that were written.
        """
        data = self._read(copy.name)
        found = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if found != copy.digest:
            raise MendixError(
                Diagnostic(
                    "MXB102",
                    f"the copy of v{copy.release}, serial {copy.serial}, is damaged: its digest is not the one in its "
                    f"name ({self.place}/{copy.name})",
                    hint="take another copy, or restore this one from a backup or the bucket's version history",
                )
            )
        return data

    def keep(self, data: bytes, release: int, moment: datetime) -> StateCopy:
        """Keep a state as what ``release`` left; one that is kept already is not written a second time.

        Raises:
            MendixError: MXB101 it is no state, MXI101, MXB103 or MXA1xx it cannot be written.
        """
        about = facts(data, "the state")
        for copy in self.all():
            same = (copy.release, copy.serial, copy.lineage, copy.digest, copy.size)
            if same == (release, about.serial, about.lineage, about.digest, len(data)):
                return copy
        copy = StateCopy(
            release=release,
            serial=about.serial,
            lineage=about.lineage,
            resources=about.resources,
            digest=about.digest,
            taken_at=moment.astimezone(UTC).replace(microsecond=0),
            size=len(data),
        )
        self._write(copy.name, data)
        return copy

    def prune(self, releases: int) -> tuple[StateCopy, ...]:
        """Remove all copies but those of the newest ``releases`` releases that have some; what was removed.

        Raises:
            MendixError: MXB103 or MXA1xx, one cannot be removed; those that stay are whole.
        """
        copies = self.all()
        kept = set(sorted({copy.release for copy in copies})[-releases:])
        gone = tuple(copy for copy in copies if copy.release not in kept)
        for copy in gone:
            self._remove(copy.name)
        return gone
