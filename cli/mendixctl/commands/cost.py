"""`mendixctl cost`: what an environment costs, and what would make it cost less."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.parameters import environment_argument, pass_application


@click.group(cls=InlineGroup)
def command() -> None:
    """Estimate what an environment costs a month, and say which commitments would cover its steady load."""


@command.command(cls=Command)
@environment_argument(required=False)
@pass_application
def estimate(application: Application, environment: str | None) -> None:
    """Estimate what ENVIRONMENT costs a month by its YAML, by area, and what the plan that waits would change.

    Nothing is asked of AWS. What has no price is listed, and what costs money by how much it is used is named: the sum
    is the least that a month costs, on demand and without tax.
    """
    from mendixctl.engine.cost import estimate as estimating

    application.view.show(estimating.estimate(application.session(), environment))


@command.command(cls=Command)
@environment_argument(required=False)
@pass_application
def recommend(application: Application, environment: str | None) -> None:
    """Say which commitments would cover the shares of ENVIRONMENT's steady load that cost.reserved wants.

    Nothing is bought, by this command or any other: a commitment binds for a year or more and cannot be taken back.
    Each one comes with the command that finds what AWS offers.
    """
    from mendixctl.engine.cost import recommend as recommending

    application.view.show(recommending.recommend(application.session(), environment))


@command.command(cls=Command)
@click.option("--refresh", is_flag=True, required=True, help="Read AWS's price list; it is public and large.")
@pass_application
def prices(application: Application, refresh: bool) -> None:
    """Read AWS's own price list, for the regions of the repository's environments, and keep it in the repository.

    Estimates use what is kept there before what mendixctl has. The file is prices.json; commit it.
    """
    from mendixctl.engine.cost import price_list

    application.view.show(price_list.refresh(application.session()))
