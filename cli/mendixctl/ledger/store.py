"""The ledger, wherever it is kept."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from mendixctl.ledger.release import Outcome, Record, Release
from mendixctl.ledger.serialise import digest, outcome_bytes, parse_outcome, parse_release, record_digest, release_bytes
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused
from mendixgen.messages import msg

NUMBER = re.compile(r"[0-9]{4,}")


def folder_name(number: int) -> str:
    """``0001`` for release 1; wider above 9999."""
    return f"{number:04d}"


def folder_number(name: str) -> int:
    """The number of a release's folder, or 0 for anything else that stands there."""
    if not NUMBER.fullmatch(name):
        return 0
    number = int(name)
    return number if folder_name(number) == name else 0


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A release as it is stored, byte for byte."""

    release: bytes
    outcome: bytes | None
    archive: bytes


class LedgerStore(ABC):
    """The releases of one environment, numbered from 1 without gaps, each written once in two parts."""

    environment: str

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is, for people: a folder or an ``s3://`` address."""

    @abstractmethod
    def numbers(self) -> list[int]:
        """The numbers that have been allotted, ascending."""

    @abstractmethod
    def _release(self, number: int) -> bytes | None: ...

    @abstractmethod
    def _outcome(self, number: int) -> bytes | None: ...

    @abstractmethod
    def _archive(self, release: Release) -> bytes | None: ...

    @abstractmethod
    def _create(self, release: Release, data: bytes, archive: bytes) -> bool:
        """Store a new release (``data`` is its JSON), all of it or nothing; False where the number is taken."""

    @abstractmethod
    def _finish(self, number: int, outcome: bytes) -> bool:
        """Store an outcome; False where there is one already."""

    def head(self) -> int:
        """The highest number that was allotted; 0 in an empty ledger."""
        return max(self.numbers(), default=0)

    def platform(self) -> Record | None:
        """The newest release that says how the platform is to be: the newest one that delivered no app.

        Raises:
            MendixError: as `read`.
        """
        number = self.head()
        record = self.read(number) if number else None
        if record is None or record.basis == number:
            return record
        return self.read(record.basis) if record.basis else None

    def read(self, number: int) -> Record:
        """One release.

        Raises:
            MendixError: MXL105 there is no such release, MXL106 it is another environment's or number's,
                MXL101 to MXL103 it cannot be believed.
        """
        release = self._release(number)
        if release is None:
            raise self._unknown(number)
        return self._record(number, release, self._outcome(number))

    def records(self) -> list[Record]:
        """All releases, oldest first, with the chain of their digests checked.

        Raises:
            MendixError: as `read`; MXL107 a release is missing, MXL108 the chain is broken.
        """
        return self._chained(self.read(number) for number in self.numbers())

    def allot(self, release: Release, archive: bytes) -> Record:
        """Write a new release under its number, with its rendered HCL.

        Raises:
            Refused: MXL109, the number was taken in the meantime; nothing was written.
        """
        data = release_bytes(release)
        if digest(archive) != release.archive_digest:
            raise ValueError("the archive is not the one that the release names")
        if not self._create(release, data, archive):
            other = self.read(release.number).release
            raise Refused(
                Diagnostic(
                    "MXL109",
                    msg(
                        "v{number} of {environment} was made by {user}@{host} at {started_at} UTC, after this plan",
                        number=release.number,
                        environment=self.environment,
                        user=other.author.user,
                        host=other.author.host,
                        started_at=f"{other.started_at:%Y-%m-%d %H:%M:%S}",
                    ),
                    hint=msg("plan again: mendixctl plan {environment}", environment=self.environment),
                )
            )
        return self._record(release.number, data, None)

    def close(self, number: int, outcome: Outcome) -> Record:
        """Write what came of a release.

        Raises:
            MendixError: MXL110, it has an outcome already.
        """
        release = self._release(number)
        if release is None:
            raise self._unknown(number)
        data = outcome_bytes(outcome)
        if not self._finish(number, data):
            raise MendixError(
                Diagnostic(
                    "MXL110",
                    msg(
                        "v{number} of {environment} is already closed; an outcome is written once",
                        number=number,
                        environment=self.environment,
                    ),
                    hint=msg(
                        "mendixctl show v{number} --env {environment} says what is recorded",
                        number=number,
                        environment=self.environment,
                    ),
                )
            )
        return self._record(number, release, data)

    def archive(self, number: int) -> bytes:
        """The rendered HCL of a release.

        Raises:
            MendixError: MXL111, it is not there or not the one that the release names.
        """
        release = self.read(number).release
        data = self._archive(release)
        if data is None or digest(data) != release.archive_digest:
            why = "missing" if data is None else "not the original"
            raise MendixError(
                Diagnostic(
                    "MXL111",
                    msg("the rendered HCL of v{number} in {place} is {why}", number=number, place=self.place, why=why),
                    hint="restore it from git or from the version history of the bucket",
                )
            )
        return data

    def raw(self, number: int) -> RawRecord:
        """A release as it is stored, for a mirror."""
        self.read(number)
        release = self._release(number)
        if release is None:
            raise self._unknown(number)
        return RawRecord(release, self._outcome(number), self.archive(number))

    def parts(self, number: int) -> tuple[bytes | None, bytes | None]:
        """The two parts of a release as they are stored, believed or not; None for one that is not there."""
        return self._release(number), self._outcome(number)

    def stored_archive(self, release: Release) -> bytes | None:
        """What is stored as the release's archive, whether it is the original or not."""
        return self._archive(release)

    def parse(self, number: int, data: bytes) -> Release:
        """The release in ``data``, which stands under ``number``.

        Raises:
            MendixError: MXL101 to MXL103 it cannot be believed, MXL106 it is another environment's or number's.
        """
        place = f"{self.place}/{folder_name(number)}"
        parsed = parse_release(data, f"{place}/release.json")
        if (parsed.number, parsed.environment) != (number, self.environment):
            raise MendixError(
                Diagnostic(
                    "MXL106",
                    msg(
                        "{place}/release.json is v{number} of {environment}, not v{number_2} of {environment_2}",
                        place=place,
                        number=parsed.number,
                        environment=parsed.environment,
                        number_2=number,
                        environment_2=self.environment,
                    ),
                    hint="move it back where it belongs; the ledger of one environment is never copied to another",
                    location=Location(f"{place}/release.json"),
                )
            )
        return parsed

    def _unknown(self, number: int) -> MendixError:
        head = self.head()
        there = (
            msg("it has v1 to v{head}", head=head)
            if head > 1
            else "it has only v1"
            if head
            else "it has no release yet"
        )
        return MendixError(
            Diagnostic(
                "MXL105",
                msg(
                    "{environment} has no release v{number}; {there}",
                    environment=self.environment,
                    number=number,
                    there=there,
                ),
                hint=msg("list them: mendixctl history {environment}", environment=self.environment),
            )
        )

    def _record(self, number: int, release: bytes, outcome: bytes | None) -> Record:
        place = f"{self.place}/{folder_name(number)}"
        parsed = self.parse(number, release)
        return Record(
            parsed,
            parse_outcome(outcome, f"{place}/outcome.json") if outcome is not None else None,
            record_digest(release, outcome),
        )

    def _chained(self, records: Iterable[Record]) -> list[Record]:
        chain: list[Record] = []
        for expected, record in enumerate(records, start=1):
            if record.number != expected:
                raise MendixError(
                    Diagnostic(
                        "MXL107",
                        msg(
                            "v{expected} of {environment} is missing from {place}, though v{number} is there",
                            expected=expected,
                            environment=self.environment,
                            place=self.place,
                            number=record.number,
                        ),
                        hint="restore it from git or from the version history of the bucket",
                    )
                )
            before = chain[-1].digest if chain else ""
            if record.release.predecessor != before:
                raise MendixError(
                    Diagnostic(
                        "MXL108",
                        msg(
                            "the ledger of {environment} was changed: v{number} was written after another "
                            "v{value} than the one in {place}",
                            environment=self.environment,
                            number=record.number,
                            value=record.number - 1,
                            place=self.place,
                        ),
                        hint="restore the records from git or from the version history of the bucket",
                    )
                )
            chain.append(record)
        return chain
