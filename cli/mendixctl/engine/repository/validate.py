"""``validate``: everything that is wrong with the specifications, without Terraform and without AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mendixctl.engine.environment.files import require
from mendixctl.engine.environment.siblings import shared_among
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.repository.results import Validated, ValidateResult
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.lock import Lock
from mendixgen.spec import between
from mendixgen.spec.loader import Specification
from mendixgen.versions.store import ModuleStore


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
    checked = _Modules(ModuleStore(session.repository.modules))
    found = {name: _opened(session, name, checked) for name in names}
    everything = session.repository.names()
    primaries = {one.header.standby_of for one in found.values() if isinstance(one, Specification)}
    beside = {name: _opened(session, name, checked) for name in everything if name in primaries and name not in found}
    sound = {name: one for name, one in {**found, **beside}.items() if isinstance(one, Specification)}
    store = checked.store
    owned = shared_among(session.repository, (sound[name] for name in names if name in sound))
    return ValidateResult(
        tuple(
            Validated(
                name,
                f"environments/{name}.yaml",
                (
                    *owned[name],
                    *one.warnings,
                    *between.warnings(name, sound, everything, store),
                    *between.crowded(name, sound, store),
                )
                if isinstance(one, Specification)
                else one,
            )
            for name, one in found.items()
        )
    )


@dataclass(frozen=True)
class _Modules:
    """The modules that were compared with their digests already: most environments pin the same ones."""

    store: ModuleStore
    verified: set[tuple[str, str]] = field(default_factory=set)

    def verify(self, lock: Lock) -> None:
        """Check the pinned versions of a lock.

        Raises:
            MendixError: MXR104, one was changed.
        """
        for area, pin in lock.pins.items():
            if (area, pin.version) not in self.verified:
                self.store.verify(area, pin.version)
                self.verified.add((area, pin.version))


def _opened(session: Session, environment: str, modules: _Modules) -> Specification | tuple[Diagnostic, ...]:
    """The specification of an environment that renders from modules that are unchanged, or what is wrong."""
    try:
        workplace = open_workplace(session, environment, gate=True)
        workplace.rendered()
        modules.verify(workplace.lock)
    except MendixError as error:
        return error.diagnostics
    return workplace.specification
