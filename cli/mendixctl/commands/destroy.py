"""`mendixctl destroy`: disarm protection, then destroy; two recorded steps."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.confirmation import confirm
from mendixctl.commands.parameters import (
    accept_loss_option,
    emulator_option,
    environment_argument,
    message_option,
    pass_application,
    yes_option,
)


@click.command(cls=Command)
@environment_argument()
@emulator_option()
@accept_loss_option()
@yes_option()
@message_option()
@pass_application
def command(
    application: Application, environment: str, rehearse: bool, accepted: tuple[str, ...], yes: bool, message: str
) -> None:
    """Destroy ENVIRONMENT in two recorded steps: disarm what protects its data, then destroy it.

    A protected environment asks for --accept-loss of each address that cannot be taken back.
    """
    from mendixctl.engine import destroying, guarding

    session = application.session(rehearse=rehearse)
    prepared = destroying.prepare(session, environment, accepted)
    try:
        application.view.about_to_destroy(prepared)
        guarding.admit(prepared.guards)
        confirm(application, f"Destroy {prepared.scope.environment}?", prepared.confirmation, yes=yes)
    except BaseException:
        destroying.abandon(session, prepared)
        raise
    application.view.destroyed(destroying.execute(session, prepared, message=message))
