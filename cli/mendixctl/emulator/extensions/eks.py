"""EKS, for aws_eks_cluster, _node_group, _addon, _access_entry, _access_policy_association, _pod_identity_association.

moto 5.2.5 has no add-ons, access entries or pod identity associations. What it has is mended in ``eks_clusters`` and
``eks_nodegroups``. Tags of everything but clusters, and the pod identity associations that an add-on brings, are here.
"""

from __future__ import annotations

import time

from mendixctl.emulator.extensions import eks_clusters, eks_nodegroups
from mendixctl.emulator.extensions.operations import (
    Call,
    Operation,
    OperationError,
    Record,
    Service,
    Table,
    identifier,
    unique,
)


def install(account: str) -> Service:
    """Mend moto's EKS and answer the operations that it lacks."""
    eks_clusters.install()
    eks_nodegroups.install()
    pods = Table("clusterName", "associationId")
    addons = Table("clusterName", "addonName")
    entries = Table("clusterName", "principalArn")
    arns = {"addonArn": addons, "associationArn": pods, "accessEntryArn": entries}
    return Service(
        account,
        "eks",
        {
            **_addons(addons, pods),
            **_access(entries),
            **_pod_identity(pods),
            **eks_clusters.operations(),
            **eks_nodegroups.operations(),
            **_tags(arns),
            "DescribeUpdate": _update,
        },
    )


def _update(call: Call) -> Record:
    status = "InProgress" if eks_clusters.is_updating(call, call["updateId"]) else "Successful"
    return {"update": {"id": call["updateId"], "status": status}}


def _tags(tables: dict[str, Table]) -> dict[str, Operation]:
    """The tags of all resources; moto has those of clusters only."""

    def kept(call: Call) -> Record:
        arn = call["resourceArn"]
        for name, table in tables.items():
            for row in table.all(call, **{name: arn}):
                row["tags"] = row.get("tags") or {}
                tags: Record = row["tags"]
                return tags
        for cluster in eks_clusters.backend(call).clusters.values():
            for it in (cluster, *cluster.nodegroups.values(), *cluster.fargate_profiles.values()):
                if arn in (getattr(it, "arn", None), getattr(it, "fargate_profile_arn", None)):
                    found: Record = it.tags
                    return found
        raise OperationError("NotFoundException", f"no {arn}", 404)

    def untag(call: Call) -> Record:
        tags = kept(call)
        for name in call.get("tagKeys", []):
            tags.pop(name, None)
        return {}

    return {
        "TagResource": lambda call: kept(call).update(call["tags"]) or {},
        "UntagResource": untag,
        "ListTagsForResource": lambda call: {"tags": kept(call)},
    }


def _addons(addons: Table, pods: Table) -> dict[str, Operation]:
    def associate(call: Call, wanted: list[Record]) -> list[str]:
        """Make the add-on's associations what is ``wanted``; their ARNs."""
        owner = f"{call['clusterName']}/{call['addonName']}"
        for row in pods.all(call, ownerAddon=owner):
            pods.remove(Call(call.account, call.region, row))
        made = []
        for one in wanted:
            parameters = {"clusterName": call["clusterName"], "namespace": "kube-system", "ownerAddon": owner, **one}
            made.append(_associate(Call(call.account, call.region, parameters), pods)["associationArn"])
        return made

    def create(call: Call) -> Record:
        if addons.all(call, clusterName=call["clusterName"], addonName=call["addonName"]):
            raise OperationError("ResourceInUseException", "Addon already exists.", 409)
        name = f"addon/{call['clusterName']}/{call['addonName']}/{unique()}"
        row = addons.put(
            call,
            status="ACTIVE",
            addonVersion=call.get("addonVersion", "v1.0.0-eksbuild.1"),
            health={"issues": []},
            addonArn=call.arn("eks", name),
            createdAt=time.time(),
            modifiedAt=time.time(),
            podIdentityAssociations=associate(call, call.get("podIdentityAssociations", [])),
        )
        return {"addon": row}

    def update(call: Call) -> Record:
        changeable = ("addonVersion", "serviceAccountRoleArn", "configurationValues", "resolveConflicts")
        row = addons.get(call)
        row.update({name: call[name] for name in changeable if name in call.parameters})
        row["modifiedAt"] = time.time()
        if call.get("podIdentityAssociations") is not None:
            row["podIdentityAssociations"] = associate(call, call["podIdentityAssociations"])
        return {"update": {"id": unique(), "status": "Successful", "type": "AddonUpdate"}}

    def delete(call: Call) -> Record:
        associate(call, [])
        return {"addon": addons.remove(call)}

    return {
        "CreateAddon": create,
        "DescribeAddon": lambda call: {"addon": addons.get(call)},
        "UpdateAddon": update,
        "DeleteAddon": delete,
        "ListAddons": lambda call: {
            "addons": [row["addonName"] for row in addons.all(call, clusterName=call["clusterName"])]
        },
    }


def _access(entries: Table) -> dict[str, Operation]:
    policies = Table("clusterName", "principalArn", "policyArn")

    def create(call: Call) -> Record:
        if entries.all(call, clusterName=call["clusterName"], principalArn=call["principalArn"]):
            message = "The specified access entry resource is already in use on this cluster."
            raise OperationError("ResourceInUseException", message, 409)
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
        "ListAccessEntries": lambda call: {
            "accessEntries": [row["principalArn"] for row in entries.all(call, clusterName=call["clusterName"])]
        },
        "AssociateAccessPolicy": associate,
        "DisassociateAccessPolicy": lambda call: policies.remove(call) and {},
        "ListAssociatedAccessPolicies": associated,
    }


def _associate(call: Call, associations: Table) -> Record:
    """A new association of a service account with a role; there can be one for each service account."""
    names = {name: call[name] for name in ("clusterName", "namespace", "serviceAccount")}
    if associations.all(call, **names):
        raise OperationError("ResourceInUseException", f"Association already exists: {names}", 409)
    call.parameters["associationId"] = identifier("a-")
    name = f"podidentityassociation/{call['clusterName']}/{call['associationId']}"
    return associations.put(call, associationArn=call.arn("eks", name), createdAt=time.time(), modifiedAt=time.time())


def _pod_identity(associations: Table) -> dict[str, Operation]:
    def update(call: Call) -> Record:
        row = associations.get(call)
        row["roleArn"] = call.get("roleArn", row["roleArn"])
        return {"association": row}

    return {
        "CreatePodIdentityAssociation": lambda call: {"association": _associate(call, associations)},
        "DescribePodIdentityAssociation": lambda call: {"association": associations.get(call)},
        "UpdatePodIdentityAssociation": update,
        "DeletePodIdentityAssociation": lambda call: {"association": associations.remove(call)},
        "ListPodIdentityAssociations": lambda call: {
            "associations": associations.all(call, clusterName=call["clusterName"])
        },
    }
