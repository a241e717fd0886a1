"""The emulator by hand: started, stopped, emptied and looked at, for the account of an environment."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.emulator import control
from mendixctl.engine.environment.files import choose, read_text
from mendixctl.engine.session import Session


@dataclass(frozen=True, slots=True)
class EmulatorState:
    """One account's emulator. ``action``: what was done to it (started, stopped, reset), or nothing.

    ``data`` is its folder, relative to the repository; ``journal_bytes`` the size of what it remembers.
    """

    account: str
    running: bool
    action: str = ""
    url: str = ""
    pid: int = 0
    data: str = ""
    journal_bytes: int = 0


@dataclass(frozen=True, slots=True)
class EmulatorsResult:
    """The emulators that a command was about; empty where there are none."""

    emulators: tuple[EmulatorState, ...]


def start(session: Session, environment: str | None, *, port: int | None = None) -> EmulatorsResult:
    """Start the emulator of an environment's account; one that runs is left as it is.

    Raises:
        MendixError: MXP101 or MXP102, no such environment or several; MXE1xx, it cannot start.
    """
    account, region = _place(session, choose(session.repository, environment))
    session.reporter.stage("emulator", account)
    before = {one.account for one in control.status(session.repository) if one.running}
    control.start(session.repository, account, region, port=port)
    return _states(session, {account: "" if account in before else "started"})


def stop(session: Session, environment: str | None) -> EmulatorsResult:
    """Stop the emulator of an environment's account, or all; what they hold stays."""
    done = {account: control.stop(session.repository, account) for account in _accounts(session, environment)}
    return _states(session, {account: "stopped" if ran else "" for account, ran in done.items()})


def reset(session: Session, environment: str | None) -> EmulatorsResult:
    """Forget everything that the emulator of an environment's account holds, or all."""
    done = {account: control.reset(session.repository, account) for account in _accounts(session, environment)}
    left = {state.account: state for state in status(session).emulators}
    return EmulatorsResult(
        tuple(
            left.get(account) or EmulatorState(account, False, "reset" if had else "") for account, had in done.items()
        )
    )


def status(session: Session) -> EmulatorsResult:
    """Every emulator of this checkout."""
    return _states(session, {one.account: "" for one in control.status(session.repository)})


def _accounts(session: Session, environment: str | None) -> list[str]:
    """The account that is meant; all that have an emulator's folder where none is named."""
    if environment is None:
        return [one.account for one in control.status(session.repository)]
    return [_place(session, choose(session.repository, environment))[0]]


def _place(session: Session, environment: str) -> tuple[str, str]:
    """Account and region of an environment, without checking the rest of its specification.

    Raises:
        MendixError: MXSxxx, the YAML cannot be read; MXC122, it has no account or region.
    """
    from mendixgen.diagnostics import Diagnostic, Location, MendixError
    from mendixgen.spec.source import read

    label = f"environments/{environment}.yaml"
    data = read(read_text(session.repository.spec(environment), label), label).data
    account, region = data.get("account"), data.get("region")
    if not (isinstance(account, str) and account.isdigit() and len(account) == 12 and isinstance(region, str)):
        hint = f"mendixctl validate {environment} says what is wrong with it"
        raise MendixError(
            Diagnostic("MXC122", f"{label} has no usable account and region", hint, location=Location(label))
        )
    return account, region


def _states(session: Session, actions: dict[str, str]) -> EmulatorsResult:
    known = {one.account: one for one in control.status(session.repository)}
    states = []
    for account, action in actions.items():
        one = known.get(account)
        if one is None:
            states.append(EmulatorState(account, False, action))
            continue
        data = session.repository.relative(one.data)
        states.append(EmulatorState(account, one.running, action, one.url, one.pid, data, one.journal_bytes))
    return EmulatorsResult(tuple(states))
