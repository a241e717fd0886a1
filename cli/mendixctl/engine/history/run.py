"""``history``, ``show`` and ``diff``: what the ledger says. Nothing is planned, and nothing but the ledger is asked."""

from __future__ import annotations

from mendixctl.engine import released
from mendixctl.engine.diff import files_diff, text_diff, version_changes
from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.header_only import open_ledger
from mendixctl.engine.environment.ledger import ledger
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.history.masking import Masking
from mendixctl.engine.history.results import DiffResult, HistoryResult, ShowResult
from mendixctl.engine.session import Session
from mendixctl.ledger.archive import unpack
from mendixctl.ledger.release import Record
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, Severity


def history(session: Session, environment: str | None = None) -> HistoryResult:
    """All releases of an environment, oldest first, with the chain of their digests checked."""
    workplace, store = opened(session, environment)
    records = tuple(store.records())
    warnings: tuple[Diagnostic, ...] = ()
    if records and records[-1].basis > workplace.lock.base:
        warnings = (
            Diagnostic(
                "MXP120",
                f"this checkout is based on v{workplace.lock.base}, the newest release is v{records[-1].basis}",
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
    old, new = released.data(before) if before else {}, released.data(record)
    return ShowResult(
        scope=workplace.scope,
        record=record,
        spec=Masking(workplace, old, new).changes(),
        versions=version_changes(released.lock(before) if before else None, released.lock(record)),
        files=tuple(sorted(_files(store, record))),
    )


def diff(session: Session, environment: str | None, a: int, b: int) -> DiffResult:
    """From release ``a`` to release ``b``, in either direction: specification, versions, HCL, resource changes."""
    workplace, store = opened(session, environment)
    left, right = store.read(a), store.read(b)
    between = range(min(a, b) + 1, max(a, b) + 1)
    name = f"environments/{workplace.environment}.yaml"
    masking = Masking(workplace, released.data(left), released.data(right))
    return DiffResult(
        scope=workplace.scope,
        a=a,
        b=b,
        spec=masking.changes(),
        spec_diff=masking.text(text_diff(left.release.spec, right.release.spec, name, f"v{a}", f"v{b}")),
        versions=version_changes(released.lock(left), released.lock(right)),
        changes=tuple(
            (number, change)
            for number in between
            for release in (store.read(number).release,)
            for change in (*release.changes, *release.objects)
        ),
        files=masking.text(files_diff(_files(store, left), _files(store, right), f"v{a}", f"v{b}")),
    )


def opened(session: Session, environment: str | None) -> tuple[Workplace, LedgerStore]:
    """The environment and its ledger, for what only reads; a YAML with errors is warned of, see `open_ledger`.

    Raises:
        MendixError: MXP101, MXP102; what leads to the ledger cannot be read.
    """
    workplace = open_ledger(session, choose(session.repository, environment))
    session.reporter.begin(workplace.scope)
    return workplace, ledger(workplace, reading_clients(workplace))


def _files(store: LedgerStore, record: Record) -> dict[str, bytes]:
    return unpack(store.archive(record.number), f"the archive of v{record.number}")
