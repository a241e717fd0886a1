"""Says which tests begin, so that no worker is left alone with a long one at the end, and no core is idle before."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")

FILE = Path(__file__).parents[1] / "durations.json"
WORTH_A_LINE = 3.0
"""Seconds from which on the place of a test matters."""

FREE = 3
"""Workers that do not begin with one of the longest tests."""

UNKNOWN = 100.0
"""Seconds that a test with Terraform counts for until it has a line."""


class Durations:
    """Orders the collected tests by what ``durations.json`` says of them, and writes that file when asked to."""

    def __init__(self, *, write: bool) -> None:
        self._write = write
        self._known: dict[str, float] = json.loads(FILE.read_text())
        self._taken: dict[str, float] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        workers = int(getattr(config, "workerinput", {}).get("workercount", 0))
        items[:] = in_order(items, self._seconds, workers)

    def _seconds(self, item: pytest.Item) -> float:
        name = without_group(item.nodeid)
        unknown = UNKNOWN if "/emulator/" in name and "/unit/" not in name else 0.0
        return self._known.get(name, unknown)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Under xdist this is called in the process that hands the tests out, for those of all workers."""
        name = without_group(report.nodeid)
        self._taken[name] = self._taken.get(name, 0.0) + report.duration

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not self._write or hasattr(session.config, "workerinput"):
            return
        new = {name: round(seconds, 1) for name, seconds in self._taken.items() if seconds >= WORTH_A_LINE}
        kept = {name: seconds for name, seconds in self._known.items() if name not in self._taken}
        lines = json.dumps(dict(sorted({**kept, **new}.items())), indent=2, ensure_ascii=False)
        FILE.write_text(lines + "\n")


def without_group(name: str) -> str:
    """A test's name without what loadgroup appends; names that hold the mark themselves share a line."""
    return name.partition("@")[0]


def in_order(items: Sequence[T], seconds: Callable[[T], float], workers: int) -> list[T]:
    """Longest first, and all that are quick (0 seconds) behind as many of these as leave some of the ``workers`` free.

    The longest tests wait most of their time, so that a few workers with quick ones keep the cores busy meanwhile. And
    a worker holds the test after the one that it runs, whatever others have to do: behind the longest, a quick one.
    """
    ordered = sorted(items, key=seconds, reverse=True)
    long = [it for it in ordered if seconds(it) > 0]
    first = max(workers - FREE, 1) if workers else len(long)
    return [*long[:first], *ordered[len(long) :], *long[first:]]
