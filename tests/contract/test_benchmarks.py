"""What is measured can be rendered: a benchmark that is refused measures nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import cases

pytestmark = pytest.mark.contract


def validated(folder: Path, apps: int) -> str:
    """What ``validate`` says of a new platform with so many apps."""
    spec = folder / "environments" / "dev.yaml"
    if not spec.exists():
        mendixctl("init", str(folder))
    head = spec.read_text().partition("\nstorage:")[0]
    spec.write_text(head + cases.apps(apps))
    return mendixctl("-C", str(folder), "validate")


def mendixctl(*arguments: str) -> str:
    command = [sys.executable, "-m", "mendixctl.app", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_an_environment_may_have_as_many_apps_as_are_measured(tmp_path: Path) -> None:
    assert "error" not in validated(tmp_path / "platform", cases.APPS_AN_ENVIRONMENT)
    assert 1000 % cases.APPS_AN_ENVIRONMENT == 0
    assert "error MXS178" in validated(tmp_path / "platform", 200)
