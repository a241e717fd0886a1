"""``modules upgrade``: other module versions for an environment, in its lock. Nothing is planned or applied."""

from __future__ import annotations

from mendixctl.engine.diff import version_changes
from mendixctl.engine.environment.files import read_lock, read_text, require
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.neighbours import reader
from mendixctl.engine.repository.results import UpgradeResult, UpgradesResult
from mendixctl.engine.session import Session
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.files import write_atomic
from mendixgen.root.wiring import check_wiring, completed, manifests
from mendixgen.versions.store import ModuleStore


def upgrade(
    session: Session, environment: str, area: str | None = None, to: str | None = None, *, everything: bool = False
) -> UpgradeResult:
    """Take one area, or every area that is on, to its newest usable version, or ``area`` to version ``to``.

    An area that is off is turned on by naming it, or with all others by ``everything``. What the upgraded areas
    need of others comes along: an area that is off is turned on, one without the output in question raised. The
    newest usable version is the newest released one; for the emulator also an unreleased one, where none is released.
    The specification is checked against the new versions before the lock is written.

    Raises:
        MendixError: MXP101 no such environment, MXP180 ``to`` without an area, MXR101 and MXR102 no such module or
            version, MXP181 no version that this target may use, MXR108 ``to`` is too low for what is wired to the
            area; what is wrong with the specification then.
    """
    from mendixgen.spec.loader import load_text
    from mendixgen.spec.source import read

    repository = session.repository
    require(repository, environment)
    if to is not None and area is None:
        raise MendixError(
            Diagnostic(
                "MXP180", "a version without an area", hint="mendixctl modules upgrade ENVIRONMENT AREA --to X.Y.Z"
            )
        )
    store = ModuleStore(repository.modules)
    label = f"environments/{environment}.yaml"
    text = read_text(repository.spec(environment), label)
    data = read(text, label).data
    target = str(data.get("target") or "aws")
    before = read_lock(repository, environment)
    lock = before or locks.create_for(store, data)
    on = {*lock.pins, *(locks.create_for(store, data).pins if everything else ())}
    for name in [area] if area is not None else sorted(on):
        lock = locks.upgrade(lock, name, _version(store, name, to, target))
    asked = area if to is not None else None
    lock = completed(store, lock, lambda name: _version(store, name, None, target), asked=asked)
    check_wiring(environment, manifests(store, lock))
    checked = load_text(
        text, label, store=store, lock=lock, name=environment, today=session.today, beside=reader(repository)
    )
    with lease(repository.workspace(environment), environment, "modules upgrade"):
        write_atomic(repository.lock(environment), locks.dump(lock, environment))
    return UpgradeResult(environment, version_changes(before, lock), checked.warnings)


def turn_off(session: Session, environment: str, area: str) -> UpgradeResult:
    """Take an area out of an environment's lock: the next plan destroys what its module made, with all guards.

    Raises:
        MendixError: MXP101 no such environment, MXP186 the area is off already, MXR107 another area needs it;
            MXS142 the specification has a section of it.
    """
    from mendixgen.spec.loader import load_text
    from mendixgen.spec.source import read

    repository = session.repository
    require(repository, environment)
    label = f"environments/{environment}.yaml"
    text = read_text(repository.spec(environment), label)
    store = ModuleStore(repository.modules)
    before = read_lock(repository, environment)
    lock = before or locks.create_for(store, read(text, label).data)
    if area not in lock.pins:
        on = ", ".join(sorted(lock.pins))
        raise MendixError(Diagnostic("MXP186", f"the area {area} is off in {environment}", hint=f"on are: {on}"))
    lock = locks.without(lock, area)
    check_wiring(environment, manifests(store, lock))
    checked = load_text(
        text, label, store=store, lock=lock, name=environment, today=session.today, beside=reader(repository)
    )
    with lease(repository.workspace(environment), environment, "modules upgrade"):
        write_atomic(repository.lock(environment), locks.dump(lock, environment))
    return UpgradeResult(environment, version_changes(before, lock), checked.warnings)


def upgrade_all(session: Session) -> UpgradesResult:
    """Take every environment to the newest usable versions of the areas that are on there. One that cannot be stays
    where it is, and the others go on.
    """
    done: list[UpgradeResult] = []
    failed: dict[str, tuple[Diagnostic, ...]] = {}
    for name in session.repository.names():
        try:
            done.append(upgrade(session, name))
        except MendixError as error:
            failed[name] = error.diagnostics
    return UpgradesResult(tuple(done), failed)


def _version(store: ModuleStore, area: str, to: str | None, target: str) -> str:
    if to is not None:
        return store.manifest(area, to).version
    found = store.newest(area) or (store.newest(area, released_only=False) if target == "emulator" else None)
    if found is None:
        if not store.versions(area):
            store.manifest(area, "0.0.0")  # says which areas there are
        raise MendixError(
            Diagnostic(
                "MXP181",
                f"no version of {area} is released, so there is none for AWS",
                hint=f"mendixctl modules release {area}",
            )
        )
    return found
