"""Which test begins first, and what is kept of a run."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import durations
from tests.support.durations import Durations, in_order


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is known: one test that takes long, and one that is gone."""
    path = tmp_path / "durations.json"
    path.write_text(json.dumps({"tests/unit/a.py::long": 500.0, "tests/unit/a.py::gone": 9.0}))
    monkeypatch.setattr(durations, "FILE", path)
    return path


def report(nodeid: str, seconds: float) -> Any:
    return SimpleNamespace(nodeid=nodeid, duration=seconds)


def test_the_longest_begin_and_the_quick_stay_in_their_order(file: Path) -> None:
    names = ["tests/unit/a.py::b", "tests/unit/a.py::a", "tests/emulator/e.py::new", "tests/unit/a.py::long"]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    Durations(write=False).pytest_collection_modifyitems(SimpleNamespace(), items)  # type: ignore[arg-type]
    assert [item.nodeid for item in items] == [names[3], names[2], names[0], names[1]]


def test_a_test_of_a_group_takes_what_it_took(file: Path) -> None:
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in ("tests/unit/a.py::b", "tests/unit/a.py::long@group")]
    config: Any = SimpleNamespace(workerinput={"workercount": 2})
    Durations(write=False).pytest_collection_modifyitems(config, items)
    assert [item.nodeid for item in items] == ["tests/unit/a.py::long@group", "tests/unit/a.py::b"]


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(0, 30))
def test_none_is_lost_and_the_longest_stay_first(seconds: list[int], workers: int) -> None:
    found = in_order(seconds, float, workers)
    longest = sorted(seconds, reverse=True)
    assert sorted(found, reverse=True) == longest
    assert found[:1] == longest[:1]
    assert [it for it in found if it] == [it for it in longest if it]


def test_the_quick_run_beside_the_longest() -> None:
    assert in_order([0, 9, 5, 8, 0, 7], float, 5) == [9, 8, 0, 0, 7, 5]
    assert in_order([0, 9, 5, 8, 0, 7], float, 0) == [9, 8, 7, 5, 0, 0]
    assert in_order([0, 9, 5], float, 2) == [9, 0, 5]


def test_a_run_keeps_what_took_long_in_all_its_phases_and_what_it_did_not_run(file: Path) -> None:
    kept = Durations(write=True)
    for nodeid, seconds in (("a.py::x@group", 2.0), ("a.py::x@group", 2.04), ("a.py::quick", 0.1)):
        kept.pytest_runtest_logreport(report(nodeid, seconds))
    kept.pytest_runtest_logreport(report("tests/unit/a.py::long", 1.0))
    kept.pytest_sessionfinish(SimpleNamespace(config=SimpleNamespace()))  # type: ignore[arg-type]
    assert json.loads(file.read_text()) == {"a.py::x": 4.0, "tests/unit/a.py::gone": 9.0}


def test_without_the_option_nothing_is_written(file: Path) -> None:
    before = file.read_text()
    made = Durations(write=False)
    made.pytest_runtest_logreport(report("a.py::x", 60.0))
    made.pytest_sessionfinish(SimpleNamespace(config=SimpleNamespace()))  # type: ignore[arg-type]
    assert file.read_text() == before
