"""The typed confirmation before anything is changed."""

from __future__ import annotations

from mendixctl.application import Application
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.messages import msg

PLAN_KEPT = "the plan is kept until it expires; run the same command again when you are ready"
AS_BEFORE = "every file is as it was; run the same command again when you are ready"


def confirm(application: Application, question: str, expected: str, *, yes: bool, declined: str = AS_BEFORE) -> None:
    """Ask until ``expected`` is typed once; anything else declines. ``declined``: how things stand then.

    Raises:
        Refused: MXC110, nobody can be asked and ``--yes`` was not given.
        MendixError: MXC111, the person declined.
    """
    if yes:
        return
    if not application.can_ask():
        raise Refused(
            Diagnostic(
                "MXC110",
                "not confirmed: there is no terminal to ask on, so nothing was changed",
                hint=msg(
                    "run `mendixctl {command}` in a terminal (without --json), or add --yes",
                    command=application.command,
                ),
            )
        )
    typed = application.view.ask(question, expected)
    if typed.strip() != expected:
        raise MendixError(
            Diagnostic(
                "MXC111",
                msg("not confirmed: {expected} was not typed, so nothing was changed", expected=repr(expected)),
                hint=declined,
            )
        )
