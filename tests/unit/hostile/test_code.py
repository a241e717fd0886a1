"""What a checkout could have Terraform or git run: found before either is started."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from mendixctl.engine.apply.run import check_committed
from mendixctl.engine.environment import git, tracked_files
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.plan import run as plan_run
from mendixctl.guard import code
from mendixgen.diagnostics import Refused
from tests.unit.engine.conftest import Bench

TOP = Path(__file__).parents[3]

BAD = {
    "plain": 'resource "terraform_data" "x" {\n  provisioner "local-exec" {\n    command = "id"\n  }\n}\n',
    "after a trick with comments": '/* " */ resource "a" "b" {\n  # {\n  provisioner "local-exec" {}\n}\n',
    "after a heredoc": 'locals {\n  x = <<-EOT\n    } " ${\n  EOT\n}\nresource "a" "b" {\n  provisioner "x" {}\n}\n',
    "in a removed block": 'removed {\n  from = a.b\n  provisioner "local-exec" {\n    when = destroy\n  }\n}\n',
    "with a label without quotes": 'resource "a" "b" {\n  provisioner local-exec {\n  }\n}\n',
    "with a byte order mark": '\ufeffresource "a" "b" {\r\n  provisioner "x" {}\r\n}\r\n',
    "module from git": 'module "x" {\n  source = "git::https://example.com/x.git"\n}\n',
    "module from a program": 'module "x" {\n  source = "git::ext::sh -c id"\n}\n',
    "module from the registry": 'module "x" {\n  version = "1"\n  source  = "a/b/aws"\n}\n',
    "module in one line": 'module "x" { source = "a/b/aws" }\n',
    "module with brackets": 'module "x" {\n  source = (\n    "a/b/aws"\n  )\n}\n',
    "module with a comment": 'module "x" {\n  source /* = "./y" */ = "a/b/aws"\n}\n',
    "module with escapes": 'module "x" {\n  source = "\\u0061/b/aws"\n}\n',
    "module outside": 'module "x" {\n  source = "../../../elsewhere"\n}\n',
    "module in a heredoc": 'module "x" {\n  source = <<E\n./x\nE\n}\n',
    "backend": 'terraform {\n  backend "http" {\n    address = "https://example.com"\n  }\n}\n',
    "cloud": "terraform {\n  cloud {\n  }\n}\n",
    "string without an end": 'x = "provisioner',
}
BAD_JSON = {
    "provisioner": {"resource": {"a": {"b": {"provisioner": {"local-exec": {"command": "id"}}}}}},
    "provisioner in a list": {"resource": [{"a": [{"b": [{"provisioner": [{"local-exec": {}}]}]}]}]},
    "module": {"module": {"x": {"source": "a/b/aws"}}},
    "modules": {"module": [{"x": [{"source": "a/b/aws"}]}]},
    "no text": {"module": {"x": {"source": ["./x"]}}},
    "backend": {"terraform": [{"backend": {"http": {}}}]},
    "cloud": {"terraform": {"cloud": {}}},
}
GOOD = {
    "words": '# provisioner "x" {\nresource "a" "provisioner" {\n  provisioner = "x"\n  backend = { x = 1 }\n}\n',
    "text": 'locals {\n  x = "provisioner \\"x\\" {"\n  y = <<E\nprovisioner "x" {\nE\n}\n',
    "nested text": 'locals {\n  x = "${join("", ["module \\"x\\" {"])} provisioner"\n}\n',
    "module": 'module "x" {\n  source = "./sub"\n  x = { source = "a/b/aws" }\n}\n',
    "backend elsewhere": 'resource "a" "b" {\n  backend "x" {}\n}\n',
}


def judged(folder: Path, name: str, text: str) -> None:
    (folder / "sub").mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode())
    code.check_files({folder: "root"}, folder / "terraform.tf")


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_code_that_would_run_is_found_in_hcl(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused) as error:
        judged(tmp_path, "extra.tf", text)
    assert {found.code for found in error.value.diagnostics} == {"MXT133"}


@pytest.mark.parametrize("document", BAD_JSON.values(), ids=BAD_JSON)
def test_code_that_would_run_is_found_in_json(tmp_path: Path, document: object) -> None:
    text = json.dumps(document).replace("provisioner", "\\u0070rovisioner").replace("backend", "b\\u0061ckend")
    with pytest.raises(Refused) as error:
        judged(tmp_path, "override.tf.json", text)
    assert {found.code for found in error.value.diagnostics} == {"MXT133"}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_only_reads_like_it_is_let_through(tmp_path: Path, text: str) -> None:
    judged(tmp_path, "main.tf", text)


def test_the_backend_stands_in_its_own_file(tmp_path: Path) -> None:
    judged(tmp_path, "terraform.tf", BAD["backend"])


def test_files_that_nobody_can_understand_are_refused(tmp_path: Path) -> None:
    for name, text in (("a.tf.json", "[" * 100_000), ("a.tf.json", "{"), ("a.tf", "x" * (code.LARGEST + 1))):
        with pytest.raises(Refused):
            judged(tmp_path, name, text)


def test_the_modules_and_roots_of_this_repository_are_let_through() -> None:
    folders = {path.parent: path.parent.name for path in (TOP / "modules").glob("*/*/module.json")}
    for root in ("dev", "prod", "prod-dr"):
        place = TOP / "environments" / root
        code.check_files({**folders, place: root}, place / "terraform.tf")


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("registry.terraform.io/hashicorp/aws", False),
        ("registry.opentofu.org/hashicorp/aws", False),
        ("registry.terraform.io/hashicorp/external", True),
        ("registry.terraform.io/hashicorp/null", True),
        ("registry.terraform.io/evil/aws", True),
        ("example.com/hashicorp/aws", True),
        ("registry.terraform.io/hashicorp/random", False),
    ],
)
def test_only_the_provider_of_aws_runs_unless_the_caller_says_so(tmp_path: Path, name: str, refused: bool) -> None:
    lock = tmp_path / ".terraform.lock.hcl"
    lock.write_text(
        f'provider "registry.terraform.io/hashicorp/aws" {{\n}}\n\nprovider "{name}" {{\n  version = "1.0.0"\n}}\n'
    )
    variables = {code.VARIABLE: " registry.terraform.io/hashicorp/random , x"}
    if refused:
        with pytest.raises(Refused) as error:
            code.check_providers(lock, "lock", variables)
        assert error.value.diagnostics[0].code == "MXT132"
    else:
        code.check_providers(lock, "lock", variables)
    code.check_providers(tmp_path / "none", "lock", {})


def test_a_plan_does_not_begin_where_something_else_would_run(bench: Bench) -> None:
    workplace = open_workplace(bench.session, "dev")
    bench.root.mkdir(parents=True, exist_ok=True)
    (bench.root / "extra.tf").write_text(BAD["plain"])
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert error.value.diagnostics[0].code == "MXT133"
    assert workplace.repository == bench.repository


# -- git --------------------------------------------------------------------------------------------


def armed(bench: Bench, marker: Path) -> None:
    """A repository whose own configuration runs a program for all that git can be asked."""
    bench.commit()
    program = marker.with_name("program.sh")
    program.write_text(f"#!/bin/sh\ntouch '{marker}'\ncat\n")
    program.chmod(0o755)
    hooks = marker.with_name("hooks")
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "reference-transaction"):
        (hooks / hook).symlink_to(program)
    for name, value in {
        "core.fsmonitor": str(program),
        "core.hooksPath": str(hooks),
        "filter.x.clean": str(program),
        "filter.x.smudge": str(program),
        "filter.y.process": str(program),
        "filter.y.required": "true",
        "core.pager": str(program),
        "diff.external": str(program),
        "alias.status": f"!{program}",
    }.items():
        bench.git("config", name, value)
    (bench.repository.root / ".git" / "info").mkdir(exist_ok=True)
    (bench.repository.root / ".git" / "info" / "attributes").write_text("*.yaml filter=x\n*.lock filter=y\n")


def test_a_repositorys_own_configuration_runs_nothing(bench: Bench, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    plan_run.plan(bench.session, "dev")
    armed(bench, marker)
    bench.edit("hello", "hallo!")
    bench.lock.write_text(bench.lock.read_text() + "\n")
    folder = bench.repository.root
    assert git.uncommitted(folder, [bench.spec, bench.lock]) == ["environments/dev.lock", "environments/dev.yaml"]
    assert len(git.commit(folder)) == 40
    git.identity(folder)
    git.tracked(folder, [bench.spec])
    assert not marker.exists()
    # the trap does work
    subprocess.run(["git", "-C", str(folder), "status"], capture_output=True, check=False)
    assert marker.exists()


def test_gits_variables_lead_to_no_other_repository(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.commit()
    here = git.commit(bench.repository.root)
    other = tmp_path / "other"
    other.mkdir()
    subprocess.run(["git", "-C", str(other), "init", "-q"], check=True)
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    assert git.commit(bench.repository.root) == here != ""
    bench.edit("hello", "hallo")
    assert git.uncommitted(bench.repository.root, [bench.spec]) == ["environments/dev.yaml"]


@pytest.mark.parametrize("option", ["--assume-unchanged", "--skip-worktree"])
def test_a_change_that_git_was_told_to_overlook_is_no_committed_one(bench: Bench, option: str) -> None:
    bench.commit()
    bench.git("update-index", option, "environments/dev.yaml")
    bench.edit("hello", "hallo")
    assert git.uncommitted(bench.repository.root, [bench.spec]) == ["environments/dev.yaml"]


@pytest.mark.parametrize("name", ["extra.tf", "extra.tf.json", "x.auto.tfvars", "terraform.tfvars.json"])
def test_an_ignored_file_that_terraform_reads_is_no_committed_one(bench: Bench, name: str) -> None:
    plan_run.plan(bench.session, "dev")
    bench.edit("target: emulator", "target: emulator\nprotected: true")
    bench.commit()
    workplace = open_workplace(bench.session, "dev")
    check_committed(workplace)
    (bench.repository.root / ".git" / "info" / "exclude").write_text("extra*\n*.tfvars*\nharmless\n")
    (bench.root / "harmless").write_text("")
    check_committed(workplace)
    (bench.root / name).write_text("{}")
    with pytest.raises(Refused) as error:
        check_committed(workplace)
    assert name in error.value.diagnostics[0].summary


@pytest.mark.parametrize(
    "name", [".mendixctl/dev/terraform/providers/x", ".mendixctl/x", "environments/dev/errored.tfstate"]
)
def test_what_belongs_to_one_checkout_is_not_taken_from_git(bench: Bench, name: str) -> None:
    bench.commit()
    workplace = open_workplace(bench.session, "dev")
    tracked_files.check(workplace)
    path = bench.repository.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    tracked_files.check(workplace)
    bench.git("add", "-f", name)
    with pytest.raises(Refused) as error:
        tracked_files.check(workplace)
    assert (error.value.diagnostics[0].code, error.value.exit_code) == ("MXI105", 3)
    assert os.path.exists(path)
