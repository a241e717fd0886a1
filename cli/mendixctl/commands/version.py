"""`mendixctl version`: what this installation consists of."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import pass_application


@click.command(cls=Command)
@pass_application
def command(application: Application) -> None:
    """Show the versions of mendixctl, Terraform, the areas and the optional parts."""
    from mendixctl.engine.repository import versions

    application.view.show(versions.versions())
