"""`mendixctl backup`: what of an environment is backed up."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.parameters import emulator_option, environment_argument, pass_application


@click.group(cls=InlineGroup)
def command() -> None:
    """Show what of an environment is backed up, by which plan, and when it was last."""


@command.command(cls=Command)
@environment_argument()
@emulator_option(reads=True)
@pass_application
def coverage(application: Application, environment: str, rehearse: bool) -> int:
    """Show each resource of ENVIRONMENT that holds data: which plans back it up, and its newest backup.

    Exit code 2: something that holds data is in no plan. For pipelines.
    """
    from mendixctl.engine.backup import run

    result = run.covered(application.session(rehearse=rehearse), environment)
    application.view.show(result)
    return result.exit_code
