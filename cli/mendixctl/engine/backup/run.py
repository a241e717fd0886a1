"""``backup coverage``: each stateful resource of an environment's state, who backs it up, and its newest backup."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mendixctl.engine.backup.covered import Coverage, coverage
from mendixctl.engine.environment.tools import api, clients
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixctl.engine.state.stored import state_of
from mendixgen.diagnostics import Diagnostic, MendixError

if TYPE_CHECKING:
    from mendixctl.aws import Clients


@dataclass(frozen=True, slots=True)
class CoverageResult:
    """All stateful resources of an environment, those of gaps among them."""

    scope: Scope
    resources: tuple[Coverage, ...]

    @property
    def gaps(self) -> tuple[Coverage, ...]:
        return tuple(one for one in self.resources if one.is_gap)

    @property
    def exit_code(self) -> int:
        """2 where something is in no plan."""
        return 2 if self.gaps else 0


def covered(session: Session, environment: str) -> CoverageResult:
    """What of an environment is backed up by which plan, and when it was last.

    Raises:
        MendixError: MXP113, MXA1xx, the state cannot be read, or AWS Backup be asked; MXP177, there is no state yet.
    """
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    variables, _ = api(workplace)
    aws = clients(workplace, variables)
    state = state_of(workplace, aws)
    if not state.instances:
        raise MendixError(
            Diagnostic("MXP177", f"{environment} has nothing yet that could be backed up", hint=workplace.command)
        )
    found = coverage(state.instances.values())
    return CoverageResult(
        workplace.scope, tuple(replace(one, newest=newest(aws, one.arn)) if one.plans else one for one in found)
    )


def newest(aws: Clients, arn: str) -> datetime | None:
    """When the newest recovery point of a resource was made; None where there is none.

    Raises:
        MendixError: MXA1xx.
    """
    from mendixctl.aws import guarded

    with guarded("the newest backups"):
        pages = aws.client("backup").get_paginator("list_recovery_points_by_resource").paginate(ResourceArn=arn)
        made = [
            point["CreationDate"]
            for page in pages
            for point in page["RecoveryPoints"]
            if point.get("Status", "COMPLETED") == "COMPLETED"
        ]
    return max((one if one.tzinfo else one.replace(tzinfo=UTC) for one in made), default=None)
