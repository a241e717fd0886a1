"""`mendixctl rollback`: an environment as it was at an earlier release."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.change import Change, change_options, settle
from mendixctl.commands.parameters import (
    ReleaseNumber,
    emulator_option,
    environment_option,
    on_option,
    pass_application,
    via_option,
)
from mendixgen.messages import msg


@click.command(cls=Command)
@click.argument("version", type=ReleaseNumber())
@environment_option()
@emulator_option()
@change_options(allow=True, details=True, checks=True, deploy=True)
@on_option()
@via_option()
@pass_application
def command(
    application: Application, version: int, environment: str | None, rehearse: bool, change: Change, place: str | None
) -> int:
    """Take an environment back to what release VERSION (v5 or 5) made of it.

    The release's specification and module versions are written into the YAML and the lock, planned forward and,
    once confirmed, applied as a new release. Who declines finds every file as it was.
    """
    if place is not None:
        from mendixctl.commands.elsewhere import rollback_elsewhere

        return rollback_elsewhere(application, environment, version, change, rehearse=rehearse)
    from mendixctl.engine.rollback import run as rollback_run

    session = application.session(rehearse=rehearse)
    prepared = rollback_run.prepare(session, environment, version, change.accepted, change.allowed)
    settle(
        application,
        prepared,
        msg("Roll {environment} back to v{version}?", environment=prepared.scope.environment, version=version),
        yes=change.yes,
        details=change.details,
        guards=prepared.plan.guards,
        abandon=lambda: rollback_run.abandon(session, prepared),
    )
    result = rollback_run.execute(
        session, prepared, message=change.message, checks=change.checks, deploys=change.deploys
    )
    application.view.show(result)
    return 0
