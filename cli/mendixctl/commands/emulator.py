"""`mendixctl emulator`: the local AWS, one process an account."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.parameters import environment_argument, pass_application


@click.group(cls=InlineGroup)
def command() -> None:
    """Start, stop and reset the local AWS emulator. Plans and applies start it by themselves."""


@command.command(cls=Command)
@environment_argument(required=False)
@click.option("--port", type=click.IntRange(1, 65535), help="Listen there; without it, on a free port.")
@pass_application
def start(application: Application, environment: str | None, port: int | None) -> None:
    """Start the emulator of the account of ENVIRONMENT."""
    from mendixctl.engine import emulator

    application.view.show(emulator.start(application.session(), environment, port=port))


@command.command(cls=Command)
@environment_argument(required=False)
@pass_application
def stop(application: Application, environment: str | None) -> None:
    """Stop the emulator of the account of ENVIRONMENT (all, without one); its data stay."""
    from mendixctl.engine import emulator

    application.view.show(emulator.stop(application.session(), environment))


@command.command(cls=Command)
@pass_application
def status(application: Application) -> None:
    """Show the emulators of this checkout."""
    from mendixctl.engine import emulator

    application.view.show(emulator.status(application.session()))


@command.command(cls=Command)
@environment_argument(required=False)
@pass_application
def reset(application: Application, environment: str | None) -> None:
    """Forget what the emulator of the account of ENVIRONMENT holds (all, without one).

    Terraform's states are not touched: the next plan finds the resources gone and creates them again.
    """
    from mendixctl.engine import emulator

    application.view.show(emulator.reset(application.session(), environment))
