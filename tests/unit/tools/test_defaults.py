"""What maintainers are told of the defaults, on days that the test says."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from mendixgen.spec.support import facts
from mendixgen.versions.store import ModuleStore
from tests.support.offline_plans import tool
from tests.unit.spec.samples import add_module

PROJECT = Path(__file__).parents[3]
CLUSTER = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"version": {"type": "string", "default": "1.35"}},
}
END = date(2027, 3, 27)


@pytest.fixture
def store(tmp_path: Path) -> ModuleStore:
    """A cluster whose default is Kubernetes 1.35."""
    add_module(tmp_path, "cluster", "1.0.0", section=CLUSTER)
    return ModuleStore(tmp_path)


def told(store: ModuleStore, today: date) -> list[str]:
    return list(tool("defaults").ageing(store, facts(), today))


def test_a_default_is_told_of_from_180_days_before_its_end(store: ModuleStore) -> None:
    assert told(store, END - timedelta(days=180)) == []
    assert told(store, END - timedelta(days=179)) == [
        "the default of cluster.version, Kubernetes (EKS) 1.35, has standard support until 2027-03-27; make it 1.36"
    ]


def test_a_default_that_has_left_standard_support_is_told_of_and_so_is_an_old_table(store: ModuleStore) -> None:
    old, default = told(store, END + timedelta(days=1))
    assert "support.json is of" in old
    assert default.startswith("the default of cluster.version")


def test_it_never_fails() -> None:
    done = subprocess.run(
        [sys.executable, "tools/defaults.py", "--on", "2099-01-01"],
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT / "generators")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("maintainers: ")
