"""Asks the questions of a preflight about one environment: all of them, or those that a plan's changes concern."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.preflight.results import Preflight
from mendixctl.engine.state.stored import state_of
from mendixctl.terraform.plan import ResourceChange
from mendixgen import __version__
from mendixgen.diagnostics import MendixError

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.preflight.findings import Answer
    from mendixctl.preflight.inquiry import Desk
    from mendixctl.preflight.subject import Subject

WITHIN_PLAN = 5.0
"""Seconds that a plan waits for it."""


def of_plan(workplace: Workplace, clients: Clients, changes: tuple[ResourceChange, ...]) -> Preflight:
    """What there is to be asked because of a plan's changes, within `WITHIN_PLAN` seconds."""
    workplace.session.reporter.stage("preflight")
    subject = subject_of(workplace, clients, changes)
    answers = ask(workplace, subject, desk_of(workplace, clients), seconds=WITHIN_PLAN, fresh=False)
    return Preflight(answers, of_plan=True)


def desk_of(workplace: Workplace, clients: Clients) -> Desk:
    from mendixctl.preflight.delegation import resolvers
    from mendixctl.preflight.inquiry import Desk

    return Desk(clients, resolvers() if workplace.scope.target == "aws" else ())


def subject_of(workplace: Workplace, clients: Clients, changes: tuple[ResourceChange, ...] | None) -> Subject:
    from mendixctl.preflight.subject import Subject

    manifests = [workplace.store.manifest(area, pin.version) for area, pin in workplace.lock.pins.items()]
    return Subject(
        specification=workplace.specification,
        target=workplace.scope.target,
        caller=_caller(workplace, clients),
        changes=changes,
        known=_known(workplace, clients),
        types=frozenset(address.partition(".")[0] for manifest in manifests for address in manifest.addresses),
    )


def _caller(workplace: Workplace, clients: Clients) -> str:
    """Whose credentials these are; asked elsewhere where the region takes none, as one that is not enabled does.

    Raises:
        MendixError: MXA1xx, nobody's.
    """
    from mendixctl.aws import guarded
    from mendixctl.preflight.questions.credentials import HOMES

    header = workplace.specification.header
    home = HOMES[header.partition]
    try:
        return clients.caller()
    except MendixError as error:
        if error.diagnostics[0].code != "MXA102" or home == header.region:
            raise
    with guarded("ask who the credentials belong to (sts:GetCallerIdentity)"):
        return str(clients.client("sts", home).get_caller_identity()["Arn"])


def _known(workplace: Workplace, clients: Clients) -> frozenset[tuple[str, str]] | None:
    """What the state has; None where it cannot be read. Before its bucket is made there is no state."""
    try:
        state = state_of(workplace, clients)
    except MendixError as error:
        return frozenset() if error.diagnostics[0].code == "MXA104" else None
    return frozenset((one.type, one.id) for one in state.instances.values())


def ask(workplace: Workplace, subject: Subject, desk: Desk, *, seconds: float, fresh: bool) -> tuple[Answer, ...]:
    from mendixctl.preflight.cache import Cache
    from mendixctl.preflight.catalogue import QUESTIONS
    from mendixctl.preflight.run import run

    scope = workplace.scope
    place: Any = [__version__, scope.account, scope.region, scope.target, subject.caller]
    answers = run(
        QUESTIONS,
        subject,
        desk,
        cache=Cache(workplace.workspace / "preflight", place),
        clock=workplace.session.clock,
        seconds=seconds,
        fresh=fresh,
    )
    return tuple(_located(workplace, answer) for answer in answers)


def _located(workplace: Workplace, answer: Answer) -> Answer:
    """The same with the place in the YAML of each setting that a finding follows from."""
    locate = workplace.specification.locate
    findings = (replace(one, location=locate(one.path)) if one.path else one for one in answer.findings)
    return replace(answer, findings=tuple(findings))
