"""Which environments another machine can plan: those of the emulator live on the one that they are on."""

from __future__ import annotations

from mendixctl.engine.environment.files import read_text
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.spec.source import read


def is_on_aws(session: Session, environment: str) -> bool:
    """Whether a pipeline can plan an environment; one that cannot be read counts, so that its plan says why."""
    try:
        source = read(read_text(session.repository.spec(environment), environment), f"environments/{environment}.yaml")
    except MendixError:
        return True
    return bool(source.data.get("target", "aws") != "emulator")


def names_on_aws(session: Session) -> list[str]:
    """The environments of the repository that a pipeline can plan.

    Raises:
        MendixError: MXP223, there is none.
    """
    found = [name for name in session.repository.names() if is_on_aws(session, name)]
    if not found:
        raise MendixError(
            Diagnostic(
                "MXP223",
                "no environment of this repository is on AWS, so there is nothing that a pipeline could plan",
                hint="an environment of the emulator lives on one machine; write target: aws",
            )
        )
    return found
