"""A workspace of HCP Terraform whose runs are run: real Terraform plans and applies what was uploaded, in a process.

The API is that of `tests.support.hcp_double`; a run goes through the states of the reference ("Run states"), its logs
grow as Terraform speaks, and its state is what Terraform wrote. A run of a saved plan is asked for as such, confirmed
once, and is discarded where the state is no longer the one that it was planned from ("Saved plans").
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mendixgen.files import write_atomic
from tests.support.hcp_double import MISSING, HcpDouble, document, of_run

OVERRIDE = "runs_here_override.tf"
"""An override: a backend in one takes the place of a ``cloud`` block (Terraform language, "Override files")."""

STX, ETX = b"\x02", b"\x03"


@dataclass
class RealRun:
    """One run: its folder, its logs as far as they have grown, and where it stands."""

    number: str
    folder: Path
    serial: int
    status: str = "pending"
    plan: dict[str, Any] = field(default_factory=dict)
    logs: dict[str, bytearray] = field(default_factory=lambda: {"plan": bytearray(STX), "apply": bytearray(STX)})
    changes: bool = False


class RunningWorkspace(HcpDouble):
    """``variables``: what the workspace has besides, such as the credentials of AWS. ``terraform``: the program."""

    def __init__(self, folder: Path, variables: Mapping[str, str], *, terraform: str = "terraform") -> None:
        super().__init__(folder)
        self.folder = folder / "workspace"
        self.folder.mkdir()
        self.terraform = terraform
        self.variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "CHECKPOINT_DISABLE": "1", **variables}
        self.real: dict[str, RealRun] = {}
        self._lock = threading.Lock()

    @property
    def state_path(self) -> Path:
        return self.folder / "terraform.tfstate"

    def serial(self) -> int:
        """Of the state; 0 where there is none."""
        return int(json.loads(self.state_path.read_bytes())["serial"]) if self.state_path.is_file() else 0

    def confirmed(self) -> list[str]:
        """The runs that somebody confirmed, in order."""
        made = [path.split("/") for path in self.asked if path.endswith("/actions/apply")]
        return [parts[-3] for parts in made]

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        self.state = self.state_path.read_bytes() if self.state_path.is_file() else None
        return super().answer(method, path, body)

    def _of_runs(self, method: str, parts: list[str], body: bytes) -> tuple[int, Any]:
        match [method, *parts]:
            case ["POST", "runs"] if self.uploaded:
                asked = json.loads(body)["data"]["attributes"]
                if asked.get("save-plan") is not True or asked.get("auto-apply") is True:
                    self.wrong.append(f"a run that is no saved plan: {asked}")
                return 201, self._begin()
            case ["GET", "runs", run, "run-events"] if run in self.real:
                return 200, {"data": []}
            case ["GET", "runs", run] if run in self.real:
                return 200, self._document(self.real[run])
            case ["GET", "plans", plan] if (run := f"run-{plan[5:]}") in self.real:
                address = f"https://{self.store}/objects/log-{plan}"
                of, finished = self.real[run], self.real[run].logs["plan"].endswith(ETX)
                return 200, document(
                    "plans",
                    plan,
                    {
                        # who reads the log stops at an empty piece of a plan that is finished
                        "status": "finished" if finished else "running",
                        "log-read-url": address,
                        "has-changes": of.changes,
                    },
                )
            case ["GET", "plans", plan, "json-output"] if (run := f"run-{plan[5:]}") in self.real:
                return 307, f"https://{self.store}/objects/{plan}"
            case ["GET", "applies", apply] if f"run-{apply[6:]}" in self.real:
                return 200, document("applies", apply, {"log-read-url": f"https://{self.store}/objects/{apply}?k=v"})
            case ["POST", "runs", run, "actions", "apply"] if run in self.real:
                return self._confirm(self.real[run])
        return MISSING

    def _document(self, run: RealRun) -> Any:
        return of_run(run.number, run.status, changes=run.changes)

    def object(self, name: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
        if name == "state":
            return 200, self.state_path.read_bytes()
        kind, _, number = name.removeprefix("log-").partition("-")
        run = self.real[f"run-{number}"]
        if kind == "plan" and not name.startswith("log-"):
            return 200, json.dumps(run.plan).encode()
        start, limit = int(query["offset"][0]), int(query["limit"][0])
        return 200, bytes(run.logs[kind][start : start + limit])

    def _begin(self) -> Any:
        with self._lock:
            number = str(len(self.real) + 1)
            run = RealRun(number, self.folder / f"run-{number}", self.serial())
            self.real[f"run-{number}"] = run
        threading.Thread(target=self._plan, args=(run, self.uploaded), daemon=True).start()
        return self._document(run)

    def _plan(self, run: RealRun, uploaded: bytes) -> None:
        run.status = "planning"
        with tarfile.open(fileobj=io.BytesIO(uploaded)) as archive:
            archive.extractall(run.folder, filter="data")
        override = f'terraform {{\n  backend "local" {{\n    path = "{self.state_path}"\n  }}\n}}\n'
        write_atomic(self._root(run) / OVERRIDE, override)
        ready = self._run(run, "plan", "init", "-input=false", "-no-color")
        code = ready or self._run(
            run, "plan", "plan", "-input=false", "-no-color", "-detailed-exitcode", "-out=the.plan"
        )
        run.changes = code == 2
        if code in (0, 2):
            run.plan = json.loads(self._output(run, "show", "-json", "the.plan"))
        run.status = {0: "planned_and_finished", 2: "planned_and_saved"}.get(code, "errored")
        run.logs["plan"] += ETX

    def _confirm(self, run: RealRun) -> tuple[int, Any]:
        if run.status != "planned_and_saved":
            return 409, {"errors": [{"status": "409", "title": f"the run is {run.status}"}]}
        if self.serial() != run.serial:
            run.status = "discarded"
            return 409, {"errors": [{"status": "409", "title": "the saved plan is stale"}]}
        run.status = "apply_queued"
        threading.Thread(target=self._apply, args=(run,), daemon=True).start()
        return 202, {}

    def _apply(self, run: RealRun) -> None:
        run.status = "applying"
        code = self._run(run, "apply", "apply", "-input=false", "-json", "the.plan")
        run.status = "errored" if code else "applied"
        run.logs["apply"] += ETX

    def _root(self, run: RealRun) -> Path:
        return run.folder / str(self.settings["working-directory"])

    def _run(self, run: RealRun, log: str, *arguments: str) -> int:
        process = subprocess.Popen(
            [self.terraform, *arguments],
            cwd=self._root(run),
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdout is not None
        for line in process.stdout:
            run.logs[log] += line
        return process.wait()

    def _output(self, run: RealRun, *arguments: str) -> bytes:
        done = subprocess.run(
            [self.terraform, *arguments], cwd=self._root(run), env=self.variables, check=True, capture_output=True
        )
        return done.stdout
