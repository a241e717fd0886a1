"""`mendixctl verify`: whether the ledger and the modules are what was written once."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import (
    emulator_option,
    environment_argument,
    pass_application,
    via_option,
)


@click.command(cls=Command)
@environment_argument(required=False)
@emulator_option(reads=True)
@click.option("--all", "everything", is_flag=True, help="Every environment of the repository.")
@via_option()
@pass_application
def command(application: Application, environment: str | None, rehearse: bool, everything: bool) -> int:
    """Check the ledger of ENVIRONMENT (the only one, if there is one): every record, the chain of their digests, the
    archives, the module versions that they pin, and the repository's mirror of an S3 ledger. Nothing is changed.

    Exit code 1: something is not as it was written.
    """
    if everything and environment is not None:
        raise click.UsageError("an ENVIRONMENT and --all do not go together")
    from mendixctl.engine.history import verify

    result = verify.verify(application.session(rehearse=rehearse), environment, everything=everything)
    application.view.show(result)
    return result.exit_code
