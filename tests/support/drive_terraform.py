"""Runs plan or apply of a fake terraform in a process of its own, for tests that send it signals.

``python drive_terraform.py <folder of the fake> <plan|apply> <result file>``: writes what came of it as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mendixctl.terraform.binary import Binary
from mendixctl.terraform.events import Event
from mendixctl.terraform.runner import Terraform
from mendixgen.diagnostics import MendixError


def main(folder: Path, command: str, result: Path) -> None:
    heard: list[str] = []

    def listen(event: Event) -> None:
        heard.append(event.kind)
        (folder / f"heard-{event.kind}-{heard.count(event.kind)}").touch()

    terraform = Terraform(
        Binary((str(folder / "bin" / "terraform"),), "1.11.4"),
        folder / "root",
        data_dir=folder / "data",
        logs=folder / "run",
        patience=0.3,
    )
    answer: dict[str, object] = {}
    try:
        if command == "apply":
            outcome = terraform.apply(folder / "plan", on_event=listen)
            answer |= {"done": outcome.done, "failed": outcome.failed, "interrupted": outcome.interrupted}
            outcome.raise_for_errors()
        else:
            terraform.plan(folder / "plan", on_event=listen)
        answer["exit"] = 0
    except MendixError as error:
        answer |= {"exit": error.exit_code, "codes": [diagnostic.code for diagnostic in error.diagnostics]}
        answer["summary"] = error.diagnostics[0].summary
    answer["heard"] = heard
    result.write_text(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
