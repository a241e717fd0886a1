"""Ctrl-C, SIGTERM, a closed terminal and a killed mendixctl: Terraform always gets to finish."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_terraform import FakeTerraform

REPOSITORY = Path(__file__).parents[2]
DRIVER = REPOSITORY / "tests" / "support" / "drive_terraform.py"
PATIENT = 20.0

RUNNING = {"event": {"type": "version", "@message": "running"}}
STOPPED = {"event": {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": "execution halted"}}}


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


class Drive:
    """mendixctl's runner in a process group of its own."""

    def __init__(self, fake: FakeTerraform, command: str, hang_up: signal.Handlers = signal.SIG_DFL) -> None:
        self.fake = fake
        self.result = fake.folder / "result.json"
        (fake.folder / "root").mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, str(DRIVER), str(fake.folder), command, str(self.result)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(str(REPOSITORY / part) for part in ("cli", "generators"))},
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, hang_up),  # these tests may themselves run under nohup
        )
        until((fake.folder / "heard-version-1").exists)

    def heard(self, kind: str, count: int = 1) -> None:
        until((self.fake.folder / f"heard-{kind}-{count}").exists)

    def finish(self) -> dict[str, Any]:
        assert self.process.wait(PATIENT) == 0
        return json.loads(self.result.read_text())


@pytest.fixture
def drive(fake: FakeTerraform) -> Iterator[Callable[..., Drive]]:
    drives: list[Drive] = []

    def start(command: str, **options: Any) -> Drive:
        drives.append(Drive(fake, command, **options))
        return drives[-1]

    yield start
    for each in drives:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_ctrl_c_reaches_terraform_once_and_is_waited_for(
    fake: FakeTerraform, drive: Callable[[str], Drive], command: str
):
    fake.on(command, RUNNING, {"wait_for_stop": True}, {"sleep": 0.5}, STOPPED, exit=1)
    running = drive(command)
    os.killpg(running.process.pid, signal.SIGINT)
    answer = running.finish()
    assert answer["exit"] == 130
    assert answer["codes"] == ["MXT130"]
    assert fake.signals == ["SIGINT"]
    assert answer["heard"].count("stopping") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_mendixctl_alone_is_passed_on_once(
    fake: FakeTerraform, drive: Callable[[str], Drive], number: signal.Signals
):
    fake.on("apply", RUNNING, {"wait_for_stop": True}, STOPPED, exit=1)
    running = drive("apply")
    os.kill(running.process.pid, number)
    assert running.finish()["exit"] == 130
    assert fake.signals == ["SIGINT"]


def test_under_nohup_a_closed_terminal_stops_nothing(fake: FakeTerraform, drive: Callable[..., Drive]):
    go = fake.folder / "go"
    fake.on("apply", RUNNING, {"wait_for": str(go)}, fake.replay("apply_create.ndjson"))
    running = drive("apply", hang_up=signal.SIG_IGN)
    os.killpg(running.process.pid, signal.SIGHUP)
    go.touch()
    answer = running.finish()
    assert (answer["exit"], len(answer["done"])) == (0, 2)
    assert fake.signals == []


def test_the_second_ctrl_c_is_answered_and_kept_from_terraform(fake: FakeTerraform, drive: Callable[[str], Drive]):
    end = fake.folder / "end"
    fake.on("apply", RUNNING, {"wait_for_stop": True}, {"wait_for": str(end)}, STOPPED, exit=1)
    running = drive("apply")
    for count in (1, 2, 3):
        os.killpg(running.process.pid, signal.SIGINT)
        running.heard("stopping", count)
    time.sleep(0.5)
    end.touch()
    answer = running.finish()
    assert answer["exit"] == 130
    assert fake.signals == ["SIGINT"]


def test_a_signal_that_terraform_has_got_already_is_not_passed_on_again(
    fake: FakeTerraform, drive: Callable[[str], Drive]
):
    """A service manager signals every process: Terraform acknowledges before mendixctl's patience ends."""
    fake.on("apply", RUNNING, {"wait_for_stop": True}, {"sleep": 0.8}, STOPPED, exit=1)
    running = drive("apply")
    os.kill(fake.calls[0].pid, signal.SIGTERM)
    running.heard("log")
    os.kill(running.process.pid, signal.SIGTERM)
    assert running.finish()["exit"] == 130
    assert fake.signals == ["SIGTERM"]


def test_a_stop_that_comes_too_late_is_no_interruption(fake: FakeTerraform, drive: Callable[[str], Drive]):
    fake.on("apply", RUNNING, {"wait_for_stop": False}, fake.replay("apply_create.ndjson"))
    running = drive("apply")
    os.killpg(running.process.pid, signal.SIGINT)
    answer = running.finish()
    assert answer["exit"] == 0
    assert len(answer["done"]) == 2
    assert not answer["interrupted"]


def test_what_was_done_before_the_stop_is_told(fake: FakeTerraform, drive: Callable[[str], Drive]):
    fake.on("apply", RUNNING, {"wait_for_stop": False}, fake.replay("apply_interrupted.ndjson"), exit=1)
    running = drive("apply")
    os.killpg(running.process.pid, signal.SIGINT)
    answer = running.finish()
    assert answer["done"] == ["terraform_data.a"]
    assert answer["summary"] == "stopped during `terraform apply`: 1 of 4 resources were done"


def test_terraform_outlives_a_killed_mendixctl(fake: FakeTerraform, drive: Callable[[str], Drive]):
    """Its output goes to files: there is no broken pipe that would kill it, and its record is whole."""
    end = fake.folder / "end"
    go = fake.folder / "go"
    fake.on("apply", RUNNING, {"wait_for": str(go)}, fake.replay("apply_create.ndjson"), {"touch": str(end)})
    running = drive("apply")
    running.process.kill()
    running.process.wait()
    go.touch()
    until(end.exists)
    assert "Apply complete!" in (fake.folder / "run" / "apply.ndjson").read_text()
    assert fake.signals == []


def test_a_stop_before_terraform_listens_is_an_interruption_too(fake: FakeTerraform, drive: Callable[[str], Drive]):
    fake.on("plan", RUNNING, {"wait_for_stop": False}, {"kill": int(signal.SIGINT)}, {"kill": int(signal.SIGKILL)})
    running = drive("plan")
    os.killpg(running.process.pid, signal.SIGINT)
    answer = running.finish()
    assert answer["exit"] == 130
    assert not (fake.folder / "plan").exists()


def test_terraform_is_asked_to_stop_once_when_its_api_is_surely_gone(
    fake: FakeTerraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lost answer is no reason; the provider itself would go on for minutes."""
    monkeypatch.setattr("mendixctl.terraform.process.CERTAIN", 2)
    fake.on("apply", RUNNING, {"wait_for_stop": True}, STOPPED, exit=1)
    answers = iter([True, False])
    outcome = fake.terraform(is_pointless=lambda: next(answers, True)).apply(fake.folder / "plan")
    assert not outcome.succeeded
    assert not outcome.interrupted
    assert fake.signals == ["SIGINT"]
