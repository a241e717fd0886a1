"""A program `terraform` for mendixctl in processes of its own: Terraform, attached to the relay of this process.

Each run of it asks this process which variables it needs, and then becomes Terraform.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mendixctl.terraform.binary import find
from tests.support.provider_process import ATTACHED, INIT, relay

PROGRAM = """\
#!{python} -IS
import json, os, socket, sys

environment = dict(os.environ)
command = next((it for it in sys.argv[1:] if it in {commands!r}), "")
if command and "TF_REATTACH_PROVIDERS" not in environment:
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect({place!r})
        asked.sendall(json.dumps([command, os.getcwd(), environment]).encode() + b"\\n")
        environment = json.loads(asked.makefile().readline())
os.execve({terraform!r}[0], [*{terraform!r}, *sys.argv[1:]], environment)
"""


@cache
def attached_terraform() -> Path:
    """The program, to be named by MENDIXCTL_TERRAFORM."""
    relay()  # it runs Terraform itself when it is made, which must not be this one
    place, program = (Path(_folder().name) / name for name in ("socket", "terraform"))
    listening = socket.create_server(str(place), family=socket.AF_UNIX)
    threading.Thread(target=_tell, args=(listening,), daemon=True).start()
    commands = sorted({*ATTACHED, INIT})
    program.write_text(
        PROGRAM.format(python=sys.executable, place=str(place), terraform=find().command, commands=commands)
    )
    program.chmod(0o755)
    return program


def _tell(listening: socket.socket) -> None:
    """Answer one run after the other."""
    while True:
        asking, _ = listening.accept()
        with asking, asking.makefile("rw") as stream:
            command, folder, environment = json.loads(stream.readline())
            print(json.dumps(relay().attached(command, Path(folder), environment)), file=stream, flush=True)


@cache
def _folder() -> TemporaryDirectory[str]:
    """Where both are; it goes when this process ends."""
    return TemporaryDirectory(prefix="mendixctl-terraform-")
