"""Releases without an outcome: an apply that still runs, or one that was cut off; and what such a one left in doubt."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

from mendixctl.engine import journals
from mendixctl.engine.doubts import doubts
from mendixctl.engine.journals import Journal, journal_of
from mendixctl.engine.state_locks import StateLock, find_lock
from mendixctl.engine.state_objects import objects
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import Workplace
from mendixctl.ledger.release import Outcome, Record, Status
from mendixctl.ledger.serialise import outcome_bytes, parse_outcome
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.outcome import Gatherer
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.files import write_atomic

FRESH = timedelta(minutes=2)
"""Between a release's number and Terraform's own lock lie seconds; for this long it is taken to be running."""

SHOWN = 8
"""Addresses that an error names."""


def _kept(workplace: Workplace, number: int) -> Path:
    return workplace.workspace / "outcomes" / f"{number:04d}.json"


def keep_outcome(workplace: Workplace, number: int, outcome: Outcome) -> bool:
    """Keep an outcome that the ledger could not take; whether that worked."""
    with contextlib.suppress(MendixError):
        write_atomic(_kept(workplace, number), outcome_bytes(outcome), mode=0o600)
        return True
    return False


def check_at_rest(workplace: Workplace) -> None:
    """Check that no Terraform of this checkout goes on although the mendixctl that started it is gone.

    Raises:
        Refused: MXP143, one does.
    """
    for journal in journals.unsettled(workplace.workspace):
        if journal.is_alive:
            raise _still_running(workplace, journal)


def check_doubts(workplace: Workplace, store: LedgerStore, raw: bytes) -> None:
    """Check that nothing of a crash is missing from the state (``raw``): a plan would make it a second time.

    Runs of which everything is in the state are done with.

    Raises:
        Refused: MXP211.
    """
    number = store.head()
    record = store.read(number) if number else None
    found = doubts(workplace, record, objects(raw))
    if not found:
        for journal in journals.unsettled(workplace.workspace):
            journals.settle(journal)
        return
    releases = ", ".join(f"v{one}" for one in sorted({doubt.release for doubt in found}))
    exist = sum(doubt.certainty == "created" for doubt in found)
    raise Refused(
        Diagnostic(
            "MXP211",
            f"{releases} of {workplace.environment} was cut off: {len(found)} resources "
            f"{'exist' if exist == len(found) else 'may exist'} that stand in no state, and a plan would create them "
            "a second time",
            hint=f"mendixctl recover {workplace.environment} finds them and takes them into the state",
            detail="\n".join(
                [
                    *(f"{doubt.address} ({doubt.certainty})" for doubt in found[:SHOWN]),
                    *([f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []),
                ]
            ),
        )
    )


def settle(workplace: Workplace, tools: Tools, store: LedgerStore) -> Record | None:
    """Close the newest release if its apply was cut off, with what is known of it.

    Raises:
        Refused: MXP143, it is being applied right now.
    """
    number = store.head()
    if not number:
        return None
    record = store.read(number)
    if record.outcome is not None:
        return record
    kept = _kept(workplace, number)
    outcome = None
    if kept.is_file():
        outcome = parse_outcome(kept.read_bytes(), str(kept))
    else:
        _check_not_running(workplace, tools, record)
        outcome = _from_journal(workplace, tools, record)
    closed = store.close(number, outcome)
    kept.unlink(missing_ok=True)
    workplace.session.reporter.notice(
        Diagnostic(
            "MXP144",
            f"v{number} of {workplace.environment} had no outcome and is now recorded as {outcome.status.value}",
            hint=f"mendixctl show v{number} --env {workplace.environment}",
            severity=Severity.WARNING,
        )
    )
    return closed


def _check_not_running(workplace: Workplace, tools: Tools, record: Record) -> None:
    """A local state's apply would hold this checkout's lease; one in S3 may run anywhere and holds the state's lock."""
    journal = journal_of(workplace.workspace, record)
    if journal is not None and journal.is_alive:
        raise _still_running(workplace, journal)
    if tools.clients is None:
        return
    lock = find_lock(workplace, tools.clients)
    fresh = workplace.session.clock() - record.release.started_at < FRESH
    if lock is not None or (fresh and journal is None):
        raise running(workplace, record, lock)


def running(workplace: Workplace, record: Record, lock: StateLock | None) -> Refused:
    """The refusal for a release that is being applied, as far as can be seen."""
    who, environment = record.release.author, workplace.environment
    holds = (
        f"; the state is locked by {lock.who} since {lock.since:%Y-%m-%d %H:%M:%S} UTC" if lock and lock.since else ""
    )
    return Refused(
        Diagnostic(
            "MXP143",
            f"v{record.number} of {environment} is being applied by {who.user}@{who.host} since "
            f"{record.release.started_at:%Y-%m-%d %H:%M:%S} UTC{holds}",
            hint=f"wait until it is done (mendixctl status {environment}); if that machine is gone: mendixctl recover "
            f"{environment}",
        )
    )


def _still_running(workplace: Workplace, journal: Journal) -> Refused:
    intent = journal.intent
    return Refused(
        Diagnostic(
            "MXP143",
            f"v{intent.number} of {workplace.environment} is being applied by {intent.user}@{intent.host} since "
            f"{intent.started_at:%Y-%m-%d %H:%M:%S} UTC: Terraform, process {journal.pid}, goes on although the "
            "mendixctl that started it is gone",
            hint=f"wait until it is done (mendixctl status {workplace.environment}); then run the same command again",
        )
    )


def _from_journal(workplace: Workplace, tools: Tools, record: Record) -> Outcome:
    """What Terraform said before it or mendixctl was cut off, if that was in this checkout."""
    lineage, serial = "", 0
    with contextlib.suppress(MendixError):
        identity = tools.state_identity(workplace)
        lineage, serial = identity.lineage, identity.serial
    return outcome_of(
        record, journal_of(workplace.workspace, record), workplace.session.clock(), lineage=lineage, serial=serial
    )


def outcome_of(
    record: Record, journal: Journal | None, moment: datetime, *, lineage: str = "", serial: int = 0
) -> Outcome:
    """What became of a release that was cut off, as far as ``journal`` knows."""
    planned = tuple(change.address for change in record.release.changes)
    if journal is not None and not journal.begun:
        word = "the apply was cut off before Terraform began"
        return Outcome(Status.INTERRUPTED, moment, 0.0, (), (), planned, (word,), lineage, serial)
    heard = journal.heard.outcome if journal else Gatherer()
    known = journal is not None and journal.heard.anything
    in_flight = tuple(dict.fromkeys(address for address, _ in heard.open))
    done = tuple(
        address for address in planned if address in heard.completed and address not in {*heard.failed, *in_flight}
    )
    begun = {*done, *heard.failed, *in_flight}
    # Terraform outlives a mendixctl that is killed, and says so at the end of an apply that it completed.
    whole = heard.summary is not None and heard.summary.operation == "apply" and not heard.failed and not in_flight
    words = "this is what Terraform's journal says" if known else "nothing is known of what it did"
    return Outcome(
        status=Status.SUCCEEDED if whole else Status.INTERRUPTED,
        finished_at=moment,
        seconds=0.0,
        done=planned if whole else done,
        failed=(*heard.failed, *in_flight),
        not_started=tuple(address for address in planned if address not in begun) if known and not whole else (),
        errors=() if whole else (f"the apply was cut off; {words}",),
        lineage=lineage,
        serial=serial,
    )
