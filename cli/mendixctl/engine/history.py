"""``history``, ``show`` and ``diff``: what the ledger says. Nothing is planned, and nothing but the ledger is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixctl.engine.comparing import files_diff, spec_changes, text_diff, version_changes
from mendixctl.engine.ledgers import ledger
from mendixctl.engine.reading import open_ledger
from mendixctl.engine.results import DiffResult, HistoryResult, ShowResult
from mendixctl.engine.session import Session
from mendixctl.engine.tooling import api, clients
from mendixctl.engine.workplace import Workplace, choose
from mendixctl.ledger.archive import unpack
from mendixctl.ledger.release import Record
from mendixctl.ledger.store import LedgerStore
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, Severity
from mendixgen.lock import Lock


def history(session: Session, environment: str | None = None) -> HistoryResult:
    """All releases of an environment, oldest first, with the chain of their digests checked."""
    workplace, store = opened(session, environment)
    records = tuple(store.records())
    warnings: tuple[Diagnostic, ...] = ()
    if records and records[-1].number > workplace.lock.base:
        warnings = (
            Diagnostic(
                "MXP120",
                f"this checkout is based on v{workplace.lock.base}, the newest release is v{records[-1].number}",
                hint=f"pull, or: mendixctl sync {workplace.environment}",
                severity=Severity.WARNING,
            ),
        )
    return HistoryResult(workplace.scope, records, workplace.lock.base, warnings)


def show(session: Session, environment: str | None, version: int) -> ShowResult:
    """One release, and what it changed in the specification and the versions against the one before it."""
    workplace, store = opened(session, environment)
    record = store.read(version)
    before = store.read(version - 1) if version > 1 else None
    return ShowResult(
        scope=workplace.scope,
        record=record,
        spec=spec_changes(_data(before) if before else {}, _data(record)),
        versions=version_changes(_lock(before) if before else None, _lock(record)),
        files=tuple(sorted(_files(store, record))),
    )


def diff(session: Session, environment: str | None, a: int, b: int) -> DiffResult:
    """From release ``a`` to release ``b``, in either direction: specification, versions, HCL, resource changes."""
    workplace, store = opened(session, environment)
    left, right = store.read(a), store.read(b)
    between = range(min(a, b) + 1, max(a, b) + 1)
    name = f"environments/{workplace.environment}.yaml"
    return DiffResult(
        scope=workplace.scope,
        a=a,
        b=b,
        spec=spec_changes(_data(left), _data(right)),
        spec_diff=text_diff(left.release.spec, right.release.spec, name, f"v{a}", f"v{b}"),
        versions=version_changes(_lock(left), _lock(right)),
        changes=tuple((number, change) for number in between for change in store.read(number).release.changes),
        files=files_diff(_files(store, left), _files(store, right), f"v{a}", f"v{b}"),
    )


def opened(session: Session, environment: str | None) -> tuple[Workplace, LedgerStore]:
    """The environment and its ledger, for what only reads; a YAML with errors is warned of, see `open_ledger`.

    Raises:
        MendixError: MXP101, MXP102; what leads to the ledger cannot be read.
    """
    workplace = open_ledger(session, choose(session.repository, environment))
    session.reporter.begin(workplace.scope)
    if workplace.state_file is not None:
        return workplace, ledger(workplace)
    variables, _ = api(workplace)
    return workplace, ledger(workplace, clients(workplace, variables))


def _data(record: Record) -> Mapping[str, Any]:
    from mendixgen.spec.source import read

    return read(record.release.spec, f"v{record.number}.yaml").data


def _lock(record: Record) -> Lock:
    return locks.parse(record.release.lock, f"v{record.number}.lock")


def _files(store: LedgerStore, record: Record) -> dict[str, bytes]:
    return unpack(store.archive(record.number), f"the archive of v{record.number}")
