"""Which databases need a snapshot before a plan is applied, and what that snapshot is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mendixctl.guard.names import within
from mendixctl.guard.verdict import Judgement
from mendixctl.terraform.plan import Action, ResourceChange

IDENTIFIERS = {"aws_db_instance": "identifier", "aws_rds_cluster": "cluster_identifier"}
"""Type -> the attribute that RDS knows it by. Instances of a cluster have their data in the cluster."""

LIMITS = {"aws_db_instance": 255, "aws_rds_cluster": 63}
"""How long a snapshot's name may be (RDS API reference, CreateDBSnapshot and CreateDBClusterSnapshot)."""
EXISTS = frozenset({Action.UPDATE, Action.DELETE, Action.REPLACE})
"""Actions on something that is there; of what a plan creates there is nothing to keep."""

DIGITS = 8


@dataclass(frozen=True, slots=True)
class PlannedSnapshot:
    """A snapshot to be taken before a plan is applied. ``identifier``: what RDS calls the database now."""

    address: str
    type: str
    identifier: str


def needed(changes: Iterable[tuple[ResourceChange, Judgement]]) -> tuple[PlannedSnapshot, ...]:
    """A snapshot for every database whose change a plan alone does not take back.

    Read replicas need none: their data stays in their source.
    """
    found = []
    for change, judgement in changes:
        if change.type not in IDENTIFIERS or change.action not in EXISTS or not judgement.restore_needed:
            continue
        before = (change.raw.get("change") or {}).get("before") or {}
        if before.get("replicate_source_db") or before.get("replication_source_identifier"):
            continue
        identifier = before.get(IDENTIFIERS[change.type])
        found.append(PlannedSnapshot(change.address, change.type, identifier if isinstance(identifier, str) else ""))
    return tuple(found)


def snapshot_name(planned: PlannedSnapshot, number: int, plan_digest: str) -> str:
    """``prod-main-v8-1f2e3d4c``: of which database, before which release, and by which plan.

    The plan's digest keeps apart what a number alone does not: the releases of an environment that was begun anew.
    """
    tail = plan_digest.removeprefix("sha256:")[:DIGITS]
    return within(LIMITS[planned.type], planned.identifier or "database", f"v{number}", tail)
