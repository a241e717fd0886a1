"""AWS's session-manager-plugin as far as mendixctl uses it: says its version, opens a port, forwards what comes there.

The file is its own program. What it was called with goes to ``PLUGIN_LOG``, a line of JSON each; ``PLUGIN_TO``
(host:port) stands for what the instance would reach, ``PLUGIN_FAILS`` is what it says instead of opening a port.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
import threading
import time
from pathlib import Path

VERSION = "1.2.707.0"
TOKEN_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"


def on_path(folder: Path) -> str:
    """Put it into a folder under its name; the folder, to be put before PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "session-manager-plugin"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I {shlex.quote(__file__)} "$@"\n')
    program.chmod(0o755)
    return str(folder)


def main(arguments: list[str]) -> None:
    """Behave as the plugin does."""
    if arguments == ["--version"]:
        time.sleep(float(os.environ.get("PLUGIN_SLEEPS", "0")))
        print(os.environ.get("PLUGIN_VERSION", VERSION))
        return
    token, region, operation, profile, asked, endpoint = arguments
    session = json.loads(os.environ[token] if token == TOKEN_VARIABLE else token)
    parameters = json.loads(asked)["Parameters"]
    seen = {"token": token, "session": session, "region": region, "operation": operation, "profile": profile}
    with open(os.environ.get("PLUGIN_LOG", os.devnull), "a") as log:
        log.write(json.dumps({**seen, "asked": json.loads(asked), "endpoint": endpoint, "pid": os.getpid()}) + "\n")
    if fails := os.environ.get("PLUGIN_FAILS"):
        print(fails)
        raise SystemExit(255)
    asked_for = f"{parameters['host'][0]}:{parameters['portNumber'][0]}"
    host, _, port = os.environ.get("PLUGIN_TO", asked_for).rpartition(":")
    listener = socket.create_server(("127.0.0.1", int(parameters["localPortNumber"][0])))
    print(f"\nStarting session with SessionId: {session['SessionId']}")
    print(f"Port {listener.getsockname()[1]} opened for sessionId {session['SessionId']}.")
    print("Waiting for connections...\n", flush=True)
    while True:
        here, _ = listener.accept()
        there = socket.create_connection((host, int(port)))
        for one, other in ((here, there), (there, here)):
            threading.Thread(target=pass_on, args=(one, other), daemon=True).start()


def pass_on(one: socket.socket, other: socket.socket) -> None:
    """Hand on what comes, until one of the two has ended."""
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


if __name__ == "__main__":
    main(sys.argv[1:])
