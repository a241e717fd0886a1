"""EKS control planes: ACTIVE, and EKS reports no issue (DescribeCluster)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.health.contract import Finding, Subject, broken, not_yet, well

if TYPE_CHECKING:
    from mendixctl.aws import Clients


class Clusters:
    """The control plane answers and is whole."""

    kind = "cluster"
    types = frozenset({"aws_eks_cluster"})

    def name(self, subject: Subject) -> str:
        return subject.text("name")

    def look(self, services: Clients, subject: Subject) -> Finding:
        cluster = services.client("eks", subject.region).describe_cluster(name=self.name(subject))["cluster"]
        status = str(cluster.get("status", ""))
        issues = [str(issue.get("code")) for issue in (cluster.get("health") or {}).get("issues") or []]
        if issues:
            return not_yet(f"{status}: {', '.join(issues)}")
        if status == "ACTIVE":
            return well(status)
        return broken(status) if status in ("FAILED", "DELETING") else not_yet(status)
