"""Releases without an outcome: an apply that still runs, or one that was cut off."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

from mendixctl.engine.runs import find_run
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import Workplace
from mendixctl.ledger.release import Outcome, Record, Status
from mendixctl.ledger.serialise import outcome_bytes, parse_outcome
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.events import parse_line
from mendixctl.terraform.outcome import Gatherer
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.files import write_atomic

FRESH = timedelta(minutes=2)
"""Between a release's number and Terraform's own lock lie seconds; for this long it is taken to be running."""


def _kept(workplace: Workplace, number: int) -> Path:
    return workplace.workspace / "outcomes" / f"{number:04d}.json"


def keep_outcome(workplace: Workplace, number: int, outcome: Outcome) -> bool:
    """Keep an outcome that the ledger could not take; whether that worked."""
    with contextlib.suppress(MendixError):
        write_atomic(_kept(workplace, number), outcome_bytes(outcome), mode=0o600)
        return True
    return False


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
    if tools.clients is None:
        return
    from mendixctl.aws import guarded, is_missing

    header = workplace.specification.header
    locked = True
    with guarded(f"look for the lock of {workplace.scope.state}"):
        try:
            tools.clients.client("s3").head_object(Bucket=header.state_bucket, Key=f"{header.state_key}.tflock")
        except Exception as error:
            if not is_missing(error):
                raise
            locked = False
    fresh = workplace.session.clock() - record.release.started_at < FRESH
    elsewhere = find_run(workplace.workspace, f"v{record.number:04d}-apply") is None
    if locked or (fresh and elsewhere):
        who = record.release.author
        raise Refused(
            Diagnostic(
                "MXP143",
                f"v{record.number} of {workplace.environment} is being applied by {who.user}@{who.host} since "
                f"{record.release.started_at:%Y-%m-%d %H:%M} UTC",
                hint="wait until it is done; if that machine is gone, terraform force-unlock removes its lock",
            )
        )


def _from_journal(workplace: Workplace, tools: Tools, record: Record) -> Outcome:
    """What Terraform said before it or mendixctl was cut off, if that was in this checkout."""
    folder = find_run(workplace.workspace, f"v{record.number:04d}-apply")
    heard = Gatherer()
    known = False
    for journal in sorted(folder.glob("*")) if folder else ():
        with contextlib.suppress(OSError):
            for line in journal.read_bytes().splitlines():
                heard.hear(parse_line(line))
                known = True
    planned = tuple(change.address for change in record.release.changes)
    in_flight = tuple(dict.fromkeys(address for address, _ in heard.open))
    done = tuple(
        address for address in planned if address in heard.completed and address not in {*heard.failed, *in_flight}
    )
    begun = {*done, *heard.failed, *in_flight}
    lineage, serial = "", 0
    with contextlib.suppress(MendixError):
        identity = tools.state_identity(workplace)
        lineage, serial = identity.lineage, identity.serial
    # Terraform outlives a mendixctl that is killed, and says so at the end of an apply that it completed.
    whole = heard.summary is not None and heard.summary.operation == "apply" and not heard.failed and not in_flight
    return Outcome(
        status=Status.SUCCEEDED if whole else Status.INTERRUPTED,
        finished_at=workplace.session.clock(),
        seconds=0.0,
        done=planned if whole else done,
        failed=(*heard.failed, *in_flight),
        not_started=tuple(address for address in planned if address not in begun) if known and not whole else (),
        errors=()
        if whole
        else (
            "the apply was cut off; this is what Terraform's journal says"
            if known
            else "the apply was cut off, and nothing is known of what it did",
        ),
        lineage=lineage,
        serial=serial,
    )
