"""The emulator's folder on disk, one an account, and the locks that say who may write in it.

The lock of a process dies with the process, whatever killed it, so it never goes stale and never names a process
that is not the emulator (as a file with a process id would, once the id is given to another).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import private_folder


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where one account's emulator keeps its journal, its log, its address and its locks."""

    path: Path

    @property
    def journal(self) -> Path:
        return self.path / "journal.ndjson"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def address(self) -> Path:
        """Port, process id and identity of the emulator that runs or ran last."""
        return self.path / "server.json"

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Be the one emulator of this folder, as long as the process lives.

        Raises:
            MendixError: MXE107, another process is; MXE106, the folder cannot be written.
        """
        with _locked(self.path / "running.lock", wait=0.0) as held:
            if not held:
                raise MendixError(
                    Diagnostic(
                        "MXE107",
                        "another emulator uses this data folder",
                        hint="stop it: mendixctl emulator stop",
                        location=Location(str(self.path)),
                    )
                )
            yield

    def is_held(self) -> bool:
        """Whether an emulator runs on this folder."""
        try:
            descriptor = os.open(self.path / "running.lock", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def changing(self, seconds: float) -> contextlib.AbstractContextManager[bool]:
        """Be the one who starts, stops or resets; false if somebody else still does after ``seconds``.

        Entering it raises MendixError MXE106 where the folder cannot be written.
        """
        return _locked(self.path / "control.lock", wait=seconds)

    def read_address(self) -> dict[str, Any]:
        """What ``address`` holds; empty if there is none or it is damaged."""
        try:
            value = json.loads(self.address.read_text())
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def inode(self) -> int:
        """Changes when the folder is deleted or replaced; 0 when there is none."""
        try:
            return self.path.stat().st_ino
        except OSError:
            return 0


@contextlib.contextmanager
def _locked(path: Path, wait: float) -> Iterator[bool]:
    """Hold an exclusive lock on ``path``; false if another process has it for ``wait`` seconds."""
    try:
        private_folder(path.parent, path.parent.parent.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise MendixError(
            Diagnostic(
                "MXE106",
                f"the emulator's data cannot be used: {error.strerror or error}",
                hint="make room on the disk or mend the permissions, then run the same command again",
                location=Location(str(path.parent)),
            )
        ) from error
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held = True
                break
            except BlockingIOError:
                held = False
                if time.monotonic() >= deadline:
                    break
                time.sleep(0.05)
        yield held
    finally:
        os.close(descriptor)
