"""Terraform whose plans and applies run in a workspace of HCP Terraform.

``terraform plan`` uploads the root and gives back a bookmark: JSON with the run's ID (``internal/cloud/cloudplan``).
All else is asked of the API. Terraform's own apply would not do: it leaves the run alone when it is interrupted, and
says in words what the log says in events.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from mendixctl.terraform import failures
from mendixctl.terraform.cloud.api import Cloud
from mendixctl.terraform.events import STOPPING, ChangeEvent, Event, parse_line
from mendixctl.terraform.invocation import Listener
from mendixctl.terraform.outcome import ApplyOutcome, Gatherer
from mendixctl.terraform.plan import ResourceChange
from mendixctl.terraform.process import Finished
from mendixctl.terraform.runner import Terraform, unheard
from mendixgen.diagnostics import MendixError

FINAL = frozenset(
    {"applied", "canceled", "discarded", "errored", "force_canceled", "planned_and_finished", "policy_soft_failed"}
)
"""States of a run after which nothing comes (API reference, "Run states")."""

POLL = 2.0
CHUNK = 65_536
STX, ETX = b"\x02", b"\x03"
"""What a log begins and ends with (go-tfe, ``logreader.go``)."""


class CloudTerraform(Terraform):
    """As `Terraform`; plans are bookmarks of runs."""

    def __init__(
        self, *arguments: Any, cloud: Cloud, sleep: Callable[[float], None] = time.sleep, **others: Any
    ) -> None:
        super().__init__(*arguments, **others)
        self.cloud = cloud
        self._sleep = sleep

    def init(
        self, *, reconfigure: bool = True, backend: bool = True, upgrade: bool = False, on_event: Listener = unheard
    ) -> None:
        """As there; a ``cloud`` block knows no ``-reconfigure``."""
        super().init(reconfigure=False, backend=backend, upgrade=upgrade, on_event=on_event)

    def plan_json(self, plan_file: Path) -> dict[str, Any]:
        """The plan of the run, secrets in clear: whoever may not read states may not ask for it (MXT152)."""
        run = self.cloud.get(f"runs/{_run(plan_file)}")["data"]
        return self.cloud.get(f"plans/{run['relationships']['plan']['data']['id']}/json-output")

    def apply(
        self, plan_file: Path, *, planned: Iterable[ResourceChange] = (), on_event: Listener = unheard
    ) -> ApplyOutcome:
        """Confirm exactly the planned run, and follow it. Ctrl-C cancels it there, so that Terraform ends as here."""
        run = _run(plan_file)
        expected = {
            change.address: ChangeEvent("planned_change", address=change.address, action=change.action.value)
            for change in planned
        }
        gathered = Gatherer(planned=expected)
        started = time.monotonic()
        self.cloud.post(f"runs/{run}/actions/apply", {"comment": "mendixctl"})
        status, stops = self._follow(run, gathered, on_event)
        said = b"" if status == "applied" else f"the run {run} ended as {status}".encode()
        finished = Finished(0 if status == "applied" else 1, b"", said, stops, time.monotonic() - started)
        secrets = lambda: self._of_plan(plan_file)  # noqa: E731
        return gathered.outcome(
            errors=self._errors("apply", gathered, finished, secrets=secrets),
            warnings=self._warnings(gathered, "apply", secrets),
            exit_code=finished.exit_code,
            seconds=finished.seconds,
        )

    def _follow(self, run: str, gathered: Gatherer, on_event: Listener) -> tuple[str, int]:
        """Hear the log as it grows, until the run is over; its state then, and how often it was asked to stop."""
        log = _Log(self.cloud)
        stops = 0

        def hear(lines: Iterator[bytes]) -> None:
            for line in lines:
                event = parse_line(line)
                gathered.hear(event)
                on_event(event)

        while True:
            try:
                data = self.cloud.get(f"runs/{run}")["data"]
                log.find(data)
                hear(log.lines())
                status = str(data["attributes"]["status"])
                if status in FINAL:
                    hear(log.rest())
                    return status, stops
                self._sleep(POLL)
            except KeyboardInterrupt:
                stops += 1
                on_event(Event(STOPPING, "stopping: HCP Terraform finishes what is in flight", {"count": stops}))
                if stops == 1:
                    with contextlib.suppress(MendixError):  # over meanwhile
                        self.cloud.post(f"runs/{run}/actions/cancel", {"comment": "interrupted"})

    def _check_plan(self, out: Path) -> None:
        _run(out)


class _Log:
    """The log of an apply, read on from where it was read to."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._address = ""
        self._offset = 0
        self._partial = b""
        self._whole: deque[bytes] = deque()

    def find(self, run: dict[str, Any]) -> None:
        """Where it is, once the run has an apply."""
        if not self._address and str(run["attributes"]["status"]) in ("applying", *FINAL):
            applied = ((run.get("relationships") or {}).get("apply") or {}).get("data")
            if applied:
                said = self._cloud.get(f"applies/{applied['id']}")["data"]["attributes"]
                self._address = str(said.get("log-read-url") or "")

    def lines(self) -> Iterator[bytes]:
        """The whole lines that are new; what was not taken when somebody was interrupted comes first."""
        while self._whole:
            yield self._whole.popleft()
        while self._address:
            join = "&" if "?" in self._address else "?"
            chunk = self._cloud.raw(f"{self._address}{join}limit={CHUNK}&offset={self._offset}")
            self._offset += len(chunk)
            *whole, self._partial = (self._partial + chunk.strip(STX + ETX)).split(b"\n")
            self._whole.extend(line for line in whole if line.strip())
            while self._whole:
                yield self._whole.popleft()
            if not chunk:
                return

    def rest(self) -> Iterator[bytes]:
        """What is left, with a last line that has no end."""
        yield from self.lines()
        if self._partial.strip():
            yield self._partial
        self._partial = b""


def _run(plan_file: Path) -> str:
    """The run of a bookmark."""
    try:
        said = json.loads(plan_file.read_bytes())
        run = said["run_id"]
        if not isinstance(run, str) or not run.startswith("run-"):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MendixError(failures.unwritable(plan_file, "it is no bookmark of a run of HCP Terraform")) from error
    return run
