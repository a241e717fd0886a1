"""`mendixctl destroy`: disarm protection, then destroy; two recorded steps."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.change import Change, change_options, settle
from mendixctl.commands.parameters import emulator_option, environment_argument, pass_application, via_option
from mendixgen.messages import msg


@click.command(cls=Command)
@environment_argument()
@emulator_option()
@change_options(allow=True, deploy=True)
@via_option()
@pass_application
def command(application: Application, environment: str, rehearse: bool, change: Change) -> None:
    """Destroy ENVIRONMENT in two recorded steps: disarm what protects its data, then destroy it.

    A protected environment asks for --accept-loss of each address that cannot be taken back.
    """
    from mendixctl.engine import destroy

    session = application.session(rehearse=rehearse)
    prepared = destroy.prepare(session, environment, change.accepted, change.allowed)
    settle(
        application,
        prepared,
        msg("Destroy {environment}?", environment=prepared.scope.environment),
        yes=change.yes,
        guards=prepared.guards,
        abandon=lambda: destroy.abandon(session, prepared),
    )
    application.view.show(destroy.execute(session, prepared, message=change.message, deploys=change.deploys))
