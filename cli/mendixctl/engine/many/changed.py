"""Which environments have changed since their last release: told by digests of what a plan is made from.

Neither Terraform nor AWS is asked, and nothing is rendered: the specification, the pinned versions and their code, and
the files of the root are compared with the record of the release that this checkout is based on. What cannot be known
so counts as changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mendixctl.engine.deployed import empties, left
from mendixctl.engine.digests import code_digest
from mendixctl.engine.environment import git
from mendixctl.engine.environment.files import read_lock, read_text
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.session import Session
from mendixctl.ledger.archive import of_root, pack
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.serialise import digest
from mendixgen import __version__
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.lock import Lock
from mendixgen.messages import msg
from mendixgen.repository import Repository

_STANDBY = re.compile(r"""^["']?standby_of["']?\s*:\s*["']?([a-z0-9-]+)""", re.MULTILINE)
_REACHED = (Kind.APPLY, Kind.ROLLBACK, Kind.DEPLOY)
"""Kinds of releases after which an environment is as its specification says."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether an environment has to be planned, why, and the release that it was compared with (0 for none)."""

    environment: str
    changed: bool
    why: str
    release: int = 0


@dataclass(frozen=True)
class Comparison:
    """Compares environments of one repository; what they share is read once."""

    session: Session
    _code: dict[Path, str] = field(default_factory=dict, repr=False)

    @property
    def repository(self) -> Repository:
        return self.session.repository

    def compare(self, environment: str) -> Compared:
        """Whether the inputs of an environment are those of its last release. What is broken counts as changed: its
        plan says what is wrong.
        """
        try:
            return self._compare(environment)
        except (MendixError, OSError, UnicodeDecodeError):
            return Compared(environment, True, "it cannot be compared")

    def _compare(self, environment: str) -> Compared:
        lock = read_lock(self.repository, environment)
        if lock is None or not lock.base:
            return Compared(environment, True, "it has no release yet")
        folder = self.repository.terraform_root(environment)
        ledger = LocalLedger(environment, folder / "releases")
        if lock.base not in ledger.numbers():
            return Compared(
                environment,
                True,
                msg(
                    "v{base} is not in this checkout (mendixctl sync {environment})",
                    base=lock.base,
                    environment=environment,
                ),
            )
        record = ledger.platform()
        if record is None:
            return Compared(environment, True, "it has no release yet")
        newest = record.number
        why = self._difference(environment, lock, record, folder) or ""
        return Compared(environment, bool(why), why or msg("as in v{newest}", newest=newest), newest)

    def _difference(self, environment: str, lock: Lock, record: Record, folder: Path) -> str | None:
        release = record.release
        if record.number > lock.base:
            return msg("v{number} is newer than this checkout", number=record.number)
        if release.kind not in _REACHED or record.status is not Status.SUCCEEDED:
            return f"v{record.number} ({release.kind.value}) {record.status.value}"
        if any(left(record)) or empties(record):
            return msg("v{number} left objects out of the cluster", number=record.number)
        if self._specification(environment) != release.spec:
            return "the YAML was edited"
        then = locks.parse(release.lock, msg("the lock of v{number}", number=record.number))
        if (then.pins, then.home) != (lock.pins, lock.home):
            return "the module versions in the lock were changed"
        if release.generator != __version__:
            return msg("mendixctl {generator} rendered it", generator=release.generator)
        recorded = release.extra.get("modules")
        for area, pin in lock.pins.items():
            code = self._digest(self.repository.modules / area / pin.version)
            if not isinstance(recorded, dict) or recorded.get(area) != code:
                return msg("the module {area} was changed", area=area)
        if digest(pack(of_root(folder))) != release.archive_digest:
            return "the rendered root was changed"
        return None

    def _specification(self, environment: str) -> str:
        """What takes effect, as a release records it; with what it takes of other environments' files."""
        if environment in self._linked:
            return open_workplace(self.session, environment, refresh=False).specification.whole
        return self._texts[environment]

    def pair(self, environment: str) -> frozenset[str]:
        """The environments that stand by for this one, or that this one stands by for, and itself."""
        pairs = ((name, match[1]) for name, text in self._texts.items() if (match := _STANDBY.search(text)))
        return frozenset(one for pair in pairs if environment in pair for one in pair)

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {
            name: read_text(self.repository.spec(name), f"environments/{name}.yaml").decode()
            for name in self.repository.names()
        }

    @cached_property
    def _linked(self) -> frozenset[str]:
        """The environments of which one stands by for another: either takes settings from the other's file."""
        found = {name: match[1] for name, text in self._texts.items() if (match := _STANDBY.search(text))}
        return frozenset({*found, *found.values()})

    def _digest(self, folder: Path) -> str:
        if folder not in self._code:
            self._code[folder] = code_digest(folder)
        return self._code[folder]


def since(session: Session, environments: list[str], revision: str) -> list[Compared]:
    """Which environments have files that differ from a revision of git: their own, those of the modules that they pin,
    and of an environment that they stand by for, or that stands by for them.

    Raises:
        MendixError: MXP221, there is no such revision, or no git repository.
    """
    repository = session.repository
    names = git.changed(repository.root, revision, [repository.environments, repository.modules])
    if names is None:
        raise MendixError(
            Diagnostic(
                "MXP221",
                f"git cannot compare this checkout with {revision!r}",
                hint="name a revision that is here (git fetch), such as origin/main; or leave --changed-since out",
            )
        )
    comparison = Comparison(session)
    touched = {_owner(path) for path in names}
    found = []
    for environment in environments:
        pairs = {environment, *comparison.pair(environment)}
        pins = {f"modules/{area}/{pin.version}/" for area, pin in _pins(repository, environment).items()}
        module = next((path for path in names if path.startswith(tuple(pins))), "") if pins else ""
        hit = sorted(pairs & touched)
        why = (
            msg("files of {value} changed", value=hit[0])
            if hit
            else f"{module} changed"
            if module
            else msg("nothing since {revision}", revision=revision)
        )
        found.append(Compared(environment, bool(hit or module), why))
    return found


def _owner(path: str) -> str:
    """The environment that a file is of; none for one of its ledger, which changes with every apply."""
    parts = path.split("/")
    if len(parts) < 2 or parts[0] != "environments" or parts[2:3] == ["releases"]:
        return ""
    return parts[1].removesuffix(".yaml").removesuffix(".lock") if len(parts) == 2 else parts[1]


def _pins(repository: Repository, environment: str) -> dict[str, locks.Pin]:
    try:
        lock = read_lock(repository, environment)
    except MendixError:
        return {}
    return dict(lock.pins) if lock is not None else {}
