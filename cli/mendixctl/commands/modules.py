"""`mendixctl modules`: the life of the areas' modules."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.parameters import (
    complete_areas,
    complete_module_versions,
    environment_argument,
    pass_application,
)

area_argument = click.argument("area", shell_complete=complete_areas)


@click.group(cls=InlineGroup)
def command() -> None:
    """Build, release and compare the areas' modules, and move an environment to newer ones."""


@command.command(cls=Command)
@click.argument("areas", nargs=-1, metavar="[AREA]...", shell_complete=complete_areas)
@click.option("--check", is_flag=True, help="Write nothing; exit 2 if modules are not what their code says.")
@pass_application
def build(application: Application, areas: tuple[str, ...], check: bool) -> int:
    """Write the newest version of each AREA (of all, without any) from its Python, and verify released ones."""
    from mendixctl.views.results import ModuleBuild
    from mendixgen.versions import life_cycle

    report = life_cycle.build(
        areas or None, application.repository.modules if check else application.modules_to_write, check=check
    )
    built = ModuleBuild(report, check)
    application.view.show(built)
    return built.exit_code


@command.command(cls=Command)
@area_argument
@pass_application
def release(application: Application, area: str) -> None:
    """Release the newest version of AREA: from now on it never changes, and environments on AWS may use it."""
    from datetime import UTC, datetime

    from mendixgen.versions import life_cycle

    today = datetime.now(UTC).date()
    application.view.show(life_cycle.release(area, application.modules_to_write, date=today))


@command.command("list", cls=Command)
@pass_application
def list_(application: Application) -> None:
    """List every version of every area's module."""
    from mendixctl.views.results import ModuleList
    from mendixgen.versions import life_cycle

    application.view.show(ModuleList(life_cycle.list_modules(application.repository.modules)))


@command.command(cls=Command)
@area_argument
@click.argument("version", required=False, shell_complete=complete_module_versions)
@pass_application
def show(application: Application, area: str, version: str | None) -> None:
    """Show the inputs, outputs and resources of AREA's module (its newest VERSION, without one)."""
    from mendixgen.versions import life_cycle

    application.view.show(life_cycle.show(area, application.repository.modules, version))


@command.command(cls=Command)
@area_argument
@click.argument("before", metavar="FROM", shell_complete=complete_module_versions)
@click.argument("after", metavar="TO", shell_complete=complete_module_versions)
@pass_application
def diff(application: Application, area: str, before: str, after: str) -> None:
    """Compare versions FROM and TO of AREA's module, and say which step semantic versioning asks for."""
    from mendixgen.versions import life_cycle

    application.view.show(life_cycle.diff(area, application.repository.modules, before, after))


@command.command(cls=Command)
@environment_argument(required=False)
@click.argument("area", required=False, shell_complete=complete_areas)
@click.option("--to", metavar="VERSION", shell_complete=complete_module_versions, help="This version, up or down.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Turn on every area that is off as well; without ENVIRONMENT, move every environment.",
)
@click.option("--off", is_flag=True, help="Turn AREA off: the next plan destroys what its module made.")
@pass_application
def upgrade(
    application: Application, environment: str | None, area: str | None, to: str | None, everything: bool, off: bool
) -> int:
    """Move ENVIRONMENT to the newest released modules (only AREA's, with one), and turn new areas on.

    Without ENVIRONMENT, --all moves every environment, and turns nothing on.

    What an upgraded area needs of others comes along: they are turned on, or raised, as far as it is wired to them.
    """
    from mendixctl.engine.repository import upgrade as upgrading

    if off:
        if environment is None or area is None or to is not None or everything:
            raise click.UsageError("--off needs an ENVIRONMENT and an AREA, and goes with nothing else")
        application.view.show(upgrading.turn_off(application.session(), environment, area))
        return 0
    if environment is None:
        if not everything:
            raise click.UsageError("Missing argument 'ENVIRONMENT'; every environment: --all")
        upgrades = upgrading.upgrade_all(application.session())
        application.view.show(upgrades)
        return upgrades.exit_code
    if to is not None and area is None:
        raise click.UsageError("--to needs an AREA")
    if everything and area is not None:
        raise click.UsageError("--all is for every area, so it takes no AREA")
    application.view.show(upgrading.upgrade(application.session(), environment, area, to, everything=everything))
    return 0
