"""Sees every file and folder that this process writes, makes, renames or removes while it looks.

Python tells its audit hooks of each such call before it is made, whatever library makes it. A hook cannot be taken away
again, so there is one for the process, which does nothing while nobody looks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    "os.mkdir": (0,), "os.rename": (0, 1), "os.remove": (0,), "os.rmdir": (0,), "os.symlink": (1,), "os.link": (1,),
    "os.chmod": (0,), "os.chown": (0,), "os.truncate": (0,), "os.utime": (0,), "os.mkfifo": (0,), "os.mknod": (0,),
    "shutil.rmtree": (0,), "shutil.move": (0, 1), "shutil.copyfile": (1,), "shutil.copytree": (1,),
}  # fmt: skip

_seen: list[list[str]] = []
_installed: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _seen:
        return
    if event == "open":
        path, _mode, flags = arguments
        if isinstance(flags, int) and flags & _WRITING and isinstance(path, str | bytes | os.PathLike):
            _seen[-1].append(os.fsdecode(path))
    elif event in _CHANGES:
        for index in _CHANGES[event]:
            if isinstance(arguments[index], str | bytes | os.PathLike):
                _seen[-1].append(os.fsdecode(arguments[index]))


@contextmanager
def written() -> Iterator[list[str]]:
    """The paths that are written in the block, as they were named; links in their folders are not followed yet."""
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)
    _seen.append([])
    try:
        yield _seen[-1]
    finally:
        _seen.pop()


def outside(paths: list[str], folder: Path) -> list[str]:
    """Those of ``paths`` that lead out of ``folder``, once links are followed."""
    top = str(folder.resolve()) + os.sep
    return [path for path in paths if os.path.abspath(path) != os.devnull and not _real(path).startswith(top)]


def _real(path: str) -> str:
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)
