"""The files of an environment: which there are, and their bytes."""

from __future__ import annotations

import difflib
from pathlib import Path

from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import read_bounded
from mendixgen.lock import Lock
from mendixgen.repository import Repository

LARGEST = 16 << 20
"""Bytes of a file that are read at all; where a specification or a lock ends, their readers say."""


def require(repository: Repository, environment: str) -> None:
    """Check that an environment has a specification.

    Raises:
        MendixError: MXP101, it has none.
    """
    names = repository.names()
    if environment in names:
        return
    near = difflib.get_close_matches(environment, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}" if names else "there is none yet"
    raise MendixError(
        Diagnostic("MXP101", f"there is no environment {environment!r}: environments/{environment}.yaml", hint=hint)
    )


def choose(repository: Repository, environment: str | None) -> str:
    """The environment that was named, or the only one that there is.

    Raises:
        MendixError: MXP101 it does not exist, MXP102 there are several.
    """
    if environment is not None:
        require(repository, environment)
        return environment
    names = repository.names()
    if len(names) == 1:
        return names[0]
    raise MendixError(
        Diagnostic(
            "MXP102",
            f"which environment? There are: {', '.join(names)}" if names else "there is no environment yet",
            hint="name it with --env" if names else "write environments/NAME.yaml",
        )
    )


def read_text(path: Path, label: str) -> bytes:
    """A file's bytes.

    Raises:
        MendixError: MXI103, it cannot be read, or is not a plain file of a size that is read.
    """
    try:
        return read_bounded(path, LARGEST)
    except OSError as error:
        raise MendixError(
            Diagnostic(
                "MXI103",
                f"cannot read {label}: {error.strerror or error}",
                hint="mend the permissions, or take it back from git",
                location=Location(label),
            )
        ) from error


def read_lock(repository: Repository, environment: str) -> Lock | None:
    """The lock of an environment, or None where it has none yet."""
    path = repository.lock(environment)
    if not path.exists():
        return None
    label = f"environments/{environment}.lock"
    return locks.parse(read_text(path, label), label)
