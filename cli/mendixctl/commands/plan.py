"""`mendixctl plan`: what would change, kept for `apply`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.many import all_option, listed, parallel_option, runs
from mendixctl.commands.parameters import (
    allow_refused_option,
    details_option,
    emulator_option,
    environment_argument,
    on_option,
    pass_application,
)
from mendixctl.commands.report import report_option, write


@click.command(cls=Command)
@environment_argument(required=False)
@all_option("Plan every environment whose inputs are not those of its last release.")
@click.option("--env", "-e", "names", metavar="A,B", help="Plan these, as --all does.")
@click.option(
    "--changed-since",
    "since",
    metavar="REV",
    help="Plan every environment with files that git says differ from REV (origin/main), and no other.",
)
@click.option("--unchanged", is_flag=True, help="With --all, --env: those too whose inputs are as released.")
@click.option("--list", "only_list", is_flag=True, help="With --all, --env, --changed-since: only say which would be.")
@parallel_option()
@emulator_option()
@allow_refused_option()
@details_option()
@click.option("--no-preflight", is_flag=True, help="Do not ask AWS what it would say of the changes.")
@click.option(
    "--undelete",
    is_flag=True,
    help="Have deleted secrets and keys that the plan would create back, and import them with what they hold.",
)
@report_option()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the plan to FILE, for apply --plan in another checkout. It holds secrets: see docs/pipelines.md.",
)
@on_option()
@pass_application
def command(
    application: Application,
    environment: str | None,
    everything: bool,
    names: str | None,
    since: str | None,
    unchanged: bool,
    only_list: bool,
    parallel: int | None,
    rehearse: bool,
    allowed: tuple[str, ...],
    details: bool,
    no_preflight: bool,
    undelete: bool,
    reports: tuple[Path, ...],
    out: Path | None,
    place: str | None,
) -> int:
    """Show what would change in ENVIRONMENT, and keep the plan for apply.

    On AWS also what AWS would say of it: quotas, names that are taken, permissions (mendixctl preflight).

    Of many environments (--all, --env A,B, --changed-since REV) only those are planned that have changed, a process
    each, as many side by side as there is memory for; a table says what each would change.

    Exit code 0: nothing would change; 2: something would; 3: something would that AWS will refuse.
    """
    if everything or names is not None or since is not None:
        if environment is not None:
            raise click.UsageError("ENVIRONMENT is for one; --all, --env and --changed-since are for many")
        if allowed or undelete or details or reports or out:
            raise click.UsageError("--allow-refused, --undelete, --details, --report and --out are for one environment")
        return _many(
            application,
            listed(names),
            place,
            rehearse=rehearse,
            since=since or "",
            unchanged=unchanged,
            only_list=only_list,
            options=["--no-preflight"] if no_preflight else [],
            most=parallel or 0,
        )
    if environment is None:
        raise click.UsageError("Missing argument 'ENVIRONMENT'")
    if out is not None and rehearse:
        raise click.UsageError("a rehearsal is applied where it was planned, so --emulator takes no --out")
    if place is not None:
        if reports or details:
            raise click.UsageError("what a build says is its own, so --on takes no --report and no --details")
        from mendixctl.commands.elsewhere import plan_elsewhere

        given = [*(part for one in allowed for part in ("--allow-refused", one))]
        given += ["--undelete"] if undelete else []
        given += ["--no-preflight"] if no_preflight else []
        return plan_elsewhere(application, environment, given, rehearse=rehearse, out=out)
    from mendixctl.engine import undelete as use_case

    session = application.session(rehearse=rehearse)
    result = use_case.plan(session, environment, undelete=undelete, ask_aws=not no_preflight, allowed=allowed)
    if out is not None:
        from mendixctl.engine.plan import carried

        result = carried.keep(session, result, application.folder / out)
    write(result, application.folder, reports)
    application.view.show(result, details=details)
    return result.exit_code


def _many(
    application: Application,
    names: list[str],
    place: str | None,
    *,
    rehearse: bool,
    since: str,
    unchanged: bool,
    only_list: bool,
    options: list[str],
    most: int,
) -> int:
    """Plan many, in processes here or in builds there, and show the table."""
    from mendixctl.engine.many import plan as many

    session = application.session(rehearse=rehearse)
    with runs(session, place, names, starts=not only_list) as (run, names, at_most):
        planned = many.plan(
            session,
            names,
            since=since,
            unchanged=unchanged,
            only_list=only_list,
            options=options,
            most=most,
            at_most=at_most,
            run=run,
        )
    planned = replace(planned, place=place or "")
    application.view.show(planned)
    return planned.exit_code
