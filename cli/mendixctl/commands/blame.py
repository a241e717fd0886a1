"""`mendixctl blame`: who last changed what, and in which release."""

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
@click.argument("what", required=False, default="")
@emulator_option(reads=True)
@pass_application
def command(application: Application, environment: str, what: str, rehearse: bool) -> None:
    """Show the release, person, commit and time that last changed each field of ENVIRONMENT's YAML.

    WHAT narrows it to an area with its resources (storage), a path of the YAML (storage.buckets.files) or a resource
    by its address, and shows every change, from value to value.
    """
    from mendixctl.engine.blame import run as blame_run

    application.view.show(blame_run.blame(application.session(rehearse=rehearse), environment, what))
