"""RDS instances and clusters: in a status in which they serve (DescribeDBInstances, DescribeDBClusters).

Statuses: Amazon RDS user guide, "Viewing Amazon RDS DB instance status"; those that serve are said there to leave the
instance available.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.health.contract import Finding, Subject, broken, not_yet, well

if TYPE_CHECKING:
    from mendixctl.aws import Clients

SERVES = frozenset(
    {
        "available",
        "backing-up",
        "configuring-associated-roles",
        "configuring-enhanced-monitoring",
        "configuring-iam-database-auth",
        "configuring-log-exports",
        "storage-config-upgrade",
        "storage-initialization",
        "storage-optimization",
    }
)
STAYS_DOWN = frozenset(
    {
        "cloning-failed",
        "deleting",
        "failed",
        "inaccessible-encryption-credentials",
        "insufficient-capacity",
        "migration-failed",
        "restore-error",
        "stopped",
        "stopping",
        "storage-full",
    }
)
"""Without a person these do not end; so do those that begin with ``incompatible-``."""


class Databases:
    """The database serves."""

    kind = "database"
    types = frozenset({"aws_db_instance", "aws_rds_cluster"})

    def name(self, subject: Subject) -> str:
        return subject.text("cluster_identifier" if subject.type == "aws_rds_cluster" else "identifier")

    def look(self, services: Clients, subject: Subject) -> Finding:
        rds, name = services.client("rds", subject.region), self.name(subject)
        if subject.type == "aws_rds_cluster":
            status = str(rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0].get("Status", ""))
        else:
            found = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
            status = str(found.get("DBInstanceStatus", ""))
        if status in SERVES:
            return well(status)
        stays = status in STAYS_DOWN or status.startswith("incompatible-")
        return broken(status) if stays else not_yet(status)
