"""What an environment whose state is in a workspace of HCP Terraform needs of that, and what cannot be done there."""

from __future__ import annotations

import os
from pathlib import Path

from mendixctl.engine.environment.workplace import Workplace
from mendixctl.terraform.cloud import credentials, workspace
from mendixctl.terraform.cloud.api import Cloud
from mendixctl.terraform.cloud.workspace import WorkspaceFacts
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused
from mendixgen.spec.header import CloudPlace

IGNORED = ".mendixctl/"
"""What must not be uploaded with a root: plans, states and journals of this checkout."""

IMPOSSIBLE = {
    "recover": "look at the run in HCP Terraform; what it made and did not save is imported there by import blocks, "
    "and a workspace that stays locked is unlocked under Settings > Locking",
    "state": "in HCP Terraform: States, the version that is meant, Roll back to this state version",
    "drift": "in HCP Terraform: Settings > Health, or a run that only refreshes",
    "adopt": "write import blocks beside the root by hand, plan, apply, and remove them",
}
"""First word of what is done -> how it is done there. Each works on a state or a private copy of the root."""


def connected(workplace: Workplace) -> Cloud:
    """The API of the workspace's host.

    Raises:
        MendixError: MXT150, there is no token.
    """
    place = _place(workplace)
    return Cloud(place.hostname, credentials.token(place.hostname, os.environ, Path.home()))


def _place(workplace: Workplace) -> CloudPlace:
    if workplace.cloud is None:
        raise ValueError(f"the state of {workplace.environment} is in no workspace")
    return workplace.cloud


def facts(workplace: Workplace) -> WorkspaceFacts:
    """The workspace as the API has it.

    Raises:
        MendixError: MXT150 to MXT153.
    """
    place = _place(workplace)
    return workspace.read(connected(workplace), place.organization, place.workspace)


def state(workplace: Workplace) -> bytes:
    """The state byte for byte; raises as `facts`."""
    return workspace.state(connected(workplace), facts(workplace))


def check_possible(workplace: Workplace, doing: str) -> None:
    """Refuse what works on the state or on a copy of the root on this machine.

    Raises:
        Refused: MXP291.
    """
    how = IMPOSSIBLE.get(doing.split(maxsplit=1)[0]) if workplace.cloud is not None else None
    if how is not None:
        summary = f"{doing} works on the state here, and that of {workplace.environment} is in {workplace.cloud}"
        raise Refused(Diagnostic("MXP291", summary, hint=how))


def check_setup(workplace: Workplace) -> None:
    """Refuse a workspace in which a run would not be what is planned here.

    Raises:
        MendixError: MXT150 to MXT153; Refused: MXP292, its settings; MXP293, what would be uploaded.
    """
    found = facts(workplace)
    root = workplace.session.repository.relative(workplace.root)
    wrong = [
        (
            found.execution_mode not in ("remote", "agent"),
            f"Execution Mode is {found.execution_mode}",
            "Remote or Agent",
        ),
        (
            found.working_directory.strip("/") != root,
            f"Terraform Working Directory is {found.working_directory!r}",
            root,
        ),
        (found.auto_apply, "Auto-apply is on", "off: what is applied is what was reviewed"),
        (not found.structured, "Structured Run Output is off", "on: the record says what each apply did"),
        (found.versioned, "it is connected to a repository", "no connection: those take no saved plan"),
    ]
    if found_wrong := [f"{what} (it has to be {wanted})" for is_wrong, what, wanted in wrong if is_wrong]:
        raise Refused(
            Diagnostic(
                "MXP292",
                f"the workspace {workplace.cloud} cannot run what is planned here: {'; '.join(found_wrong)}",
                hint="change it in its settings",
                location=Location(f"environments/{workplace.environment}.yaml"),
            )
        )
    _check_upload(workplace)


def _check_upload(workplace: Workplace) -> None:
    """Terraform uploads the whole repository but for what ``.terraformignore`` at its top names."""
    path = workplace.session.repository.root / ".terraformignore"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    if IGNORED.rstrip("/") not in {line.strip().strip("/") for line in lines}:
        raise MendixError(
            Diagnostic(
                "MXP293",
                f"plans and states of this checkout ({IGNORED}) would be uploaded with the root",
                hint=f"write a line {IGNORED} into .terraformignore at the top of the repository, and commit it",
                location=Location(".terraformignore"),
            )
        )
