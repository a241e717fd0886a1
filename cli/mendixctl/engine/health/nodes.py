"""EKS node groups and their nodes: DescribeNodegroup, and the instances of their Auto Scaling groups.

EKS itself reports nodes that do not join or cannot be launched as issues of the group (NodeCreationFailure,
AsgInstanceLaunchFailures, ...). The instances tell besides whether as many are in service as are wanted; a group that
lists none is left to EKS's word, because a group that is sized to nothing lists none either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.engine.health.contract import Finding, Subject, broken, not_yet, well

if TYPE_CHECKING:
    from mendixctl.aws import Clients


class Nodes:
    """The group is active and its nodes are in service."""

    kind = "nodes"
    types = frozenset({"aws_eks_node_group"})

    def name(self, subject: Subject) -> str:
        return f"{subject.text('cluster_name')}/{subject.text('node_group_name')}"

    def look(self, services: Clients, subject: Subject) -> Finding:
        group = services.client("eks", subject.region).describe_nodegroup(
            clusterName=subject.text("cluster_name"), nodegroupName=subject.text("node_group_name")
        )["nodegroup"]
        status = str(group.get("status", ""))
        issues = [str(issue.get("code")) for issue in (group.get("health") or {}).get("issues") or []]
        if status in ("CREATE_FAILED", "DELETE_FAILED", "DELETING"):
            return broken(", ".join([status, *issues]))
        if issues or status != "ACTIVE":
            return not_yet(", ".join([status, *issues]))
        groups = [str(one["name"]) for one in (group.get("resources") or {}).get("autoScalingGroups") or []]
        if not groups:
            return well(status)
        return _in_service(services, groups, subject.region)


def _in_service(services: Clients, groups: list[str], region: str) -> Finding:
    found = services.client("autoscaling", region).describe_auto_scaling_groups(AutoScalingGroupNames=groups)
    every: list[dict[str, Any]] = found["AutoScalingGroups"]
    wanted = sum(int(one.get("DesiredCapacity", 0)) for one in every)
    nodes = [node for one in every for node in one.get("Instances") or []]
    serving = [
        node for node in nodes if node.get("LifecycleState") == "InService" and node.get("HealthStatus") == "Healthy"
    ]
    if not nodes:
        return well("ACTIVE")
    said = f"{len(serving)} of {wanted} nodes in service"
    return well(said) if len(serving) >= wanted else not_yet(said)
