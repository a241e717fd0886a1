"""`mendixctl show`: one release."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import (
    ReleaseNumber,
    emulator_option,
    environment_option,
    pass_application,
)


@click.command(cls=Command)
@click.argument("version", type=ReleaseNumber())
@environment_option()
@emulator_option(reads=True)
@pass_application
def command(application: Application, version: int, environment: str | None, rehearse: bool) -> None:
    """Show release VERSION (v5 or 5): its specification's changes, what it did, and how it ended."""
    from mendixctl.engine.history import run as history_run

    application.view.show(history_run.show(application.session(rehearse=rehearse), environment, version))
