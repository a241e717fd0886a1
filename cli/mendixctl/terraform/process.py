"""Runs one Terraform process so that it outlives whatever happens to mendixctl.

Terraform gets files, not pipes, for its output. A process that writes to a pipe whose reader has died is
killed by SIGPIPE (measured with Terraform 1.11.4 and 1.15.5: the lock stays, resources in flight are lost from
the state); with a file it finishes its work and its record is whole. Files also cannot deadlock.

Terraform gets a session of its own, so that Ctrl-C in a terminal, a closed terminal and a killed process
group reach mendixctl alone. mendixctl passes a stop on exactly once: a second SIGINT makes Terraform give up
at once and lose what is in flight. Something that signals every process (a service manager, a CI runner) may
have reached Terraform already, so its own acknowledgement on the stream is awaited for ``PATIENCE`` first.
Terraform is never killed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

from mendixctl.terraform.reserve import Reserve
from mendixgen.diagnostics import Diagnostic, Location, MendixError

PATIENCE = 1.5
"""Seconds between a request to stop and passing it on, unless Terraform acknowledges it by itself."""

TICK = 0.05
"""Seconds between two looks at the output of a running Terraform."""

CERTAIN = 3
"""How often in a row, a second apart, an API has to be gone before Terraform is asked to stop because of it."""

ROOM = 1 << 20
"""Bytes that must be free where Terraform's output is kept: a cut stream would hide what an apply has done."""

ACKNOWLEDGEMENT = b"Interrupt received"
"""What Terraform says, in every output format, when a first SIGINT or SIGTERM has reached it."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended. ``exit_code`` is negative for a signal; ``stops`` counts the requests to stop.

    ``short``: it was asked to stop because the disk was about to be full.
    """

    exit_code: int
    stdout: bytes
    stderr: bytes
    stops: int
    seconds: float
    short: bool = False


@dataclass(slots=True)
class _Stops:
    """The requests to stop that arrived while a process ran. Written by a signal handler, so only counted."""

    count: int = 0
    first_at: float = 0.0
    reported: int = 0
    acknowledged: bool = False
    forwarded: bool = False
    previous: dict[signal.Signals, object] = field(default_factory=dict)

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1:
            self.first_at = time.monotonic()


@contextlib.contextmanager
def _listening() -> Iterator[_Stops]:
    """Count signals instead of dying of them. Outside the main thread Python allows no handlers: nothing is counted."""
    stops = _Stops()
    if threading.current_thread() is not threading.main_thread():
        yield stops
        return
    for number in STOP_SIGNALS:
        before = signal.getsignal(number)
        if before is signal.SIG_IGN and number is signal.SIGHUP:
            continue  # started under nohup: the caller wants to survive a hang-up
        stops.previous[number] = signal.signal(number, stops.handle)
    try:
        yield stops
    finally:
        for number, handler in stops.previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]


def private_file(folder: Path, stem: str, suffix: str) -> tuple[int, Path]:
    """A new file that only its owner can read: ``stem.suffix``, or ``stem-2.suffix`` where that is taken.

    Raises:
        MendixError: MXT106, the folder cannot be written, or the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(folder).free < ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        number = 1
        while True:
            path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
            try:
                return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600), path
            except FileExistsError:
                number += 1
    except OSError as error:
        raise MendixError(
            Diagnostic(
                "MXT106",
                f"cannot keep Terraform's output: {error.strerror or error}; Terraform was not started",
                hint="make room on the disk or mend the permissions of the folder, then run the same command again",
                location=Location(str(folder)),
            )
        ) from error


def _mark_as_alive(descriptor: int) -> None:
    """Lock the stream. Terraform inherits the lock with the descriptor, so it ends with the last of the two processes.

    A file system without locks is no reason not to work.
    """
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # a command that looks holds it for an instant


def _note_process(logs: Path, name: str, pid: int) -> None:
    """Write down Terraform's process beside its stream, for people; whether it lives is what the lock says."""
    with contextlib.suppress(MendixError, OSError):
        descriptor, _ = private_file(logs, name, ".pid")
        os.write(descriptor, f"{pid}\n".encode())
        os.close(descriptor)


def _memory(name: str) -> int:
    """A file in memory where the system has them: what a quiet subcommand says (state, plans) holds secrets."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create(name, os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as stream:
        return os.dup(stream.fileno())


@dataclass(slots=True)
class _Tail:
    """Reads a growing file by whole lines; ``ended`` gives out a last line that has no end."""

    descriptor: int
    offset: int = 0
    partial: list[bytes] = field(default_factory=list)

    def lines(self) -> Iterator[bytes]:
        while chunk := os.pread(self.descriptor, 1 << 18, self.offset):
            self.offset += len(chunk)
            head, *rest = chunk.split(b"\n")
            self.partial.append(head)
            for following in rest:
                yield b"".join(self.partial)
                self.partial = [following]

    def ended(self) -> Iterator[bytes]:
        yield from self.lines()
        if last := b"".join(self.partial):
            yield last
        self.partial = []


def _read(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    parts: list[bytes] = []
    offset = 0
    while offset < size and (chunk := os.pread(descriptor, size - offset, offset)):
        parts.append(chunk)
        offset += len(chunk)
    return b"".join(parts)


class _Exit:
    """Waits for a process's end for at most a tick; wakes at once where the system has pidfds."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.descriptor = -1
        with contextlib.suppress(OSError, AttributeError):
            self.descriptor = os.pidfd_open(process.pid)

    def wait(self, seconds: float) -> bool:
        if self.descriptor >= 0:
            poll = select.poll()
            poll.register(self.descriptor, select.POLLIN)
            poll.poll(int(seconds * 1000))
        else:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        return self.process.poll() is not None

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


def run(
    command: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    on_line: Callable[[bytes], None] | None = None,
    on_stop: Callable[[int], None] | None = None,
    logs: Path | None = None,
    name: str = "terraform",
    patience: float = PATIENCE,
    is_pointless: Callable[[], bool] | None = None,
    private: bool = False,
    reserve: bool = False,
) -> Finished:
    """Run ``command`` to its end, however long that takes.

    ``on_line`` gets every line of stdout as it comes and ``on_stop`` the count of requests to stop, on the
    calling thread. With ``logs`` both outputs are kept there as ``<name>.ndjson`` and ``<name>.stderr``, mode 0600.
    An exception of a listener is raised after the process has ended, because Terraform must not be left alone
    half-way; ``OSError`` is not: a view whose own output is gone is no reason to lose the outcome.

    ``is_pointless`` is asked once a second; when it has said yes ``CERTAIN`` times in a row, Terraform is asked to
    stop (once, as a person would): the provider would go on for minutes against an API that is gone.

    ``private``: files that it makes are readable by their owner alone. ``reserve``: room is kept where the logs are,
    and when the disk is about to be full Terraform gets it and is asked to stop.

    Raises:
        OSError: the command cannot be started.
        MendixError: MXT106, the logs cannot be written; nothing was started.
    """
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        outputs: list[int] = []
        for suffix in (".ndjson", ".stderr"):
            descriptor = private_file(logs, name, suffix)[0] if logs else _memory(name)
            stack.callback(os.close, descriptor)
            outputs.append(descriptor)
        if logs is not None:
            _mark_as_alive(outputs[0])
        room = Reserve(logs) if reserve and logs is not None else None
        if room is not None:
            stack.callback(room.release)
        with _listening() as stops:
            process = subprocess.Popen(
                command,
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=outputs[0],
                stderr=outputs[1],
                start_new_session=True,
                umask=0o077 if private else -1,
            )
            if logs is not None:
                _note_process(logs, name, process.pid)
            audience = _Audience(stops, _Tail(outputs[0]), on_line, on_stop)
            waiter = _Exit(process)
            stack.callback(waiter.close)
            doubt = _Doubt(is_pointless)
            while not waiter.wait(TICK):
                audience.tell()
                short = room is not None and room.is_short()
                _pass_on(process, stops, patience, pointless=short or doubt.is_certain())
            audience.tell(ended=True)
        if audience.broken is not None and not isinstance(audience.broken, OSError):
            raise audience.broken
        stdout = b"" if on_line is not None else _read(outputs[0])
        seconds = time.monotonic() - started
        short = room is not None and room.is_short()
        return Finished(process.returncode, stdout, _read(outputs[1]), stops.count, seconds, short)


@dataclass(slots=True)
class _Audience:
    """Brings the listeners up to date; ``broken`` is the first exception of one."""

    stops: _Stops
    tail: _Tail
    on_line: Callable[[bytes], None] | None
    on_stop: Callable[[int], None] | None
    broken: Exception | None = None

    def tell(self, *, ended: bool = False) -> None:
        if self.on_line is not None:
            for line in self.tail.ended() if ended else self.tail.lines():
                self.stops.acknowledged = self.stops.acknowledged or ACKNOWLEDGEMENT in line
                self._call(partial(self.on_line, line))
        while self.stops.reported < self.stops.count:
            self.stops.reported += 1
            if self.on_stop is not None:
                self._call(partial(self.on_stop, self.stops.reported))

    def _call(self, listener: Callable[[], None]) -> None:
        try:
            listener()
        except Exception as error:  # noqa: BLE001 - raised again by run, once Terraform is over
            self.broken = self.broken or error


@dataclass(slots=True)
class _Doubt:
    """Whether what Terraform works for is surely gone; asked at most once a second."""

    is_pointless: Callable[[], bool] | None
    asked_at: float = field(default_factory=time.monotonic)
    confirmed: int = 0

    def is_certain(self) -> bool:
        if self.is_pointless is not None and self.confirmed < CERTAIN and time.monotonic() - self.asked_at >= 1:
            self.confirmed = self.confirmed + 1 if self.is_pointless() else 0
            self.asked_at = time.monotonic()
        return self.confirmed >= CERTAIN


def _pass_on(process: subprocess.Popen[bytes], stops: _Stops, patience: float, *, pointless: bool) -> None:
    """Ask Terraform to stop, once, unless it says that it has been asked already."""
    if stops.acknowledged or stops.forwarded or not (stops.count or pointless):
        return
    if pointless or time.monotonic() - stops.first_at >= patience:
        stops.forwarded = True
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
