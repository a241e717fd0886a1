"""`mendixctl plan`: what would change, kept for `apply`."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import (
    details_option,
    emulator_option,
    environment_argument,
    pass_application,
)


@click.command(cls=Command)
@environment_argument()
@emulator_option()
@details_option()
@pass_application
def command(application: Application, environment: str, rehearse: bool, details: bool) -> int:
    """Show what would change in ENVIRONMENT, and keep the plan for apply.

    Exit code 0: nothing would change; 2: something would.
    """
    from mendixctl.engine import planning

    result = planning.plan(application.session(rehearse=rehearse), environment)
    application.view.planned(result, details=details)
    return result.exit_code
