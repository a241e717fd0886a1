"""`mendixctl sync`: this checkout as far as the ledger."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import (
    environment_argument,
    pass_application,
)


@click.command(cls=Command)
@environment_argument()
@pass_application
def command(application: Application, environment: str) -> None:
    """Bring this checkout up to the newest release of ENVIRONMENT, and mirror its ledger. Local edits are kept."""
    from mendixctl.engine.history import sync

    application.view.show(sync.sync(application.session(), environment))
