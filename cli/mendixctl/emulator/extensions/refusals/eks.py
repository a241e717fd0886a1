"""What EKS's rules need to know: a control plane, its node groups, and the zones of its subnets."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge, zones


def _cluster(ask: Ask, document: Document) -> Document:
    name = document.get("clusterName") or document.get("name")
    return dict(ask("eks", "DescribeCluster", name=name).get("cluster") or {})


def _group(ask: Ask, document: Document) -> Document:
    names = {"clusterName": document.get("clusterName"), "nodegroupName": document.get("nodegroupName")}
    return dict(ask("eks", "DescribeNodegroup", **names).get("nodegroup") or {})


def _addon(ask: Ask, document: Document) -> Document:
    names = {"clusterName": document.get("clusterName"), "addonName": document.get("addonName")}
    return dict(ask("eks", "DescribeAddon", **names).get("addon") or {})


def _groups(ask: Ask, document: Document) -> list[Document]:
    cluster = document.get("name")
    names = ask("eks", "ListNodegroups", clusterName=cluster).get("nodegroups") or []
    return [_group(ask, {"clusterName": cluster, "nodegroupName": name}) for name in names]


def _control(ask: Ask, document: Document) -> list[Document]:
    found = _cluster(ask, document)
    return [found] if found else []


def _subnets(ask: Ask, document: Document) -> list[Document]:
    return zones(ask, list((document.get("resourcesVpcConfig") or {}).get("subnetIds") or []))


def _entries(ask: Ask, document: Document) -> int:
    listed = ask("eks", "ListAccessEntries", clusterName=document.get("clusterName")).get("accessEntries") or []
    return listed.count(document.get("principalArn"))


def _associations(ask: Ask, document: Document) -> int:
    asked = {"clusterName": document.get("clusterName"), "namespace": document.get("namespace")}
    listed = ask("eks", "ListPodIdentityAssociations", **asked).get("associations") or []
    names = [(one.get("namespace"), one.get("serviceAccount")) for one in listed]
    return names.count((document.get("namespace"), document.get("serviceAccount")))


def _key(ask: Ask, document: Document) -> list[Document]:
    """The policy of the key that a new cluster's secrets are encrypted with."""
    configured = document.get("encryptionConfig") or [{}]
    arn = (configured[0].get("provider") or {}).get("keyArn")
    found = ask("kms", "GetKeyPolicy", KeyId=arn, PolicyName="default") if arn else {}
    return [found] if found else []


KNOWLEDGE = Knowledge(
    stored={
        "AssociateEncryptionConfig": _cluster,
        "UpdateClusterVersion": _cluster,
        "UpdateClusterConfig": _cluster,
        "UpdateNodegroupConfig": _group,
        "UpdateNodegroupVersion": _group,
        "UpdateAddon": _addon,
    },
    related={"groups": _groups, "cluster": _control, "subnets": _subnets, "key": _key},
    members={"eks.access-entry-twice": _entries, "eks.pod-identity-twice": _associations},
)
