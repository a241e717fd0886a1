"""One environment, opened: its specification, its lock, and the folders in which it is planned and applied.

A rehearsal is an ordinary environment of another repository: ``.mendixctl/<env>/rehearsal/`` holds a copy of the
YAML and of the lock, a link to ``modules/``, and below it a root, a state and a ledger of its own. No code needs
to know which of the two it works on, and nothing that it writes can be the real one's.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mendixctl.engine.failures import unwritable
from mendixctl.engine.results import FileBackup, Scope
from mendixctl.engine.session import Session
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import read_bounded, write_atomic, write_if_changed
from mendixgen.lock import Lock
from mendixgen.module_store import ModuleStore
from mendixgen.repository import Repository

if TYPE_CHECKING:
    from mendixgen.root import Written
    from mendixgen.spec.loader import Specification

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


def rehearsal(repository: Repository, environment: str) -> Repository:
    """The private repository in which an environment is rehearsed."""
    return Repository(repository.workspace(environment) / "rehearsal")


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


@dataclass(frozen=True)
class Workplace:
    """An environment that is worked on. ``repository`` is the rehearsal's own in a rehearsal."""

    session: Session
    environment: str
    repository: Repository
    specification: Specification
    lock: Lock
    scope: Scope

    @property
    def store(self) -> ModuleStore:
        return self._store

    @cached_property
    def _store(self) -> ModuleStore:
        return ModuleStore(self.repository.modules)

    @property
    def root(self) -> Path:
        """Terraform's root module."""
        return self.repository.terraform_root(self.environment)

    @property
    def workspace(self) -> Path:
        """What belongs to this checkout alone: plans, runs, Terraform's data."""
        return self.repository.workspace(self.environment)

    @property
    def state_file(self) -> Path | None:
        """The local state; None where the state is in S3."""
        if not self.scope.rehearsal and self.specification.header.backend == "s3":
            return None
        return self.workspace / "state" / "terraform.tfstate"

    @property
    def command(self) -> str:
        """What a person types to plan this environment again."""
        return f"mendixctl plan {self.environment}{' --emulator' if self.scope.rehearsal else ''}"

    def with_lock(self, lock: Lock) -> Workplace:
        """The same, with another lock, which is written."""
        text = locks.dump(lock, self.environment)
        write_if_changed(self.repository.lock(self.environment), text)
        return replace(self, lock=lock)

    def rendered(self, *, teardown: bool = False) -> dict[str, str]:
        """The files of the root, as they should be."""
        from mendixgen.root import RenderOptions, render

        local = f"../../.mendixctl/{self.environment}/state/terraform.tfstate" if self.scope.rehearsal else None
        options = RenderOptions(teardown=teardown, local_state=local)
        return render(self.specification, self.lock, self.store, options)

    def write_root(self, *, teardown: bool = False) -> Written:
        """Render the root and write what changed."""
        from mendixctl.engine.imports import clear
        from mendixgen.root import write

        clear(self.root)
        return write(self.rendered(teardown=teardown), self.root)


def open_workplace(session: Session, environment: str, *, refresh: bool = True, gate: bool = False) -> Workplace:
    """Read, check and resolve an environment; in a rehearsal, bring its copy up to date first if ``refresh``.

    ``gate``: refuse versions that have gone out of support, or do not go together, since then. For what plans and
    validates; what reads or destroys must not fail because time has passed.

    Raises:
        MendixError: MXP101 there is no such environment; everything that is wrong with its specification.
    """
    require(session.repository, environment)
    real = session.repository
    label = f"environments/{environment}.yaml"
    text = read_text(real.spec(environment), label)
    if not session.rehearse or _target(text, label) == "emulator":
        # an environment of the emulator is its own rehearsal: a second one would fight it for the same names
        return _opened(session, environment, real, text, read_lock(real, environment), rehearsing=False, gate=gate)
    copy = rehearsal(real, environment)
    if not refresh and copy.spec(environment).exists():
        text = read_text(copy.spec(environment), str(copy.spec(environment)))
        return _opened(session, environment, copy, text, read_lock(copy, environment), rehearsing=True, gate=gate)
    _link_modules(real, copy)
    lock = _rehearsed_lock(real, copy, environment)
    opened = _opened(session, environment, copy, text, lock, rehearsing=True, gate=gate)
    write_if_changed(copy.spec(environment), opened.specification.text)
    return opened.with_lock(opened.lock)


def _target(text: bytes, label: str) -> str:
    """Where the text wants to be deployed, whatever else is wrong with it: that is the loader's to say, all at once."""
    from mendixgen.spec.source import scan

    return str(scan(text, label).data.get("target") or "aws")


def _opened(
    session: Session,
    environment: str,
    repository: Repository,
    text: bytes,
    lock: Lock | None,
    *,
    rehearsing: bool,
    gate: bool,
) -> Workplace:
    from mendixgen.spec.loader import load_text
    from mendixgen.spec.source import scan

    label = f"environments/{environment}.yaml"
    store = ModuleStore(repository.modules)
    if lock is None:
        lock = locks.create_for(store, scan(text, label).data)
    today = session.today if gate else None
    specification = load_text(text, label, store=store, lock=lock, name=environment, today=today)
    scope = scope_of(specification, environment, rehearsing=rehearsing)
    return Workplace(session, environment, repository, specification, lock, scope)


def scope_of(specification: Specification, environment: str, *, rehearsing: bool) -> Scope:
    """What is worked on, as every view shows it."""
    header = specification.header
    remote = not rehearsing and header.backend == "s3"
    return Scope(
        environment=environment,
        account=header.account,
        region=header.region,
        target="emulator" if rehearsing else header.target,
        rehearsal=rehearsing,
        protected=header.protected and not rehearsing,
        description=header.description,
        domain=header.domain,
        owner=header.owner,
        state=f"s3://{header.state_bucket}/{header.state_key}" if remote else "local",
    )


def _rehearsed_lock(real: Repository, copy: Repository, environment: str) -> Lock | None:
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


def _link_modules(real: Repository, copy: Repository) -> None:
    """The rehearsal's ``modules/`` is the real one: a version is the same wherever it is used."""
    try:
        copy.environments.mkdir(parents=True, exist_ok=True)
        if not copy.modules.is_symlink():
            copy.modules.symlink_to(os.path.relpath(real.modules.resolve(), copy.root.resolve()))
    except FileExistsError:
        return
    except OSError as error:
        raise unwritable(copy.root, error) from error


@contextmanager
def restored(paths: list[Path]) -> Iterator[None]:
    """Put ``paths`` back as they were if the block raises anything, Ctrl-C included."""
    saved = backups(paths)
    try:
        yield
    except BaseException:
        put_back(saved)
        raise


def backups(paths: list[Path]) -> tuple[FileBackup, ...]:
    """The content of ``paths`` now; of those that are not there, that they are not."""
    return tuple(
        FileBackup(path, path.read_bytes(), path.stat().st_mode & 0o777) if path.is_file() else FileBackup(path, None)
        for path in paths
    )


def put_back(saved: tuple[FileBackup, ...]) -> None:
    """Make every file as it was, byte for byte."""
    for backup in saved:
        if backup.content is None:
            backup.path.unlink(missing_ok=True)
        elif not backup.path.is_file() or backup.path.read_bytes() != backup.content:
            write_atomic(backup.path, backup.content, mode=backup.mode)
