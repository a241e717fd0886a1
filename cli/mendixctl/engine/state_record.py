"""The record of a restored state: a release of its own kind, in the same chain as all others."""

from __future__ import annotations

import contextlib

from mendixctl.engine import git
from mendixctl.engine.authors import author
from mendixctl.engine.copying import read_state
from mendixctl.engine.identity import home
from mendixctl.engine.state_checks import EMPTY
from mendixctl.engine.tooling import Tools
from mendixctl.engine.unfinished import keep_outcome
from mendixctl.engine.workplace import Workplace
from mendixctl.ledger.archive import of_root, pack
from mendixctl.ledger.release import Kind, Outcome, Record, Release, Status
from mendixctl.ledger.serialise import digest
from mendixctl.ledger.state_copies import StateCopy, StateFacts, facts
from mendixctl.ledger.store import LedgerStore
from mendixgen import __version__
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError, Severity


def current_state(workplace: Workplace, tools: Tools) -> tuple[StateFacts, bytes | None]:
    """The state in place. A local one that is damaged counts as gone: it is set aside before anything is put there."""
    data = read_state(workplace, tools.clients)
    if data is None:
        return EMPTY, None
    try:
        return facts(data, "the state in place"), data
    except MendixError:
        if workplace.state_file is None:
            raise
        return EMPTY, None


def release(
    workplace: Workplace, tools: Tools, store: LedgerStore, copy: StateCopy, message: str
) -> tuple[Release, bytes]:
    """The record of the restore. What is to be is what the newest release says: a restore changes none of it."""
    session, scope = workplace.session, workplace.scope
    number = store.head()
    before = store.read(number) if number else None
    archive = store.archive(number) if number else pack(of_root(workplace.root))
    spec = before.release.spec if before else workplace.specification.text
    lock = locks.parse(before.release.lock, f"v{number}.lock") if before else workplace.lock
    arn = tools.clients.caller() if tools.clients and scope.target == "aws" else ""
    release = Release(
        number=number + 1,
        environment=workplace.environment,
        account=scope.account,
        region=scope.region,
        target=scope.target,
        kind=Kind.RESTORE,
        started_at=session.clock(),
        author=author(session.repository.root, arn),
        spec=spec,
        lock=locks.dump(lock.with_base(number + 1).at(home(workplace)), workplace.environment),
        archive_digest=digest(archive),
        predecessor=before.digest if before else "",
        message=message,
        commit=git.commit(session.repository.root),
        generator=__version__,
        terraform=tools.version,
        restored_release=copy.release,
        restored_serial=copy.serial,
    )
    return release, archive


def close(
    workplace: Workplace,
    tools: Tools,
    store: LedgerStore,
    record: Record,
    problem: BaseException | None,
    seconds: float,
) -> tuple[Record, tuple[Diagnostic, ...]]:
    """Record how it ended, with the state that is in place then, whatever was meant to be.

    Where there is none, the last that is known stays on record: by it the next plan sees that a state is missing.
    """
    lineage, serial = _known(store, record.number)
    with contextlib.suppress(MendixError):
        found, _ = current_state(workplace, tools)
        if found != EMPTY:
            lineage, serial = found.lineage, found.serial
    status = Status.SUCCEEDED if problem is None else Status.FAILED
    errors: tuple[str, ...] = ()
    if isinstance(problem, MendixError):
        errors = tuple(f"{one.code}: {one.summary}" for one in problem.diagnostics)
    elif problem is not None:
        status, errors = Status.INTERRUPTED, (f"mendixctl was stopped: {type(problem).__name__}",)
    outcome = Outcome(
        status=status,
        finished_at=workplace.session.clock(),
        seconds=round(seconds, 3),
        errors=errors,
        lineage=lineage,
        serial=serial,
    )
    try:
        return store.close(record.number, outcome), ()
    except MendixError as error:
        kept = keep_outcome(workplace, record.number, outcome)
        hint = "it is kept in this checkout and recorded by the next apply" if kept else "the next apply closes it"
        summary = f"the outcome of v{record.number} could not be recorded: {error.diagnostics[0].summary}"
        return record, (Diagnostic("MXP140", summary, hint=hint, severity=Severity.WARNING),)


def _known(store: LedgerStore, number: int) -> tuple[str, int]:
    before = store.read(number - 1).outcome if number > 1 else None
    return (before.lineage, before.serial) if before is not None else ("", 0)
