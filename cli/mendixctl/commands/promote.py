"""`mendixctl promote`: a section of one environment's YAML into another's."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import complete_environments, environment_argument, pass_application


@click.command(cls=Command)
@environment_argument()
@click.argument("target", metavar="TARGET", shell_complete=complete_environments)
@click.option("--section", "sections", multiple=True, required=True, help="apps, or apps.crm; repeatable.")
@click.option(
    "--keep", "kept", multiple=True, metavar="KEY", help="TARGET keeps its own, such as replicas; repeatable."
)
@click.option("--check", is_flag=True, help="Write nothing; exit 2 with a diff if something would change.")
@pass_application
def command(
    application: Application,
    environment: str,
    target: str,
    sections: tuple[str, ...],
    kept: tuple[str, ...],
    check: bool,
) -> int:
    """Write a section of ENVIRONMENT's YAML into TARGET's, whose comments stay: an edit to be reviewed and planned.

    Hostnames stay TARGET's own. The result is checked as validate does before it is written.
    """
    from mendixctl.engine.copies import promote

    result = promote.promote(application.session(), environment, target, sections, keep=kept, check=check)
    application.view.show(result)
    return 2 if check and result.changes else 0
