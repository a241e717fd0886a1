"""`mendixctl history`: the releases of an environment."""

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
@environment_argument(required=False)
@emulator_option(reads=True)
@click.option("--limit", "-n", type=click.IntRange(min=1), help="Only the newest N releases.")
@pass_application
def command(application: Application, environment: str | None, rehearse: bool, limit: int | None) -> None:
    """List the releases of ENVIRONMENT (the only one, if there is one): what, when, who, why and how it ended."""
    from mendixctl.engine import history

    result = history.history(application.session(rehearse=rehearse), environment)
    application.view.history(result, limit=limit)
