"""`mendixctl support`: how long the versions of an environment are supported."""

from __future__ import annotations

from datetime import datetime

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import environment_argument, pass_application


@click.command(cls=Command)
@environment_argument(required=False)
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="How it will stand on that day; by default today.",
)
@pass_application
def command(application: Application, environment: str | None, day: datetime | None) -> int:
    """Show which versions ENVIRONMENT uses of Kubernetes, databases and Mendix, and how long each is supported.

    Exit code 1: there is a version, or a combination of versions, that cannot be used (any more).
    """
    from mendixctl.engine.repository import support

    result = support.support(application.session(), environment, day.date() if day else None)
    application.view.show(result)
    return result.exit_code
