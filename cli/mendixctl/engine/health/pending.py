"""Connections to repositories that wait for a person: no call completes one, and no pipeline starts before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mendixctl.aws import guarded
from mendixctl.engine.environment.tools import api, clients
from mendixgen.diagnostics import Diagnostic, MendixError, Severity

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.engine.environment.workplace import Workplace
    from mendixctl.terraform.state import Instance

TYPE = "aws_codeconnections_connection"
AVAILABLE = "AVAILABLE"


def pending(workplace: Workplace, instances: Iterable[Instance]) -> Iterator[Diagnostic]:
    """MXB146, one a connection that is not complete. AWS is asked about those that the state has as incomplete, so that
    nothing is asked where there are none; where it does not answer, the state's word counts.
    """
    waiting = [
        one for one in instances if one.type == TYPE and one.attributes.get("connection_status", AVAILABLE) != AVAILABLE
    ]
    if not waiting:
        return
    services = clients(workplace, api(workplace)[0])
    for one in waiting:
        status = _status(services, one)
        if status == AVAILABLE:
            continue
        name, provider = one.attributes.get("name"), one.attributes.get("provider_type")
        yield Diagnostic(
            "MXB146",
            f"the connection {name} to {provider} is {status}: no pipeline starts before a person has completed it",
            hint=f"in the console: Developer Tools, Settings, Connections, {name}, Update pending connection,"
            f" as somebody who may install apps at {provider}",
            severity=Severity.WARNING,
        )


def _status(services: Clients, one: Instance) -> str:
    try:
        with guarded(f"look at the connection {one.attributes.get('name')}"):
            answer = services.client("codeconnections").get_connection(ConnectionArn=one.attributes["arn"])
            return str(answer["Connection"]["ConnectionStatus"])
    except MendixError:
        return str(one.attributes["connection_status"])
