"""What the commands for many environments have in common: their options, and which environments are meant."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mendixctl.application import Application
from mendixctl.commands.change import Change
from mendixctl.commands.confirmation import PLAN_KEPT, confirm

if TYPE_CHECKING:
    from mendixctl.engine.many.processes import Run
    from mendixctl.engine.session import Session

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


@contextlib.contextmanager
def runs(
    session: Session, place: str | None, names: list[str], *, starts: bool = True
) -> Iterator[tuple[Run | None, list[str], int]]:
    """What runs each of many: nothing but what the engine has where it is here; for ``--on codebuild`` builds, of the
    environments that do not live on this machine, and how many of them side by side. Without ``starts`` none is run.
    """
    if place is None:
        yield None, names, 0
        return
    if session.rehearse:
        raise click.UsageError("a rehearsal lives on this machine, so --emulator takes no --on")
    from mendixctl.engine.elsewhere import many as elsewhere
    from mendixctl.engine.elsewhere.run import interruptible
    from mendixctl.engine.many.on_aws import is_on_aws

    found = names or [name for name in session.repository.names() if is_on_aws(session, name)]
    if not starts:
        yield None, found, 0
        return
    with interruptible() as stop:
        yield elsewhere.runner(session, stop), found, elsewhere.parallel(session)


def apply_many(
    application: Application,
    names: list[str],
    *,
    place: str | None = None,
    rehearse: bool,
    change: Change,
    on_failure: str,
    parallel: int | None,
) -> int:
    """Show the plans that wait, ask once, and apply them wave by wave."""
    from mendixctl.engine.many import apply as use_case

    session = application.session(rehearse=rehearse)
    find = None
    if place is not None:
        from mendixctl.engine.elsewhere import many as elsewhere

        find = elsewhere.waiting(session)
    prepared = use_case.prepare(session, names, yes=change.yes, find=find)
    application.view.show(prepared)
    confirm(application, "Apply all of these?", prepared.confirmation, yes=change.yes, declined=PLAN_KEPT)
    with runs(session, place, names) as (run, _, at_most):
        result = use_case.execute(
            session,
            prepared,
            message=change.message,
            options=handed_on(change, on_failure),
            most=parallel or 0,
            at_most=at_most,
            run=run,
        )
    application.view.show(result)
    return result.exit_code


def handed_on(change: Change, on_failure: str = "stop") -> list[str]:
    """The options of a change that another process of mendixctl is given."""
    checks = f"{change.checks.total_seconds():.0f}s" if change.checks is not None else ""
    return [
        *(["--check-deadline", checks] if checks else ["--no-checks"]),
        *(["--on-failure", on_failure] if on_failure != "stop" else []),
        *([] if change.deploys else ["--no-deploy"]),
    ]
