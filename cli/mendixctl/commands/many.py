"""What the commands for many environments have in common: their options, and which environments are meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mendixctl.application import Application
from mendixctl.commands.change import Change
from mendixctl.commands.confirmation import PLAN_KEPT, confirm

F = TypeVar("F", bound=Callable[..., Any])


def all_option(help_: str) -> Callable[[F], F]:
    """``--all``."""
    return click.option("--all", "everything", is_flag=True, help=help_)


def parallel_option() -> Callable[[F], F]:
    """``--parallel N``."""
    return click.option(
        "--parallel",
        type=click.IntRange(1, 64),
        metavar="N",
        help="At most so many environments side by side; by default as many as there is memory for.",
    )


def listed(names: str | None) -> list[str]:
    """``dev,prod`` as names."""
    return [name.strip() for name in (names or "").split(",") if name.strip()]


def apply_many(
    application: Application,
    names: list[str],
    *,
    rehearse: bool,
    change: Change,
    on_failure: str,
    parallel: int | None,
) -> int:
    """Show the plans that wait, ask once, and apply them wave by wave."""
    from mendixctl.engine.many import apply as use_case

    session = application.session(rehearse=rehearse)
    prepared = use_case.prepare(session, names, yes=change.yes)
    application.view.show(prepared)
    confirm(application, "Apply all of these?", prepared.confirmation, yes=change.yes, declined=PLAN_KEPT)
    checks = f"{change.checks.total_seconds():.0f}s" if change.checks is not None else ""
    result = use_case.execute(
        session,
        prepared,
        message=change.message,
        options=[
            *(["--check-deadline", checks] if checks else ["--no-checks"]),
            *(["--on-failure", on_failure] if on_failure != "stop" else []),
            *([] if change.deploys else ["--no-deploy"]),
        ],
        most=parallel or 0,
    )
    application.view.show(result)
    return result.exit_code
