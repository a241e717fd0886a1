"""`mendixctl recovery`: how an environment comes back in another region."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.change import Change, change_options, settle
from mendixctl.commands.parameters import (
    emulator_option,
    environment_argument,
    message_option,
    pass_application,
)
from mendixctl.language import current
from mendixctl.language.choice import ENGLISH, LANGUAGES
from mendixgen.messages import msg


@click.group(cls=InlineGroup)
def command() -> None:
    """Plan, rehearse and carry out the recovery of an environment in another region.

    Data never fail over by themselves: a person decides, and each step is shown, confirmed and recorded.
    """


@command.command(cls=Command)
@environment_argument()
@click.option(
    "--language", type=click.Choice(LANGUAGES), help="Of the document, else that of the command; in --json en."
)
@pass_application
def plan(application: Application, environment: str, language: str | None) -> None:
    """Write the recovery plan of ENVIRONMENT, which has a standby: what is lost, what is back when, who does what."""
    from mendixctl.engine.recovery import plan as planning

    wanted = language or (ENGLISH if application.as_json else current())
    application.view.show(planning.plan(application.session(), environment, "zh" if wanted == "zh" else "en"))


@command.command(cls=Command)
@environment_argument()
@emulator_option()
@message_option()
@pass_application
def drill(application: Application, environment: str, rehearse: bool, message: str) -> int:
    """Measure the recovery of the databases of the standby ENVIRONMENT, and record both numbers.

    Each is restored from its replicated backups beside the others, timed, and taken away; nothing else is changed.
    Exit code 2: something does not come back, or not within what the primary's file asks for.
    """
    from mendixctl.engine.recovery import drill as drilling

    result = drilling.drill(application.session(rehearse=rehearse), environment, message=message)
    application.view.show(result)
    return result.exit_code


@command.command(cls=Command)
@environment_argument()
@emulator_option()
@click.option("--names", is_flag=True, help="The second step: switch the names to the standby.")
@change_options(accept=False)
@pass_application
def failover(application: Application, environment: str, rehearse: bool, names: bool, change: Change) -> None:
    """Let the standby ENVIRONMENT take over, in two steps.

    First its databases: its file says that they come from the primary's backups, and its own ones are deleted, each
    with a final snapshot; plan and apply then make them anew. Once the applications answer: --names.
    """
    _switch(application, environment, "failover", rehearse=rehearse, names=names, change=change)


@command.command(cls=Command)
@environment_argument()
@emulator_option()
@change_options(accept=False)
@pass_application
def failback(application: Application, environment: str, rehearse: bool, change: Change) -> None:
    """Let the primary of the standby ENVIRONMENT have its names back.

    Its databases are as they were when it failed: bring the standby's data back first (mendixctl recovery plan).
    """
    _switch(application, environment, "failback", rehearse=rehearse, names=True, change=change)


def _switch(
    application: Application, environment: str, kind: str, *, rehearse: bool, names: bool, change: Change
) -> None:
    from mendixctl.engine.recovery import switch
    from mendixctl.ledger.release import Kind

    session = application.session(rehearse=rehearse)
    prepared = switch.prepare(session, environment, Kind(kind), names=names)
    settle(
        application,
        prepared,
        msg("{capitalize} of {primary}?", capitalize=kind.capitalize(), primary=prepared.primary),
        yes=change.yes,
    )
    application.view.show(switch.execute(session, prepared, message=change.message))
