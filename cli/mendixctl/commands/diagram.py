"""`mendixctl diagram`: an environment as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import ReleaseNumber, emulator_option, environment_argument, pass_application


@click.command(cls=Command)
@environment_argument()
@emulator_option(reads=True)
@click.option("--from", "before", type=ReleaseNumber(), help="To its left this release; differences coloured.")
@click.option("--to", "after", type=ReleaseNumber(), help="This release, in the place of the YAML as it is.")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="Write FILE, not the output.")
@pass_application
def command(
    application: Application,
    environment: str,
    rehearse: bool,
    before: int | None,
    after: int | None,
    output: Path | None,
) -> None:
    """Draw ENVIRONMENT as SVG: network, zones, subnets, cluster, applications, databases and what is beside them.

    From the specification alone, so that the same YAML always makes the same picture.
    """
    from dataclasses import replace

    from mendixctl.engine import diagram
    from mendixctl.views import pictures
    from mendixgen.files import write_atomic

    session = application.session(rehearse=rehearse)
    result = diagram.diagram(session, environment, before=before, after=after or 0)
    if output is not None:
        write_atomic(application.folder / output, pictures.drawn(result))
        result = replace(result, file=str(output))
    application.view.show(result)
