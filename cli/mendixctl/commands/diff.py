"""`mendixctl diff`: two releases side by side."""

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
@click.argument("a", type=ReleaseNumber())
@click.argument("b", type=ReleaseNumber())
@environment_option()
@emulator_option(reads=True)
@pass_application
def command(application: Application, a: int, b: int, environment: str | None, rehearse: bool) -> None:
    """Compare releases A and B: specification, module versions and the resources that changed between them."""
    from mendixctl.engine.history import run as history_run

    application.view.show(history_run.diff(application.session(rehearse=rehearse), environment, a, b))
