"""What modules refuse by themselves, by `terraform test`: one process an area, and AWS is mocked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mendixctl.terraform.binary import find
from mendixctl.terraform.cli_config import for_mirror
from mendixctl.terraform.environment import terraform_environment
from mendixgen.versions.store import ModuleStore
from tests.support.provider_process import relay

HERE = Path(__file__).parent
STORE = ModuleStore(HERE.parents[1] / "modules")
FILES = [pytest.param(file, id=file.name.partition(".")[0]) for file in sorted(HERE.glob("*.tftest.hcl"))]

pytestmark = pytest.mark.emulator  # real Terraform and the real provider, though no emulator


@pytest.mark.parametrize("file", FILES)
def test_the_newest_module_refuses_what_it_must(file: Path, tmp_path: Path) -> None:
    area = file.name.partition(".")[0]
    version = STORE.newest(area, released_only=False)
    assert version
    folder = tmp_path / area
    shutil.copytree(STORE.folder / area / version, folder)
    shutil.copy(file, folder)
    rc = for_mirror(os.environ, tmp_path)
    variables = terraform_environment(os.environ, {}, data_directory=folder / ".terraform", cli_config=rc)

    def terraform(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*find().command, *arguments]
        environment = relay().attached(arguments[0], folder, variables, lock_is_read=False)
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    initialised = terraform("init", "-input=false", "-no-color")
    assert initialised.returncode == 0, initialised.stderr
    done = terraform("test", "-json")
    heard = [json.loads(line) for line in done.stdout.splitlines()]
    runs = [event["test_run"] for event in heard if event["type"] == "test_run" and "status" in event["test_run"]]
    messages = [event["@message"] for event in heard if event["type"] in {"diagnostic", "test_run"}]
    assert done.returncode == 0, "\n".join(messages) + done.stderr
    declared = file.read_text().count('\nrun "')
    assert len({run["run"] for run in runs if run["status"] == "pass"}) == declared
