"""EKS, for aws_eks_cluster, _node_group, _addon, _access_entry, _access_policy_association, _pod_identity_association.

moto 5.2.5 forgets a cluster's access configuration and a node group's update configuration (CreateCluster,
CreateNodegroup), and has no add-ons, access entries or pod identity associations.
"""

from __future__ import annotations

import time
from typing import Any

from mendixctl.emulator.extensions.operations import Call, Operation, Record, Service, Table, identifier, unique


def install(account: str) -> Service:
    """Mend moto's EKS and answer the operations that it lacks."""
    from moto.eks import models
    from moto.eks.responses import EKSResponse

    vars(models)["DEFAULT_REMOTE_ACCESS"] = None
    _keep_configurations(EKSResponse)
    return Service(account, "eks", {**_addons(), **_access(), **_pod_identity(), "DescribeUpdate": _update})


def _keep_configurations(responses: Any) -> None:
    create_cluster, create_nodegroup = responses.create_cluster, responses.create_nodegroup

    def cluster(self: Any) -> Any:
        sent = self._get_param("accessConfig") or {}
        answer = create_cluster(self)
        self.eks_backend.clusters[self._get_param("name")].access_config = {
            "authenticationMode": sent.get("authenticationMode", "CONFIG_MAP"),
            "bootstrapClusterCreatorAdminPermissions": sent.get("bootstrapClusterCreatorAdminPermissions", True),
        }
        return answer

    def nodegroup(self: Any) -> Any:
        answer = create_nodegroup(self)
        group = self.eks_backend.clusters[self._get_param("name")].nodegroups[self._get_param("nodegroupName")]
        group.update_config = self._get_param("updateConfig") or {"maxUnavailable": 1}
        return answer

    responses.create_cluster = cluster
    responses.create_nodegroup = nodegroup


def _update(call: Call) -> Record:
    return {"update": {"id": call["updateId"], "status": "Successful"}}


def _addons() -> dict[str, Operation]:
    addons = Table("clusterName", "addonName")

    def create(call: Call) -> Record:
        name = f"addon/{call['clusterName']}/{call['addonName']}/{unique()}"
        row = addons.put(
            call,
            status="ACTIVE",
            addonVersion=call.get("addonVersion", "v1.0.0-eksbuild.1"),
            health={"issues": []},
            addonArn=call.arn("eks", name),
            createdAt=time.time(),
            modifiedAt=time.time(),
        )
        return {"addon": row}

    def update(call: Call) -> Record:
        changeable = ("addonVersion", "serviceAccountRoleArn", "configurationValues", "resolveConflicts")
        addons.get(call).update({name: call[name] for name in changeable if name in call.parameters})
        return {"update": {"id": unique(), "status": "Successful", "type": "AddonUpdate"}}

    return {
        "CreateAddon": create,
        "DescribeAddon": lambda call: {"addon": addons.get(call)},
        "UpdateAddon": update,
        "DeleteAddon": lambda call: {"addon": addons.remove(call)},
        "ListAddons": lambda call: {
            "addons": [row["addonName"] for row in addons.all(call, clusterName=call["clusterName"])]
        },
    }


def _access() -> dict[str, Operation]:
    entries = Table("clusterName", "principalArn")
    policies = Table("clusterName", "principalArn", "policyArn")

    def create(call: Call) -> Record:
        row = entries.put(
            call,
            accessEntryArn=call.arn("eks", f"access-entry/{call['clusterName']}/{unique()}"),
            type=call.get("type", "STANDARD"),
            username=call.get("username", call["principalArn"]),
            kubernetesGroups=call.get("kubernetesGroups", []),
            createdAt=time.time(),
            modifiedAt=time.time(),
        )
        return {"accessEntry": row}

    def update(call: Call) -> Record:
        row = entries.get(call)
        row.update({name: call[name] for name in ("kubernetesGroups", "username") if name in call.parameters})
        return {"accessEntry": row}

    def associate(call: Call) -> Record:
        entries.get(call)
        row = policies.put(call, associatedAt=time.time(), modifiedAt=time.time())
        names = {name: call[name] for name in ("clusterName", "principalArn")}
        return {**names, "associatedAccessPolicy": row}

    def associated(call: Call) -> Record:
        names = {name: call[name] for name in ("clusterName", "principalArn")}
        return {**names, "associatedAccessPolicies": policies.all(call, **names)}

    return {
        "CreateAccessEntry": create,
        "DescribeAccessEntry": lambda call: {"accessEntry": entries.get(call)},
        "UpdateAccessEntry": update,
        "DeleteAccessEntry": lambda call: entries.remove(call) and {},
        "AssociateAccessPolicy": associate,
        "DisassociateAccessPolicy": lambda call: policies.remove(call) and {},
        "ListAssociatedAccessPolicies": associated,
    }


def _pod_identity() -> dict[str, Operation]:
    associations = Table("clusterName", "associationId")

    def create(call: Call) -> Record:
        call.parameters["associationId"] = identifier("a-")
        name = f"podidentityassociation/{call['clusterName']}/{call['associationId']}"
        row = associations.put(
            call, associationArn=call.arn("eks", name), createdAt=time.time(), modifiedAt=time.time()
        )
        return {"association": row}

    def update(call: Call) -> Record:
        row = associations.get(call)
        row["roleArn"] = call.get("roleArn", row["roleArn"])
        return {"association": row}

    return {
        "CreatePodIdentityAssociation": create,
        "DescribePodIdentityAssociation": lambda call: {"association": associations.get(call)},
        "UpdatePodIdentityAssociation": update,
        "DeletePodIdentityAssociation": lambda call: {"association": associations.remove(call)},
    }
