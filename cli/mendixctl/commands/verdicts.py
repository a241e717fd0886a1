"""`mendixctl verdicts`: whether the changes of any Terraform plan can be taken back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import allow_refused_option, pass_application


@click.command(cls=Command)
@click.argument("plan", metavar="PLAN.json")
@click.option(
    "--fail-on",
    type=click.Choice(["windowed", "restore-needed", "irreversible", "loss"]),
    help="Exit with 3 if a change has this verdict or a graver one; loss: if one loses something for good.",
)
@click.option(
    "--accept-loss",
    "accepted",
    multiple=True,
    metavar="ADDRESS",
    help="Let this resource pass --fail-on. Can be repeated.",
)
@allow_refused_option()
@click.option("--details", is_flag=True, help="Name the rule and its source, and leave nothing out.")
@pass_application
def command(
    application: Application,
    plan: str,
    fail_on: str | None,
    accepted: tuple[str, ...],
    allowed: tuple[str, ...],
    details: bool,
) -> int:
    """Say of every change in PLAN.json, from `terraform show -json`, whether it can be taken back, and which of them
    AWS will refuse; `-` reads a pipe.

    Any Terraform configuration will do. It needs no platform repository, no Terraform and no credentials.

    Exit code 0, or 3 where --fail-on found something, or AWS will refuse a change.
    """
    from mendixctl.engine.plan import verdicts

    if plan == "-":
        result = verdicts.judge_stream(
            sys.stdin.buffer,
            "standard input",
            fail_on=fail_on,  # type: ignore[arg-type]  # click.Choice has checked it
            accepted=accepted,
            allowed=allowed,
        )
    else:
        result = verdicts.judge_file(
            application.folder / Path(plan),
            fail_on=fail_on,  # type: ignore[arg-type]
            accepted=accepted,
            allowed=allowed,
        )
    application.view.show(result, details=details)
    return result.exit_code
