"""``preflight``: ask AWS whether an apply would go through."""

from __future__ import annotations

from dataclasses import replace

from mendixctl.engine.digests import text_digest
from mendixctl.engine.environment.tools import api, clients
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.plan.saved_plan import load
from mendixctl.engine.preflight.ask import ask, desk_of, subject_of
from mendixctl.engine.preflight.pin import pin_addons
from mendixctl.engine.preflight.results import Pinned, Preflight, PreflightResult
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind
from mendixctl.terraform.plan import ResourceChange
from mendixgen.diagnostics import MendixError

PATIENCE = 60.0
"""Seconds that all questions together may take; a plan waits for less."""


def preflight(session: Session, environment: str, *, pin: bool = False) -> PreflightResult:
    """Ask AWS whether an apply would go through, and keep the answers for the plans of the next hour.

    Of the plan that is saved, where there is one of this YAML; otherwise of everything that the YAML asks for. ``pin``:
    first write into the YAML the newest build of each add-on whose pinned build AWS does not have.

    Raises:
        MendixError: MXP101 and what else is wrong with the specification; MXA1xx, AWS cannot be asked at all.
    """
    workplace = open_workplace(session, environment, refresh=True)
    session.reporter.begin(workplace.scope)
    variables, endpoint = api(workplace)
    made = clients(workplace, variables)
    desk = desk_of(workplace, made)
    session.reporter.stage("preflight")
    pinned: tuple[Pinned, ...] = ()
    file = ""
    if pin:
        pinned, file = pin_addons(workplace, desk)
        workplace = open_workplace(session, environment, refresh=True)
    changes = _planned(workplace)
    subject = subject_of(workplace, made, changes)
    answers = ask(workplace, subject, desk, seconds=PATIENCE, fresh=True)
    scope = replace(workplace.scope, endpoint=endpoint.url if endpoint else "")
    return PreflightResult(scope, Preflight(answers, changes is not None), pinned, file)


def _planned(workplace: Workplace) -> tuple[ResourceChange, ...] | None:
    """The changes of the saved plan, if it was made from this YAML and can still be applied."""
    try:
        saved = load(workplace.plans)
    except MendixError:
        return None
    if (
        saved is None
        or saved.plan.kind is not Kind.APPLY
        or saved.is_expired(workplace.session.clock())
        or saved.fingerprint.spec != text_digest(workplace.specification.text)
        or saved.fingerprint.taken != workplace.specification.taken
    ):
        return None
    return tuple(one.change for one in saved.plan.changes)
