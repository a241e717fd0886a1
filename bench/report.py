"""The table of what was measured, for a terminal and for ``bench/README.md``."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.measure import Taken

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEAD = ("benchmark", "median", "peak memory", "compared with", "median", "peak memory", "goal", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison, or one figure alone."""

    name: str
    taken: Taken
    goal: str = ""
    met: bool = True
    baseline: str = ""
    baseline_taken: Taken | None = None

    def cells(self) -> tuple[str, ...]:
        """The row's texts, in the order of ``HEAD``."""
        return (
            self.name,
            *_texts(self.taken),
            self.baseline,
            *(_texts(self.baseline_taken) if self.baseline_taken else ("", "")),
            self.goal,
            "" if not self.goal else "yes" if self.met else "NO",
        )


def ratio(name: str, ours: Taken, baseline: str, theirs: Taken, at_most: float) -> Row:
    """A row whose goal is a share of the baseline's time."""
    share = ours.seconds / theirs.seconds
    return Row(name, ours, f"at most {at_most:g} of it (is {share:.2f})", share <= at_most, baseline, theirs)


def _texts(taken: Taken) -> tuple[str, str]:
    return f"{taken.seconds:.3f} s", f"{taken.peak / 2**20:,.0f} MiB"


def table(rows: Sequence[Row]) -> str:
    """For a terminal: columns that stand below each other."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def markdown(rows: Sequence[Row], day: date) -> str:
    """The same for a README, with the day and the machine."""
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells() for row in rows)]
    return f"Measured on {day}: {machine()}.\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """What the figures depend on, and nothing that names the machine or its owner."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = os.getloadavg()[2]
    return (
        f"{processor()}, {cores} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, load average {load:.1f}"
    )


def processor() -> str:
    """The processor's model, where the system says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


def write(rows: Sequence[Row], day: date) -> None:
    """Put the table between the marks of the README."""
    text = README.read_text()
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{markdown(rows, day)}\n{END}{after}")
