"""Two at once, as real processes: one wins, and the other is told who works there and since when."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.emulator import control
from mendixctl.engine import bootstrap
from mendixctl.engine import status as surveying
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Status
from mendixgen.repository import Repository
from tests.support.crash_repository import crash_repository, write_spec

pytestmark = pytest.mark.emulator
SECONDS = 240
WHO_AND_WHEN = re.compile(r"\bby \S+@\S+.* (?:since|at) 20\d\d-\d\d-\d\d \d\d:\d\d")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terraform_in_processes: str) -> Iterator[Path]:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    slowness(tmp_path / "one").write_text("200")
    monkeypatch.setenv("MENDIXCTL_EMULATOR_DELAY", str(slowness(tmp_path / "one")))
    yield tmp_path / "one"
    repository = Repository(tmp_path / "one")
    for status in control.status(repository):
        control.stop(repository, status.account)


def slowness(place: Path) -> Path:
    """The file that says how many milliseconds each request takes longer."""
    return place.with_name("slowness")


APPLY = """\
import sys
from pathlib import Path
from mendixctl.engine.apply import run
from mendixctl.engine.session import Session
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository

session = Session(Repository(Path.cwd()))
try:
    run.execute(session, run.prepare(session, "dev"))
except MendixError as error:
    print(error)
    sys.exit(error.exit_code)
"""
"""An apply as the command makes it; that would refuse the link by which two checkouts share an emulator."""


def start(folder: Path, *arguments: str, program: str = "") -> subprocess.Popen[str]:
    given = ["-c", program] if program else ["-m", "mendixctl.app", *arguments]
    return subprocess.Popen(
        [sys.executable, *given],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output = process.communicate(timeout=SECONDS)[0]
    return process.returncode, output


def test_in_one_checkout_the_lease_says_who_has_it(place: Path) -> None:
    repository = crash_repository(place, ["dev"])
    session = Session(repository)
    plan_run.plan(session, "dev")
    first = start(place, "apply", "--yes", "--env", "dev")
    deadline = time.monotonic() + SECONDS
    runs = repository.workspace("dev") / "runs"
    while not list(runs.glob("*-v0001-apply/apply.pid")) and first.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    slowness(place).write_text("5000")  # until the others have been answered
    status = surveying.status(session, "dev")
    assert status.running is not None
    assert (status.running.doing, status.running.pid, status.status) == ("apply", first.pid, Status.RUNNING)
    assert status.running.terraform > 0
    others = [start(place, *words) for words in (("plan", "dev"), ("apply", "--yes", "--env", "dev"))]
    others.append(start(place, "recover", "dev", "--yes"))
    for other in others:
        code, output = ended(other)
        assert code == 3, output
        assert "MXP110" in output
        assert f"process {first.pid}" in output
        assert WHO_AND_WHEN.search(output.replace("\n", " ")), output
    slowness(place).write_text("0")
    code, output = ended(first)
    assert code == 0, output
    assert surveying.status(session, "dev").exit_code == 0


def test_of_two_checkouts_on_one_state_exactly_one_applies(place: Path) -> None:
    repository = crash_repository(place, ["dev"], backend="s3")
    bootstrap.bootstrap(Session(repository), "dev")
    second = place.with_name("two")
    shutil.copytree(place, second, ignore=shutil.ignore_patterns(".mendixctl"))
    (second / ".mendixctl").mkdir()
    (second / ".mendixctl" / "emulator").symlink_to(repository.private / "emulator")
    write_spec(second, "dev", backend="s3", value="another")
    sessions = [Session(repository), Session(Repository(second))]
    for session in sessions:
        plan_run.plan(session, "dev")
    processes = [start(folder, program=APPLY) for folder in (place, second)]
    answers = [ended(process) for process in processes]
    assert sorted(code for code, _ in answers) == [0, 3], answers
    loser = next(index for index, (code, _) in enumerate(answers) if code == 3)
    output = answers[loser][1]
    assert re.search(r"MXL109|MXP120|MXP143|MXT111", output), output
    assert WHO_AND_WHEN.search(output.replace("\n", " ")), output
    status = surveying.status(sessions[loser], "dev")
    assert (status.base, status.head.number if status.head else 0, status.exit_code) == (0, 1, 2)
    assert status.next == "mendixctl sync dev"
