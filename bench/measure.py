"""How long a command takes and how much memory it needs; sides that are compared take turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Prepare = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run took: seconds, and the bytes of the largest of its processes at its largest.

    Linux counts what starts a process as part of it, so ``peak`` is never less than the benchmark's own few MiB.
    """

    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class Side:
    """A command that is measured. ``prepare`` happens before each turn and is not."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] | None = None
    prepare: Prepare | None = None


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Taken:
    """Run a command that must succeed (0, or 2 for "there are changes"); its output is shown only if it does not."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 2):
            output.seek(0)
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output.read().decode(errors='replace')}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Taken(seconds, usage.ru_maxrss * unit)


def medians(runs: int, *sides: Side, warm: bool = True) -> list[Taken]:
    """The medians of each side. The sides take turns, so that a busy machine slows both.

    ``warm``: after one turn each that does not count, as for commands of which the first fills caches.
    """
    turns: list[list[Taken]] = [[] for _ in sides]
    for turn in range(runs + warm):
        for taken, side in zip(turns, sides, strict=True):
            if side.prepare:
                side.prepare()
            done = run(side.command, side.folder, side.environment)
            if turn >= warm:
                taken.append(done)
    return [Taken(statistics.median(it.seconds for it in taken), max(it.peak for it in taken)) for taken in turns]
