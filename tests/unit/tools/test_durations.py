"""Which test begins first, and what is kept of a run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import durations
from tests.support.durations import Cost, Durations, in_order, side_by_side

SECONDS = st.floats(0.01, 600)
LINES = {"tests/unit/a.py::long": (500.0, 2.0), "tests/unit/a.py::gone": (9.0, 9.0)}


@dataclass(frozen=True)
class Item:
    nodeid: str


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is known: one test that takes long, and one that is gone."""
    path = tmp_path / "durations.json"
    path.write_text(json.dumps(LINES))
    monkeypatch.setattr(durations, "FILE", path)
    return path


def report(nodeid: str, seconds: float, **properties: float) -> Any:
    return SimpleNamespace(nodeid=nodeid, duration=seconds, user_properties=list(properties.items()))


def test_the_longest_begin_and_the_quick_stay_in_their_order(file: Path) -> None:
    names = [
        "tests/unit/a.py::b",
        "tests/unit/a.py::a",
        "tests/unit/a.py::c",
        "tests/emulator/e.py::new",
        "tests/unit/a.py::long@group",
    ]
    items: list[Any] = [Item(name) for name in names]
    config: Any = SimpleNamespace(workerinput={"workercount": 1})
    Durations(write=False).pytest_collection_modifyitems(config, items)
    assert [item.nodeid for item in items] == [names[4], names[0], names[1], names[3], names[2]]


@given(st.dictionaries(st.integers(), st.none() | st.builds(Cost, SECONDS, SECONDS), max_size=60), st.integers(0, 30))
def test_none_is_lost_and_the_longest_are_first(costs: dict[int, Cost | None], workers: int) -> None:
    found = in_order(list(costs), costs.__getitem__, workers)
    assert sorted(found) == sorted(costs)
    longest = sorted((it.seconds for it in costs.values() if it), reverse=True)
    first = longest[: max(workers - durations.FREE, 1) if workers else 0]
    assert [cost.seconds for it in found[: len(first)] if (cost := costs[it])] == first
    assert [it for it in found if costs[it] is None] == [it for it in costs if costs[it] is None]


def test_the_quick_run_beside_the_longest() -> None:
    costs = {
        "a": None,
        "b": Cost(9, 9),
        "c": Cost(8, 0),
        "d": Cost(60, 1),
        "e": Cost(50, 1),
        "f": None,
        "g": Cost(2, 2),
        "h": None,
    }
    assert in_order(list(costs), costs.__getitem__, durations.FREE + 2) == ["d", "e", "a", "f", "b", "c", "g", "h"]


@given(st.lists(SECONDS, max_size=30), st.lists(SECONDS, max_size=30))
def test_two_kinds_come_to_their_ends_together(one: list[float], other: list[float]) -> None:
    marked = ([("one", it) for it in one], [("other", it) for it in other])
    mixed = side_by_side(*marked, lambda it: it[1])
    for name, given_ in zip(("one", "other"), marked, strict=True):
        assert [it for it in mixed if it[0] == name] == given_
    share = max((it / sum(all_) for all_ in (one, other) for it in all_), default=0.0)
    for at in range(1, len(mixed) + 1) if one and other else ():
        done = [part(mixed[:at], "one") / sum(one), part(mixed[:at], "other") / sum(other)]
        assert abs(done[0] - done[1]) <= share + 1e-6


def part(items: list[tuple[str, float]], name: str) -> float:
    return sum(seconds for it, seconds in items if it == name)


def test_a_run_keeps_what_took_long_in_all_its_phases_and_what_it_did_not_run(file: Path) -> None:
    kept = Durations(write=True)
    kept.pytest_runtest_logreport(report("a.py::x@group", 2.0))
    kept.pytest_runtest_logreport(report("a.py::x@group", 2.04, computing=1.26))
    kept.pytest_runtest_logreport(report("a.py::quick", 0.1, computing=0.1))
    kept.pytest_runtest_logreport(report("tests/unit/a.py::long", 1.0, computing=1.0))
    kept.pytest_sessionfinish(SimpleNamespace(config=SimpleNamespace()))  # type: ignore[arg-type]
    assert json.loads(file.read_text()) == {"a.py::x": [4.0, 1.3], "tests/unit/a.py::gone": [9.0, 9.0]}


def test_a_worker_tells_what_was_computed(file: Path) -> None:
    told = Durations(write=False)
    item: Any = SimpleNamespace(user_properties=[])
    told.pytest_runtest_setup()
    before = durations.computed()
    while durations.computed() < before + 0.02:
        pass
    told.pytest_runtest_makereport(item, SimpleNamespace(when="call"))  # type: ignore[arg-type]
    assert item.user_properties == []
    told.pytest_runtest_makereport(item, SimpleNamespace(when="teardown"))  # type: ignore[arg-type]
    ((name, seconds),) = item.user_properties
    assert name == "computing"
    assert 0.02 <= seconds < 2


def test_without_the_option_nothing_is_written(file: Path) -> None:
    before = file.read_text()
    made = Durations(write=False)
    made.pytest_runtest_logreport(report("a.py::x", 60.0))
    made.pytest_sessionfinish(SimpleNamespace(config=SimpleNamespace()))  # type: ignore[arg-type]
    assert file.read_text() == before
