"""Copies of a local state: files in a folder beside it, for their owner alone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from mendixctl.ledger.state_copies import StateCopies
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import write_atomic

SECRET = 0o600


class LocalStateCopies(StateCopies):
    """The copies in ``folder``, which need not exist yet."""

    def __init__(self, folder: Path, label: str = "") -> None:
        self._folder = folder
        self._label = label or str(folder)

    @property
    def place(self) -> str:
        return self._label

    def _names(self) -> Iterable[tuple[str, int]]:
        try:
            with os.scandir(self._folder) as entries:
                files = [entry for entry in entries if entry.is_file(follow_symlinks=False)]
                return [(entry.name, entry.stat(follow_symlinks=False).st_size) for entry in files]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable("read", error) from error

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise self._unusable("read", error) from error

    def _write(self, name: str, data: bytes) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o700)
        except OSError as error:
            raise self._unusable("write", error) from error
        write_atomic(self._folder / name, data, mode=SECRET)
        try:
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._unusable("write", error) from error

    def _remove(self, name: str) -> None:
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable("remove a file of", error) from error

    def _unusable(self, verb: str, error: OSError) -> MendixError:
        return MendixError(
            Diagnostic(
                "MXB103",
                f"cannot {verb} the copies of the state in {self.place}: {error.strerror or error}",
                hint="make room on the disk or mend the permissions, then run the same command again",
                location=Location(self.place),
            )
        )
