"""`mendixctl render`: the Terraform root from the YAML."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import (
    complete_environments,
    pass_application,
)


@click.command(cls=Command)
@click.argument("environments", nargs=-1, metavar="[ENVIRONMENT]...", shell_complete=complete_environments)
@click.option("--check", is_flag=True, help="Write nothing; exit 2 with a diff if committed files are out of date.")
@pass_application
def command(application: Application, environments: tuple[str, ...], check: bool) -> int:
    """Write the Terraform root of each ENVIRONMENT (of all of them, without any) from its YAML."""
    from mendixctl.engine.repository import checking, render
    from mendixctl.views.results import Rendered

    session = application.session()
    names = environments or tuple(session.repository.names())
    rendered = Rendered(
        checking.check(session, names) if check else [render.render(session, name, check=False) for name in names]
    )
    application.view.show(rendered)
    return rendered.exit_code
