"""``output``: what the environment's areas made, from Terraform's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mendixctl.engine.operation import operation
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError


@dataclass(frozen=True, slots=True)
class OutputValue:
    """One output of the root. The value of a sensitive one is None."""

    name: str
    value: Any
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class OutputsResult:
    """All outputs of an environment, by name; empty before the first apply."""

    scope: Scope
    outputs: tuple[OutputValue, ...]


def outputs(session: Session, environment: str) -> OutputsResult:
    """All outputs of the newest apply, by name; those that are sensitive without their value.

    Raises:
        MendixError: MXP170, nothing was planned or applied in this checkout yet, so there is no root to ask.
    """
    with operation(session, environment, "output", at_head=False) as site:
        workplace = site.workplace
        if not (workplace.root / "terraform.tf").is_file():
            raise MendixError(
                Diagnostic("MXP170", f"{environment} has no root yet, so no outputs", hint=workplace.command)
            )
        site.tools.initialise(workplace)
        found = site.tools.terraform(workplace).output()
    return OutputsResult(
        site.scope,
        tuple(
            OutputValue(name, None if output.sensitive else output.value, output.sensitive)
            for name, output in sorted(found.items())
        ),
    )
