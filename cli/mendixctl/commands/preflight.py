"""`mendixctl preflight`: whether AWS would take what an apply asks for."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import emulator_option, environment_argument, pass_application


@click.command(cls=Command)
@environment_argument()
@emulator_option()
@click.option(
    "--pin",
    is_flag=True,
    help="First write into the YAML the newest build of each cluster add-on whose pinned build AWS does not have.",
)
@click.option("--details", is_flag=True, help="Show AWS's own words for what is as it should be as well.")
@pass_application
def command(application: Application, environment: str, rehearse: bool, pin: bool, details: bool) -> int:
    """Ask AWS, with the deployer's credentials, whether it would take what an apply of ENVIRONMENT asks for: the
    region and its zones, instance types, databases, versions, quotas, names that are taken, the domain's delegation,
    permissions. Of the saved plan, where there is one; nothing is changed.

    Exit code 3: something would not go through.
    """
    from mendixctl.engine.plan import preflight

    result = preflight.preflight(application.session(rehearse=rehearse), environment, pin=pin)
    application.view.show(result, details=details)
    return result.exit_code
