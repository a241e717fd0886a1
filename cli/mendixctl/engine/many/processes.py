"""Runs mendixctl itself, a process an environment, as many side by side as there is memory for.

A plan takes 600 MB and its own Terraform; what one of them does to its process touches no other, and each holds the
same locks as if a person had typed it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

from mendixctl.engine.memory import PLAN_MEGABYTES, available_megabytes
from mendixgen.diagnostics import Diagnostic, Location, Severity
from mendixgen.repository import Repository

A_CORE = 2
"""Processes a core: most of them wait for AWS most of the time."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one process said: its exit code, the ``result`` of its ``--json`` and its diagnostics."""

    exit_code: int
    seconds: float
    result: Mapping[str, Any] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


Run = Callable[[Sequence[str]], Ran]
"""Runs one command line of mendixctl, without the program and the options that say where."""


def parallel(wanted: int, *, available: int | None = None, cores: int | None = None) -> int:
    """How many processes run side by side: as many as are wanted, there is memory for, and the cores can feed."""
    free = available_megabytes() if available is None else available
    fitting = wanted if free is None else free // PLAN_MEGABYTES
    return max(min(wanted, fitting, A_CORE * (cores or os.cpu_count() or 1)), 1)


def runner(repository: Repository) -> Run:
    """What runs mendixctl in a repository."""
    # -P: what stands in the folder of a checkout is never imported
    program = [sys.executable, "-P", "-m", "mendixctl.app", "-C", str(repository.root), "--json"]
    path = os.pathsep.join(part for part in sys.path if part)

    def run(arguments: Sequence[str]) -> Ran:
        started = time.monotonic()
        done = subprocess.run(
            [*program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": path},
        )
        seconds = round(time.monotonic() - started, 3)
        return understood(done.returncode, done.stdout, seconds)

    return run


def understood(code: int, output: bytes, seconds: float) -> Ran:
    """What a process wrote; one that wrote no such thing has failed, and its exit code says how."""
    try:
        said = json.loads(output)
        diagnostics = tuple(_diagnostic(one) for one in said["diagnostics"])
        result = said["result"] if isinstance(said["result"], dict) else {}
    except (ValueError, KeyError, TypeError, AttributeError):
        ended = f"signal {-code}" if code < 0 else f"exit code {code}"
        problem = Diagnostic("MXP222", f"its process ended with {ended} and said nothing", hint="run it by itself")
        return Ran(code if code > 0 else 1, seconds, {}, (problem,))
    return Ran(code if code >= 0 else 1, seconds, result, diagnostics)


def side_by_side(
    names: Sequence[str], work: Callable[[str], Ran], *, most: int, until: Callable[[Ran], bool] = lambda _ran: False
) -> Iterator[tuple[str, Ran]]:
    """Work on each, ``most`` at a time, and give each back as it is done. Once ``until`` says so of one, what runs ends
    by itself and nothing else is begun; those are not given back.
    """
    with ThreadPoolExecutor(max_workers=max(most, 1)) as pool:
        waiting: dict[Future[Ran], str] = {pool.submit(work, name): name for name in names}
        try:
            for future in as_completed(waiting):
                if future.cancelled():
                    continue
                ran = future.result()
                if until(ran):
                    for other in waiting:
                        other.cancel()
                yield waiting[future], ran
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _diagnostic(said: Mapping[str, Any]) -> Diagnostic:
    place = Location(said["file"], said.get("line", 0), said.get("column", 0)) if said.get("file") else None
    return Diagnostic(
        said["code"],
        said["summary"],
        hint=said.get("hint", ""),
        detail=said.get("detail", ""),
        location=place,
        severity=Severity(said["severity"]),
    )
