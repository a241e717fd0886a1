"""Releases without an outcome: an apply that still runs, or one that was cut off; and what such a one left in doubt."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.journal import journal as journals
from mendixctl.engine.journal.journal import Journal, journal_of
from mendixctl.engine.state.locks import StateLock, find_lock
from mendixctl.engine.unfinished.orphan_candidates import Certainty, doubts
from mendixctl.ledger.release import Deployment, Kind, Outcome, Record, Status
from mendixctl.ledger.serialise import outcome_bytes, parse_outcome
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.outcome import Gatherer
from mendixctl.terraform.state import State
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.files import write_atomic
from mendixgen.messages import msg

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


def check_doubts(workplace: Workplace, store: LedgerStore, state: State) -> None:
    """Check that nothing of a crash is missing from the state: a plan would make it a second time.

    Runs of which everything is in the state are done with. A name that AWS said is taken stays in doubt, and is in
    nobody's way: AWS makes nothing a second time under it, and the YAML may have another by now.

    Raises:
        Refused: MXP211.
    """
    number = store.head()
    record = store.read(number) if number else None
    found = doubts(workplace, record, state.instances)
    if not found:
        for journal in journals.unsettled(workplace.workspace):
            journals.settle(journal)
        return
    found = tuple(doubt for doubt in found if doubt.certainty is not Certainty.TAKEN)
    if not found:
        return
    releases = ", ".join(f"v{one}" for one in sorted({doubt.release for doubt in found}))
    exist = sum(doubt.certainty == "created" for doubt in found)
    raise Refused(
        Diagnostic(
            "MXP211",
            msg(
                "{releases} of {environment} was cut off: {count} resources {value} that stand in no "
                "state, and a plan would create them a second time",
                releases=releases,
                environment=workplace.environment,
                count=len(found),
                value="exist" if exist == len(found) else "may exist",
            ),
            hint=msg(
                "mendixctl recover {environment} finds them and takes them into the state",
                environment=workplace.environment,
            ),
            detail="\n".join(
                [
                    *(f"{doubt.address} ({doubt.certainty})" for doubt in found[:SHOWN]),
                    *([msg("and {value} more", value=len(found) - SHOWN)] if len(found) > SHOWN else []),
                ]
            ),
        )
    )


def settle(site: Site) -> Record | None:
    """Close the newest release if its apply was cut off, with what is known of it.

    Raises:
        Refused: MXP143, it is being applied right now.
    """
    workplace, store = site.workplace, site.store
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
        _check_not_running(site, record)
        outcome = _from_journal(site, record)
    closed = store.close(number, outcome)
    kept.unlink(missing_ok=True)
    workplace.session.reporter.notice(
        Diagnostic(
            "MXP144",
            msg(
                "v{number} of {environment} had no outcome and is now recorded as {value}",
                number=number,
                environment=workplace.environment,
                value=outcome.status.value,
            ),
            hint=msg("mendixctl show v{number} --env {environment}", number=number, environment=workplace.environment),
            severity=Severity.WARNING,
        )
    )
    return closed


def _check_not_running(site: Site, record: Record) -> None:
    """A local state's apply would hold this checkout's lease; one in S3 may run anywhere and holds the state's lock."""
    workplace = site.workplace
    journal = journal_of(workplace.workspace, record)
    if journal is not None and journal.is_alive:
        raise _still_running(workplace, journal)
    if workplace.state_file is not None:
        return
    lock = find_lock(workplace, site.clients)
    fresh = workplace.session.clock() - record.release.started_at < FRESH
    if lock is not None or (fresh and journal is None):
        raise running(workplace, record, lock)


def running(workplace: Workplace, record: Record, lock: StateLock | None) -> Refused:
    """The refusal for a release that is being applied, as far as can be seen."""
    who, environment = record.release.author, workplace.environment
    holds = (
        msg("; the state is locked by {who} since {since} UTC", who=lock.who, since=f"{lock.since:%Y-%m-%d %H:%M:%S}")
        if lock and lock.since
        else ""
    )
    return Refused(
        Diagnostic(
            "MXP143",
            msg(
                "v{number} of {environment} is being applied by {user}@{host} since {started_at} UTC{holds}",
                number=record.number,
                environment=environment,
                user=who.user,
                host=who.host,
                started_at=f"{record.release.started_at:%Y-%m-%d %H:%M:%S}",
                holds=holds,
            ),
            hint=msg(
                "wait until it is done (mendixctl status {environment}); if that machine is gone: "
                "mendixctl recover {environment}",
                environment=environment,
            ),
        )
    )


def _still_running(workplace: Workplace, journal: Journal) -> Refused:
    intent = journal.intent
    return Refused(
        Diagnostic(
            "MXP143",
            msg(
                "v{number} of {environment} is being applied by {user}@{host} since {started_at} UTC: "
                "Terraform, process {pid}, goes on although the mendixctl that started it is gone",
                number=intent.number,
                environment=workplace.environment,
                user=intent.user,
                host=intent.host,
                started_at=f"{intent.started_at:%Y-%m-%d %H:%M:%S}",
                pid=journal.pid,
            ),
            hint=msg(
                "wait until it is done (mendixctl status {environment}); then run the same command again",
                environment=workplace.environment,
            ),
        )
    )


def _from_journal(site: Site, record: Record) -> Outcome:
    """What Terraform said before it or mendixctl was cut off, if that was in this checkout."""
    workplace = site.workplace
    lineage, serial = "", 0
    with contextlib.suppress(MendixError):
        state = site.tools.state(workplace)
        lineage, serial = state.lineage, state.serial
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
        return Outcome(
            Status.INTERRUPTED, moment, 0.0, (), (), planned, (word,), lineage, serial, deployment=_deployment(record)
        )
    heard = journal.heard.outcome if journal else Gatherer()
    known = journal is not None and journal.heard.anything
    far = heard.progress({change.address: change.action for change in record.release.changes})
    # Terraform outlives a mendixctl that is killed, and says so at the end of an apply that it completed.
    whole = heard.summary is not None and heard.summary.operation == "apply" and not far.failed and not far.in_flight
    deployment = _deployment(record, begun=True, whole=whole or not known)
    deployed = deployment is None or deployment.complete
    word = "this is what Terraform's journal says" if known else "nothing is known of what it did"
    return Outcome(
        status=Status.SUCCEEDED if whole and deployed else Status.INTERRUPTED,
        finished_at=moment,
        seconds=0.0,
        done=planned if whole else far.done,
        failed=(*far.failed, *far.in_flight),
        not_started=far.not_started if known and not whole else (),
        errors=() if whole and deployed else (msg("the apply was cut off; {word}", word=word),),
        lineage=lineage,
        serial=serial,
        deployment=deployment,
    )


def _deployment(record: Record, *, begun: bool = False, whole: bool = False) -> Deployment | None:
    """How far a release that was cut off came with its objects, of which no journal tells: by how far Terraform came.

    They are begun when Terraform is through, but those of a destroy are gone before it begins.
    """
    objects = tuple(one.address for one in record.release.objects)
    if not objects:
        return None
    if record.release.kind is Kind.DESTROY:
        return Deployment(done=objects) if begun else Deployment(failed=objects)
    return Deployment(failed=objects) if whole else Deployment(not_started=objects)
