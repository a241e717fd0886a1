"""`mendixctl status`: where an environment stands."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import emulator_option, environment_argument, pass_application, via_option


@click.command(cls=Command)
@environment_argument(required=False)
@emulator_option(reads=True)
@via_option()
@pass_application
def command(application: Application, environment: str | None, rehearse: bool) -> int:
    """Show where ENVIRONMENT stands: how its newest release ended, what runs, what a crash left, and what to do next.

    Exit code 2: something is unfinished. A release failed, was cut off or is not in this checkout; something runs or
    holds the state's lock; or a resource stands in no state. Nothing is changed.
    """
    from mendixctl.engine import status

    result = status.status(application.session(rehearse=rehearse), environment)
    application.view.show(result)
    return result.exit_code
