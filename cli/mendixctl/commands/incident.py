"""`mendixctl incident`: what is open, who answers and solves it, when it has to be, and what was kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.moments import Moment
from mendixctl.commands.parameters import F, emulator_option, environment_argument, pass_application
from mendixgen.messages import msg


class Month(click.ParamType[str]):
    """``2027-01``."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
            self.fail(msg("{text} is no month: write 2027-01", text=repr(text)), param, ctx)
        return text


def why_option() -> Callable[[F], F]:
    """``--why TEXT``."""
    return click.option("--why", required=True, metavar="TEXT", help="What you say of it; kept with your identity.")


@click.group(cls=InlineGroup)
def command() -> None:
    """Follow the incidents that alarms of an environment opened, and the deadlines by which each is judged."""


@command.command("list", cls=Command)
@environment_argument()
@emulator_option(reads=True)
@click.option("--month", type=Month(), help="All that began in this month (2027-01), solved ones too.")
@pass_application
def list_(application: Application, environment: str, rehearse: bool, month: str | None) -> None:
    """List the open incidents of ENVIRONMENT, the newest first, with what is left of their deadlines."""
    from mendixctl.engine.incident import run

    application.view.show(run.listed(application.session(rehearse=rehearse), environment, month or ""))


@command.command(cls=Command)
@environment_argument()
@click.argument("incident")
@emulator_option(reads=True)
@why_option()
@pass_application
def ack(application: Application, environment: str, incident: str, rehearse: bool, why: str) -> None:
    """Acknowledge INCIDENT: you answer it, and nobody else is told that nobody does.

    It is written with your own credentials, and the first who says so is kept.
    """
    from mendixctl.engine.incident import run

    application.view.show(run.acknowledge(application.session(rehearse=rehearse), environment, incident, why))


@command.command(cls=Command)
@environment_argument()
@click.argument("incident")
@emulator_option(reads=True)
@why_option()
@pass_application
def solve(application: Application, environment: str, incident: str, rehearse: bool, why: str) -> None:
    """Say that INCIDENT is solved. An alarm that is well again says so by itself."""
    from mendixctl.engine.incident import run

    application.view.show(run.solve(application.session(rehearse=rehearse), environment, incident, why))


@command.command(cls=Command)
@environment_argument()
@click.argument("priority", type=click.Choice(["p1", "p2", "p3", "p4"], case_sensitive=False))
@click.option("--at", "start", type=Moment(), help="When it begins; now, if not given.")
@pass_application
def due(application: Application, environment: str, priority: str, start: datetime | None) -> None:
    """Tell when an incident of PRIORITY has to be answered and solved, by the YAML of ENVIRONMENT. AWS is not asked."""
    from mendixctl.engine.incident import run

    application.view.show(run.deadlines(application.session(), environment, priority.lower(), start))


@command.command(cls=Command)
@environment_argument()
@emulator_option(reads=True)
@click.option("--month", type=Month(), help="Of the incidents that began in this month (2027-01).")
@pass_application
def report(application: Application, environment: str, rehearse: bool, month: str | None) -> None:
    """Report how many deadlines were kept and missed in a month, by priority; without --month in the current one."""
    from mendixctl.engine.incident import run

    application.view.show(run.report(application.session(rehearse=rehearse), environment, month or ""))
