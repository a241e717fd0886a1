"""`mendixctl output`: what an environment gives to others."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import (
    emulator_option,
    environment_argument,
    pass_application,
)


@click.command(cls=Command)
@environment_argument()
@emulator_option(reads=True)
@pass_application
def command(application: Application, environment: str, rehearse: bool) -> None:
    """Show the outputs of ENVIRONMENT; sensitive ones are named and not shown."""
    from mendixctl.engine import outputs

    application.view.show(outputs.outputs(application.session(rehearse=rehearse), environment))
