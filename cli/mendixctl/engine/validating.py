"""``validate``: everything that is wrong with the specifications, without Terraform and without AWS."""

from __future__ import annotations

from collections.abc import Sequence

from mendixctl.engine.results import Validated, ValidateResult
from mendixctl.engine.session import Session
from mendixctl.engine.workplace import open_workplace, require
from mendixgen.diagnostics import Diagnostic, MendixError


def validate(session: Session, environments: Sequence[str] = ()) -> ValidateResult:
    """Check the named environments, or all. What is wrong is in the result, not raised.

    Raises:
        MendixError: MXP101, a named environment does not exist; MXP102, there is none at all.
    """
    names = list(environments) or session.repository.names()
    if not names:
        raise MendixError(Diagnostic("MXP102", "there is no environment yet", hint="write environments/NAME.yaml"))
    for name in names:
        require(session.repository, name)
    return ValidateResult(tuple(_validated(session, name) for name in names))


def _validated(session: Session, environment: str) -> Validated:
    file = f"environments/{environment}.yaml"
    try:
        workplace = open_workplace(session, environment)
        workplace.rendered()
        for area, pin in workplace.lock.pins.items():
            workplace.store.verify(area, pin.version)
    except MendixError as error:
        return Validated(environment, file, error.diagnostics)
    return Validated(environment, file, workplace.specification.warnings)
