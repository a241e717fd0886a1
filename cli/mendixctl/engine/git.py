"""What git knows of the repository. Git is asked, never required, and never changes anything here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

SECONDS = 20
"""How long one question may take; on a very large repository ``status`` is slow, but not that slow."""


def _ask(folder: Path, *arguments: str) -> str | None:
    # GIT_OPTIONAL_LOCKS: a status must not take the index lock away from a person's own git
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def commit(folder: Path) -> str:
    """The commit that is checked out, or an empty text where there is none."""
    return (_ask(folder, "rev-parse", "--verify", "--quiet", "HEAD") or "").strip()


def identity(folder: Path) -> str:
    """``Name <address>`` as git would write it into a commit, or an empty text."""
    answer = _ask(folder, "var", "GIT_AUTHOR_IDENT")
    return answer.rpartition(">")[0] + ">" if answer and ">" in answer else ""


def uncommitted(folder: Path, paths: Sequence[Path]) -> list[str] | None:
    """Which of ``paths`` (files, or folders with all in them) differ from the last commit.

    Relative to ``folder``; ignored files do not count. None where this is no git repository, or git is not there.
    """
    names = [os.path.relpath(path, folder) for path in paths]
    answer = _ask(folder, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", *names)
    if answer is None:
        return None
    top = (_ask(folder, "rev-parse", "--show-toplevel") or "").strip()
    found = [entry[3:] for entry in answer.split("\0") if len(entry) > 3]
    return sorted(os.path.relpath(Path(top) / name, folder.resolve()) for name in found)
