"""Clients for the environment's own API: AWS in its region, or its emulator. The state's are in `Tools.clients`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.engine.tooling import Tools
    from mendixctl.engine.workplace import Workplace


def environment_clients(workplace: Workplace, tools: Tools) -> Clients:
    """boto3's clients of the environment's region, with the deploy role, wherever the state is kept."""
    from mendixctl.aws import Clients

    header = workplace.specification.header
    given = {name: value for name, value in tools.environment.items() if value is not None}
    return Clients(header.region, given, role=header.deploy_role or "")
