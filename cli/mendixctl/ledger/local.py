"""A ledger in a folder: ``0001/{release.json,outcome.json,hcl.tar.gz}``.

A release appears by one rename of a folder that is already complete, and POSIX refuses to rename onto a folder
that holds something: so of two processes that want one number exactly one gets it, and no reader ever sees half
a release.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from pathlib import Path

from mendixctl.ledger.release import Release
from mendixctl.ledger.serialise import parse_release
from mendixctl.ledger.store import LedgerStore, RawRecord, folder_name, folder_number
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import read_bounded, write_atomic

RELEASE, OUTCOME, ARCHIVE = "release.json", "outcome.json", "hcl.tar.gz"

LARGEST = 128 << 20
"""Bytes of one file of a release that are read."""

FOLDER_MODE = 0o755
"""The ledger of local state is committed: readable like every other file of the repository."""


class LocalLedger(LedgerStore):
    """The ledger of one environment in ``folder``, which need not exist yet. ``label`` is its name for people."""

    def __init__(self, environment: str, folder: Path, label: str = "") -> None:
        self.environment = environment
        self._folder = folder
        self._label = label or str(folder)

    @property
    def place(self) -> str:
        return self._label

    def numbers(self) -> list[int]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable("read", error) from error
        return sorted(number for number in map(folder_number, names) if number)

    def mirror(self, number: int, raw: RawRecord) -> bool:
        """Make this ledger hold a release of another store, byte for byte; whether anything was written.

        Raises:
            MendixError: MXL112, another release stands here under that number.
        """
        here = self._release(number)
        if here is not None and here != raw.release:
            raise MendixError(
                Diagnostic(
                    "MXL112",
                    f"{self.place}/{folder_name(number)} is not the v{number} that the ledger beside the state has",
                    hint=f"remove {self.place}/{folder_name(number)} if it is a left-over, then sync again",
                    location=Location(f"{self.place}/{folder_name(number)}"),
                )
            )
        if here is not None and self._outcome(number) == raw.outcome and (self._path(number) / ARCHIVE).is_file():
            return False
        if here is None:
            self._create(parse_release(raw.release, self.place), raw.release, raw.archive)
        else:
            write_atomic(self._path(number) / ARCHIVE, raw.archive)
        if raw.outcome is not None:
            write_atomic(self._path(number) / OUTCOME, raw.outcome)
        return True

    def _path(self, number: int) -> Path:
        return self._folder / folder_name(number)

    def _read(self, path: Path) -> bytes | None:
        try:
            return read_bounded(path, LARGEST)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unusable("read", error) from error

    def _release(self, number: int) -> bytes | None:
        return self._read(self._path(number) / RELEASE)

    def _outcome(self, number: int) -> bytes | None:
        return self._read(self._path(number) / OUTCOME)

    def _archive(self, release: Release) -> bytes | None:
        return self._read(self._path(release.number) / ARCHIVE)

    def _create(self, release: Release, data: bytes, archive: bytes) -> bool:
        staging = ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            staging = tempfile.mkdtemp(dir=self._folder, prefix=".new-")
            os.chmod(staging, FOLDER_MODE)
            _write(Path(staging) / RELEASE, data)
            _write(Path(staging) / ARCHIVE, archive)
            try:
                os.rename(staging, self._path(release.number))
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    return False
                raise
            staging = ""
            _sync_folder(self._folder)
        except OSError as error:
            raise self._unusable("write", error) from error
        finally:
            if staging:
                shutil.rmtree(staging, ignore_errors=True)
        return True

    def _finish(self, number: int, outcome: bytes) -> bool:
        temporary = self._path(number) / f".{OUTCOME}.{os.getpid()}"
        try:
            temporary.unlink(missing_ok=True)  # of a process of that number that was killed
            _write(temporary, outcome)
            os.link(temporary, self._path(number) / OUTCOME)
            _sync_folder(self._path(number))
        except FileExistsError:
            return False
        except OSError as error:
            raise self._unusable("write", error) from error
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()
        return True

    def _unusable(self, verb: str, error: OSError) -> MendixError:
        return MendixError(
            Diagnostic(
                "MXL113",
                f"cannot {verb} the ledger in {self.place}: {error.strerror or error}",
                hint="make room on the disk or mend the permissions, then run the same command again",
                location=Location(self.place),
            )
        )


def _write(path: Path, data: bytes) -> None:
    # never through a link that stands there already
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
