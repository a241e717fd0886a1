"""`mendixctl apply`: carry out exactly the plan that was reviewed."""

from __future__ import annotations

from pathlib import Path

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.change import Change, change_options, settle
from mendixctl.commands.confirmation import PLAN_KEPT
from mendixctl.commands.many import all_option, apply_many, listed, parallel_option
from mendixctl.commands.parameters import (
    emulator_option,
    environment_option,
    on_option,
    pass_application,
    via_option,
)
from mendixgen.messages import msg


@click.command(cls=Command)
@environment_option()
@all_option("Apply every plan that waits, in the waves of mendixctl.yaml; --env A,B does so with some.")
@parallel_option()
@emulator_option()
@change_options(allow=True, details=True, checks=True, deploy=True)
@click.option(
    "--on-failure",
    type=click.Choice(["stop", "rollback"]),
    default="stop",
    show_default=True,
    help="If the apply fails or is not healthy: stop, or roll back to the last good release where every step of that "
    "is reversible.",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=False),
    metavar="FILE",
    help="Apply the plan that plan --out wrote to FILE, in whichever checkout of the same commit.",
)
@on_option()
@via_option()
@pass_application
def command(
    application: Application,
    environment: str | None,
    everything: bool,
    parallel: int | None,
    rehearse: bool,
    change: Change,
    on_failure: str,
    plan_file: Path | None,
    place: str | None,
) -> int:
    """Carry out the plan that was reviewed: the one unexpired plan there is, or that of --env.

    Of many environments wave by wave, a process each: the next wave begins when all of the one before it are applied
    and well. The first that is not ends it; the same command goes on with what is left.
    """
    names = listed(environment)
    if everything or len(names) > 1:
        if everything and names:
            raise click.UsageError("--all is for every environment, so it takes no --env")
        if change.accepted or change.allowed:
            raise click.UsageError("--accept-loss and --allow-refused are for the apply of one environment")
        if plan_file is not None:
            raise click.UsageError("--plan is for the apply of one environment")
        return apply_many(
            application, names, place=place, rehearse=rehearse, change=change, on_failure=on_failure, parallel=parallel
        )
    environment = names[0] if names else None
    if place is not None:
        from mendixctl.commands.elsewhere import apply_elsewhere

        return apply_elsewhere(
            application, environment, change, rehearse=rehearse, on_failure=on_failure, plan_file=plan_file
        )
    from mendixctl.engine.apply import run as apply_run
    from mendixctl.engine.rollback import on_failure as falling_back

    session = application.session(rehearse=rehearse)
    taken = None
    if plan_file is not None:
        if rehearse:
            raise click.UsageError("a rehearsal is applied where it was planned, so --emulator takes no --plan")
        from mendixctl.engine.plan import carried

        taken = carried.take(session, application.folder / plan_file, environment)
    prepared = apply_run.prepare(session, environment, change.accepted, change.allowed, found=taken)
    back = on_failure == "rollback"
    further = ", and roll back to the last good release if it fails or is not healthy" if back else ""
    settle(
        application,
        prepared,
        msg("Apply this to {environment}{further}?", environment=prepared.scope.environment, further=further),
        yes=change.yes,
        details=change.details,
        guards=prepared.plan.guards,
        declined=PLAN_KEPT,
    )
    carry_out = falling_back.execute if back else apply_run.execute
    result = carry_out(session, prepared, message=change.message, checks=change.checks, deploys=change.deploys)
    application.view.show(result)
    return 0
