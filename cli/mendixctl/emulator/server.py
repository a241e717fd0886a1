"""The emulator's process: ``python -m mendixctl.emulator.server --account 123456789012 --data FOLDER [--port N]``.

It holds a lock on its data folder while it lives, replays the journal, listens on the loopback interface only, and
then says where in ``server.json``. It ends when it is told to (SIGTERM, SIGINT), and by itself when that file
vanishes: an emulator whose folder was deleted must not outlive it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any

from mendixctl.emulator import determinism
from mendixctl.emulator.folder import DataFolder
from mendixctl.emulator.journal import Journal
from mendixgen.diagnostics import MendixError
from mendixgen.files import write_atomic

HOST = "127.0.0.1"
WATCH_SECONDS = 2.0
DELAY = "MENDIXCTL_EMULATOR_DELAY"
"""Milliseconds that each request takes longer, or a file that says so, which may change while the emulator runs."""

SETTINGS = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # else attaching an AWS managed policy fails
    "MOTO_ACM_VALIDATION_WAIT": "1",  # seconds until a certificate counts as validated; moto's own is 60
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",  # nothing looks images up, and loading them costs a second a region
    "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS": "true",
}

log = logging.getLogger("mendixctl.emulator")


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; the exit code: 0 stopped, 1 could not start (the reason is on standard error)."""
    parser = argparse.ArgumentParser(prog="python -m mendixctl.emulator.server", description=__doc__)
    parser.add_argument("--account", required=True, help="the AWS account that the emulator answers as, 12 digits")
    parser.add_argument("--data", required=True, type=Path, help="the folder of its data")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0 takes a free one")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    folder = DataFolder(options.data.resolve())
    try:
        with folder.hold():
            serve(folder, options.account, options.port)
    except MendixError as error:
        log.error("%s", error)
        return 1
    return 0


def serve(folder: DataFolder, account: str, port: int) -> None:
    """Replay what ``folder`` holds and answer requests until a signal or the folder's end."""
    began = time.monotonic()
    os.environ.update(SETTINGS, MOTO_ACCOUNT_ID=account)
    determinism.install_clock()
    moto = version("moto")
    journal = Journal(folder.journal, account, moto)

    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    from mendixctl.emulator.application import Application

    identity: dict[str, object] = {"account": account, "pid": os.getpid(), "moto": moto, "data": str(folder.path)}
    application = Application(journal, identity)
    different = application.replay()
    server = make_server(
        HOST,
        port,
        delayed(application, os.environ.get(DELAY, "")),
        threaded=True,
        request_handler=_quiet(MotoRequestHandler),
    )
    identity.update(port=server.server_port, entries=journal.next - 1, different=different)
    os.environ["MOTO_PORT"] = str(server.server_port)

    def stop(number: int = 0, frame: FrameType | None = None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=_watch, args=(folder,), daemon=True).start()
    write_atomic(folder.address, json.dumps(identity), mode=0o600)
    log.info("listening on %s:%d after %.1f s, %s", HOST, server.server_port, time.monotonic() - began, identity)
    server.serve_forever()
    server.server_close()  # before the folder's lock goes: who starts next wants the same port
    application.close()
    log.info("stopped")


def delayed(application: Any, setting: str) -> Any:
    """``application`` with a wait before and after each answer, to try what happens when something dies meanwhile."""
    if not setting:
        return application

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        seconds = _milliseconds(setting) / 2000
        time.sleep(seconds)
        body = application(environ, start_response)
        time.sleep(seconds)
        return body

    return answer


def _milliseconds(setting: str) -> float:
    if setting.isdigit():
        return float(setting)
    try:
        written = Path(setting).read_text().strip()
    except OSError:
        return 0.0
    return float(written) if written.isdigit() else 0.0


def _quiet(handler: type) -> type:
    """``handler`` without a line in the log for each request, and answering in HTTP/1.1 without delay."""
    # Nagle's algorithm would hold a body back for 40 ms after its headers.
    quiet = {"protocol_version": "HTTP/1.1", "disable_nagle_algorithm": True, "log_request": lambda *arguments: None}
    return type("Handler", (handler,), quiet)


def _watch(folder: DataFolder) -> None:
    own = folder.inode()
    while own == folder.inode():
        time.sleep(WATCH_SECONDS)
    log.info("the data folder is gone")
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
