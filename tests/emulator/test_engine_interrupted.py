"""Ctrl-C and a full disk, through the command line as a person has it: nothing lost, nothing locked, no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.engine import status
from mendixctl.engine.recover import run as recover_run
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Status
from mendixctl.terraform.state import address_of
from tests.emulator.engine_bench import KEYS, EngineBench, vendored

pytestmark = pytest.mark.emulator
SECONDS = 120


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    made = EngineBench(vendored(tmp_path / "platform", "encryption", text=KEYS))
    yield made
    made.stop()


SMALL = "import os, resource, sys; n = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (n, n)); "


def start(bench: EngineBench, *arguments: str, limit: int = 0) -> subprocess.Popen[str]:
    """Run ``mendixctl`` in a process group of its own, as a shell does; ``limit``: bytes that a file may have."""
    command = [sys.executable, "-m", "mendixctl.app", *arguments]
    if limit:
        command = [sys.executable, "-c", SMALL + "os.execv(sys.argv[2], sys.argv[2:])", str(limit), *command]
    return subprocess.Popen(
        command,
        cwd=bench.repository.root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def interrupt_when(bench: EngineBench, process: subprocess.Popen[str], run: str, kind: str) -> str:
    """Press Ctrl-C once the journal of the newest ``run`` has an event of that kind; what was printed."""
    runs = bench.repository.workspace("dev") / "runs"
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        text = "".join(path.read_text() for path in runs.glob(f"*-{run}/*") if path.is_file())
        if f'"type":"{kind}"' in text.replace(" ", ""):
            os.killpg(process.pid, signal.SIGINT)
            return process.communicate(timeout=SECONDS)[0]
        time.sleep(0.02)
    raise AssertionError(f"no {kind} in time: {process.communicate(timeout=SECONDS)[0]}")


def test_ctrl_c_in_a_plan_leaves_nothing_behind(bench: EngineBench) -> None:
    process = start(bench, "plan", "dev")
    output = interrupt_when(bench, process, "apply-plan", "version")
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert list((bench.repository.workspace("dev") / "plans").iterdir()) == []
    assert bench.apply().number == 1


def test_ctrl_c_in_an_apply_is_recorded_and_the_next_one_goes_on(bench: EngineBench) -> None:
    bench.plan()
    process = start(bench, "apply", "--yes")
    output = interrupt_when(bench, process, "v0001-apply", "apply_start")
    assert process.returncode == 130, output
    assert "Traceback" not in output
    record = LocalLedger("dev", bench.root / "releases").read(1)
    assert record.status is Status.INTERRUPTED
    assert record.outcome is not None
    kept = set(record.outcome.done)
    resources = json.loads(bench.state.read_text())["resources"]
    assert len(resources) >= len({address.partition("[")[0] for address in kept})
    assert bench.apply().number == 2
    assert bench.plan().has_changes is False


@pytest.mark.usefixtures("terraform_in_processes")
def test_a_full_disk_is_an_error_and_no_loss(bench: EngineBench) -> None:
    """No file may grow beyond a limit: the lock cannot be written, or the root, or the plan."""
    bench.apply()
    state = bench.state.read_bytes()
    head = LocalLedger("dev", bench.root / "releases").head()
    bench.edit("rotation_days: 365", "rotation_days: 400")
    for limit in (1, 1500, 20_000):
        for arguments in (("plan", "dev"), ("apply", "--yes"), ("rollback", "v1", "--yes")):
            process = start(bench, *arguments, limit=limit)
            output = process.communicate(timeout=SECONDS)[0]
            assert process.returncode not in {0, 2}, output
            assert "Traceback" not in output
            assert "defect" not in output
        assert bench.state.read_bytes() == state
        assert "400" in bench.spec.read_text()
        assert LocalLedger("dev", bench.root / "releases").head() == head
    assert bench.apply().number == head + 1
    assert bench.plan().has_changes is False


def test_what_holds_data_is_kept_though_its_creation_did_not_end_well(bench: EngineBench) -> None:
    """Interrupted between two calls of one creation: Terraform would make the key anew, and with it all it encrypts."""
    bench.apply("keys")
    key = 'module.encryption.aws_kms_key.this["storage"]'
    alias = 'module.encryption.aws_kms_alias.this["storage"]'
    taint(bench.state, key, alias)

    found = status.status(bench.session, "dev")
    assert (found.tainted, found.kept) == ((alias,), (key,))
    assert found.next == "mendixctl recover dev"
    assert {(key, "replace"), (alias, "replace")} <= bench.actions()

    anew = recover_run.prepare(bench.session, "dev", [key])
    assert (anew.kept, anew.tainted) == ((), (alias, key))
    prepared = recover_run.prepare(bench.session, "dev")
    assert (prepared.kept, prepared.tainted, prepared.asks) == ((key,), (alias,), True)
    recovered = recover_run.execute(bench.session, prepared)
    assert (recovered.kept, recovered.next) == ((key,), "mendixctl plan dev")
    assert bench.actions() == {(alias, "replace")}
    bench.apply("the alias anew")
    assert bench.actions() == set()
    assert status.status(bench.session, "dev").finished


def taint(state: Path, *addresses: str) -> None:
    """Mark resources in a local state, as Terraform marks those whose creation failed."""
    content = json.loads(state.read_text())
    for resource in content["resources"]:
        for instance in resource["instances"]:
            if address_of(resource, instance) in addresses:
                instance["status"] = "tainted"
    content["serial"] += 1
    state.write_text(json.dumps(content))
