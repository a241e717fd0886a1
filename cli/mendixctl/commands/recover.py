"""`mendixctl recover`: after a crash, what exists comes into the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.change import Change, change_options, settle
from mendixctl.commands.confirmation import confirm
from mendixctl.commands.parameters import emulator_option, environment_argument, pass_application
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.session import Session
    from mendixctl.engine.state.locks import StateLock

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
@change_options()
@pass_application
def command(
    application: Application,
    environment: str,
    lock_id: str | None,
    rehearse: bool,
    change: Change,
) -> None:
    """Recover ENVIRONMENT after a crash: remove a dead lock, save a state that was left, adopt what was made.

    What an apply that was cut off has made and not written down is found in its journal and at AWS, shown, and taken
    into the state as a release of its own. What can only be adopted by making it anew is, where that loses nothing;
    what would lose something, or cannot be found, stays in doubt until its address is accepted.
    """
    from mendixctl.engine.recover import run as recover_run

    session = application.session(rehearse=rehearse)
    unlocked = _unlock(application, session, environment, lock_id)
    prepared = recover_run.prepare(session, environment, change.accepted)
    settle(
        application,
        prepared,
        msg("Recover {environment}?", environment=environment),
        yes=change.yes or not prepared.asks,
        declined=IN_DOUBT,
        abandon=lambda: recover_run.abandon(session, prepared),
    )
    application.view.show(recover_run.execute(session, prepared, message=change.message, unlocked=unlocked))


def _unlock(application: Application, session: Session, environment: str, lock_id: str | None) -> StateLock | None:
    """Remove the state's lock, if there is one and a person says so by its ID."""
    from mendixctl.engine.recover import run as recover_run

    lock = recover_run.look_at_lock(session, environment)
    if lock is None:
        return None
    application.view.show(lock)
    if lock_id is None and application.can_ask():
        confirm(application, "Remove this lock?", lock.id, yes=False, declined=IN_DOUBT)
        lock_id = lock.id
    return recover_run.unlock(session, environment, lock_id or "")
