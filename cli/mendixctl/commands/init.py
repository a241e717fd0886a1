"""`mendixctl init`: a new platform repository."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import pass_application


@click.command(cls=Command)
@click.argument("target", metavar="FOLDER", type=click.Path(file_okay=False))
@click.option("--name", default="dev", show_default=True, help="The first environment.")
@click.option("--region", default="eu-central-1", show_default=True, help="Its AWS region.")
@click.option("--account", default="123456789012", show_default=True, help="Its AWS account; any on the emulator.")
@click.option("--domain", default="dev.apps.example.com", show_default=True, help="The domain of its applications.")
@pass_application
def command(application: Application, target: str, name: str, region: str, account: str, domain: str) -> None:
    """Lay down a platform repository in FOLDER: one environment on the emulator, the modules and the schema."""
    from mendixgen import scaffold

    files = scaffold.lay_down(application.folder / target, scaffold.Beginning(name, region, account, domain))
    application.view.initialised(target, files, name)
