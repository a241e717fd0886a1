"""The lock that Terraform holds on the state: whose it is, since when, and whether that one is alive.

In S3 it is an object, ``<state>.tflock``, which stays when its owner is killed. On this machine it is a lock of the
operating system on the state's file, which goes with its owner; the file beside it that names him stays, and alone it
locks nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import struct
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.journal.journal import is_here
from mendixctl.engine.state.stored import read_object

if TYPE_CHECKING:
    from mendixctl.aws import Clients


@dataclass(frozen=True, slots=True)
class StateLock:
    """A lock on the state. ``pid``: its owner's, where that is a living process of this machine; else 0.

    ``here``: it was taken on this machine.
    """

    id: str
    who: str
    operation: str
    since: datetime | None
    where: str
    version: str = ""
    here: bool = False
    pid: int = 0

    @property
    def host(self) -> str:
        return self.who.rpartition("@")[2]


def find_lock(workplace: Workplace, clients: Clients) -> StateLock | None:
    """The lock that is on the state now, or None.

    Raises:
        MendixError: MXA1xx, the bucket cannot be read.
    """
    path = workplace.state_file
    if workplace.cloud is not None:
        from mendixctl.engine.environment import cloud

        found = cloud.facts(workplace)
        return StateLock("", found.locked_by, "", None, str(workplace.cloud)) if found.locked else None
    if path is None:
        raw = read_object(workplace, clients, ".tflock")
        return parse(raw, f"{workplace.scope.state}.tflock") if raw else None
    pid = owner(path)
    if not pid:
        return None
    beside = path.with_name(f".{path.name}.lock.info")
    raw = b""
    with contextlib.suppress(OSError):
        raw = beside.read_bytes()
    return parse(raw, str(beside), pid)


def parse(raw: bytes, where: str, pid: int = 0) -> StateLock:
    """What a lock's text says; total, since whatever it says, the lock is there."""
    said: dict[str, object] = {}
    with contextlib.suppress(ValueError):
        found = json.loads(raw)
        said = found if isinstance(found, dict) else {}

    def text(name: str) -> str:
        value = said.get(name)
        return value if isinstance(value, str) else ""

    who = text("Who")
    operation = text("Operation").removeprefix("OperationType").lower()
    here = bool(pid) or is_here(who.rpartition("@")[2])
    return StateLock(text("ID"), who, operation, _moment(text("Created")), where, text("Version"), here, pid)


def owner(path: Path) -> int:
    """The process that holds the operating system's lock on a file, 0 where none does. Takes no lock itself."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        # struct flock: Linux has type and whence first and pads them, macOS and the BSDs have them last
        if sys.platform == "linux":
            form, asked = "hhqqi4x", (fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        else:
            form, asked = "qqihh", (0, 0, 0, fcntl.F_WRLCK, os.SEEK_SET)
        answer = struct.unpack(form, fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(form, *asked)))
    except OSError:
        return 0
    finally:
        os.close(descriptor)
    kind, pid = (answer[0], answer[4]) if sys.platform == "linux" else (answer[3], answer[2])
    return 0 if kind == fcntl.F_UNLCK else max(int(pid), 1)


def _moment(text: str) -> datetime | None:
    """Go writes nanoseconds, of which Python reads six digits."""
    with contextlib.suppress(ValueError):
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None
