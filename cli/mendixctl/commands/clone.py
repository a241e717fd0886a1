"""`mendixctl clone`: a copy of an environment in another region or account."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import environment_argument, pass_application


@click.command(cls=Command)
@environment_argument()
@click.argument("name", metavar="NAME")
@click.option("--region", default="", help="Its AWS region; by default the original's.")
@click.option("--account", default="", help="Its AWS account; by default the original's.")
@click.option("--domain", default="", help="Its domain; by default NAME below the original's.")
@click.option("--cidr", default="", metavar="BLOCK", help="Its network; by default a block that overlaps no other one.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="A setting of the copy; repeatable.")
@click.option(
    "--drop", "dropped", multiple=True, metavar="PATH", help="A setting that the copy does not have; repeatable."
)
@pass_application
def command(
    application: Application,
    environment: str,
    name: str,
    region: str,
    account: str,
    domain: str,
    cidr: str,
    settings: tuple[str, ...],
    dropped: tuple[str, ...],
) -> None:
    """Copy ENVIRONMENT's YAML and lock to NAME, with its comments, and translate what is regional.

    Zones, instance types, names, addresses and the state's bucket are translated; what cannot be (certificates and keys
    of the old region, types that the new one lacks) is refused, all of it at once, with what to say instead.
    """
    from mendixctl.engine.copies import clone

    result = clone.clone(
        application.session(),
        environment,
        name,
        region=region,
        account=account,
        domain=domain,
        cidr=cidr,
        settings=settings,
        dropped=dropped,
    )
    application.view.show(result)
