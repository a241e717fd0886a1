"""What EC2's rules need to know: volumes, the blocks of a VPC, what is in a subnet, what names a security group, how
many rules there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge, first, within, zones

LAST_ENTRY = 32767
RULES_PER_ACL, RULES_PER_GROUP = "L-2AEEBF1A", "L-0EA8095F"
"""The quotas' codes in Service Quotas."""


def _volume(ask: Ask, document: Document) -> Document:
    return first(ask("ec2", "DescribeVolumes", VolumeIds=[document.get("VolumeId")]), "Volumes")


def _endpoint(ask: Ask, document: Document) -> Document:
    return first(ask("ec2", "DescribeVpcEndpoints", VpcEndpointIds=[document.get("VpcEndpointId")]), "VpcEndpoints")


def _vpc(ask: Ask, document: Document) -> list[Document]:
    return list(ask("ec2", "DescribeVpcs", VpcIds=[document.get("VpcId")]).get("Vpcs") or [])


def _nat_gateways(ask: Ask, document: Document) -> list[Document]:
    wanted = [{"Name": "subnet-id", "Values": [document.get("SubnetId")]}]
    found = ask("ec2", "DescribeNatGateways", Filter=wanted).get("NatGateways") or []
    return [one for one in found if one.get("State") not in ("deleting", "deleted", "failed")]


def _subnets(ask: Ask, document: Document) -> list[Document]:
    gone = set(document.get("RemoveSubnetIds") or [])
    named = [*(document.get("SubnetIds") or []), *(document.get("AddSubnetIds") or [])]
    return zones(ask, [one for one in dict.fromkeys(named) if one not in gone])


def _clusters(ask: Ask, document: Document) -> list[Document]:
    """The clusters whose control plane was made in a subnet."""
    names = ask("eks", "ListClusters").get("clusters") or []
    every = [ask("eks", "DescribeCluster", name=name).get("cluster") or {} for name in names]
    return [one for one in every if document.get("SubnetId") in one.get("resourcesVpcConfig", {}).get("subnetIds", [])]


def _referring(ask: Ask, document: Document) -> list[Document]:
    """The groups of others whose rules name a group; its own rules go with it."""
    wanted = document.get("GroupId")
    groups = ask("ec2", "DescribeSecurityGroups").get("SecurityGroups") or []
    return [one for one in groups if one.get("GroupId") != wanted and wanted in set(_named(one))]


def _named(group: Document) -> Iterator[object]:
    for rule in [*(group.get("IpPermissions") or []), *(group.get("IpPermissionsEgress") or [])]:
        for pair in rule.get("UserIdGroupPairs") or []:
            yield pair.get("GroupId")


def _entries(ask: Ask, document: Document) -> int:
    """The rules of a network ACL in one direction; the last one, which denies, does not count."""
    acls = ask("ec2", "DescribeNetworkAcls", NetworkAclIds=[document.get("NetworkAclId")])
    entries = first(acls, "NetworkAcls").get("Entries") or []
    egress = bool(document.get("Egress"))
    return len([one for one in entries if bool(one.get("Egress")) is egress and one.get("RuleNumber", 0) < LAST_ENTRY])


def _rules(egress: bool) -> Callable[[Ask, Document], int]:
    def count(ask: Ask, document: Document) -> int:
        wanted = [{"Name": "group-id", "Values": [document.get("GroupId")]}]
        found = ask("ec2", "DescribeSecurityGroupRules", Filters=wanted).get("SecurityGroupRules") or []
        return len([one for one in found if bool(one.get("IsEgress")) is egress])

    return count


KNOWLEDGE = Knowledge(
    stored={"ModifyVolume": _volume, "ModifyVpcEndpoint": _endpoint},
    related={
        "clusters": _clusters,
        "nats": _nat_gateways,
        "rules": _referring,
        "subnets": _subnets,
        "vpc": _vpc,
    },
    members={
        "ec2.acl-above-quota": within("vpc", RULES_PER_ACL, _entries),
        "ec2.acl-full": _entries,
        "ec2.group-full-in": within("vpc", RULES_PER_GROUP, _rules(egress=False)),
        "ec2.group-full-out": within("vpc", RULES_PER_GROUP, _rules(egress=True)),
    },
)
