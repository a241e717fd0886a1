"""EKS clusters, for aws_eks_cluster.

moto 5.2.5 gives every cluster the same OIDC issuer and no security group, forgets the access configuration, upgrade
policy and zonal shift (CreateCluster), replaces the whole VPC configuration, takes subnets of any zones and answers
without an update (UpdateClusterConfig), and has neither UpdateClusterVersion nor AssociateEncryptionConfig. An update
is in progress for a moment, and no other begins meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from mendixctl.emulator.extensions import windows
from mendixctl.emulator.extensions.operations import Call, Operation, OperationError, Record, identifier, unique

UPDATE_SECONDS = 0.5
"""How long an update is in progress: Terraform asks again sooner than this matters."""

NETWORK = {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4", "elasticLoadBalancing": {"enabled": False}}

TAKEN_BACK_WITHIN = 7 * 24 * 3600
"""Seconds after its upgrade in which a control plane goes back by one version: Amazon EKS User Guide, "Roll back a
cluster to a previous Kubernetes version". One that was made with its version, or has gone back, does not."""

_newest_updates: dict[tuple[str, str], str] = {}


def install() -> None:
    """Mend what a new cluster is, and what goes with it."""
    from moto.eks.responses import EKSResponse

    create, delete = EKSResponse.create_cluster, EKSResponse.delete_cluster

    def create_cluster(self: Any) -> Any:
        answer = create(self)
        _complete(self.eks_backend.clusters[self._get_param("name")], self)
        return answer

    def delete_cluster(self: Any) -> Any:
        cluster = self.eks_backend.clusters.get(self._get_param("name"))
        answer = delete(self)
        _ec2(self.eks_backend).delete_security_group(group_id=cluster.resources_vpc_config["clusterSecurityGroupId"])
        return answer

    EKSResponse.create_cluster = create_cluster  # type: ignore[method-assign]
    EKSResponse.delete_cluster = delete_cluster  # type: ignore[method-assign]


def backend(call: Call) -> Any:
    """moto's EKS of the call's account and region."""
    from moto.eks.models import eks_backends

    return eks_backends[call.account][call.region]


def cluster_of(call: Call, name: str) -> Any:
    """moto's cluster.

    Raises:
        OperationError: there is none.
    """
    found = backend(call).clusters.get(name)
    if found is None:
        raise OperationError("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    return found


def operations() -> dict[str, Operation]:
    """What moto lacks, or answers so that the provider cannot use it."""
    return {
        "AssociateEncryptionConfig": _encrypt,
        "UpdateClusterConfig": _update_config,
        "UpdateClusterVersion": _update_version,
    }


def require_idle(call: Call, resource: str, kind: str) -> None:
    """See that nothing of ``resource`` ("cluster prod") is being updated.

    Raises:
        OperationError: something is.
    """
    current = _newest_updates.get((call.region, resource), "")
    if is_updating(call, current):
        message = f"Cannot {kind} because {resource} currently has update {current} in progress"
        raise OperationError("ResourceInUseException", message, 409)


def updated(call: Call, resource: str, kind: str) -> Record:
    """The answer to an update that has begun."""
    update = unique()
    windows.open_window(UPDATE_SECONDS, "update", call.region, update)
    _newest_updates[call.region, resource] = update
    return {"update": {"id": update, "status": "InProgress", "type": kind, "createdAt": time.time(), "errors": []}}


def is_updating(call: Call, update: str) -> bool:
    """Whether the update of that identifier is still in progress."""
    return windows.is_open("update", call.region, update)


def minor(version: str) -> int:
    """The minor number of a Kubernetes version."""
    return int(version.split(".")[1])


def _ec2(of: Any) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[of.account_id][of.region_name]


def _complete(cluster: Any, response: Any) -> None:
    ec2 = _ec2(response.eks_backend)
    sent = response._get_param("accessConfig") or {}
    cluster.access_config = {
        "authenticationMode": sent.get("authenticationMode", "CONFIG_MAP"),
        "bootstrapClusterCreatorAdminPermissions": sent.get("bootstrapClusterCreatorAdminPermissions", True),
    }
    cluster.upgrade_policy = response._get_param("upgradePolicy") or {"supportType": "EXTENDED"}
    cluster.zonal_shift_config = response._get_param("zonalShiftConfig") or {"enabled": False}
    cluster.kubernetes_network_config = {**NETWORK, **(response._get_param("kubernetesNetworkConfig") or {})}
    issuer = identifier("", 32).upper()
    region = response.eks_backend.region_name
    cluster.identity = {"oidc": {"issuer": f"https://oidc.eks.{region}.amazonaws.com/id/{issuer}"}}
    cluster.endpoint = f"https://{issuer}.gr7.{region}.eks.amazonaws.com"
    network = dict(cluster.resources_vpc_config)
    subnet = ec2.get_subnet(network["subnetIds"][0])
    name = f"eks-cluster-sg-{cluster.name}-{identifier('', 9)}"
    group = ec2.create_security_group(name, "EKS created security group", vpc_id=subnet.vpc_id)
    network.setdefault("endpointPublicAccess", True)
    network.setdefault("endpointPrivateAccess", False)
    network["publicAccessCidrs"] = network.get("publicAccessCidrs") or ["0.0.0.0/0"]
    cluster.resources_vpc_config = {**network, "clusterSecurityGroupId": group.id, "vpcId": subnet.vpc_id}
    cluster.zones = _zones(ec2, network["subnetIds"])


def _zones(ec2: Any, subnets: Iterable[str]) -> list[str]:
    return sorted({ec2.get_subnet(subnet).availability_zone for subnet in subnets})


def _update_config(call: Call) -> Record:
    cluster = cluster_of(call, call["name"])
    kind = "VpcConfigUpdate" if call.get("resourcesVpcConfig") else "LoggingUpdate"
    require_idle(call, f"cluster {cluster.name}", kind)
    if call.get("resourcesVpcConfig"):
        _require_zones(call, cluster)
        cluster.resources_vpc_config = {**cluster.resources_vpc_config, **call["resourcesVpcConfig"]}
    if call.get("logging"):
        cluster.logging = call["logging"]
    if call.get("accessConfig"):
        cluster.access_config = {**cluster.access_config, **call["accessConfig"]}
    for name, attribute in (("upgradePolicy", "upgrade_policy"), ("zonalShiftConfig", "zonal_shift_config")):
        if call.get(name):
            setattr(cluster, attribute, call[name])
    return updated(call, f"cluster {cluster.name}", kind)


def _encrypt(call: Call) -> Record:
    """Secrets are encrypted from then on, and no other key ever takes the place of that one (API reference)."""
    cluster = cluster_of(call, call["clusterName"])
    require_idle(call, f"cluster {cluster.name}", "AssociateEncryptionConfig")
    if cluster.encryption_config:
        raise OperationError("InvalidRequestException", f"Cluster {cluster.name} already has encryption enabled")
    cluster.encryption_config = call["encryptionConfig"]
    return updated(call, f"cluster {cluster.name}", "AssociateEncryptionConfig")


def _require_zones(call: Call, cluster: Any) -> None:
    """A control plane stays in the zones that it was made in (EKS User Guide, networking requirements)."""
    wanted = _zones(_ec2(backend(call)), call["resourcesVpcConfig"].get("subnetIds") or ())
    if wanted and wanted != cluster.zones:
        message = (
            f"Provided subnets belong to the AZs '{','.join(wanted)}'. But they should belong to the exact set of AZs "
            f"'{','.join(cluster.zones)}' in which subnets were provided during cluster creation."
        )
        raise OperationError("InvalidParameterException", message)


def _update_version(call: Call) -> Record:
    cluster = cluster_of(call, call["name"])
    require_idle(call, f"cluster {cluster.name}", "VersionUpdate")
    step = minor(call["version"]) - minor(cluster.version)
    if step not in (-1, 1):
        message = f"Unsupported Kubernetes minor version update from {cluster.version} to {call['version']}"
        raise OperationError("InvalidParameterException", message)
    ahead = [
        group.nodegroup_name for group in cluster.nodegroups.values() if minor(group.version) > minor(call["version"])
    ]
    if ahead:
        message = f"Kubelet version of nodegroups is ahead of {call['version']}: {', '.join(ahead)}"
        raise OperationError("InvalidRequestException", message)
    upgraded = getattr(cluster, "upgraded_at", None)
    if step < 0 and (upgraded is None or time.time() >= upgraded + TAKEN_BACK_WITHIN):
        message = f"Unsupported Kubernetes minor version update from {cluster.version} to {call['version']}"
        raise OperationError("InvalidParameterException", message)
    cluster.version = call["version"]
    cluster.upgraded_at = time.time() if step > 0 else None
    return updated(call, f"cluster {cluster.name}", "VersionUpdate")
