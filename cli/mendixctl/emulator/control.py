"""Starts, finds, stops and empties the emulator's process. Light: moto is imported by that process alone.

There is one emulator an account, in ``.mendixctl/emulator/<account>/``. It starts on demand and stays when the command
ends, so that the next command finds it; a lock on its folder, not a process id, says whether it lives.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.environment import process_environment
from mendixctl.emulator.folder import DataFolder
from mendixctl.emulator.journal import read_header
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import private_folder
from mendixgen.repository import Repository

HOST = "127.0.0.1"
HEALTH = "/_mendixctl/health"
START_SECONDS = 120.0
"""How long a start may take; a long journal is replayed first."""

STOP_SECONDS = 10.0
LOG_LINES = 15


@dataclass(frozen=True, slots=True)
class Status:
    """What stands in one account's folder, whether it runs or not."""

    account: str
    running: bool
    url: str
    pid: int
    data: Path
    journal_bytes: int
    log: Path


def start(repository: Repository, account: str, region: str, *, port: int | None = None) -> Endpoint:
    """The account's emulator, started if it does not run; it listens when this returns.

    Two starts at once end with the same emulator. Its port is the one that it had before, if that is free; ``port``
    demands one.

    Raises:
        MendixError: MXE101, the extra is not installed; MXE102, it did not start; MXE104, ``port`` is taken or the
            running emulator has another; MXE105 and MXE106, its data cannot be used; MXE108, another command does not
            finish starting or stopping it.
    """
    folder = _folder(repository, account)
    running = _find(folder, account, region)
    if running is None:
        _require_extra()
        with folder.changing(START_SECONDS) as held:
            if not held:
                raise _busy(folder)
            running = _find(folder, account, region) or _launch(folder, account, region, port)
    if port and running.port != port:
        raise _port_problem(port, f"the emulator of account {account} already runs on port {running.port}")
    return running


def stop(repository: Repository, account: str) -> bool:
    """Stop the account's emulator and keep its data; whether one ran.

    Raises:
        MendixError: MXE108, another command does not finish starting or stopping it.
    """
    folder = _folder(repository, account)
    if not folder.path.is_dir():
        return False
    with folder.changing(START_SECONDS) as held:
        if not held:
            raise _busy(folder)
        return _end(folder)


def reset(repository: Repository, account: str) -> bool:
    """Forget everything that the account's emulator holds, running or not; whether there was anything.

    It is stopped, and the next command that needs it starts an empty one. Terraform states that describe its
    resources are not touched: the next plan finds the resources gone and creates them again.

    Raises:
        MendixError: MXE108, another command does not finish starting or stopping it.
    """
    folder = _folder(repository, account)
    if not folder.path.is_dir():
        return False
    with folder.changing(START_SECONDS) as held:
        if not held:
            raise _busy(folder)
        _end(folder)
        shutil.rmtree(folder.path, ignore_errors=True)
    return True


def status(repository: Repository) -> list[Status]:
    """Every account that has an emulator's folder in this checkout, sorted."""
    root = repository.private / "emulator"
    found = []
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        folder = DataFolder(path)
        running = _find(folder, path.name, "")
        size = folder.journal.stat().st_size if folder.journal.exists() else 0
        found.append(
            Status(
                account=path.name,
                running=running is not None,
                url=running.url if running else "",
                pid=running.pid if running else 0,
                data=path,
                journal_bytes=size,
                log=folder.log,
            )
        )
    return found


def is_alive(endpoint: Endpoint) -> bool:
    """Whether the emulator at ``endpoint`` still answers, and is the one that it was."""
    return _identity(endpoint.port).get("pid") == endpoint.pid


def died(repository: Repository, endpoint: Endpoint) -> MendixError:
    """The error for work that failed because the emulator ended in the middle of it."""
    folder = _folder(repository, endpoint.account)
    return MendixError(
        Diagnostic(
            "MXE103",
            f"the emulator of account {endpoint.account} ended while it was being used",
            detail=_log_tail(folder),
            hint="run the same command again: it starts the emulator with everything that it had answered, "
            "and goes on from there",
            location=Location(repository.relative(folder.log)),
        )
    )


def _folder(repository: Repository, account: str) -> DataFolder:
    return DataFolder(repository.private / "emulator" / account)


def _find(folder: DataFolder, account: str, region: str) -> Endpoint | None:
    if not folder.is_held():
        return None
    address = folder.read_address()
    port, pid = address.get("port"), address.get("pid")
    if not isinstance(port, int) or not isinstance(pid, int):
        return None
    identity = _identity(port)
    if identity.get("pid") != pid or identity.get("account") != account:
        return None
    return Endpoint(f"http://{HOST}:{port}", port, pid, account, region)


def _identity(port: int) -> dict[str, object]:
    """What the emulator at ``port`` says of itself; empty if none answers there."""
    # Without proxies: one that is set for the world outside must not be asked for the loopback interface.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"http://{HOST}:{port}{HEALTH}", timeout=5) as answer:
            value = json.load(answer)
    except (URLError, OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _require_extra() -> None:
    if find_spec("moto") is None or find_spec("flask") is None:
        raise MendixError(
            Diagnostic(
                "MXE101",
                "the emulator is not installed",
                hint="pip install 'mendixctl[emulator]', or set target: aws in the environment's YAML",
            )
        )


def _launch(folder: DataFolder, account: str, region: str, port: int | None) -> Endpoint:
    from importlib.metadata import version

    _end(folder)  # one that lives but does not answer
    remembered = folder.read_address().get("port")
    with contextlib.suppress(OSError):
        read_header(folder.journal, account, version("moto"))
    if port and not _is_free(port):
        raise _port_problem(port, "another program listens there")
    wanted = port or (remembered if isinstance(remembered, int) and _is_free(remembered) else 0)
    arguments = ["--account", account, "--data", str(folder.path), "--port", str(wanted)]
    try:
        private_folder(folder.path, folder.path.parent.parent)
        folder.address.unlink(missing_ok=True)
        with _log(folder) as log:
            process = spawn(arguments, log)
    except OSError as error:
        raise _not_started(folder, error.strerror or str(error)) from error
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise _not_started(folder, f"its process ended with code {process.returncode}")
        if folder.read_address().get("pid") == process.pid:
            endpoint = _find(folder, account, region)
            if endpoint:
                return endpoint
        time.sleep(0.02)
    process.kill()
    raise _not_started(folder, f"it did not answer within {START_SECONDS:.0f} seconds")


def spawn(arguments: Sequence[str], log: BinaryIO) -> subprocess.Popen[bytes]:
    """The process of an emulator, writing to ``log``."""
    return subprocess.Popen(
        [sys.executable, "-m", "mendixctl.emulator.server", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=server_environment(),
        start_new_session=True,  # Ctrl-C in the terminal is for the command, not for the emulator
    )


def server_environment() -> dict[str, str]:
    """The variables of that process."""
    # The import path as it is here, so that a mendixctl that runs from a checkout starts that checkout's emulator.
    path = os.pathsep.join(part for part in sys.path if part)
    # Sets of strings must have the same order in every life of the emulator, or a replay differs.
    return {**process_environment(os.environ), "PYTHONPATH": path, "PYTHONHASHSEED": "0"}


def _log(folder: DataFolder) -> BinaryIO:
    """The log, opened to be continued. What goes wrong inside the emulator is told with what it was asked: secrets."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(folder.log, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "ab")


def _end(folder: DataFolder) -> bool:
    """End the emulator that holds ``folder``: by SIGTERM, after a while by SIGKILL; whether there was one."""
    if not folder.is_held():
        return False
    pid = folder.read_address().get("pid")
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
        if isinstance(pid, int):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not folder.is_held():
                return True
            time.sleep(0.02)
    raise _busy(folder)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def _log_tail(folder: DataFolder) -> str:
    try:
        lines = folder.log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-LOG_LINES:])


def _not_started(folder: DataFolder, reason: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXE102",
            f"the emulator did not start: {reason}",
            detail=_log_tail(folder),
            hint="read its log; if its data are damaged, give them up: mendixctl emulator reset",
            location=Location(str(folder.log)),
        )
    )


def _port_problem(port: int, reason: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXE104",
            f"the emulator cannot use port {port}: {reason}",
            hint="leave the port out (a free one is found), name another, or first run: mendixctl emulator stop",
        )
    )


def _busy(folder: DataFolder) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXE108",
            "another command is starting or stopping the emulator, and does not finish",
            hint="wait for it, or end it, and run this again",
            location=Location(str(folder.path)),
        )
    )
