"""`mendixctl audit`: an environment, for whoever audits it."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.parameters import emulator_option, environment_argument, pass_application


@click.group(cls=InlineGroup)
def command() -> None:
    """Report what an environment has against which risks, and what was done to it."""


@command.command(cls=Command)
@environment_argument(required=False)
@emulator_option(reads=True)
@click.option("--drift", is_flag=True, help="Also make a plan, to see what AWS changed outside of releases.")
@click.option("--markdown", is_flag=True, help="Write it as Markdown, to be kept or handed on.")
@pass_application
def report(application: Application, environment: str | None, rehearse: bool, drift: bool, markdown: bool) -> None:
    """Report ENVIRONMENT: its risks with the measures against each and where they are seen, releases, and drift.

    Measures are judged by the YAML with the defaults of its modules, and by the account's foundations in this
    repository. Nothing is changed.
    """
    from mendixctl.engine.audit import report as reporting
    from mendixctl.views.results import AuditDocument

    result = reporting.report(application.session(rehearse=rehearse), environment, drift=drift)
    application.view.show(AuditDocument(result) if markdown else result)
