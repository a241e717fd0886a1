"""The replicated backups of a primary's databases, as RDS has them in the standby's region."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mendixctl.engine.recovery.results import Backup

if TYPE_CHECKING:
    from mendixctl.aws import Clients


def find(clients: Clients, region: str, primary: str, databases: Iterable[str]) -> list[Backup]:
    """The backups in ``region`` of each database of ``primary``, by the names that every environment gives its own.

    Raises:
        MendixError: MXA1xx.
    """
    from mendixctl.aws import guarded

    with guarded("the replicated backups"):
        pages = clients.client("rds").get_paginator("describe_db_instance_automated_backups").paginate()
        known = {
            one["DBInstanceIdentifier"]: one
            for page in pages
            for one in page["DBInstanceAutomatedBackups"]
            if one.get("Region") != region and one.get("DBInstanceAutomatedBackupsArn")
        }
    return [_backup(name, known.get(f"{primary}-{name}")) for name in databases]


def is_no_instance(error: BaseException) -> bool:
    """Whether RDS says that there is no such database (API reference, "DBInstanceNotFound")."""
    from mendixctl.aws import error_code

    return error_code(error) == "DBInstanceNotFound"


def _backup(name: str, found: Any) -> Backup:
    if found is None:
        return Backup(name)
    latest = (found.get("RestoreWindow") or {}).get("LatestTime")
    return Backup(name, found["DBInstanceAutomatedBackupsArn"], _utc(latest) if latest is not None else None)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
