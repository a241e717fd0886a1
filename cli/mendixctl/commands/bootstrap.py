"""`mendixctl bootstrap`: where an environment's state is kept."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import (
    environment_argument,
    pass_application,
)


@click.command(cls=Command)
@environment_argument()
@pass_application
def command(application: Application, environment: str) -> None:
    """Make the bucket and the key that hold the state of ENVIRONMENT. Safe to repeat."""
    from mendixctl.engine import bootstrap

    application.view.show(bootstrap.bootstrap(application.session(), environment))
