"""The production platform in AWS China, whole, as docs/examples has it: planned, applied, and planned empty."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.emulator import control
from mendixgen.repository import Repository

pytestmark = [pytest.mark.emulator, pytest.mark.soak]

TOP = Path(__file__).parents[2]
NAMES = ("prod-beijing", "prod-ningxia")
"""The standby first: what is replicated to it has to find its buckets."""


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Path]:
    """A repository with the example and its standby, and the modules of this one."""
    root = tmp_path / "platform"
    (root / "environments").mkdir(parents=True)
    for example in (TOP / "docs" / "examples").glob("prod-*.yaml"):
        shutil.copy(example, root / "environments")
    shutil.copytree(TOP / "modules", root / "modules")
    yield root
    repository = Repository(root)
    for status in control.status(repository):
        control.stop(repository, status.account)


def run(root: Path, *arguments: str) -> int:
    """A command as a person gives it; its exit code."""
    program = [sys.executable, "-m", "mendixctl", "-C", str(root), *arguments]
    return subprocess.run(program, env={**os.environ, "MENDIXCTL_LANG": "zh"}, check=False).returncode


def test_production_in_ningxia_is_applied_whole_and_names_nothing_of_another_partition(platform: Path) -> None:
    for name in NAMES:
        assert run(platform, "plan", name, "--emulator") == 2
        assert run(platform, "apply", "--env", name, "--emulator", "--yes", "-m", "whole") == 0
        assert run(platform, "plan", name, "--emulator") == 0
        (state,) = (platform / ".mendixctl" / name).rglob("state/terraform.tfstate")
        text = state.read_text(encoding="utf-8")
        assert "arn:aws-cn:" in text
        # what the emulated EC2 answers itself names the partition of the rest of AWS
        assert {one for one in re.findall(r"arn:aws:([a-z0-9-]+):[a-z0-9-]+:", text) if one != "ec2"} == set()
