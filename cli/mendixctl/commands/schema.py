"""`mendixctl schema`: the JSON Schema of the YAML."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import pass_application


@click.command(cls=Command)
@click.option("--write", is_flag=True, help="Write schema/environment.json of this repository, and .zh.json beside it.")
@click.option("--check", is_flag=True, help="Write nothing; exit 2 with a diff if these files are out of date.")
@pass_application
def command(application: Application, write: bool, check: bool) -> int:
    """Show the JSON Schema of an environment's YAML, which editors complete and check it with.

    Its descriptions are in the language of the command. The first line of a YAML says which of the files its editor
    reads: see docs/day-to-day.md.
    """
    from mendixctl import language
    from mendixctl.engine.repository import schema
    from mendixctl.language.choice import ENGLISH

    if write and check:
        raise click.UsageError("--write and --check exclude each other")
    if not write and not check:
        spoken = ENGLISH if application.as_json else language.current()
        application.view.show(schema.schema(application.folder, spoken))
        return 0
    result = schema.file(application.repository, write=write)
    application.view.show(result)
    return result.exit_code
