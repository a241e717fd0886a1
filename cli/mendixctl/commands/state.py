"""`mendixctl state`: the copies of an environment's state, and one of them put back."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.confirmation import confirm
from mendixctl.commands.parameters import (
    ReleaseNumber,
    emulator_option,
    environment_argument,
    environment_option,
    message_option,
    pass_application,
    yes_option,
)


@click.group(cls=InlineGroup)
def command() -> None:
    """List the copies that are kept of an environment's state before and after each apply, and restore one."""


@command.command("list", cls=Command)
@environment_argument(required=False)
@emulator_option(reads=True)
@pass_application
def list_(application: Application, environment: str | None, rehearse: bool) -> None:
    """List the copies of ENVIRONMENT's state: which release left it, its serial, and whether it is in place now."""
    from mendixctl.engine import states

    application.view.states_listed(states.list_copies(application.session(rehearse=rehearse), environment))


@command.command(cls=Command)
@click.argument("version", type=ReleaseNumber())
@environment_option()
@emulator_option()
@click.option("--serial", type=click.IntRange(min=0), help="Of several copies of the release, the one of this serial.")
@click.option(
    "--over-newer",
    is_flag=True,
    help="Also where the state in place is newer: what was made since will be in no state.",
)
@yes_option()
@message_option()
@pass_application
def restore(
    application: Application,
    version: int,
    environment: str | None,
    rehearse: bool,
    serial: int | None,
    over_newer: bool,
    yes: bool,
    message: str,
) -> None:
    """Put the state that release VERSION (v5 or 5) left in place of the one that is there, or of one that is gone.

    Nothing in AWS is changed; the next plan shows what AWS has that this state does not say, and the reverse. To take
    an environment itself back, roll it back instead.
    """
    from mendixctl.engine import states

    session = application.session(rehearse=rehearse)
    prepared = states.prepare(session, environment, version, serial=serial, over_newer=over_newer)
    application.view.about_to_restore_state(prepared)
    question = f"Put this state in place for {prepared.scope.environment}?"
    confirm(application, question, prepared.confirmation, yes=yes)
    application.view.state_restored(states.execute(session, prepared, message=message))
