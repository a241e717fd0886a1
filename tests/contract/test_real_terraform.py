"""The runner with real Terraform, whichever mendixctl finds here: its built-in provider needs no network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mendixctl.terraform.binary import Binary, find
from mendixctl.terraform.events import Event
from mendixctl.terraform.plan import SENSITIVE, Action
from mendixctl.terraform.runner import Terraform
from mendixgen.diagnostics import MendixError

MAIN = """
variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2"
}

resource "terraform_data" "first" {
  input            = { name = "NAME", password = var.password }
  triggers_replace = "TRIGGER"
}

resource "terraform_data" "second" {
  input = terraform_data.first.id
}

output "environment" {
  value = "NAME"
}
"""


@pytest.fixture(scope="module")
def binary() -> Binary:
    return find()


@pytest.fixture
def terraform(binary: Binary, tmp_path: Path) -> Terraform:
    root = tmp_path / "root"
    root.mkdir()
    write(root)
    made = Terraform(binary, root, data_dir=tmp_path / "data", logs=tmp_path / "run", lock_timeout="0s")
    made.init()
    return made


def write(root: Path, name: str = "one", trigger: str = "a", more: str = "") -> None:
    (root / "main.tf").write_text(MAIN.replace("NAME", name).replace("TRIGGER", trigger) + more)


def test_the_whole_way(terraform: Terraform, tmp_path: Path):
    assert terraform.validate() == ()
    assert terraform.state_list() == ()
    assert terraform.state_pull().lineage == ""

    first = terraform.plan(tmp_path / "p1")
    assert first.has_changes
    assert first.summary.add == 2
    heard: list[Event] = []
    outcome = terraform.apply(first.plan_file, on_event=heard.append)
    assert outcome.succeeded
    assert set(outcome.done) == {"terraform_data.first", "terraform_data.second"}
    assert terraform.output()["environment"].value == "one"
    assert (terraform.root / "terraform.tfstate").stat().st_mode & 0o777 == 0o600
    before = terraform.state_pull()
    assert before.serial > 0
    assert not terraform.plan(tmp_path / "p2").has_changes

    write(terraform.root, name="two", trigger="b")
    second = terraform.plan(tmp_path / "p3")
    shown = terraform.show_plan(second.plan_file)
    assert {change.address: change.action for change in shown.changes} == {
        "terraform_data.first": Action.REPLACE,
        "terraform_data.second": Action.UPDATE,
    }
    attributes = {attribute.path: attribute for attribute in shown.changes[0].attributes}
    assert (attributes["input.name"].before, attributes["input.name"].after) == ("one", "two")
    assert attributes["triggers_replace"].forces_replacement
    assert "hunter2" not in repr(shown)
    assert SENSITIVE not in (attributes["input.name"].before, attributes["input.name"].after)
    assert shown.outputs["environment"].after == "two"
    assert set(terraform.apply(second.plan_file).done) == {"terraform_data.first", "terraform_data.second"}
    assert terraform.state_pull().lineage == before.lineage

    (stale,) = terraform.apply(second.plan_file).errors
    assert stale.code == "MXT116"
    gone = terraform.plan(tmp_path / "p4", destroy=True)
    assert set(terraform.apply(gone.plan_file).done) == {"terraform_data.first", "terraform_data.second"}
    assert terraform.state_list() == ()


def test_a_move_is_one(terraform: Terraform, tmp_path: Path):
    terraform.apply(terraform.plan(tmp_path / "p1").plan_file)
    moved = "\nmoved {\n  from = terraform_data.second\n  to   = terraform_data.renamed\n}\n"
    write(terraform.root)
    text = (terraform.root / "main.tf").read_text().replace('"terraform_data" "second"', '"terraform_data" "renamed"')
    (terraform.root / "main.tf").write_text(text + moved)
    plan = terraform.plan(tmp_path / "p2")
    (change,) = terraform.show_plan(plan.plan_file).changes
    assert (change.action, change.previous_address) == (Action.MOVE, "terraform_data.second")
    assert terraform.apply(plan.plan_file, planned=[change]).done == ("terraform_data.renamed",)


def test_a_mistake_in_the_root_is_named_with_its_place(terraform: Terraform, tmp_path: Path):
    write(terraform.root, more='resource "terraform_data" "third" {\n  inputt = 1\n}\n')
    with pytest.raises(MendixError) as caught:
        terraform.plan(tmp_path / "plan")
    (error,) = caught.value.diagnostics
    assert error.location is not None
    assert error.location.file == str(terraform.root / "main.tf")
    assert error.location.line > 20
    assert not (tmp_path / "plan").exists()


def test_a_root_that_is_not_initialised(binary: Binary, tmp_path: Path):
    (tmp_path / "main.tf").write_text('module "x" {\n  source = "./x"\n}\n')
    with pytest.raises(MendixError, match="MXT122"):
        Terraform(binary, tmp_path, data_dir=tmp_path / "data").plan(tmp_path / "plan")


def test_a_damaged_plan(terraform: Terraform, tmp_path: Path):
    (tmp_path / "plan").write_text("no plan")
    with pytest.raises(MendixError, match="MXT128"):
        terraform.show_plan(tmp_path / "plan")


def test_a_disk_that_is_full_leaves_no_half_of_a_plan(binary: Binary, terraform: Terraform, tmp_path: Path):
    """A limit on the size of files stands in for the disk: Terraform reports success and a plan that is cut."""
    limited = f'ulimit -f 1; exec "{binary.command[0]}" "$@"'
    wrapper = tmp_path / "terraform"
    wrapper.write_text(f"#!/bin/sh\n{limited}\n")
    wrapper.chmod(0o755)
    write(terraform.root, name="x" * 100_000)
    small = Terraform(
        Binary((str(wrapper), *binary.command[1:]), binary.version), terraform.root, data_dir=terraform.data_dir
    )
    with pytest.raises(MendixError, match="MXT117"):
        small.plan(tmp_path / "plan")
    assert not (tmp_path / "plan").exists()
    assert terraform.plan(tmp_path / "plan").has_changes  # nothing is locked


SLOW = """
resource "terraform_data" "slow" {
  depends_on = [terraform_data.second]

  provisioner "local-exec" {
    command = "touch STARTED; sleep 30"
  }
}

resource "terraform_data" "never" {
  depends_on = [terraform_data.slow]
}
"""

DRIVER = """
import json, sys
from pathlib import Path
from mendixctl.terraform.binary import find
from mendixctl.terraform.runner import Terraform
root, data, plan = map(Path, sys.argv[1:])
outcome = Terraform(find(), root, data_dir=data, patience=0.5).apply(plan)
told = [[error.code, error.detail] for error in outcome.errors]
print(json.dumps([outcome.interrupted, outcome.done, outcome.failed, outcome.not_started, told]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_apply_keeps_what_was_done_and_leaves_no_lock(
    terraform: Terraform, tmp_path: Path, number: signal.Signals
):
    write(terraform.root, more=SLOW.replace("STARTED", str(tmp_path / "started")))
    plan = terraform.plan(tmp_path / "plan").plan_file
    running = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(terraform.root), str(terraform.data_dir), str(plan)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(running.pid, number)
    assert running.communicate(timeout=60)[0].strip() == (
        '[true, ["terraform_data.first", "terraform_data.second"], ["terraform_data.slow"], ["terraform_data.never"], '
        '[["MXT130", "terraform_data.slow  was in flight"]]]'
    )
    assert {"terraform_data.first", "terraform_data.second"} <= set(terraform.state_list())
    write(terraform.root)
    assert terraform.plan(tmp_path / "next").has_changes  # no lock stayed
