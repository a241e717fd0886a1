"""``mendixctl`` of a build whose bucket is a folder, and whose command plays what a test wrote for it.

``BUCKETS`` is the folder; ``PLAYS`` one with ``<environment>-<command>.json``: ``says`` (lines), ``exit``, ``result``,
``diagnostics``, ``writes`` (files of the repository), ``plan`` (what ``--out`` gets), ``waits`` (until interrupted).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from mendixctl import app
from mendixctl.engine.elsewhere import inside
from tests.support.codebuild_double import DirectoryBucket


class FolderClients:
    """In the place of `mendixctl.aws.Clients`."""

    def __init__(self, region: str) -> None:
        self.region = region

    def client(self, service: str) -> Any:
        assert service == "s3"
        return DirectoryBucket(Path(os.environ["BUCKETS"]))


def play(arguments: list[str]) -> int:
    """In the place of the command."""
    repository, command = Path(arguments[1]), arguments[2]
    name = arguments[3] if command == "plan" else arguments[arguments.index("--env") + 1]
    said = json.loads((Path(os.environ["PLAYS"]) / f"{name}-{command}.json").read_text())
    (Path(os.environ["PLAYS"]) / f"{name}-{command}.called").write_text(json.dumps([arguments[2:], dict(os.environ)]))
    code = said.get("exit", 0)
    for line in said.get("says", ()):
        print(line, flush=True)
    if said.get("waits"):
        interrupted: list[int] = []
        signal.signal(signal.SIGINT, lambda *_: interrupted.append(130))
        (Path(os.environ["PLAYS"]) / f"{name}-{command}.waiting").touch()
        while not interrupted:
            time.sleep(0.01)
        print("interrupted, and the state is saved", flush=True)
        code = interrupted[0]
    for path, text in said.get("writes", {}).items():
        (repository / path).write_text(text)
    if "plan" in said:
        (repository / arguments[arguments.index("--out") + 1]).write_text(said["plan"])
    document = {
        "command": command,
        "exit_code": code,
        "result": said.get("result"),
        "diagnostics": said.get("diagnostics", []),
    }
    Path(os.environ["MENDIXCTL_JSON_FILE"]).write_text(json.dumps(document))
    return int(code)


if __name__ == "__main__":
    if sys.argv[1] == "play":
        raise SystemExit(play(sys.argv[2:]))
    inside.Clients = FolderClients  # type: ignore[misc,assignment]
    inside.POLL = 0.05
    inside.program = lambda: [sys.executable, "-P", "-m", "tests.support.build_program", "play"]  # type: ignore[assignment]
    raise SystemExit(app.main(sys.argv[1:]))
