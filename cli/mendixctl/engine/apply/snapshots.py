"""Database snapshots before an apply: taken by mendixctl itself and waited for, never a resource of Terraform.

A resource would be destroyed by the next plan that does not name it, and could not be taken before the change that it
is to precede. These stay until a person deletes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mendixctl.aws import guarded
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.polling import rounds
from mendixctl.guard.snapshots import PlannedSnapshot, snapshot_name
from mendixgen.diagnostics import Diagnostic, MendixError

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.engine.plan.results import PlanResult

DEADLINE = timedelta(hours=2)
"""The first snapshot of a large database copies all of it; later ones what has changed."""


def names(plan: PlanResult, number: int) -> dict[str, str]:
    """The snapshots that precede a plan's apply as release ``number``: address -> identifier."""
    return {one.address: snapshot_name(one, number, plan.plan_digest) for one in plan.snapshots}


def take(workplace: Workplace, services: Clients, plan: PlanResult, number: int) -> None:
    """Take every snapshot that the plan needs, all at once, and wait until they are there.

    Raises:
        MendixError: MXB121 a database's identifier is not known, MXB122 a snapshot failed, MXB123 one was not there
            in time; MXA1xx, RDS refuses one. Nothing may be applied then.
    """
    if not plan.snapshots:
        return
    session = workplace.session
    called = names(plan, number)
    unknown = [one.address for one in plan.snapshots if not one.identifier]
    if unknown:
        raise MendixError(
            Diagnostic(
                "MXB121",
                f"no snapshot of {', '.join(unknown)} can be taken: the plan does not say what RDS calls it",
                hint="plan again; if it stays so, take one by hand and remove the address from the state",
            )
        )
    rds = services.client("rds")
    for one in plan.snapshots:
        session.reporter.stage("snapshot", f"{one.identifier}: {called[one.address]}")
        with guarded(f"take a snapshot of {one.identifier} (rds:CreateDBSnapshot)"):
            _create(rds, one, called[one.address], _tags(workplace, number))
    waiting = {one: called[one.address] for one in plan.snapshots}
    for _ in rounds(session, DEADLINE):
        waiting = {one: name for one, name in waiting.items() if not _is_there(rds, one, name)}
        if not waiting:
            return
    late = ", ".join(waiting.values())
    raise MendixError(
        Diagnostic(
            "MXB123",
            f"{late} was not available after {DEADLINE.total_seconds() / 3600:g} hours, so nothing was applied",
            hint="it goes on by itself; when RDS says that it is available, apply again, which takes a small one",
        )
    )


def _create(rds: Any, one: PlannedSnapshot, name: str, tags: list[dict[str, str]]) -> None:
    if one.type == "aws_rds_cluster":
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=one.identifier, Tags=tags)
        return
    rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=one.identifier, Tags=tags)


def _is_there(rds: Any, one: PlannedSnapshot, name: str) -> bool:
    """Whether it is available.

    Raises:
        MendixError: MXB122, it will never be.
    """
    with guarded(f"look at the snapshot {name} (rds:DescribeDBSnapshots)"):
        if one.type == "aws_rds_cluster":
            found: list[Mapping[str, Any]] = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)[
                "DBClusterSnapshots"
            ]
        else:
            found = rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
    status = str(found[0].get("Status", "")) if found else "gone"
    if status in ("creating", "available", "copying"):
        return status == "available"
    raise MendixError(
        Diagnostic(
            "MXB122",
            f"the snapshot {name} of {one.identifier} is {status}, so nothing was applied",
            hint="RDS's events say why: aws rds describe-events --source-type db-snapshot",
        )
    )


def _tags(workplace: Workplace, number: int) -> list[dict[str, str]]:
    tags = {"managed-by": "mendixctl", "environment": workplace.environment, "release": f"v{number}"}
    return [{"Key": key, "Value": value} for key, value in tags.items()]
