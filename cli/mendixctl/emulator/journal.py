"""The emulator's memory on disk: every request that changed something, in order, one JSON object a line.

A request's line is written with one system call before it is answered, and a short second line once the answer is
sent. So a killed emulator (kill -9) loses nothing that Terraform was told, and forgets what Terraform was not told: a
resource that exists but stands in no state would stop the next apply by its name, whereas one that is missing is
simply made. A last line that was cut short is dropped on reading. ``sync`` additionally protects against a power
failure and is called once a second at most.

The file may hold secrets (whatever Terraform sent), so it is created readable by its owner only.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mendixgen.diagnostics import Diagnostic, Location, MendixError

FORMAT = 1
"""Raised whenever a journal of the version before would be replayed wrongly."""

SYNC_SECONDS = 1.0
_ANSWERED = b'{"answered":'


@dataclass(frozen=True, slots=True)
class Header:
    """The journal's first line: what the replay depends on."""

    account: str
    moto: str
    created: float
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Entry:
    """One request: its place (from 1), its moment (seconds since the epoch), its WSGI environment, body and status."""

    number: int
    moment: float
    environ: dict[str, str]
    body: bytes
    status: int

    def to_line(self) -> bytes:
        """The line, newline included."""
        parts: dict[str, Any] = {"n": self.number, "t": self.moment, "e": self.environ, "s": self.status}
        try:
            parts["b"] = self.body.decode()
        except UnicodeDecodeError:
            parts["b64"] = base64.b64encode(self.body).decode()
        return json.dumps(parts, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        """The inverse of ``to_line``.

        Raises:
            ValueError: the line is not a whole entry.
        """
        try:
            parts = json.loads(line)
            body = base64.b64decode(parts["b64"]) if "b64" in parts else parts["b"].encode()
            return cls(parts["n"], parts["t"], parts["e"], body, parts["s"])
        except (KeyError, TypeError, AttributeError, UnicodeError) as error:
            raise ValueError(f"not a journal entry: {error}") from error


class Journal:
    """An open journal: read once, then appended to, by one thread at a time but for ``answered``."""

    def __init__(self, path: Path, account: str, moto: str) -> None:
        """Open ``path``, or begin it.

        Raises:
            MendixError: as ``read_header``, or MXE106, the file cannot be read or written.
        """
        self.path = path
        self.next = 1
        self._end = 0
        self._lock = threading.Lock()
        self._synced = time.monotonic()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.header = read_header(path, account, moto) or self._begin(account, moto)
            self._descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise _unusable(path, error.strerror or str(error)) from error

    def _begin(self, account: str, moto: str) -> Header:
        header = Header(account, moto, time.time())
        line = json.dumps({"format": FORMAT, "account": account, "moto": moto, "created": header.created}).encode()
        # Written aside and renamed: a journal never lacks a whole first line.
        temporary = self.path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, self.path)
        return header

    def entries(self) -> Iterator[Entry]:
        """What was recorded and answered, in order; afterwards the journal is ready for ``append``.

        Raises:
            MendixError: MXE106, a line before the last is damaged or out of order.
        """
        answered = self._answered()
        with self.path.open("rb") as stream:
            stream.seek(self._end)
            for line in stream:
                self._end += len(line)
                if line.startswith(_ANSWERED):
                    continue
                entry = Entry.from_line(line)
                self.next = entry.number + 1
                if entry.number in answered:
                    yield entry

    def _answered(self) -> set[int]:
        """Check every line, cut a torn last one off, and collect which entries were answered."""
        answered: set[int] = set()
        with self.path.open("rb") as stream:
            self._end = end = len(stream.readline())
            number = 0
            for count, line in enumerate(stream, start=2):
                try:
                    if not line.endswith(b"\n"):
                        raise ValueError("incomplete")
                    if line.startswith(_ANSWERED):
                        answered.add(int(json.loads(line)["answered"]))
                    else:
                        before, number = number, Entry.from_line(line).number
                        if number <= before:
                            raise ValueError(f"entry {number} follows entry {before}")
                except (ValueError, KeyError, TypeError) as error:
                    if stream.read(1):
                        raise _unusable(self.path, f"line {count} is damaged: {error}") from error
                    break
                end += len(line)
        os.ftruncate(self._descriptor, end)
        return answered

    def append(self, moment: float, environ: dict[str, str], body: bytes, status: int) -> int:
        """Record the next request, and return its number; when this returns it survives the process.

        Raises:
            OSError: the disk is full or broken. Nothing of the entry stays, and the next append is sound.
        """
        number = self.next
        self._write(Entry(number, moment, environ, body, status).to_line())
        self.next += 1
        if time.monotonic() - self._synced > SYNC_SECONDS:
            self.sync()
        return number

    def answered(self, number: int) -> None:
        """The answer to entry ``number`` is sent: from now on it is kept. May be called from any thread.

        Raises:
            OSError: the disk is full or broken; then the entry is forgotten by the next start.
        """
        self._write(b"%s%d}\n" % (_ANSWERED, number))

    def _write(self, line: bytes) -> None:
        with self._lock:
            try:
                written = 0
                while written < len(line):
                    written += os.pwrite(self._descriptor, line[written:], self._end + written)
            except OSError:
                os.ftruncate(self._descriptor, self._end)
                raise
            self._end += len(line)

    def sync(self) -> None:
        """Have the disk hold what was appended."""
        os.fsync(self._descriptor)
        self._synced = time.monotonic()

    def close(self) -> None:
        self.sync()
        os.close(self._descriptor)


def recorded(path: Path, newest: int) -> list[Entry]:
    """The ``newest`` entries of a journal, oldest first, answered or not; lines that are no entries are passed over.

    It may be open for writing: every line is written in one piece.
    """
    lines: deque[bytes] = deque(maxlen=newest)
    with path.open("rb") as stream:
        next(stream, b"")
        lines.extend(line for line in stream if not line.startswith(_ANSWERED))
    entries = []
    for line in lines:
        try:
            entries.append(Entry.from_line(line))
        except ValueError:
            continue
    return entries


def read_header(path: Path, account: str, moto: str) -> Header | None:
    """The header of the journal at ``path``, or nothing if there is none yet. Reads one line.

    Raises:
        MendixError: MXE105, another version of moto or of this tool recorded it; MXE106, it is not a journal.
        OSError: it cannot be read.
    """
    if not path.exists():
        return None
    with path.open("rb") as stream:
        line = stream.readline()
    try:
        parts = json.loads(line)
        header = Header(parts["account"], parts["moto"], float(parts["created"]), int(parts["format"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable(path, "its first line is not a journal's") from error
    if (header.account, header.moto, header.format) != (account, moto, FORMAT):
        raise MendixError(
            Diagnostic(
                "MXE105",
                f"the emulator's data were recorded by another version (account {header.account}, moto {header.moto}, "
                f"format {header.format}); this one is account {account}, moto {moto}, format {FORMAT}",
                hint="install that version again, or give the emulated resources up: mendixctl emulator reset",
                location=Location(str(path)),
            )
        )
    return header


def _unusable(path: Path, reason: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXE106",
            f"the emulator's data cannot be used: {reason}",
            hint="mend the file (or its permissions, or the disk), or give the emulated resources up: "
            "mendixctl emulator reset",
            location=Location(str(path)),
        )
    )
