"""What all commands that change something have in common: their options, and the way from what is prepared to a yes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from mendixctl.application import Application
from mendixctl.commands.checks import check_options
from mendixctl.commands.confirmation import AS_BEFORE, confirm
from mendixctl.commands.parameters import (
    accept_loss_option,
    allow_refused_option,
    details_option,
    message_option,
    no_deploy_option,
    yes_option,
)

if TYPE_CHECKING:
    from mendixctl.engine.plan.results import Guards

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Change:
    """What was said on the command line of a change.

    ``accepted``: exact addresses whose loss is accepted. ``allowed``: those that AWS is asked about although it will
    refuse. ``yes``: confirmed beforehand. ``checks``: how long what was
    applied may take to be healthy, None where that is not asked. ``deploys``: with what changes on the cluster.
    """

    accepted: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    message: str = ""
    yes: bool = False
    details: bool = False
    checks: timedelta | None = None
    deploys: bool = True


class Prepared(Protocol):
    """What a use-case has prepared and a person is asked about. ``confirmation``: what has to be typed."""

    @property
    def confirmation(self) -> str: ...


def change_options(
    *, accept: bool = True, allow: bool = False, details: bool = False, checks: bool = False, deploy: bool = False
) -> Callable[[F], F]:
    """``--yes`` and ``--message``, and what else such a command takes, handed over as one ``change``."""
    options: list[Callable[[Any], Any]] = [
        *([accept_loss_option()] if accept else []),
        *([allow_refused_option()] if allow else []),
        yes_option(),
        message_option(),
        *([details_option()] if details else []),
        *([check_options()] if checks else []),
        *([no_deploy_option()] if deploy else []),
    ]

    def decorate(function: F) -> F:
        @wraps(function)
        def command(
            *arguments: Any,
            accepted: tuple[str, ...] = (),
            allowed: tuple[str, ...] = (),
            yes: bool,
            message: str,
            details: bool = False,
            unchecked: bool = True,
            deadline: timedelta | None = None,
            undeployed: bool = False,
            **others: Any,
        ) -> Any:
            checks = None if unchecked else deadline
            change = Change(accepted, allowed, message, yes, details, checks, deploys=not undeployed)
            return function(*arguments, change=change, **others)

        decorated: Any = command
        for option in reversed(options):
            decorated = option(decorated)
        return cast("F", decorated)

    return decorate


def settle(
    application: Application,
    prepared: Prepared,
    question: str,
    *,
    yes: bool,
    details: bool = False,
    guards: Guards | None = None,
    declined: str = AS_BEFORE,
    abandon: Callable[[], None] | None = None,
) -> None:
    """Show what is prepared, refuse what the guards refuse, and ask. Whatever stops it, Ctrl-C too, abandons it.

    Raises:
        Refused: MXG1xx, a guard objects; MXC110, nobody can be asked.
        MendixError: MXC111, the person declined.
    """
    try:
        application.view.show(prepared, details=details)
        if guards is not None:
            from mendixctl.engine.plan import gate

            gate.admit(guards)
        confirm(application, question, prepared.confirmation, yes=yes, declined=declined)
    except BaseException:
        if abandon is not None:
            abandon()
        raise
