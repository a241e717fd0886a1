"""The fake terraform as tests use it: say what each command does, run mendixctl, look at the calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mendixctl.terraform.binary import Binary, find
from mendixctl.terraform.runner import Terraform

PROGRAM = Path(__file__).with_name("fake_terraform_program.py")
RECORDINGS = Path(__file__).parents[1] / "contract" / "recordings"

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """One run of the fake, or (``signal`` set) a signal that it got."""

    command: str = ""
    arguments: tuple[str, ...] = ()
    directory: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    signal: str = ""
    pid: int = 0


class FakeTerraform:
    """A ``terraform`` program in ``folder/bin``, driven by ``folder/scenario.json``.

    ``fake.on("plan", fake.replay("plan_create.ndjson"), {"write_plan": "x"}, exit=2)`` adds a behaviour for the next
    call of ``plan``; the last one added stays for all calls after it. The steps are those of the program.
    """

    def __init__(self, folder: Path, version: str = "1.11.4") -> None:
        self.folder = folder
        self.scenario = folder / "scenario.json"
        self.commands: dict[str, list[dict[str, Any]]] = {}
        self.version = version
        self.path = folder / "bin" / "terraform"
        self.path.parent.mkdir(parents=True)
        self.path.write_text(
            f'#!/bin/sh\nFAKE_TERRAFORM="{self.scenario}" exec "{sys.executable}" -I -S "{PROGRAM}" "$@"\n'
        )
        self.path.chmod(0o755)
        self._save()

    def on(self, command: str, *steps: Step, exit: int = 0) -> FakeTerraform:  # noqa: A002 - as in the scenario
        self.commands.setdefault(command, []).append({"steps": list(steps), "exit": exit})
        self._save()
        return self

    def set_version(self, version: str) -> None:
        self.version = version
        self._save()

    def _save(self) -> None:
        self.scenario.write_text(json.dumps({"version": self.version, "commands": self.commands}))

    @staticmethod
    def replay(name: str) -> Step:
        """The step that plays a recording of real Terraform."""
        return {"replay": str(RECORDINGS / name)}

    def environment(self) -> dict[str, str]:
        """Variables with which mendixctl finds this terraform and nothing else."""
        return {"PATH": f"{self.path.parent}:/usr/bin:/bin", "MENDIXCTL_TERRAFORM": str(self.path)}

    def binary(self) -> Binary:
        return find(self.environment())

    def terraform(self, **options: Any) -> Terraform:
        """A runner on ``folder/root`` that keeps its logs in ``folder/run``."""
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        options = {"data_dir": self.folder / "data" / "terraform", "logs": self.folder / "run", **options}
        options.setdefault("inherited", self.environment())
        return Terraform(Binary((str(self.path),), self.version), root, **options)

    @property
    def calls(self) -> list[Call]:
        return [call for call in self._entries() if call.command]

    @property
    def signals(self) -> list[str]:
        return [call.signal for call in self._entries() if call.signal]

    def _entries(self) -> list[Call]:
        file = self.folder / "calls.ndjson"
        entries = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        for entry in entries:
            entry.pop("time")
            if "arguments" in entry:
                entry["arguments"] = tuple(entry["arguments"])
        return [Call(**entry) for entry in entries]
