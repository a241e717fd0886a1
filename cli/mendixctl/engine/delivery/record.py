"""What the ledger says of an app: what was delivered, by whom and why, and what is there to go back to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mendixctl.engine.environment.site import Site
from mendixctl.engine.polling import rounds
from mendixctl.engine.restated import restated, state_before
from mendixctl.ledger.release import PLATFORM, Kind, Outcome, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

FACTS = "delivery"
"""The entry of a record that holds them."""
TRIES = 5
OPEN = timedelta(minutes=30)
"""How long a delivery that is over waits for an apply that is not, to be written after it."""


def facts(record: Record) -> Mapping[str, object]:
    """What a record says of a delivery; nothing where it is none."""
    found = record.release.extra.get(FACTS)
    return found if isinstance(found, Mapping) else {}


def deliveries(store: LedgerStore, app: str) -> Iterator[Record]:
    """The deliveries of an app, the newest first."""
    for number in reversed(store.numbers()):
        record = store.read(number)
        if record.release.kind is Kind.APP and facts(record).get("app") == app:
            yield record


def reached(store: LedgerStore, app: str) -> Iterator[Record]:
    """The deliveries of an app that succeeded, the newest first."""
    return (one for one in deliveries(store, app) if one.status is Status.SUCCEEDED)


def keep(
    site: Site,
    said: Mapping[str, object],
    started: datetime,
    *,
    message: str = "",
    snapshots: Mapping[str, str] | None = None,
    errors: Sequence[str] = (),
    done: Sequence[str] = (),
    interrupted: bool = False,
) -> Record:
    """Write a delivery that is over into the ledger, under the next number that is free.

    Raises:
        MendixError: MXV142, an apply of the platform has been open all the while; MXL1xx, the ledger.
    """
    store = site.store
    for _ in rounds(site.session, OPEN):
        head = store.head()
        if not head or store.read(head).outcome is not None:
            break
    else:
        raise MendixError(
            Diagnostic(
                "MXV142",
                f"v{store.head()} of {site.environment} has no outcome, so this delivery cannot be written after it",
                hint=f"mendixctl recover {site.environment} closes it; mendixctl release deploy again writes this one",
            )
        )
    opened = _allotted(site, said, started, message, snapshots or {})
    lineage, serial = state_before(store, opened.number)
    now = site.session.clock()
    status = Status.INTERRUPTED if interrupted else Status.FAILED if errors else Status.SUCCEEDED
    outcome = Outcome(
        status=status,
        finished_at=now,
        seconds=round((now - started).total_seconds(), 3),
        done=tuple(done),
        errors=tuple(errors),
        lineage=lineage,
        serial=serial,
    )
    return store.close(opened.number, outcome)


def _allotted(
    site: Site, said: Mapping[str, object], started: datetime, message: str, snapshots: Mapping[str, str]
) -> Record:
    for left in reversed(range(TRIES)):
        newest = site.store.platform()
        extra = {FACTS: dict(said), PLATFORM: newest.number if newest is not None else 0}
        release, archive = restated(site, Kind.APP, message, extra=extra, snapshots=dict(snapshots))
        try:
            return site.store.allot(replace(release, started_at=started), archive)
        except Refused:
            # somebody else took the number, and is done at once where that was a delivery too
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
