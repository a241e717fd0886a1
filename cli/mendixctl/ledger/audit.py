"""Every record of a ledger looked at, damaged or not: what is wrong with each, and whether the chain holds.

Reading stops at the first thing that cannot be believed. Here nothing stops: each record is judged by itself, and the
chain is followed over the bytes as they are stored, so that one edited record is told as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from mendixctl.ledger.archive import unpack
from mendixctl.ledger.release import Outcome, Release
from mendixctl.ledger.serialise import digest, parse_outcome, record_digest
from mendixctl.ledger.store import LedgerStore, folder_name
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Severity
from mendixgen.messages import msg

READERS = 8
RESTORE = "restore it from git or from the version history of the bucket"

_SOURCE = re.compile(rb'^\s*source\s*=\s*"[^"]*modules/([a-z][a-z0-9_]*)/([0-9.]+)"\s*$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``release``: its number, or 0 where it is about the whole."""

    release: int
    diagnostic: Diagnostic


@dataclass(slots=True)
class Audit:
    """What was found; ``releases`` are those that can be believed, each by itself."""

    numbers: list[int] = field(default_factory=list)
    releases: dict[int, Release] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Stored:
    number: int
    release: bytes | None = None
    outcome: bytes | None = None
    archive: bytes | None = None
    parsed: Release | None = None
    problems: list[Diagnostic] = field(default_factory=list)


def audit(store: LedgerStore) -> Audit:
    """Look at every record of ``store``.

    Raises:
        MendixError: MXL113, MXA1xx: the ledger as a whole cannot be listed.
    """
    made = Audit(store.numbers())
    head = max(made.numbers, default=0)
    before: _Stored | None = None
    with ThreadPoolExecutor(READERS) as pool:
        for stored in pool.map(lambda number: _read(store, number), range(1, head + 1)):
            problems = [*stored.problems, *_judge(store, stored, before, head)]
            made.findings += [Finding(stored.number, problem) for problem in problems]
            if stored.parsed is not None:
                made.releases[stored.number] = stored.parsed
            before = stored
    return made


def _read(store: LedgerStore, number: int) -> _Stored:
    stored = _Stored(number)
    try:
        stored.release, stored.outcome = store.parts(number)
        if stored.release is not None:
            stored.parsed = store.parse(number, stored.release)
            stored.archive = store.stored_archive(stored.parsed)
    except MendixError as error:
        stored.problems += error.diagnostics
    return stored


def _judge(store: LedgerStore, stored: _Stored, before: _Stored | None, head: int) -> Iterator[Diagnostic]:
    number = stored.number
    place = f"{store.place}/{folder_name(number)}"
    if stored.release is None:
        if not stored.problems:
            yield Diagnostic(
                "MXL107",
                msg(
                    "v{number} of {environment} is missing from {place}, though v{head} is there",
                    number=number,
                    environment=store.environment,
                    place=store.place,
                    head=head,
                ),
                hint=RESTORE,
                location=Location(f"{place}/release.json"),
            )
        return
    outcome, problems = _outcome(stored, place)
    yield from problems
    if stored.outcome is None:
        yield _open(store, number, head, place)
    if stored.parsed is None:
        return
    yield from _chain(store, stored.parsed, before, place)
    if not stored.problems:
        yield from _archive(stored, stored.parsed, place)
    if outcome is not None and outcome.finished_at < stored.parsed.started_at:
        yield Diagnostic(
            "MXD113",
            msg("v{number} of {environment} ended before it began", number=number, environment=store.environment),
            hint="compare it with git or with the version history of the bucket",
            location=Location(f"{place}/outcome.json"),
            severity=Severity.WARNING,
        )


def _outcome(stored: _Stored, place: str) -> tuple[Outcome | None, list[Diagnostic]]:
    if stored.outcome is None:
        return None, []
    try:
        return parse_outcome(stored.outcome, f"{place}/outcome.json"), []
    except MendixError as error:
        return None, list(error.diagnostics)


def _open(store: LedgerStore, number: int, head: int, place: str) -> Diagnostic:
    newest = number == head
    return Diagnostic(
        "MXD112",
        msg("v{number} of {environment} has no outcome", number=number, environment=store.environment)
        + (": its apply is running or was cut off" if newest else msg(", though v{head} came after it", head=head)),
        hint="the next plan or apply closes it" if newest else RESTORE,
        location=Location(f"{place}/outcome.json"),
        severity=Severity.WARNING if newest else Severity.ERROR,
    )


def _chain(store: LedgerStore, release: Release, before: _Stored | None, place: str) -> Iterator[Diagnostic]:
    """Whether the record names the one before it as that is stored now; one that is not there is told already."""
    if before is not None and before.release is None:
        return
    expected = record_digest(before.release, before.outcome) if before and before.release else ""
    if release.predecessor != expected:
        last = release.number - 1
        yield Diagnostic(
            "MXL108",
            msg(
                "the chain is broken between v{last} and v{number} of {environment}: v{number} was ",
                last=last,
                number=release.number,
                environment=store.environment,
            )
            + (
                msg("written after another v{last} than the one that is there", last=last)
                if last
                else "not the first release"
            ),
            hint="restore the records from git or from the version history of the bucket",
            location=Location(f"{place}/release.json"),
        )


def _archive(stored: _Stored, release: Release, place: str) -> Iterator[Diagnostic]:
    if stored.archive is None or digest(stored.archive) != release.archive_digest:
        why = "missing" if stored.archive is None else "not the original"
        yield Diagnostic(
            "MXL111",
            msg("the rendered HCL of v{number} is {why}", number=release.number, why=why),
            hint=RESTORE,
            location=Location(f"{place}/hcl.tar.gz"),
        )
        return
    try:
        main = unpack(stored.archive, f"{place}/hcl.tar.gz").get("main.tf", b"")
        pins = locks.parse(release.lock, f"v{release.number}.lock").pins
    except MendixError as error:
        yield from error.diagnostics
        return
    rendered = {area.decode(): version.decode() for area, version in _SOURCE.findall(main)}
    for area in sorted(rendered):
        pinned = pins[area].version if area in pins else "nothing"
        if rendered[area] != pinned:
            yield Diagnostic(
                "MXD111",
                msg(
                    "v{number} pins {area} to {pinned}, but its rendered HCL runs {value}",
                    number=release.number,
                    area=area,
                    pinned=pinned,
                    value=rendered[area],
                ),
                hint="do not roll back to it before it is known which of the two was applied",
                location=Location(f"{place}/release.json"),
            )
