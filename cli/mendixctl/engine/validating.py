"""``validate``: everything that is wrong with the specifications, without Terraform and without AWS."""

from __future__ import annotations

from collections.abc import Sequence

from mendixctl.engine.neighbours import shared
from mendixctl.engine.results import Validated, ValidateResult
from mendixctl.engine.session import Session
from mendixctl.engine.workplace import open_workplace, require
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.module_store import ModuleStore
from mendixgen.spec import between
from mendixgen.spec.loader import Specification


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
    found = {name: _opened(session, name) for name in names}
    everything = session.repository.names()
    primaries = {one.header.standby_of for one in found.values() if isinstance(one, Specification)}
    beside = {name: _opened(session, name) for name in everything if name in primaries and name not in found}
    sound = {name: one for name, one in {**found, **beside}.items() if isinstance(one, Specification)}
    store = ModuleStore(session.repository.modules)
    return ValidateResult(
        tuple(
            Validated(
                name,
                f"environments/{name}.yaml",
                (
                    *shared(session.repository, one),
                    *one.warnings,
                    *between.warnings(name, sound, everything, store),
                )
                if isinstance(one, Specification)
                else one,
            )
            for name, one in found.items()
        )
    )


def _opened(session: Session, environment: str) -> Specification | tuple[Diagnostic, ...]:
    """The specification of an environment that renders from modules that are unchanged, or what is wrong."""
    try:
        workplace = open_workplace(session, environment, gate=True)
        workplace.rendered()
        for area, pin in workplace.lock.pins.items():
            workplace.store.verify(area, pin.version)
    except MendixError as error:
        return error.diagnostics
    return workplace.specification
