"""Asks EKS what clusters there are, and what is in them. Nothing is changed; every call reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mendixctl.engine.adopt.inventory import Cluster, NodeGroup

if TYPE_CHECKING:
    from mendixctl.aws import Clients

Pages = Callable[..., Iterator[Any]]
"""All that the pages of an operation list: service, operation, key of the answer, and arguments."""

_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule", "NO_EXECUTE": "NoExecute"}
"""EKS's words for effects of taints -> Kubernetes' own."""


def clusters_of(clients: Clients, pages: Pages) -> Iterator[Cluster]:
    """Every cluster, with its node groups and whom it lets in."""
    client = clients.client("eks")
    for name in pages("eks", "list_clusters", "clusters"):
        one = client.describe_cluster(name=name)["cluster"]
        network = one.get("resourcesVpcConfig", {})
        keys = [it.get("provider", {}).get("keyArn", "") for it in one.get("encryptionConfig") or ()]
        mode = (one.get("accessConfig") or {}).get("authenticationMode", "CONFIG_MAP")
        access = _access(client, pages, name) if mode != "CONFIG_MAP" else {}
        groups = tuple(_groups(client, pages, name))
        yield Cluster(
            name,
            one["version"],
            network.get("vpcId", ""),
            bool(network.get("endpointPublicAccess")),
            tuple(network.get("publicAccessCidrs", ())),
            one.get("roleArn", ""),
            next(iter(keys), ""),
            mode,
            (one.get("upgradePolicy") or {}).get("supportType") == "EXTENDED",
            bool((one.get("zonalShiftConfig") or {}).get("enabled")),
            (one.get("identity") or {}).get("oidc", {}).get("issuer", ""),
            _holding(access, "AmazonEKSClusterAdminPolicy"),
            _holding(access, "AmazonEKSViewPolicy"),
            _log_key(pages, name),
            {
                "aws_eks_node_group": frozenset(f"{name}:{it.name}" for it in groups),
                "aws_eks_addon": frozenset(
                    f"{name}:{it}" for it in pages("eks", "list_addons", "addons", clusterName=name)
                ),
                "aws_eks_access_entry": frozenset(f"{name}:{arn}" for arn in access),
                "aws_eks_access_policy_association": frozenset(
                    f"{name}#{arn}#{policy}" for arn, policies in access.items() for policy in policies
                ),
            },
            groups,
            dict(one.get("tags") or {}),
        )


def _groups(client: Any, pages: Pages, cluster: str) -> Iterator[NodeGroup]:
    for name in pages("eks", "list_nodegroups", "nodegroups", clusterName=cluster):
        one = client.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
        scale = one.get("scalingConfig") or {}
        update = one.get("updateConfig") or {}
        share = update.get("maxUnavailablePercentage")
        yield NodeGroup(
            name,
            tuple(one.get("instanceTypes") or ()),
            int(scale.get("minSize", 0)),
            int(scale.get("maxSize", 0)),
            one.get("capacityType") == "SPOT",
            one.get("nodeRole", ""),
            one.get("amiType", ""),
            one.get("version", ""),
            (one.get("launchTemplate") or {}).get("name", ""),
            tuple(one.get("subnets") or ()),
            dict(one.get("labels") or {}),
            tuple(_taint(it) for it in one.get("taints") or ()),
            f"{share}%" if share else str(update.get("maxUnavailable") or ""),
            bool((one.get("nodeRepairConfig") or {}).get("enabled")),
        )


def _access(client: Any, pages: Pages, cluster: str) -> dict[str, list[str]]:
    """Who stands in a cluster by access entries -> the names of the policies that hold in all of it."""
    found = {}
    for arn in pages("eks", "list_access_entries", "accessEntries", clusterName=cluster):
        said = client.list_associated_access_policies(clusterName=cluster, principalArn=arn)
        found[arn] = [
            str(one["policyArn"])
            for one in said.get("associatedAccessPolicies", ())
            if one.get("accessScope", {}).get("type") == "cluster"
        ]
    return found


def _log_key(pages: Pages, cluster: str) -> str:
    name = f"/aws/eks/{cluster}/cluster"
    groups = pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name)
    return next((one.get("kmsKeyId", "") for one in groups if one["logGroupName"] == name), "")


def _holding(access: Mapping[str, list[str]], policy: str) -> tuple[str, ...]:
    """Whom an access entry gives a policy in all of a cluster."""
    return tuple(arn for arn, policies in access.items() if any(one.endswith(f"/{policy}") for one in policies))


def _taint(one: Mapping[str, Any]) -> str:
    value = f"={one['value']}" if one.get("value") else ""
    return f"{one['key']}{value}:{_EFFECTS[one['effect']]}"
