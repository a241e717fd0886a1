"""What EC2's rules need to know: volumes, the blocks of a VPC, NAT gateways, and the zones of subnets."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge, first, zones


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


KNOWLEDGE = Knowledge(
    stored={"ModifyVolume": _volume, "ModifyVpcEndpoint": _endpoint},
    related={"vpc": _vpc, "nats": _nat_gateways, "subnets": _subnets},
)
