"""The record of a restored state: a release of its own kind, in the same chain as all others."""

from __future__ import annotations

import contextlib

from mendixctl.engine.environment.site import Site
from mendixctl.engine.restated import restated, state_before
from mendixctl.engine.state.stored import read_state
from mendixctl.engine.state_restore.checks import EMPTY
from mendixctl.engine.unfinished.open_release import keep_outcome
from mendixctl.ledger.release import Kind, Outcome, Record, Release, Status
from mendixctl.ledger.state_copies import StateCopy, StateFacts, facts
from mendixgen.diagnostics import Diagnostic, MendixError, Severity


def current_state(site: Site) -> tuple[StateFacts, bytes]:
    """The state in place. One that is damaged counts as gone: it is set aside before anything is put there."""
    data = read_state(site.workplace, site.clients)
    if not data.strip():
        return EMPTY, b""
    try:
        return facts(data, "the state in place"), data
    except MendixError:
        return EMPTY, b""


def release(site: Site, copy: StateCopy, message: str) -> tuple[Release, bytes]:
    """The record of the restore. What is to be is what the newest release says: a restore changes none of it."""
    return restated(site, Kind.RESTORE, message, restored_release=copy.release, restored_serial=copy.serial)


def close(
    site: Site, record: Record, problem: BaseException | None, seconds: float
) -> tuple[Record, tuple[Diagnostic, ...]]:
    """Record how it ended, with the state that is in place then, whatever was meant to be.

    Where there is none, the last that is known stays on record: by it the next plan sees that a state is missing.
    """
    lineage, serial = state_before(site.store, record.number)
    with contextlib.suppress(MendixError):
        found, _ = current_state(site)
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
        finished_at=site.session.clock(),
        seconds=round(seconds, 3),
        errors=errors,
        lineage=lineage,
        serial=serial,
    )
    try:
        return site.store.close(record.number, outcome), ()
    except MendixError as error:
        kept = keep_outcome(site.workplace, record.number, outcome)
        hint = "it is kept in this checkout and recorded by the next apply" if kept else "the next apply closes it"
        summary = f"the outcome of v{record.number} could not be recorded: {error.diagnostics[0].summary}"
        return record, (Diagnostic("MXP140", summary, hint=hint, severity=Severity.WARNING),)
