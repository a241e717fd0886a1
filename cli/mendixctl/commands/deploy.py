"""`mendixctl deploy`: an environment's manifests into its cluster."""

from __future__ import annotations

from datetime import timedelta

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.confirmation import confirm
from mendixctl.commands.parameters import (
    accept_loss_option,
    emulator_option,
    environment_argument,
    message_option,
    pass_application,
    via_option,
)
from mendixgen.messages import msg


@click.command(cls=Command)
@environment_argument()
@click.option("--dry-run", is_flag=True, help="Tell what would change, by a trial on the server, and change nothing.")
@click.option("--remove", is_flag=True, help="Take everything away instead, apps first: before a cluster is destroyed.")
@click.option(
    "--wait",
    "minutes",
    type=click.IntRange(0, 120),
    default=10,
    show_default=True,
    metavar="MINUTES",
    help="How long to wait until everything is ready.",
)
@accept_loss_option()
@click.option("--details", is_flag=True, help="Name every field that differs.")
@click.option("--yes", is_flag=True, help="Remove without asking.")
@message_option()
@emulator_option()
@via_option()
@pass_application
def command(
    application: Application,
    environment: str,
    dry_run: bool,
    remove: bool,
    minutes: int,
    accepted: tuple[str, ...],
    details: bool,
    yes: bool,
    message: str,
    rehearse: bool,
) -> int:
    """Bring the cluster of ENVIRONMENT to the manifests of its newest release, and wait until they are ready.

    An apply does so by itself with what it changes. This is for where it could not reach the cluster (--no-deploy), for
    what was changed in the cluster, and for taking everything away. All that differs is applied, in the order in which
    objects need each other; what is said no more is deleted, and what would be lost with it has to be accepted by its
    address. What was done is recorded as a release.

    Exit code 2: with --dry-run, something would change.
    """
    from mendixctl.engine.deploy import run

    if remove and not dry_run:
        question = msg(
            "Remove everything that mendixctl has deployed to {environment}, its apps included?",
            environment=environment,
        )
        confirm(application, question, environment, yes=yes)
    result = run.deploy(
        application.session(rehearse=rehearse),
        environment,
        dry_run=dry_run,
        remove=remove,
        accepted=accepted,
        deadline=timedelta(minutes=minutes),
        message=message,
    )
    application.view.show(result, details=details)
    return result.exit_code
