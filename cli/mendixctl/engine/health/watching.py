"""Asking after each resource until all are well, or will not be, or the deadline has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from mendixctl.aws import error_code, guarded
from mendixctl.engine.health.contract import Check, Finding, Subject, broken
from mendixctl.engine.health.kinds import BY_TYPE
from mendixctl.engine.health.subjects import subjects
from mendixctl.engine.polling import rounds
from mendixctl.engine.state.stored import state_of
from mendixctl.ledger.release import Health, HealthCheck
from mendixgen.diagnostics import MendixError

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.engine.environment.site import Site
    from mendixctl.engine.session import Session

ABSENT = frozenset(
    {
        "CertificateNotFound",
        "DBClusterNotFoundFault",
        "DBInstanceNotFound",
        "DBInstanceNotFoundFault",
        "NotFound",
        "NotFoundException",
        "ResourceNotFoundException",
        "TargetGroupNotFound",
        "TargetGroupNotFoundException",
    }
)
NEVER = frozenset({"MXA101", "MXA102", "MXA103"})
"""Without boto3, credentials or permission, asking again gives the same answer."""


def check_health(site: Site, deadline: timedelta) -> tuple[HealthCheck, ...]:
    """Check what the state of an environment has; nothing is asked of AWS where there is nothing to check.

    Raises:
        MendixError: the state cannot be read.
    """
    workplace = site.workplace
    found = subjects(state_of(workplace, site.clients), workplace.lock.pins.keys(), BY_TYPE)
    if not found:
        return ()
    workplace.session.reporter.stage("health", f"{len(found)} of {workplace.environment}")
    return watch(site.session, site.clients, found, deadline)


def watch(
    session: Session,
    services: Clients,
    found: Sequence[Subject],
    deadline: timedelta,
    kinds: Mapping[str, Check] = BY_TYPE,
) -> tuple[HealthCheck, ...]:
    """What is known of each when all are settled or the deadline has come, in the order given."""
    latest: list[Finding | None] = [None] * len(found)
    for _ in rounds(session, deadline):
        for place, subject in enumerate(found):
            known = latest[place]
            if known is None or not known.settled:
                latest[place] = _look(kinds[subject.type], services, subject)
        if all(known is not None and known.settled for known in latest):
            break
    return tuple(
        HealthCheck(
            kind=kinds[subject.type].kind,
            address=subject.address,
            name=kinds[subject.type].name(subject),
            health=known.health if known else Health.UNKNOWN,
            detail=known.detail if known else "",
        )
        for subject, known in zip(found, latest, strict=True)
    )


def _look(check: Check, services: Clients, subject: Subject) -> Finding:
    try:
        with guarded(f"look at {check.kind} {check.name(subject)}"):
            try:
                return check.look(services, subject)
            except Exception as error:
                if error_code(error) in ABSENT:
                    return broken("AWS does not have it")
                raise
    except MendixError as error:
        problem = error.diagnostics[0]
        return Finding(Health.UNKNOWN, problem.summary, settled=problem.code in NEVER)
