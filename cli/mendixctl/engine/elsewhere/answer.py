"""What a build leaves in the bucket: exit code, the document of ``--json``, a sealed plan, and changed files."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mendixctl import zip_archives
from mendixctl.engine.environment import git
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.repository import Repository

LARGEST = 256 << 20
"""Bytes of an answer that are unpacked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``document``: what ``--json`` would have written, None where the command did not come to it. ``patch``: of git,
    what the command left in committed files. ``plan``: as ``plan --out`` writes it, sealed.
    """

    exit_code: int
    document: Mapping[str, Any] | None = None
    plan: bytes | None = None
    patch: bytes = b""
    raw: bytes = field(default=b"", repr=False)


def packed(code: int, document: bytes, plan: bytes | None, patch: bytes) -> bytes:
    """The archive of an answer."""
    said = json.dumps({"version": 1, "exit_code": code})
    sealed = {} if plan is None else {"sealed.plan": plan}
    return zip_archives.packed({"exit.json": said, "document.json": document, "changes.patch": patch, **sealed})


def unpacked(data: bytes) -> Answer:
    """An answer as `packed` made it.

    Raises:
        MendixError: MXP284, it is none.
    """
    try:
        entries = zip_archives.unpacked(data, LARGEST)
        said = json.loads(entries["exit.json"])
        raw = entries["document.json"]
        document = json.loads(raw) if raw.strip() else None
        code = said["exit_code"]
        if said["version"] != 1 or not isinstance(code, int) or not isinstance(document, dict | None):
            raise ValueError
        return Answer(code, document, entries.get("sealed.plan"), entries["changes.patch"], raw)
    except (KeyError, ValueError, TypeError, RecursionError) as error:  # what cannot be unpacked is a ValueError
        hint = "does the project install this version of mendixctl? mendixctl version"
        raise MendixError(Diagnostic("MXP284", "the build left an answer that is none", hint=hint)) from error


def take_over(repository: Repository, environment: str, patch: bytes) -> tuple[str, ...]:
    """Make the files of an environment what the build left of them; their names.

    Raises:
        Refused: MXP286, the patch is about other files, or does not fit to those that are here.
    """
    if not patch.strip():
        return ()
    names = _touched(repository, patch)  # git diff --relative wrote it, so that they are relative to the repository
    own = (f"environments/{environment}.yaml", f"environments/{environment}.lock")
    strange = [name for name in names if name not in own and not name.startswith(f"environments/{environment}/")]
    if strange or not names:
        raise _unfit(f"it would change {strange[0]}" if strange else "git cannot read it")
    problem = _apply(repository, patch)
    if problem:
        raise _unfit(problem)
    return names


def _touched(repository: Repository, patch: bytes) -> tuple[str, ...]:
    """The names in a patch: with ``--numstat -z`` git quotes nothing."""
    done = _git(repository, ("--numstat", "-z"), patch)
    if done.returncode:
        return ()
    lines = done.stdout.decode(errors="replace").split("\0")
    return tuple(os.path.relpath(line.split("\t", 2)[2], _below(repository)) for line in lines if line)


def _apply(repository: Repository, patch: bytes) -> str:
    done = _git(repository, ("--whitespace=nowarn",), patch)
    return done.stderr.decode(errors="replace").strip() if done.returncode else ""


def _below(repository: Repository) -> str:
    top = git.top(repository.root) or repository.root
    return os.path.relpath(repository.root.resolve(), top.resolve())


def _git(repository: Repository, options: tuple[str, ...], given: bytes) -> subprocess.CompletedProcess[bytes]:
    top, below = git.top(repository.root) or repository.root, _below(repository)
    into = [] if below == "." else [f"--directory={below}"]
    command = ["git", "-C", str(top), "-c", "core.hooksPath=/dev/null", "apply", *into, *options, "-"]
    return subprocess.run(command, input=given, capture_output=True, check=False, env=git.quiet(os.environ))


def _unfit(why: str) -> Refused:
    return Refused(
        Diagnostic(
            "MXP286",
            f"what the build changed in files is not taken over: {why}",
            hint="what it did in AWS is done and recorded: mendixctl sync ENVIRONMENT brings the record here",
        )
    )
