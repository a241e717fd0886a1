"""`mendixctl apply`: carry out exactly the plan that was reviewed."""

from __future__ import annotations

from datetime import timedelta

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.checks import check_options
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
@check_options()
@click.option(
    "--on-failure",
    type=click.Choice(["stop", "rollback"]),
    default="stop",
    show_default=True,
    help="If the apply fails or is not healthy: stop, or roll back to the last good release where every step of that "
    "is reversible.",
)
@pass_application
def command(
    application: Application,
    environment: str | None,
    rehearse: bool,
    accepted: tuple[str, ...],
    yes: bool,
    message: str,
    details: bool,
    unchecked: bool,
    deadline: timedelta,
    on_failure: str,
) -> None:
    """Carry out the plan that was reviewed: the one unexpired plan there is, or that of --env."""
    from mendixctl.engine import applying, falling_back, guarding

    session = application.session(rehearse=rehearse)
    prepared = applying.prepare(session, environment, accepted)
    application.view.about_to_apply(prepared, details=details)
    guarding.admit(prepared.plan.guards)
    back = on_failure == "rollback"
    further = ", and roll back to the last good release if it fails or is not healthy" if back else ""
    question = f"Apply this to {prepared.scope.environment}{further}?"
    confirm(application, question, prepared.confirmation, yes=yes, declined=PLAN_KEPT)
    carry_out = falling_back.execute if back else applying.execute
    checks = None if unchecked else deadline
    application.view.applied(carry_out(session, prepared, message=message, checks=checks))
