"""The journal of an apply: what it was going to do, written before Terraform starts, and what Terraform said.

A run's folder holds ``intent.json`` (the release and the planned changes, each with what identifies it and is known
before it is made), ``apply.ndjson`` (Terraform's own stream) and, once mendixctl knows how it ended, ``end.json``.
Whatever dies, two of the three are enough to say what was done, what was in flight and what was not begun; nothing in
them is sensitive. Terraform holds a lock on its stream for as long as it lives, so that the operating system, and not
a number that another process may have by now, says whether it does.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from pydantic import AwareDatetime, ConfigDict, TypeAdapter, ValidationError

from mendixctl.engine.journal.import_ids import identity_attributes, lookup
from mendixctl.engine.results import Judged
from mendixctl.ledger.release import Record, Release
from mendixctl.terraform.answers import Answer
from mendixctl.terraform.events import DiagnosticEvent, Event, ResourceEvent, parse_line
from mendixctl.terraform.outcome import Gatherer
from mendixctl.terraform.plan import Action, ResourceChange
from mendixgen.diagnostics import MendixError
from mendixgen.files import write_atomic
from mendixgen.strict_json import STRICT

INTENT, STREAM, END, PROCESS = "intent.json", "apply.ndjson", "end.json", "apply.pid"
FORMAT: Final = 1
SECRET = 0o600
NAMING = ("name", "name_prefix", "bucket", "identifier", "cidr_block")
"""Attributes by which a person, or a search, finds a resource whose import wants something else."""

TAG = "tags_all."
"""In front of a tag's key."""

BEFORE = "before.id"
"""Where a plan's identities have the ID of the object that is replaced."""

CREATING = frozenset({"create", "replace"})


@dataclass(frozen=True, slots=True)
class Planned:
    """One planned change; ``values`` has the identifying attributes that were known, never a sensitive one.

    ``before``: the ID of the object that was at the address.
    """

    address: str
    type: str
    action: str
    values: Mapping[str, str] = field(default_factory=dict)
    before: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """What an apply was going to do. ``boot``: the life of the machine in which it began."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    format: Literal[1]
    number: int
    kind: str
    plan_digest: str
    started_at: AwareDatetime
    user: str
    host: str
    pid: int
    boot: str
    planned: tuple[Planned, ...]


@dataclass(slots=True)
class Heard:
    """What Terraform's stream says. ``ids``: of what was created; ``begun``: creations that were begun and are not
    known to be complete, each with what AWS answered to it as far as that is known; ``gone``: what was deleted.
    """

    outcome: Gatherer = field(default_factory=Gatherer)
    ids: dict[str, str] = field(default_factory=dict)
    begun: dict[str, Answer] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    anything: bool = False

    def hear(self, event: Event) -> None:
        self.anything = True
        self.outcome.hear(event)
        if isinstance(event, DiagnosticEvent) and event.severity == "error":
            if event.address in self.begun:
                self.begun[event.address] = self.outcome.answer(event.address)
        elif isinstance(event, ResourceEvent) and event.kind == "apply_complete" and event.action == "delete":
            self.gone[event.address] = None
        elif isinstance(event, ResourceEvent) and event.kind.startswith("apply_") and event.action == "create":
            if event.phase == "complete":
                self.begun.pop(event.address, None)
                self.ids[event.address] = _said_id(event.raw)
            else:
                self.begun[event.address] = self.outcome.answer(event.address)


@dataclass(frozen=True)
class Journal:
    """One run's folder, read. ``looked_after``: addresses that are no longer in doubt, whatever the stream says."""

    folder: Path
    intent: Intent
    heard: Heard
    begun: bool
    exit_code: int | None
    settled: bool
    looked_after: frozenset[str] = frozenset()

    @property
    def is_alive(self) -> bool:
        """Whether Terraform still works on it, on this machine."""
        return self.begun and is_locked(self.folder / STREAM)

    @property
    def pid(self) -> int:
        """Terraform's process, 0 where that is not known."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / PROCESS).read_text())
        return 0

    @property
    def was_cut_off(self) -> bool:
        """Whether Terraform did not come to an end of its own: the state may then lack what it did last."""
        return self.begun and (self.exit_code is None or self.exit_code < 0)

    @property
    def lost_power(self) -> bool:
        """Whether the machine was started anew since: the last lines of the stream may be missing."""
        return bool(self.intent.boot) and self.intent.boot != boot()


def begin(
    folder: Path, release: Release, changes: Sequence[ResourceChange], known: Mapping[str, Mapping[str, str]]
) -> None:
    """Write the intent; it is on the disk when this returns. ``known``: what identifies each resource, by address.

    Raises:
        MendixError: MXI101, it cannot be written.
    """
    planned = []
    for one in changes:
        values = dict(known.get(one.address, {}))
        planned.append(Planned(one.address, one.type, one.action.value, values, values.pop(BEFORE, "")))
    _write_intent(folder, release, planned, boot=boot())
    _sync(folder)


def _write_intent(folder: Path, release: Release, planned: Sequence[Planned], *, boot: str) -> None:
    intent = Intent(
        format=FORMAT,
        number=release.number,
        kind=release.kind.value,
        plan_digest=release.plan_digest,
        started_at=release.started_at,
        user=release.author.user,
        host=release.author.host,
        pid=os.getpid(),
        boot=boot,
        planned=tuple(planned),
    )
    write_atomic(folder / INTENT, _adapter(Intent).dump_json(intent, indent=1), mode=SECRET)


def keep_doubts(folder: Path, release: Release, doubts: Sequence[Planned]) -> None:
    """Keep what a release of another machine may have made: the ledger forgets that once the release is closed.

    It is kept as a journal of which only the intent is whole (another life of the machine: see `Journal.lost_power`).

    Raises:
        MendixError: MXI101, it cannot be written.
    """
    _write_intent(folder, release, doubts, boot="elsewhere")
    write_atomic(folder / STREAM, "", mode=SECRET)


def identities(changes: Iterable[Judged]) -> dict[str, dict[str, str]]:
    """What identifies each resource that a plan creates, by address, as far as the plan knows it."""
    found = {
        one.change.address: {**identity(one.change), **_replaced(one.change)}
        for one in changes
        if one.change.action.value in CREATING
    }
    return {address: values for address, values in found.items() if values}


def _replaced(change: ResourceChange) -> dict[str, str]:
    said = lookup(change.raw, "change.before.id")
    return {BEFORE: said} if said and change.action is Action.REPLACE else {}


def identity(change: ResourceChange) -> dict[str, str]:
    """The attributes that identify a resource, as far as the plan knows them; sensitive ones are left out."""
    part = change.raw.get("change") if isinstance(change.raw, Mapping) else None
    if not isinstance(part, Mapping):
        return {}
    after, marks = part.get("after"), part.get("after_sensitive")
    tags = after.get("tags_all") if isinstance(after, Mapping) else None
    paths = [*identity_attributes(change.type), *NAMING]
    found = {path: lookup(after, path) for path in paths}
    found |= {f"{TAG}{key}": value for key, value in tags.items()} if isinstance(tags, Mapping) else {}
    return {
        path: value
        for path, value in found.items()
        if isinstance(value, str)
        and value
        and not _is_marked(marks, path.partition(".")[0] if path.startswith(TAG) else path)
    }


def end(folder: Path, exit_code: int | None, *, settled: bool) -> None:
    """Write how it ended. ``settled``: nothing that it did can be missing from the state; the folder may go.

    A full disk is no reason to lose the outcome of an apply: then the next command finds out by itself.
    """
    with contextlib.suppress(MendixError):
        write_atomic(folder / END, _adapter(_Ending).dump_json(_Ending(exit_code, settled)), mode=SECRET)


def settle(journal: Journal) -> None:
    """Mark that everything of a run was looked after."""
    end(journal.folder, journal.exit_code, settled=True)


def look_after(journal: Journal, addresses: Iterable[str]) -> None:
    """Mark that it is known of these addresses what became of them; the run's other doubts live on."""
    ending = _Ending(journal.exit_code, looked_after=tuple(sorted({*journal.looked_after, *addresses})))
    write_atomic(journal.folder / END, _adapter(_Ending).dump_json(ending), mode=SECRET)


def is_unsettled(folder: Path) -> bool:
    """Whether a run's folder is still needed to know what exists."""
    return (folder / INTENT).exists() and not _ending(folder).settled


def unsettled(workspace: Path) -> list[Journal]:
    """The runs of this checkout whose effects may be missing from the state, oldest first."""
    try:
        folders = sorted(path.parent for path in (workspace / "runs").glob(f"*/{INTENT}"))
    except OSError:
        return []
    return [journal for folder in folders if is_unsettled(folder) and (journal := read(folder)) is not None]


def journal_of(workspace: Path, record: Record) -> Journal | None:
    """The journal of a release, if this checkout made it."""
    with contextlib.suppress(OSError):
        for path in sorted((workspace / "runs").glob(f"*-v{record.number:04d}-apply/{INTENT}"), reverse=True):
            journal = read(path.parent)
            if journal is not None and (
                journal.intent.plan_digest,
                journal.intent.started_at.timestamp(),
            ) == (record.release.plan_digest, record.release.started_at.timestamp()):
                return journal
    return None


def read(folder: Path) -> Journal | None:
    """A run's journal; None where its intent was never whole."""
    try:
        intent: Intent = _adapter(Intent).validate_json((folder / INTENT).read_bytes())
    except (OSError, ValidationError):
        return None
    heard = Heard()
    stream = folder / STREAM
    for line in _lines(stream):
        heard.hear(parse_line(line))
    ending = _ending(folder)
    return Journal(
        folder, intent, heard, stream.exists(), ending.exit_code, ending.settled, frozenset(ending.looked_after)
    )


def is_locked(path: Path) -> bool:
    """Whether a process holds the file's lock, as Terraform does with its stream."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.EWOULDBLOCK, errno.EACCES)
    finally:
        os.close(descriptor)
    return False


def boot() -> str:
    """What names this life of the machine, where the system says so."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def is_here(host: str) -> bool:
    """Whether a host that was written down is this one."""
    return host == socket.gethostname()


@dataclass(frozen=True, slots=True)
class _Ending:
    """What ``end.json`` says; without one it is not known how a run ended."""

    exit_code: int | None = None
    settled: bool = False
    looked_after: tuple[str, ...] = ()


def _ending(folder: Path) -> _Ending:
    with contextlib.suppress(OSError, ValidationError):
        found: _Ending = _adapter(_Ending).validate_json((folder / END).read_bytes())
        return found
    return _Ending()


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
"""What reads and writes one of a journal's documents; made when the first one is."""


def _lines(path: Path) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        yield from path.read_bytes().splitlines()


def _said_id(raw: Mapping[str, Any]) -> str:
    hook = raw.get("hook")
    value = hook.get("id_value") if isinstance(hook, Mapping) and hook.get("id_key") == "id" else None
    return value if isinstance(value, str) else ""


def _is_marked(marks: Any, path: str) -> bool:
    for step in path.split("."):
        if marks is True:
            return True
        marks = (
            marks.get(step)
            if isinstance(marks, Mapping)
            else marks[int(step)]
            if isinstance(marks, list) and step.isdigit() and int(step) < len(marks)
            else None
        )
    return bool(marks)


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
