"""`mendixctl pipelines`: the files by which other tools plan, apply and deliver, and what their jobs ask."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.parameters import complete_environments, pass_application

F = TypeVar("F", bound=Callable[..., Any])


def _file_options(of: str) -> Callable[[F], F]:
    """``--write`` and ``--check``."""

    def options(function: F) -> F:
        check = "Write nothing; exit 2 with a diff if that file is out of date."
        function = click.option("--check", is_flag=True, help=check)(function)
        return click.option("--write", is_flag=True, help=f"Write {of}.")(function)

    return options


def _not_both(write: bool, check: bool) -> None:
    if write and check:
        raise click.UsageError("--write and --check exclude each other")


@click.group(cls=InlineGroup)
def command() -> None:
    """Write the files by which other tools plan, apply and deliver; answer what their jobs ask."""


@command.command(cls=Command)
@_file_options("atlantis.yaml of this repository")
@pass_application
def atlantis(application: Application, write: bool, check: bool) -> int:
    """Show atlantis.yaml: a project an environment, planned when its files change, applied in the waves of --all."""
    from mendixctl.engine.many import atlantis as use_case

    _not_both(write, check)
    result = use_case.atlantis(application.session(), write=write, check=check)
    application.view.show(result)
    return result.exit_code


def _tool(name: str, title: str, repository_file: str) -> None:
    """Add the command of one tool."""

    @command.command(
        name,
        cls=Command,
        help=f"Show the pipeline of {title} that delivers ENVIRONMENT's apps; without one, that of this repository.\n\n"
        f"--write puts the first below environments/ENVIRONMENT/delivery/, the second into {repository_file}. What its "
        "tool needs to know besides (roles, secrets, who approves) is said at its head and in docs/pipelines.md.",
    )
    @click.argument("environment", required=False, shell_complete=complete_environments)
    @_file_options("the file")
    @pass_application
    def show(application: Application, environment: str | None, write: bool, check: bool) -> int:
        from mendixctl.engine.many import pipelines as use_case

        _not_both(write, check)
        result = use_case.pipelines(application.session(), name, environment, write=write, check=check)
        application.view.show(result)
        return result.exit_code


_tool("jenkins", "Jenkins", "Jenkinsfile")
_tool("gitlab", "GitLab", ".gitlab-ci.yml")
_tool("github", "GitHub Actions", ".github/workflows/mendixctl.yml")
_tool("codebuild", "CodeBuild", "buildspec.yml")


@command.command(cls=Command)
@click.option(
    "--changed-since", "since", metavar="REV", default="", help="Those with files that git says differ from REV."
)
@click.option(
    "--plans",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Instead those that have a plan there, as plan --out FOLDER/ENVIRONMENT.plan writes it.",
)
@click.option("--wave", type=click.IntRange(1, 99), default=None, metavar="N", help="Of the Nth wave alone.")
@click.option("--array", is_flag=True, help="As a JSON array in one line: a matrix of jobs.")
@pass_application
def due(application: Application, since: str, plans: Path | None, wave: int | None, array: bool) -> int:
    """Say which environments on AWS have to be planned, a name a line, in the order of apply --all.

    Those whose inputs are not those of their last release, as plan --all; nothing is planned, and AWS is not asked.
    """
    from mendixctl.engine.many import due as use_case

    if plans is not None and since:
        raise click.UsageError("--plans and --changed-since exclude each other")
    folder = application.folder / plans if plans is not None else None
    application.view.show(use_case.due(application.session(), since=since, plans=folder, wave=wave or 0, array=array))
    return 0


@command.command(cls=Command)
@click.argument("report", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--env", "-e", "environment", required=True, metavar="ENVIRONMENT", help="What the report is of.")
@pass_application
def comment(application: Application, report: Path, environment: str) -> int:
    """Put REPORT (plan --report FILE.md) under the pull or merge request that this job runs for.

    An environment has one comment, which is kept up to date. MENDIXCTL_COMMENT_TOKEN, or in GitHub Actions
    GITHUB_TOKEN, is what may write it.
    """
    from mendixctl.engine.environment.files import read_text
    from mendixctl.engine.many import comment as use_case

    text = read_text(application.folder / report, str(report)).decode("utf-8", errors="replace")
    application.view.show(use_case.comment(text, environment, os.environ))
    return 0


@command.command(cls=Command)
@click.option(
    "--source",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where the source of the build is unpacked; by default where the command works.",
)
@pass_application
def build(application: Application, source: Path | None) -> int:
    """Inside of a build that --on codebuild started: do what it was started for.

    All that a build specification has to call. The exit code is 0 where the command's own is 0 or 2, so that a plan
    with changes is a build that succeeded.
    """
    from mendixctl.engine.elsewhere import inside

    code = inside.build(application.folder / (source or ""), os.environ)
    return 0 if code in (0, 2) else code
