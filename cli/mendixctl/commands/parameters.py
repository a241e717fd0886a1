"""Arguments and options that several commands have, and what the shell completes for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from mendixctl.application import Application
from mendixgen.messages import msg

F = TypeVar("F", bound=Callable[..., Any])
NODES = "nodes"
INSTANCE = re.compile(r"m?i-[0-9a-f]{8,17}")
"""An instance of EC2, or one that Systems Manager manages elsewhere."""

pass_application = click.make_pass_decorator(Application)


class ReleaseNumber(click.ParamType[int]):
    """``v5`` or ``5``: a release of an environment, as the number."""

    name = "version"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        text = value.removeprefix("v").removeprefix("V")
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
            self.fail(msg("{value} is not a release: write v5 or 5", value=repr(value)), param, ctx)
        return int(text)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return _completions([f"v{number}" for number in _releases(ctx)], incomplete)


def environment_argument(*, required: bool = True) -> Callable[[F], F]:
    """``ENVIRONMENT``, by position."""
    return click.argument("environment", required=required, shell_complete=complete_environments)


def environment_option() -> Callable[[F], F]:
    """``--env ENVIRONMENT``, for commands whose first argument is something else."""
    return click.option(
        "--env",
        "-e",
        "environment",
        metavar="ENVIRONMENT",
        shell_complete=complete_environments,
        help="The environment; needed where there are several to choose from, and with --yes where it is protected.",
    )


def emulator_option(*, reads: bool = False) -> Callable[[F], F]:
    """``--emulator``; ``reads``: the command shows what a rehearsal left, and rehearses nothing itself."""
    rehearsing = "Rehearse on the emulator, in a private copy: nothing of the real environment is touched."
    reading = "Of the rehearsal on the emulator, not of the real environment."
    return click.option("--emulator", "rehearse", is_flag=True, help=reading if reads else rehearsing)


def yes_option() -> Callable[[F], F]:
    """``--yes``."""
    return click.option("--yes", "-y", is_flag=True, help="Confirm without asking; never waives a refusal.")


def accept_loss_option() -> Callable[[F], F]:
    """``--accept-loss ADDRESS``, as often as there are losses."""
    return click.option(
        "--accept-loss",
        "accepted",
        multiple=True,
        metavar="ADDRESS",
        help="Accept what the plan does to this resource (its exact Terraform address), though it cannot be taken "
        "back or is beyond a limit; recorded. Can be repeated.",
    )


def allow_refused_option() -> Callable[[F], F]:
    """``--allow-refused ADDRESS``, as often as there are refusals."""
    return click.option(
        "--allow-refused",
        "allowed",
        multiple=True,
        metavar="ADDRESS",
        help="Let the apply try this resource (its exact Terraform address), though AWS is said to refuse the change; "
        "recorded. For a rule that is wrong. Can be repeated.",
    )


def message_option() -> Callable[[F], F]:
    """``-m MESSAGE``."""
    return click.option("--message", "-m", default="", metavar="TEXT", help="Why; recorded with the release.")


def no_deploy_option() -> Callable[[F], F]:
    """``--no-deploy``."""
    return click.option(
        "--no-deploy",
        "undeployed",
        is_flag=True,
        help="Leave the cluster as it is, where its API cannot be reached from here; mendixctl deploy goes on there.",
    )


def via_option() -> Callable[[F], F]:
    """``--via INSTANCE``, which the application keeps."""
    return click.option(
        "--via",
        metavar="INSTANCE",
        envvar="MENDIXCTL_VIA",
        expose_value=False,
        callback=_remember_via,
        help="Reach a private API of the cluster through this instance (i-..., or nodes: any node of the cluster), by "
        "a port forward of Session Manager; needs session-manager-plugin.",
    )


def _remember_via(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if not value:
        return
    if value != NODES and not INSTANCE.fullmatch(value):
        raise click.BadParameter(msg("{value} is no instance: i-..., or nodes", value=repr(value)), context, parameter)
    application = context.find_object(Application)
    if application is not None:
        application.via = value


def details_option() -> Callable[[F], F]:
    """``--details``."""
    return click.option(
        "--details",
        is_flag=True,
        help="Show every resource by name, and every attribute of created and destroyed ones.",
    )


def on_option() -> Callable[[F], F]:
    """``--on codebuild``."""
    return click.option(
        "--on",
        "place",
        type=click.Choice(["codebuild"]),
        help="Run it there instead of here: the commit that is checked out, its log shown here, what it leaves brought "
        "back. See docs/engines.md.",
    )


def complete_environments(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The environments that have a specification."""
    return _completions(_from_repository(ctx, lambda application: application.repository.names()), incomplete)


def complete_areas(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The areas that this mendixctl has."""
    from mendixgen.areas.catalogue import AREAS

    return _completions(list(AREAS), incomplete)


def complete_module_versions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The versions of the area that the command line already names; of all areas where click does not say it.

    For an option that still lacks its value, click gives up before it looks at the arguments.
    """
    named = str(ctx.params.get("area") or "")
    area = named if named.isidentifier() else "*"

    def versions(application: Application) -> list[str]:
        found = {path.parent.name for path in application.repository.modules.glob(f"{area}/*/module.json")}
        return sorted(found, key=lambda version: [int(part) for part in version.split(".") if part.isdigit()])

    return _completions(_from_repository(ctx, versions), incomplete)


def _releases(ctx: click.Context) -> list[int]:
    """Release numbers known in this checkout, newest first: completion reads folders and never asks AWS."""

    def numbers(application: Application) -> list[int]:
        repository = application.repository
        named = ctx.params.get("environment")
        environments = [str(named)] if named else repository.names()
        found = {
            int(path.name)
            for environment in environments
            for path in (repository.terraform_root(environment) / "releases").glob("[0-9]*")
            if path.name.isdigit()
        }
        return sorted(found, reverse=True)

    return _from_repository(ctx, numbers)


def _from_repository(ctx: click.Context, read: Callable[[Application], list[Any]]) -> list[Any]:
    """What ``read`` finds; nothing outside a repository, since completion must stay silent."""
    from mendixgen.diagnostics import MendixError

    application = ctx.find_object(Application) or Application([])
    try:
        return read(application)
    except (MendixError, OSError):
        return []


def _completions(values: list[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(value) for value in values if value.startswith(incomplete)]
