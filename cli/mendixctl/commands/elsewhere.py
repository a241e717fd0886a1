"""What plan, apply and rollback do with ``--on codebuild``: the same commands, in a build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mendixctl.application import Application
from mendixctl.commands.change import Change
from mendixctl.commands.confirmation import AS_BEFORE, PLAN_KEPT, confirm
from mendixctl.commands.many import handed_on
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.elsewhere.run import Job


def plan_elsewhere(
    application: Application, environment: str, options: list[str], *, rehearse: bool, out: Path | None
) -> int:
    """Plan in a build; the sealed plan is kept here, and written into ``out`` too."""
    _not_both(rehearse)
    from mendixctl.engine.elsewhere import run

    session = application.session()
    made = run.job(session, environment, ["plan", environment, *options])
    result = run.execute(session, made)
    if out is not None and result.plan_file is not None:
        from mendixgen.files import write_atomic

        write_atomic(application.folder / out, result.plan_file.read_bytes(), mode=0o600)
    application.view.show(result)
    return result.exit_code


def apply_elsewhere(
    application: Application,
    environment: str | None,
    change: Change,
    *,
    rehearse: bool,
    on_failure: str,
    plan_file: Path | None,
) -> int:
    """Apply in a build what a build has planned."""
    _not_both(rehearse)
    from mendixctl.engine.elsewhere import run
    from mendixctl.engine.many.apply import is_protected

    session = application.session()
    file = application.folder / plan_file if plan_file is not None else None
    made, prepared = run.prepare_apply(session, environment, options_of(change, on_failure), file=file)
    protected = is_protected(session, made.environment)
    if protected and change.yes and environment is None:
        raise click.UsageError(f"{made.environment} is protected, so --yes needs --env {made.environment}")
    prepared = run.confirmed_by(prepared, made.environment if protected else "yes")
    application.view.show(prepared)
    question = msg("Apply this to {environment}{further}?", environment=made.environment, further="")
    confirm(application, question, prepared.confirmation, yes=change.yes, declined=PLAN_KEPT)
    return _run(application, made)


def rollback_elsewhere(
    application: Application, environment: str | None, version: int, change: Change, *, rehearse: bool
) -> int:
    """Roll back in a build, which plans it, judges it and applies it in one."""
    _not_both(rehearse)
    if environment is None:
        raise click.UsageError("a rollback in a build needs --env ENVIRONMENT")
    from mendixctl.engine.elsewhere import run
    from mendixctl.engine.many.apply import is_protected

    session = application.session()
    arguments = ["rollback", f"v{version}", "--yes", "--env", environment, *options_of(change)]
    made = run.job(session, environment, arguments)
    protected = is_protected(session, environment)
    prepared = run.prepared(made, environment if protected else "yes")
    application.view.show(prepared)
    question = msg("Roll {environment} back to v{version}?", environment=environment, version=version)
    confirm(application, question, prepared.confirmation, yes=change.yes, declined=AS_BEFORE)
    return _run(application, made)


def options_of(change: Change, on_failure: str = "stop") -> list[str]:
    """All that was said of a change, for the build to hear."""
    return [
        *(part for one in change.accepted for part in ("--accept-loss", one)),
        *(part for one in change.allowed for part in ("--allow-refused", one)),
        *(["-m", change.message] if change.message else []),
        *handed_on(change, on_failure),
    ]


def _run(application: Application, made: Job) -> int:
    from mendixctl.engine.elsewhere import run

    result = run.execute(application.session(), made)
    application.view.show(result)
    return result.exit_code


def _not_both(rehearse: bool) -> None:
    if rehearse:
        raise click.UsageError("a rehearsal lives on this machine, so --emulator takes no --on")
