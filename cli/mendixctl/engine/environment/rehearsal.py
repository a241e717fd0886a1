"""The private repository in which an environment is rehearsed."""

from __future__ import annotations

import os
from dataclasses import replace

from mendixctl.engine.environment.files import read_lock
from mendixctl.engine.errors import unwritable
from mendixgen import lock as locks
from mendixgen.lock import Lock
from mendixgen.repository import Repository


def rehearsal(repository: Repository, environment: str) -> Repository:
    """The private repository in which an environment is rehearsed."""
    return Repository(repository.workspace(environment) / "rehearsal")


def rehearsed_lock(real: Repository, copy: Repository, environment: str) -> Lock | None:
    """The real lock's pins on the rehearsal's own line: its base, and what its own state may still be at."""
    wanted, rehearsed = read_lock(real, environment), read_lock(copy, environment)
    if rehearsed is None:
        return wanted.with_base(0) if wanted else None
    if wanted is None:
        return rehearsed
    merged = replace(rehearsed, pins={area: pin for area, pin in rehearsed.pins.items() if area in wanted.pins})
    for area, pin in wanted.pins.items():
        merged = locks.upgrade(merged, area, pin.version)
    return merged


def link_modules(real: Repository, copy: Repository) -> None:
    """The rehearsal's ``modules/`` is the real one: a version is the same wherever it is used."""
    try:
        copy.environments.mkdir(parents=True, exist_ok=True)
        if not copy.modules.is_symlink():
            copy.modules.symlink_to(os.path.relpath(real.modules.resolve(), copy.root.resolve()))
    except FileExistsError:
        return
    except OSError as error:
        raise unwritable(copy.root, error) from error
