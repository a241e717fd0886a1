"""`mendixctl state`: the copies of an environment's state, and one of them put back."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.change import Change, change_options, settle
from mendixctl.commands.parameters import (
    ReleaseNumber,
    emulator_option,
    environment_argument,
    environment_option,
    pass_application,
)
from mendixgen.messages import msg


@click.group(cls=InlineGroup)
def command() -> None:
    """List the copies that are kept of an environment's state before and after each apply, and restore one."""


@command.command("list", cls=Command)
@environment_argument(required=False)
@emulator_option(reads=True)
@pass_application
def list_(application: Application, environment: str | None, rehearse: bool) -> None:
    """List the copies of ENVIRONMENT's state: which release left it, its serial, and whether it is in place now."""
    from mendixctl.engine.state_restore import run as state_restore_run

    application.view.show(state_restore_run.list_copies(application.session(rehearse=rehearse), environment))


@command.command(cls=Command)
@click.argument("version", type=ReleaseNumber(), required=False)
@environment_option()
@emulator_option()
@click.option("--serial", type=click.IntRange(min=0), help="Of several copies of the release, the one of this serial.")
@click.option(
    "--over-newer",
    is_flag=True,
    help="Also where the state in place is newer: what was made since will be in no state.",
)
@change_options(accept=False)
@pass_application
def restore(
    application: Application,
    version: int | None,
    environment: str | None,
    rehearse: bool,
    serial: int | None,
    over_newer: bool,
    change: Change,
) -> None:
    """Put the state that release VERSION (v5 or 5) left in place of the one that is there, or of one that is gone.

    Nothing in AWS is changed; the next plan shows what AWS has that this state does not say, and the reverse. To take
    an environment itself back, roll it back instead.

    Without VERSION: the newest whole version of the state that its bucket has, where the state itself is damaged.
    """
    from mendixctl.engine.state_restore import run as state_restore_run

    session = application.session(rehearse=rehearse)
    prepared = state_restore_run.prepare(session, environment, version, serial=serial, over_newer=over_newer)
    settle(
        application,
        prepared,
        msg("Put this state in place for {environment}?", environment=prepared.scope.environment),
        yes=change.yes,
    )
    application.view.show(state_restore_run.execute(session, prepared, message=change.message))
