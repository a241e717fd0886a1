"""`mendixctl history`: the releases of an environment."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.moments import Moment
from mendixctl.commands.parameters import (
    complete_areas,
    emulator_option,
    environment_argument,
    pass_application,
)
from mendixctl.commands.report import page_option, write_timeline

OUTCOMES = ("succeeded", "failed", "interrupted", "running")
KINDS = ("apply", "rollback", "teardown", "destroy", "restore", "app")


@click.command(cls=Command)
@environment_argument(required=False)
@emulator_option(reads=True)
@click.option(
    "--limit", "-n", type=click.IntRange(min=1), help="Only the newest N releases of those that are asked for."
)
@click.option("--area", default="", metavar="AREA", shell_complete=complete_areas, help="What changed AREA.")
@click.option("--address", default="", metavar="ADDRESS", help="What changed a resource; without [...]: any instance.")
@click.option("--by", default="", metavar="PERSON", help="Whose git identity, user@host or ARN holds PERSON.")
@click.option("--since", type=Moment(), help="What began at that time or later: a date, or 12h, 7d, 2w ago.")
@click.option("--until", type=Moment(ends=True), help="What began until then; a date counts whole.")
@click.option(
    "--outcome", "outcomes", multiple=True, type=click.Choice(OUTCOMES), help="How it ended; may be repeated."
)
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="What made it; may be repeated.")
@page_option()
@pass_application
def command(
    application: Application,
    environment: str | None,
    rehearse: bool,
    limit: int | None,
    area: str,
    address: str,
    by: str,
    since: datetime | None,
    until: datetime | None,
    outcomes: tuple[str, ...],
    kinds: tuple[str, ...],
    report: Path | None,
) -> None:
    """List the releases of ENVIRONMENT (the only one, if there is one): what, when, who, why and how it ended.

    With several options, what all of them take is listed.
    """
    from dataclasses import replace

    from mendixctl.engine.history import run as history_run
    from mendixctl.engine.history.filters import Selection, select

    result = history_run.history(application.session(rehearse=rehearse), environment)
    selection = Selection(area, by, since, until, outcomes, kinds, address)
    chosen = replace(select(result, selection), limit=limit)
    if report is not None:
        write_timeline(chosen, application.folder, report)
    application.view.show(chosen)
