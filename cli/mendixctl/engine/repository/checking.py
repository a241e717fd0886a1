"""``render --check`` of many environments: on all cores, since each is rendered by itself.

What a process says of an environment is only whether all is well with it. The others are rendered once more where the
answer is told, so that differences, warnings and errors are the same, and in the same order, as without processes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence

from mendixctl.engine.repository import render
from mendixctl.engine.repository.results import RenderResult
from mendixctl.engine.session import Session
from mendixgen.diagnostics import MendixError

MANY = 24
"""From this number on processes save more time than they take to begin."""

_asked: list[Session] = []
"""What the processes are forked with: a session holds functions, which no pipe takes."""


def check(session: Session, names: Sequence[str], *, many: int = MANY) -> list[RenderResult]:
    """What `render` with ``check`` says of each environment, in order.

    Raises:
        MendixError: as `render`, of the first environment that cannot be rendered.
    """
    clean = _clean(session, names) if len(names) >= many and _can_fork() else frozenset()
    return [
        RenderResult(name, check=True) if name in clean else render.render(session, name, check=True) for name in names
    ]


def _can_fork() -> bool:
    """Only Linux forks a process that has loaded what macOS calls frameworks without breaking it."""
    return "fork" in multiprocessing.get_all_start_methods() and os.uname().sysname == "Linux" and _cores() > 1


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _clean(session: Session, names: Sequence[str]) -> frozenset[str]:
    """The environments with nothing to say: what stands there is what would be written, and nobody is warned."""
    _asked.append(session)
    try:
        with multiprocessing.get_context("fork").Pool(_cores(), _begin) as pool:
            found = pool.map(_is_clean, names, chunksize=max(1, len(names) // (4 * _cores())))
    finally:
        _asked.remove(session)
    return frozenset(name for name, is_clean in zip(names, found, strict=True) if is_clean)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and ends them


def _is_clean(name: str) -> bool:
    try:
        result = render.render(_asked[-1], name, check=True)
    except MendixError:
        return False
    return not result.diff and not result.warnings
