"""`mendixctl rollback`: an environment as it was at an earlier release."""

from __future__ import annotations

from datetime import timedelta

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.checks import check_options
from mendixctl.commands.confirmation import confirm
from mendixctl.commands.parameters import (
    ReleaseNumber,
    accept_loss_option,
    details_option,
    emulator_option,
    environment_option,
    message_option,
    pass_application,
    yes_option,
)


@click.command(cls=Command)
@click.argument("version", type=ReleaseNumber())
@environment_option()
@emulator_option()
@accept_loss_option()
@yes_option()
@message_option()
@details_option()
@check_options()
@pass_application
def command(
    application: Application,
    version: int,
    environment: str | None,
    rehearse: bool,
    accepted: tuple[str, ...],
    yes: bool,
    message: str,
    details: bool,
    unchecked: bool,
    deadline: timedelta,
) -> None:
    """Take an environment back to what release VERSION (v5 or 5) made of it.

    The release's specification and module versions are written into the YAML and the lock, planned forward and,
    once confirmed, applied as a new release. Who declines finds every file as it was.
    """
    from mendixctl.engine import guarding, rolling_back

    session = application.session(rehearse=rehearse)
    prepared = rolling_back.prepare(session, environment, version, accepted)
    try:
        application.view.about_to_roll_back(prepared, details=details)
        guarding.admit(prepared.plan.guards)
        question = f"Roll {prepared.scope.environment} back to v{version}?"
        confirm(application, question, prepared.confirmation, yes=yes)
    except BaseException:
        rolling_back.abandon(session, prepared)
        raise
    checks = None if unchecked else deadline
    application.view.rolled_back(rolling_back.execute(session, prepared, message=message, checks=checks))
