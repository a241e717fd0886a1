"""`mendixctl validate`: every error of the YAML at once."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import (
    complete_environments,
    pass_application,
)


@click.command(cls=Command)
@click.argument("environments", nargs=-1, metavar="[ENVIRONMENT]...", shell_complete=complete_environments)
@pass_application
def command(application: Application, environments: tuple[str, ...]) -> int:
    """Check the YAML of each ENVIRONMENT (of all of them, without any): every error at once, with its place."""
    from mendixctl.engine.repository import validate

    result = validate.validate(application.session(), list(environments))
    application.view.show(result)
    return result.exit_code
