"""Each target of the Makefile starts what there is, in a copy of the project whose programs only say that they ran."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
TARGETS = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
DOCUMENTED = re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE)
PROGRAMS = ("lint-imports", "mendixctl", "mypy", "python", "ruff")
PROGRAM = """\
#!{python}
import json, sys
with open({calls!r}, "a") as calls:
    calls.write(json.dumps(sys.argv) + "\\n")
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The Makefile, and programs in ``.venv/bin`` and on PATH that write down how they are called."""
    (tmp_path / "Makefile").write_text((PROJECT / "Makefile").read_text())
    (tmp_path / ".mypy_cache").mkdir()
    for folder, names in ((".venv/bin", PROGRAMS), ("path", ("python3",))):
        (tmp_path / folder).mkdir(parents=True)
        for name in names:
            program = tmp_path / folder / name
            program.write_text(PROGRAM.format(python=sys.executable, calls=str(tmp_path / "calls")))
            program.chmod(0o755)
    return tmp_path


def called(copy: Path, target: str) -> list[list[str]]:
    """How a target calls its programs."""
    variables = {"PATH": f"{copy / 'path'}{os.pathsep}{os.environ['PATH']}", "MENDIXCTL_SOAK_SEED": "7"}
    done = subprocess.run(["make", target], cwd=copy, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    calls = copy / "calls"
    return [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_target_calls_is_there(copy: Path, target: str) -> None:
    for program, *arguments in called(copy, target):
        if Path(program).name == "mendixctl":
            run(sys.executable, "-m", "mendixctl.app", *arguments, "--help")
        elif not Path(program).name.startswith("python"):
            assert Path(program).name in PROGRAMS
        elif arguments[0] == "-m":
            assert importlib.util.find_spec(arguments[1]), arguments
        else:
            assert (PROJECT / arguments[0]).is_file(), arguments


def test_every_target_for_people_is_in_the_help(copy: Path) -> None:
    shown = subprocess.run(["make", "help"], cwd=copy, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make ([a-z]+) ", shown, re.MULTILINE) == DOCUMENTED
    assert set(TARGETS) - set(DOCUMENTED) == {"runtime", "scanners", "bytecode", "development"}


def test_soaking_takes_its_seed_from_the_environment(copy: Path) -> None:
    assert "--hypothesis-seed=7" in called(copy, "soak")[-1]


def test_the_benchmarks_start() -> None:
    assert "usage:" in run(sys.executable, "-m", "bench", "--help")


def test_the_environment_s_tool_says_how_it_is_called() -> None:
    done = subprocess.run(
        [sys.executable, "tools/environment.py"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Usage: environment.py runtime | development | scanners" in done.stderr


def run(*command: str) -> str:
    """What a command says; it must succeed."""
    path = os.pathsep.join(str(PROJECT / part) for part in ("cli", "generators"))
    done = subprocess.run(
        command, cwd=PROJECT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
