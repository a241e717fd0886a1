"""Lets the tests that take longest begin first, so that no worker is left alone with one of them at the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FILE = Path(__file__).parents[1] / "durations.json"
WORTH_A_LINE = 3.0
"""Seconds from which on the place of a test matters."""

UNKNOWN = 100.0
"""Seconds that a test with Terraform counts for until it has a line."""


class Durations:
    """Orders the collected tests by what ``durations.json`` says of them, and writes that file when asked to."""

    def __init__(self, *, write: bool) -> None:
        self._write = write
        self._known: dict[str, float] = json.loads(FILE.read_text())
        self._taken: dict[str, float] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Longest first; equal ones, such as all that are quick, stay in their order."""
        items.sort(key=self._seconds, reverse=True)

    def _seconds(self, item: pytest.Item) -> float:
        unknown = UNKNOWN if "/emulator/" in item.nodeid and "/unit/" not in item.nodeid else 0.0
        return self._known.get(item.nodeid, unknown)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Under xdist this is called in the process that hands the tests out, for those of all workers."""
        name = report.nodeid.rpartition("@")[0] or report.nodeid  # without the group that loadgroup appends
        self._taken[name] = self._taken.get(name, 0.0) + report.duration

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not self._write or hasattr(session.config, "workerinput"):
            return
        new = {name: round(seconds, 1) for name, seconds in self._taken.items() if seconds >= WORTH_A_LINE}
        kept = {name: seconds for name, seconds in self._known.items() if name not in self._taken}
        lines = json.dumps(dict(sorted({**kept, **new}.items())), indent=2, ensure_ascii=False)
        FILE.write_text(lines + "\n")
