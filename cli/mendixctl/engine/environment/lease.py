"""One command at a time works on an environment in one checkout.

Terraform's own lock guards the state; this guards what stands around it: the rendered root, the plan and the
lock file. The operating system drops it when the process ends, however it ends, so nothing is ever left locked.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mendixctl.engine.errors import unwritable
from mendixgen.diagnostics import Diagnostic, Refused
from mendixgen.files import private_folder

LONGEST = 4096
LOOKS = 3


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works on an environment in this checkout; what he could not write down is empty."""

    doing: str = ""
    user: str = ""
    host: str = ""
    pid: int = 0
    since: datetime | None = None

    def __str__(self) -> str:
        if not self.doing:
            return "it has just begun"
        since = f" since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"{self.doing} by {self.user}@{self.host}, process {self.pid},{since}"


@contextlib.contextmanager
def lease(workspace: Path, environment: str, doing: str) -> Iterator[None]:
    """Hold the environment for the length of a ``with`` block.

    Raises:
        Refused: MXP110, another command holds it.
        MendixError: MXP111, the folder cannot be written.
    """
    path = workspace / "busy"
    try:
        private_folder(workspace, workspace.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        try:
            _take(descriptor)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise unwritable(path, error) from error
            raise Refused(
                Diagnostic(
                    "MXP110",
                    f"another mendixctl works on {environment} in this checkout: {_read(descriptor)}",
                    hint=f"wait until it is done; mendixctl status {environment} says how far it is",
                )
            ) from error
        # who holds it is a courtesy: a full disk must not keep anybody from working
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _written(doing), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    """Lock the file; somebody who only looks whether it is locked holds it for an instant."""
    for _ in range(LOOKS):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.01)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def holder(workspace: Path) -> Holder | None:
    """Who holds the environment now, or None; nothing is taken, so nobody is kept out."""
    try:
        descriptor = os.open(workspace / "busy", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return _read(descriptor) if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
    finally:
        os.close(descriptor)
    return None


def _written(doing: str) -> bytes:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "unknown"  # a container may run under a user id that has no name
    since = datetime.now(UTC).isoformat(timespec="seconds")
    found = {"doing": doing, "user": user, "host": socket.gethostname(), "pid": os.getpid(), "since": since}
    return json.dumps(found).encode() + b"\n"


def _read(descriptor: int) -> Holder:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        found = json.loads(os.pread(descriptor, LONGEST, 0))
        since = datetime.fromisoformat(found["since"])
        return Holder(str(found["doing"]), str(found["user"]), str(found["host"]), int(found["pid"]), since)
    return Holder()
