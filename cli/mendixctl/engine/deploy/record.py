"""The record of a deployment that is no part of an apply: a release of its own kind, which changes nothing in AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mendixctl.engine.deployed import REMOVES
from mendixctl.engine.deployment.within import recorded
from mendixctl.engine.environment.identity import home
from mendixctl.engine.environment.site import Site
from mendixctl.engine.plan.manifests import RECORDED
from mendixctl.engine.restated import restated, state_before
from mendixctl.guard.manifests import ManifestChanges
from mendixctl.ledger.release import Deployment, Kind, Outcome, Record, Status
from mendixgen.diagnostics import Diagnostic


def begin(site: Site, found: ManifestChanges, *, remove: bool, accepted: Sequence[str], message: str) -> Record:
    """Allot a number to what is about to be done in the cluster.

    Raises:
        Refused: another release took the number.
    """
    extra: dict[str, object] = {REMOVES: True} if remove else {}
    before = site.head.release.extra if site.head is not None else {}
    extra |= {name: before[name] for name in (RECORDED, "modules") if name in before}
    if accepted:
        extra["accepted"] = list(accepted)
    objects = tuple(recorded(one) for one in found.objects)
    release, archive = restated(site, Kind.DEPLOY, message, objects=objects, extra=extra)
    return site.store.allot(release, archive)


def end(
    site: Site, record: Record, deployment: Deployment, seconds: float, reasons: Sequence[Diagnostic], *, stopped: bool
) -> Record:
    """Record how far it came, and base this checkout on it."""
    lineage, serial = state_before(site.store, record.number)
    reached = Status.SUCCEEDED if deployment.complete and not reasons else Status.FAILED
    outcome = Outcome(
        status=Status.INTERRUPTED if stopped else reached,
        finished_at=site.session.clock(),
        seconds=round(seconds, 3),
        errors=tuple(f"{one.code}: {one.summary}" for one in reasons),
        lineage=lineage,
        serial=serial,
        deployment=deployment,
    )
    closed = site.store.close(record.number, outcome)
    workplace = site.workplace
    workplace.with_lock(replace(workplace.lock.with_base(record.number), home=home(workplace)))
    return closed
