"""``plan``, where it would create what AWS has scheduled for deletion.

A secret's name is taken until then, and what a key has encrypted stays unreadable. Both can be had back, and are then
imported instead of created.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mendixctl.engine.operation import operation
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.results import Restore
from mendixctl.engine.session import Session
from mendixctl.terraform.plan import Action
from mendixgen.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from mendixctl.engine.environment.site import Site

DELAYED = frozenset({"aws_secretsmanager_secret", "aws_kms_key", "aws_kms_replica_key"})
"""Types that AWS deletes only after a window."""


def plan(
    session: Session, environment: str, *, undelete: bool = False, ask_aws: bool = True, allowed: Sequence[str] = ()
) -> PlanResult:
    """Plan as `mendixctl.engine.plan.run.plan` does, and say what of it is deleted and can still be had back.

    ``undelete``: have it back at once, and plan to import it. Calling a deletion off changes nothing else, and a plan
    that is never applied leaves a secret or a key that is there and in no state: the same command again imports it.

    Raises:
        MendixError, Refused, Interrupted: as for a plan; MXA1xx, AWS cannot be asked.
    """
    result = plan_run.plan(session, environment, ask_aws=ask_aws, allowed=allowed)
    if not any(one.change.type in DELAYED and one.change.action is Action.CREATE for one in result.changes):
        return result
    with operation(session, environment, "plan", announce=False) as site:
        found = _there(site, result)
        if not found:
            return result
        if not undelete:
            warnings = tuple(_deleted(site, one) for one in found)
            for warning in warnings:
                session.reporter.notice(warning)
            return replace(result, warnings=(*result.warnings, *warnings))
        from mendixctl.engine.rollback import restore

        session.reporter.stage("undelete", ", ".join(one.address for one in found))
        restore.undelete(site.clients, found)
        adopted = restore.imports(found)
    return plan_run.plan(session, environment, ask_aws=ask_aws, allowed=allowed, adopt=adopted)


def _there(site: Site, result: PlanResult) -> Sequence[Restore]:
    """Of what the plan creates, that which AWS has: scheduled for deletion, or called back and in no state."""
    from mendixctl.engine.rollback import restore

    found = restore.find(result, site.store, site.clients, site.environment)
    return [one for one in restore.adopted(found) if one.type in DELAYED]


def _deleted(site: Site, one: Restore) -> Diagnostic:
    until = f" until {one.until:%Y-%m-%d}" if one.until else ""
    state = f"is scheduled for deletion and can be had back{until}" if one.until else "is there, and in no state"
    secret = one.type == "aws_secretsmanager_secret"
    return Diagnostic(
        "MXP171",
        f"{one.address}: {one.source} {state}",
        hint=f"have it back with what it holds: mendixctl plan {site.environment} --undelete; "
        + ("its name is taken until then, so an apply of this plan fails" if secret else "else another is created"),
        severity=Severity.WARNING,
    )
