"""`mendixctl doctor`: whether there is all that work here needs, and what mends what there is not."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import environment_argument, pass_application


@click.command(cls=Command)
@environment_argument(required=False)
@click.option("--no-preflight", is_flag=True, help="Do not ask AWS what it would say of an apply.")
@pass_application
def command(application: Application, environment: str | None, no_preflight: bool) -> int:
    """Look at this machine, this repository and, where it is named, at ENVIRONMENT; then ask AWS (mendixctl preflight).

    Each line is ok, a note, a warning or an error, with the command that mends it. Nothing is changed or started.

    Exit code 1: there is an error; 3: there is none, but AWS would not take an apply.
    """
    from mendixctl.engine.doctor import run
    from mendixgen.diagnostics import MendixError

    try:
        session = application.session()
    except MendixError as error:
        if environment is not None or any(one.code != "MXC101" for one in error.diagnostics):
            raise
        session = None
    result = run.doctor(application.folder, session, environment, ask_aws=not no_preflight)
    application.view.show(result)
    return result.exit_code
