"""`mendixctl apply`: carry out exactly the plan that was reviewed."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.confirmation import PLAN_KEPT, confirm
from mendixctl.commands.parameters import (
    accept_loss_option,
    details_option,
    emulator_option,
    environment_option,
    message_option,
    pass_application,
    yes_option,
)


@click.command(cls=Command)
@environment_option()
@emulator_option()
@accept_loss_option()
@yes_option()
@message_option()
@details_option()
@pass_application
def command(
    application: Application,
    environment: str | None,
    rehearse: bool,
    accepted: tuple[str, ...],
    yes: bool,
    message: str,
    details: bool,
) -> None:
    """Carry out the plan that was reviewed: the one unexpired plan there is, or that of --env."""
    from mendixctl.engine import applying, guarding

    session = application.session(rehearse=rehearse)
    prepared = applying.prepare(session, environment, accepted)
    application.view.about_to_apply(prepared, details=details)
    guarding.admit(prepared.plan.guards)
    question = f"Apply this to {prepared.scope.environment}?"
    confirm(application, question, prepared.confirmation, yes=yes, declined=PLAN_KEPT)
    application.view.applied(applying.execute(session, prepared, message=message))
