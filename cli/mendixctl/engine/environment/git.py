"""What git knows of the repository. Git is asked, never required, and never changes anything here.

The repository may have come as an archive, with a configuration of its own: what that would have git run is turned off.
"""

from __future__ import annotations

import getpass
import os
import re
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from mendixctl.ledger.release import Author

SECONDS = 20
"""How long one question may take; on a very large repository ``status`` is slow, but not that slow."""


_ELSEWHERE = frozenset(
    "GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR "
    "GIT_NAMESPACE GIT_PREFIX GIT_GRAFT_FILE GIT_SHALLOW_FILE GIT_REPLACE_REF_BASE GIT_EXTERNAL_DIFF GIT_CONFIG".split()
)
"""Variables by which git would ask another repository than the one around the folder; a hook of git's has them set."""

_INERT = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.untrackedCache=false",
    "submodule.recurse=false",
)
"""What a repository's own configuration could have git run, or write, for a question."""

_HIDDEN = re.compile(r"[a-zS] ")
"""How ``ls-files -v`` tells files whose changes git was told to overlook (assume-unchanged, skip-worktree)."""


def quiet(variables: Mapping[str, str]) -> dict[str, str]:
    """``variables`` for git that is to ask of the folder that it is given, and of no other repository."""
    return {name: value for name, value in variables.items() if name not in _ELSEWHERE} | {"LC_ALL": "C"}


def _ask(folder: Path, *arguments: str) -> str | None:
    # GIT_OPTIONAL_LOCKS: a status must not take the index lock away from a person's own git
    environment = quiet(os.environ) | {"GIT_OPTIONAL_LOCKS": "0"}
    settings = [part for setting in _INERT for part in ("-c", setting)]
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *settings, *arguments],
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def _without_filters(folder: Path) -> list[str]:
    """Settings that turn off the repository's own filters, which are programs; those of the person's stay."""
    answer = _ask(folder, "config", "--local", "--includes", "--name-only", "-z", "--get-regexp", r"^filter\..*") or ""
    names = {name.rpartition(".")[0] for name in answer.split("\0") if name}
    off = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
    return [part for name in sorted(names) for word, value in off for part in ("-c", f"{name}.{word}={value}")]


def commit(folder: Path) -> str:
    """The commit that is checked out, or an empty text where there is none."""
    return (_ask(folder, "rev-parse", "--verify", "--quiet", "HEAD") or "").strip()


def top(folder: Path) -> Path | None:
    """The folder of the whole checkout that ``folder`` is in; None where there is none."""
    answer = (_ask(folder, "rev-parse", "--show-toplevel") or "").rstrip("\n")
    return Path(answer) if answer else None


def identity(folder: Path) -> str:
    """``Name <address>`` as git would write it into a commit, or an empty text."""
    answer = _ask(folder, "var", "GIT_AUTHOR_IDENT")
    return answer.rpartition(">")[0] + ">" if answer and ">" in answer else ""


def tracked(folder: Path, paths: Sequence[Path]) -> list[str]:
    """Which of ``paths`` (files, or folders with all in them) git has, relative to ``folder``; none without git."""
    names = [os.path.relpath(path, folder) for path in paths]
    answer = _ask(folder, "ls-files", "-z", "--", *names) or ""
    return [name for name in answer.split("\0") if name]


def uncommitted(folder: Path, paths: Sequence[Path], *, even_ignored: tuple[str, ...] = ()) -> list[str] | None:
    """Which of ``paths`` (files, or folders with all in them) differ from the last commit.

    Relative to ``folder``; ignored files do not count, but for those whose names end as ``even_ignored`` says. Files
    whose changes git was told to overlook count as changed. None where this is no git repository, or git is not there.
    """
    names = [os.path.relpath(path, folder) for path in paths]
    options = ["--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=all"]
    options += ["--ignored=matching"] if even_ignored else []
    answer = _ask(folder, *_without_filters(folder), "status", *options, "--", *names)
    overlooked = _ask(folder, "ls-files", "-v", "-z", "--", *names)
    if answer is None or overlooked is None:
        return None
    top = (_ask(folder, "rev-parse", "--show-toplevel") or "").strip()
    found = {
        os.path.relpath(Path(top) / entry[3:], folder.resolve())
        for entry in answer.split("\0")
        if len(entry) > 3 and (not entry.startswith("!!") or entry.endswith(even_ignored))
    }
    found |= {entry[2:] for entry in overlooked.split("\0") if _HIDDEN.match(entry)}
    return sorted(found)


def changed(folder: Path, revision: str, paths: Sequence[Path]) -> list[str] | None:
    """Which files below ``paths`` differ from where this checkout and ``revision`` parted, uncommitted ones included.

    Relative to ``folder``, with slashes. None where git does not know the revision, or is not there.
    """
    known = _ask(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not known:
        return None
    start = (_ask(folder, "merge-base", known.strip(), "HEAD") or known).strip()
    names = [os.path.relpath(path, folder) for path in paths]
    quiet = ["--no-ext-diff", "--no-textconv", "--no-renames", "--name-only", "--relative", "-z"]
    differing = _ask(folder, *_without_filters(folder), "diff", *quiet, start, "--", *names)
    untracked = _ask(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", *names)
    if differing is None or untracked is None:
        return None
    return sorted({name for name in (differing + untracked).split("\0") if name})


def author(folder: Path, arn: str = "") -> Author:
    """Who is at work: the operating system's user, the host, and git's identity in ``folder``."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "unknown"  # a container may run under a user id that has no name
    return Author(user=user, host=socket.gethostname(), git=identity(folder), arn=arn)
