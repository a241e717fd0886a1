"""Whose credentials these are: asked of AWS before anything else is.

The provider block says ``allowed_account_ids`` too, but by then the state has been read and Terraform is at work. The
identity after the deploy role was assumed counts, since that is who makes the changes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mendixctl.engine.environment.workplace import Workplace
from mendixgen.diagnostics import Diagnostic, Refused

if TYPE_CHECKING:
    from mendixctl.aws import Clients

REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""Where a person, or what keeps their credentials, says in which region they work; the first that is set counts."""


def check_credentials(workplace: Workplace, clients: Clients, variables: Mapping[str, str] | None = None) -> None:
    """Check that the credentials are for the specification's account and region.

    Nothing is asked for the emulator: mendixctl starts it as the specification's account, with credentials that are
    nobody's.

    Raises:
        Refused: MXG105 another account, MXG106 another region or partition.
        MendixError: MXA1xx, AWS cannot be asked.
    """
    scope = workplace.scope
    if scope.target != "aws":
        return
    _check_region(workplace, os.environ if variables is None else variables)
    header = workplace.specification.header
    arn = clients.caller()
    _, partition, _, _, account, *_ = [*arn.split(":"), *[""] * 5]
    if account != scope.account:
        raise Refused(
            Diagnostic(
                "MXG105",
                f"these credentials are of account {account}, and {scope.environment} is in {scope.account}",
                hint="sign in to the environment's own account (AWS_PROFILE, or aws sso login), or name a role there: "
                "deploy_role in the YAML",
                detail=f"AWS knows you as {arn}",
                location=workplace.specification.locate(("account",)),
            )
        )
    if partition != header.partition:
        raise Refused(
            Diagnostic(
                "MXG106",
                f"these credentials are of the partition {partition}, and {scope.region} is in {header.partition}",
                hint="sign in to the partition of the environment's region",
                detail=f"AWS knows you as {arn}",
                location=workplace.specification.locate(("region",)),
            )
        )


def _check_region(workplace: Workplace, variables: Mapping[str, str]) -> None:
    """A region of a profile is a habit; one in the environment says where somebody means to work now."""
    scope = workplace.scope
    for name in REGION_VARIABLES:
        said = variables.get(name)
        if said and said != scope.region:
            raise Refused(
                Diagnostic(
                    "MXG106",
                    f"{name} is {said}, and {scope.environment} is in {scope.region}",
                    hint=f"if {scope.environment} is meant: {name}={scope.region}, or unset {name}",
                    location=workplace.specification.locate(("region",)),
                )
            )
        if said:
            return
