"""``output``: what the environment's areas made, from Terraform's state."""

from __future__ import annotations

from mendixctl.engine.lease import lease
from mendixctl.engine.results import OutputsResult, OutputValue
from mendixctl.engine.session import Session
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import open_workplace
from mendixgen.diagnostics import Diagnostic, MendixError


def outputs(session: Session, environment: str) -> OutputsResult:
    """All outputs of the newest apply, by name; those that are sensitive without their value.

    Raises:
        MendixError: MXP170, nothing was planned or applied in this checkout yet, so there is no root to ask.
    """
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    if not (workplace.root / "terraform.tf").is_file():
        raise MendixError(Diagnostic("MXP170", f"{environment} has no root yet, so no outputs", hint=workplace.command))
    with lease(workplace.workspace, environment, "output"):
        tools = Tools.start(workplace)
        tools.initialise(workplace)
        found = tools.terraform(workplace).output()
    return OutputsResult(
        tools.scope(workplace),
        tuple(
            OutputValue(name, None if output.sensitive else output.value, output.sensitive)
            for name, output in sorted(found.items())
        ),
    )
