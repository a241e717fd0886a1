"""`mendixctl init`: a new platform repository."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import complete_areas, pass_application


@click.command(cls=Command)
@click.argument("target", metavar="FOLDER", type=click.Path(file_okay=False))
@click.option("--name", default="dev", show_default=True, help="The first environment.")
@click.option("--region", default="eu-central-1", show_default=True, help="Its AWS region.")
@click.option("--account", default="123456789012", show_default=True, help="Its AWS account; any on the emulator.")
@click.option("--domain", default="dev.apps.example.com", show_default=True, help="The domain of its applications.")
@click.option(
    "--area",
    "areas",
    multiple=True,
    shell_complete=complete_areas,
    help="Turn on only this area and what it needs; repeatable. Without it, all areas are on.",
)
@pass_application
def command(
    application: Application, target: str, name: str, region: str, account: str, domain: str, areas: tuple[str, ...]
) -> None:
    """Lay down a platform repository in FOLDER: one environment on the emulator, the modules and the schema."""
    from mendixctl.language import current
    from mendixctl.views.results import Initialised
    from mendixgen import scaffold

    beginning = scaffold.Beginning(name, region, account, domain, areas, current())
    files = scaffold.lay_down(application.folder / target, beginning)
    application.view.show(Initialised(target, files, name))
