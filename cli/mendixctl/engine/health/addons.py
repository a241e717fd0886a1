"""EKS add-ons: ACTIVE (DescribeAddon). A degraded DNS or CNI takes every application along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.health.contract import Finding, Subject, broken, not_yet, well

if TYPE_CHECKING:
    from mendixctl.aws import Clients


class Addons:
    """The add-on runs."""

    kind = "add-on"
    types = frozenset({"aws_eks_addon"})

    def name(self, subject: Subject) -> str:
        return f"{subject.text('cluster_name')}/{subject.text('addon_name')}"

    def look(self, services: Clients, subject: Subject) -> Finding:
        addon = services.client("eks", subject.region).describe_addon(
            clusterName=subject.text("cluster_name"), addonName=subject.text("addon_name")
        )["addon"]
        status = str(addon.get("status", ""))
        if status == "ACTIVE":
            return well(status)
        issues = [str(issue.get("code")) for issue in (addon.get("health") or {}).get("issues") or []]
        said = ", ".join([status, *issues])
        return broken(said) if status.endswith("_FAILED") else not_yet(said)
