"""Says which tests begin, so that no worker is left alone with a long one at the end, and no core is idle before."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

T = TypeVar("T", bound=Hashable)

FILE = Path(__file__).parents[1] / "durations.json"
WORTH_A_LINE = 3.0
"""Seconds from which on the place of a test matters."""

WAITS = 0.1
"""A test that computes for less than this part of its time waits: for a provider, which waits for its AWS."""

FREE = 2
"""Workers that do not begin with one of the longest tests."""

BESIDE_LONGEST = 2 / 3
"""The part of the quick tests that runs beside the longest ones; the others fill what is left of the cores' time when
fewer and fewer workers have a test that takes long."""

COMPUTING = "computing"
"""The name under which a worker tells how long it and the programs that it ran computed."""


class Cost(NamedTuple):
    """Seconds that a test took, and those that it computed."""

    seconds: float
    computing: float

    @property
    def waits(self) -> bool:
        return self.computing < WAITS * self.seconds


UNKNOWN = Cost(100.0, 20.0)
"""What a test with Terraform takes until it has a line."""


class Durations:
    """Orders the collected tests by what ``durations.json`` says of them, and writes that file when asked to."""

    def __init__(self, *, write: bool) -> None:
        self._write = write
        self._known = {name: Cost(*line) for name, line in json.loads(FILE.read_text()).items()}
        self._taken: dict[str, Cost] = {}
        self._began = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        workers = int(getattr(config, "workerinput", {}).get("workercount", 0))
        items[:] = in_order(items, self._cost, workers)

    def _cost(self, item: pytest.Item) -> Cost | None:
        name = without_group(item.nodeid)
        unknown = UNKNOWN if "/emulator/" in name and "/unit/" not in name else None
        return self._known.get(name, unknown)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self._began = computed()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.when == "teardown":
            item.user_properties.append((COMPUTING, computed() - self._began))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Under xdist this is called in the process that hands the tests out, for those of all workers."""
        name = without_group(report.nodeid)
        before = self._taken.get(name, Cost(0.0, 0.0))
        computing = dict(report.user_properties).get(COMPUTING, 0.0)
        self._taken[name] = Cost(before.seconds + report.duration, before.computing + float(str(computing)))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not self._write or hasattr(session.config, "workerinput"):
            return
        new = {name: cost for name, cost in self._taken.items() if cost.seconds >= WORTH_A_LINE}
        kept = {name: cost for name, cost in self._known.items() if name not in self._taken}
        lines = [
            f"  {json.dumps(name, ensure_ascii=False)}: [{cost.seconds:.1f}, {cost.computing:.1f}]"
            for name, cost in sorted({**kept, **new}.items())
        ]
        FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def computed() -> float:
    """Seconds that this process and those that it ran have computed."""
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def without_group(name: str) -> str:
    """A test's name without what loadgroup appends; names that hold the mark themselves share a line."""
    return name.partition("@")[0]


def in_order(items: Sequence[T], cost: Callable[[T], Cost | None], workers: int) -> list[T]:
    """The longest, one for each of the ``workers`` but some; most of the quick, of no known cost; then the rest, those
    that wait beside those that compute; and at the end what is left of the quick ones.

    The longest wait most of their time, and the quick ones compute meanwhile. A worker holds the test after the one
    that it runs, whatever others have to do: behind the longest, a quick one.
    """
    known = {it: said for it in items if (said := cost(it))}
    quick = [it for it in items if it not in known]
    long = sorted(known, key=lambda it: known[it].seconds, reverse=True)
    first = max(workers - FREE, 1) if workers else 0
    rest = side_by_side(
        [it for it in long[first:] if known[it].waits],
        [it for it in long[first:] if not known[it].waits],
        lambda it: known[it].seconds,
    )
    beside = round(len(quick) * BESIDE_LONGEST)
    return [*long[:first], *quick[:beside], *rest, *quick[beside:]]


def side_by_side(one: Sequence[T], other: Sequence[T], seconds: Callable[[T], float]) -> list[T]:
    """Both in their order, so mixed that they come to their ends together."""

    def parts(items: Sequence[T]) -> Iterator[tuple[float, T]]:
        ends = list(accumulate(map(seconds, items)))
        return ((end / ends[-1], it) for end, it in zip(ends, items, strict=True))

    return [it for _, it in sorted([*parts(one), *parts(other)], key=lambda part: part[0])]
