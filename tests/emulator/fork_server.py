"""Starts emulators for tests by forking a process that has imported moto: over two seconds of computing less for each.
One such process serves all workers of a run.

Each emulator is a process of its own with a folder of its own, begun by ``control.start`` and run by ``server.main``,
as always; the one thing that differs is that its imports are done. ``test_emulator_control.py`` does without, and so
does whatever runs mendixctl in a process of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Any, BinaryIO

from mendixctl.emulator import control, determinism, server

ACCOUNT = "123456789012"
"""moto keeps the account that it is imported for."""

SERVICES = (
    "acm autoscaling cloudtrail cloudwatch ec2 ecr eks elbv2 events guardduty iam kms lambda logs rds "
    "resourcegroupstaggingapi route53 s3 secretsmanager securityhub sns sqs sts"
).split()
SIGNING_NAMES = "ec2 eks events iam kms lambda logs monitoring rds s3 secretsmanager sns sts tagging".split()
"""The services, as requests name them, whose models most tests need."""

MESSAGE = 1 << 20


class Forked:
    """One emulator; what ``control`` asks of the process that it starts."""

    def __init__(self, parent: ForkServer, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._parent = parent

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._parent.ask({"ended": self.pid})["code"]
        return self.returncode

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class ForkServer:
    """What asks the process that forks. ``spawn`` takes the place of ``control.spawn``.

    ``place``: the folder in which all workers of a run meet.
    """

    def __init__(self, place: Path) -> None:
        self._lock = threading.Lock()
        self._channel = connected(place)

    def spawn(self, arguments: Sequence[str], log: BinaryIO) -> Any:
        """The emulator's process with these arguments; a fresh one where it is for another account."""
        if ACCOUNT not in arguments:
            return REAL_SPAWN(arguments, log)
        asked = {"arguments": list(arguments), "environment": control.server_environment(), "folder": os.getcwd()}
        return Forked(self, self.ask(asked, log.fileno())["pid"])

    def ask(self, message: dict[str, Any], *descriptors: int) -> dict[str, Any]:
        """One question and its answer."""
        with self._lock:
            socket.send_fds(self._channel, [json.dumps(message).encode()], list(descriptors))
            answer: dict[str, Any] = json.loads(self._channel.recv(MESSAGE))
        return answer

    def close(self) -> None:
        """The process ends with the last of those that ask it; emulators that still run are not its business."""
        self._channel.close()


def address_of(place: Path) -> Path:
    """Where the process listens: not in ``place``, since the name of a socket has at most 100 characters."""
    return Path(gettempdir()) / f"mendixctl-fork-{hashlib.sha256(bytes(place)).hexdigest()[:12]}"


def connected(place: Path) -> socket.socket:
    """A connection to the process that forks, which the first who asks starts."""
    address = address_of(place)
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with locked(place):
        try:
            channel.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            address.unlink(missing_ok=True)  # of one that was killed
            start(address, place)
            channel.connect(str(address))
    return channel


def start(address: Path, place: Path) -> None:
    """Start the process; whoever connects waits until it has imported."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(str(address))
        listening.listen(100)
        subprocess.Popen(
            [sys.executable, "-m", __name__, str(listening.fileno()), str(place)],
            stdin=subprocess.DEVNULL,
            env=control.server_environment(),
            pass_fds=[listening.fileno()],
            start_new_session=True,
        )


REAL_SPAWN = control.spawn


@contextlib.contextmanager
def locked(place: Path) -> Iterator[None]:
    """While somebody comes, the process does not go."""
    with (place / "fork.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def preload() -> None:
    """Import what an emulator imports, in its order."""
    os.environ.update(server.SETTINGS, MOTO_ACCOUNT_ID=ACCOUNT)
    determinism.install_clock()
    from moto.backends import get_backend
    from moto.moto_server import werkzeug_app  # noqa: F401

    from mendixctl.emulator import application  # noqa: F401
    from mendixctl.emulator.contract import models, patterns

    for name in SERVICES:
        get_backend(name)  # type: ignore[call-overload]
    for name in SIGNING_NAMES:
        models.of_signing_name(name)
    patterns.compiled(r"\p{Lu}")  # the first to name a class of Unicode's goes through all of its characters
    gc.freeze()


def serve(listening: socket.socket) -> None:
    """Fork and tell exit codes until all have gone that came, and nobody else waits."""
    ended: dict[int, int] = {}
    channels = {listening.accept()[0]}
    while channels or select.select([listening], [], [], 0)[0]:
        ready, _, _ = select.select([listening, *channels], [], [], 1.0)
        with contextlib.suppress(ChildProcessError):
            while (one := os.waitpid(-1, os.WNOHANG))[0]:
                ended[one[0]] = os.waitstatus_to_exitcode(one[1])
        for channel in ready:
            if channel is listening:
                channels.add(listening.accept()[0])
            elif not answered(channel, ended, [listening, *channels]):
                channels.remove(channel)
                channel.close()


def answered(channel: socket.socket, ended: dict[int, int], channels: Sequence[socket.socket]) -> bool:
    """Answer one question; False where there is none, since who asked has gone."""
    try:
        data, descriptors, _, _ = socket.recv_fds(channel, MESSAGE, 1)
        if not data:
            return False
        message = json.loads(data)
        if descriptors:
            pid = os.fork()
            if pid == 0:
                become(message, descriptors[0], channels)
            os.close(descriptors[0])
            ended.pop(pid, None)  # of another one, long ago: numbers of processes come again
            channel.send(json.dumps({"pid": pid}).encode())
        else:
            channel.send(json.dumps({"code": ended.get(message["ended"])}).encode())
    except ConnectionError:
        return False
    return True


def become(message: dict[str, Any], log: int, channels: Sequence[socket.socket]) -> None:
    """Be the emulator that was asked for; does not return."""
    code = 1
    try:
        os.setsid()
        for standard in (1, 2):
            os.dup2(log, standard)
        os.close(log)
        for channel in channels:
            channel.close()
        os.chdir(message["folder"])
        os.environ.clear()
        os.environ.update(message["environment"])
        code = server.main(message["arguments"])
    finally:
        sys.stderr.flush()
        os._exit(code)


def main(listening: socket.socket, place: Path) -> None:
    """Be the process that forks."""
    preload()
    address = address_of(place)
    while address.exists():
        serve(listening)
        with locked(place):
            if not select.select([listening], [], [], 0)[0]:
                address.unlink()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
