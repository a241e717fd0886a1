"""`mendixctl recover`: after a crash, what exists comes into the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.confirmation import confirm
from mendixctl.commands.parameters import (
    emulator_option,
    environment_argument,
    message_option,
    pass_application,
    yes_option,
)

if TYPE_CHECKING:
    from mendixctl.engine.session import Session
    from mendixctl.engine.state_locks import StateLock

IN_DOUBT = "what is in doubt stays so; run the same command again when you are ready"


@click.command(cls=Command)
@environment_argument()
@click.option(
    "--unlock",
    "lock_id",
    metavar="LOCK-ID",
    help="Remove this lock of the state, whose owner has died; --yes alone never does.",
)
@emulator_option()
@yes_option()
@message_option()
@pass_application
def command(
    application: Application, environment: str, lock_id: str | None, rehearse: bool, yes: bool, message: str
) -> None:
    """Recover ENVIRONMENT after a crash: remove a dead lock, save a state that was left, adopt what was made.

    What an apply that was cut off has made and not written down is found in its journal and at AWS, shown, and taken
    into the state as a release of its own. Nothing is created, and nothing destroyed.
    """
    from mendixctl.engine import recovering

    session = application.session(rehearse=rehearse)
    unlocked = _unlock(application, session, environment, lock_id)
    prepared = recovering.prepare(session, environment)
    application.view.about_to_recover(prepared)
    if prepared.asks:
        try:
            confirm(application, f"Recover {environment}?", prepared.confirmation, yes=yes, declined=IN_DOUBT)
        except BaseException:
            recovering.abandon(session, prepared)
            raise
    application.view.recovered(recovering.execute(session, prepared, message=message, unlocked=unlocked))


def _unlock(application: Application, session: Session, environment: str, lock_id: str | None) -> StateLock | None:
    """Remove the state's lock, if there is one and a person says so by its ID."""
    from mendixctl.engine import recovering

    lock = recovering.look_at_lock(session, environment)
    if lock is None:
        return None
    application.view.about_to_unlock(lock)
    if lock_id is None and application.can_ask():
        confirm(application, "Remove this lock?", lock.id, yes=False, declined=IN_DOUBT)
        lock_id = lock.id
    return recovering.unlock(session, environment, lock_id or "")
