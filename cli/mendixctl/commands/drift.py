"""`mendixctl drift`: what is not as the newest release made it, and why."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.change import settle
from mendixctl.commands.parameters import (
    details_option,
    emulator_option,
    environment_argument,
    pass_application,
    via_option,
    yes_option,
)


@click.command(cls=Command)
@environment_argument()
@emulator_option(reads=True)
@click.option("--accept", is_flag=True, help="Adopt what AWS changed into the YAML, where a field drives it.")
@click.option("--revert", is_flag=True, help="Plan AWS back to the newest release; apply carries that plan out.")
@click.option("--all", "everything", is_flag=True, help="Exit code 2 also for what the YAML or a generator changed.")
@yes_option()
@details_option()
@via_option()
@pass_application
def command(
    application: Application,
    environment: str,
    rehearse: bool,
    accept: bool,
    revert: bool,
    everything: bool,
    yes: bool,
    details: bool,
) -> int:
    """Tell what in ENVIRONMENT is not as its newest release made it: changed in AWS, by the YAML, or by a generator.

    What AWS changed is shown attribute by attribute, with who did it and when where CloudTrail knows. Nothing is
    changed and no plan is kept, unless --accept or --revert asks for it. Exit code 2: AWS has drifted.
    """
    if accept and revert:
        raise click.UsageError("--accept and --revert do not go together")
    session = application.session(rehearse=rehearse)
    if revert:
        from mendixctl.engine.drift import revert as reverting

        plan = reverting.revert(session, environment)
        application.view.show(plan, details=details)
        return plan.exit_code
    if accept:
        return _accept(application, environment, rehearse=rehearse, yes=yes, details=details)
    from mendixctl.engine.drift import run as drift_run

    result = drift_run.drift(session, environment, everything=everything)
    application.view.show(result, details=details)
    return result.exit_code


def _accept(application: Application, environment: str, *, rehearse: bool, yes: bool, details: bool) -> int:
    from mendixctl.engine.drift import adopt

    session = application.session(rehearse=rehearse)
    prepared = adopt.prepare(session, environment)
    yes = yes or not prepared.adoptions
    settle(application, prepared, "Write this into the YAML?", yes=yes, details=details)
    application.view.show(adopt.execute(session, prepared))
    return prepared.exit_code
