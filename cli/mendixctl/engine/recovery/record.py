"""The record of a drill, a failover or a failback: a release of its own kind, which says nothing of what is to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mendixctl.engine.environment.identity import home
from mendixctl.engine.environment.site import Site
from mendixctl.engine.restated import restated, state_before
from mendixctl.ledger.release import Kind, Outcome, Record, Status


def begin(site: Site, kind: Kind, message: str, facts: Mapping[str, object]) -> Record:
    """Allot a number to what is about to be done. ``facts`` are kept with it.

    Raises:
        Refused: another release took the number.
    """
    release, archive = restated(site, kind, message, extra=dict(facts))
    return site.store.allot(release, archive)


def end(site: Site, record: Record, seconds: float, *, errors: Sequence[str] = (), done: Sequence[str] = ()) -> Record:
    """Record how it ended, and base this checkout on it."""
    # none of this changes the state
    lineage, serial = state_before(site.store, record.number)
    outcome = Outcome(
        status=Status.FAILED if errors else Status.SUCCEEDED,
        finished_at=site.session.clock(),
        seconds=round(seconds, 3),
        done=tuple(done),
        errors=tuple(errors),
        lineage=lineage,
        serial=serial,
    )
    closed = site.store.close(record.number, outcome)
    workplace = site.workplace
    workplace.with_lock(replace(workplace.lock.with_base(record.number), home=home(workplace)))
    return closed
