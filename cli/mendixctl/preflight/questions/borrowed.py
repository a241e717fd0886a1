"""Whether a VPC that exists, and is somebody else's, has what the environment needs.

A module asks AWS nothing, so that an ID that is wrong is found by an apply that has begun, and a private subnet without
a way out only by nodes that never join.

Sources: EKS user guide, "Amazon EKS networking requirements" (DNS hostnames and resolution, six free addresses for the
control plane and better sixteen, subnets of two zones; the tags of subnets for load balancers); Elastic Load Balancing,
"Network Load Balancers" (eight free addresses a subnet); RDS user guide, "Working with a DB instance in a VPC" (subnets
of two zones, a free address for a failover).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject

VPC = ("network", "existing", "vpc_id")
SUBNETS = ("network", "existing", "subnets")
FOR_THE_CONTROL_PLANE = 16
FOR_A_LOAD_BALANCER = 8
LEAST = {"private": 6, "public": 8, "database": 2}
"""Free addresses without which something is refused, in one subnet."""

OUT = ("NatGatewayId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId", "VpcPeeringConnectionId")
"""Where a default route of a private subnet may lead; a gateway of the VPC that is no internet gateway does too."""

ROLE_TAGS = {"private": "kubernetes.io/role/internal-elb", "public": "kubernetes.io/role/elb"}


def _existing(subject: Subject) -> Mapping[str, Any]:
    return subject.section("network").get("existing") or {}


def _network(subject: Subject) -> Any:
    existing = _existing(subject)
    if not existing:
        return None
    areas = [area for area in ("cluster", "ingress", "database") if subject.has(area)]
    return [existing, subject.section("network").get("cidr"), subject.zones, areas, _nodes(subject)]


def _nodes(subject: Subject) -> int:
    """How many nodes the cluster has at most."""
    return sum(int(group.get("max", 0)) for group in subject.section("cluster").get("node_groups", {}).values())


def _ask_network(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    existing = _existing(subject)
    vpc_id = str(existing["vpc_id"])
    ec2 = inquiry.client("ec2")
    vpcs: list[dict[str, Any]] | None = None
    with inquiry.asking("ec2:DescribeVpcs"):
        vpcs = ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Vpcs"]
    if vpcs is None:
        return
    here = f"{subject.header.account}, {subject.region}"
    if not vpcs or vpcs[0].get("OwnerId", subject.header.account) != subject.header.account:
        owner = f"it is {vpcs[0]['OwnerId']}'s, who shares it" if vpcs else f"not in {here}"
        hint = "an ID of this account and region; in a shared VPC nobody but its owner can record flows"
        yield Finding("MXF231", Grade.ERROR, f"the account has no VPC {vpc_id}", owner, hint, VPC)
        return
    found = [*_of_the_vpc(subject, vpcs[0]), *_dns(inquiry, ec2, vpc_id), *_subnets(subject, inquiry, ec2)]
    yield from found
    if not found and not inquiry.missed:
        yield Finding("MXF230", Grade.OK, f"the VPC {vpc_id} and its subnets have what the environment needs", here)


def _of_the_vpc(subject: Subject, vpc: Mapping[str, Any]) -> Iterator[Finding]:
    blocks = [str(one["CidrBlock"]) for one in vpc.get("CidrBlockAssociationSet", ())] or [str(vpc["CidrBlock"])]
    said = str(subject.section("network").get("cidr"))
    if said not in blocks:
        what = f"{vpc['VpcId']} has another block than {said}"
        path = ("network", "cidr")
        yield Finding("MXF232", Grade.ERROR, what, ", ".join(blocks), f"write cidr: {vpc['CidrBlock']}", path)


def _dns(inquiry: Inquiry, ec2: Any, vpc_id: str) -> Iterator[Finding]:
    for attribute, key in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")):
        is_on = True
        with inquiry.asking("ec2:DescribeVpcAttribute"):
            is_on = bool(ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=attribute)[key]["Value"])
        if not is_on:
            what = f"{attribute} is off in {vpc_id}: nodes do not find the cluster's private endpoint"
            option = f"--{'enable-dns-support' if attribute == 'enableDnsSupport' else 'enable-dns-hostnames'}"
            hint = f"whoever keeps the VPC: aws ec2 modify-vpc-attribute --vpc-id {vpc_id} {option}"
            yield Finding("MXF233", Grade.ERROR, what, f"DescribeVpcAttribute {attribute}: false", hint, VPC)


def _subnets(subject: Subject, inquiry: Inquiry, ec2: Any) -> Iterator[Finding]:
    tiers: Mapping[str, Mapping[str, str]] = _existing(subject)["subnets"]
    vpc_id = str(_existing(subject)["vpc_id"])
    wanted = sorted({subnet for tier in tiers.values() for subnet in (tier or {}).values()})
    found: dict[str, dict[str, Any]] | None = None
    tables: list[dict[str, Any]] | None = None
    with inquiry.asking("ec2:DescribeSubnets"):
        pages = ec2.get_paginator("describe_subnets").paginate(Filters=[{"Name": "subnet-id", "Values": wanted}])
        found = {str(one["SubnetId"]): one for page in pages for one in page["Subnets"]}
    if found is None:
        return
    with inquiry.asking("ec2:DescribeRouteTables"):
        pages = ec2.get_paginator("describe_route_tables").paginate(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
        tables = [one for page in pages for one in page["RouteTables"]]
    for tier, subnets in tiers.items():
        for letter, subnet_id in (subnets or {}).items():
            path = (*SUBNETS, tier, letter)
            subnet = found.get(subnet_id)
            if subnet is None or subnet["VpcId"] != vpc_id:
                there = f"it is in {subnet['VpcId']}" if subnet else "DescribeSubnets does not list it"
                yield Finding("MXF234", Grade.ERROR, f"{vpc_id} has no subnet {subnet_id}", there, "", path)
            elif subnet["AvailabilityZone"] != f"{subject.region}{letter}":
                what = f"{subnet_id} is in {subnet['AvailabilityZone']}, and stands under {letter}"
                hint = f"write it under {subnet['AvailabilityZone'].removeprefix(subject.region)}"
                yield Finding("MXF235", Grade.ERROR, what, str(subnet.get("AvailabilityZoneId", "")), hint, path)
            else:
                yield from _room(subject, tier, subnet, path)
                yield from _tags(subject, tier, subnet, path)
                if tables is not None:
                    yield from _way(subject, tier, subnet_id, tables, path)


def _room(subject: Subject, tier: str, subnet: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Finding]:
    """Whether there are addresses enough: without the least of them something is refused, and with few it will be."""
    if (tier == "public" and not subject.has("ingress")) or (tier == "database" and not subject.has("database")):
        return
    free = int(subnet["AvailableIpAddressCount"])
    wanted = LEAST[tier]
    if tier == "private" and subject.has("cluster"):
        wanted = FOR_THE_CONTROL_PLANE + -(-_nodes(subject) // max(1, len(subject.zones)))
    elif tier == "database":
        wanted = 1 + 2 * len(subject.section("database").get("instances", {}))
    if free >= wanted:
        return
    grade = Grade.ERROR if free < LEAST[tier] else Grade.WARNING
    what = f"{subnet['SubnetId']} has {free} free addresses, and {wanted} are wanted"
    hint = "a larger subnet of the zone, or fewer nodes at most; pods take addresses of these subnets as well"
    yield Finding("MXF236", grade, what, str(subnet["CidrBlock"]), hint, path)


def _tags(subject: Subject, tier: str, subnet: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Finding]:
    key = ROLE_TAGS.get(tier)
    has = {str(tag["Key"]) for tag in subnet.get("Tags", ())}
    if key is None or key in has or not subject.has("cluster"):
        return
    what = f"{subnet['SubnetId']} has no tag {key}: load balancers that Kubernetes asks for are not put there"
    hint = f"whoever keeps it: aws ec2 create-tags --resources {subnet['SubnetId']} --tags Key={key},Value=1"
    yield Finding("MXF237", Grade.WARNING, what, f"its tags: {', '.join(sorted(has)) or 'none'}", hint, path)


def _way(
    subject: Subject, tier: str, subnet_id: str, tables: list[dict[str, Any]], path: tuple[str, ...]
) -> Iterator[Finding]:
    """Where the default route of a subnet leads, by its own table or the main one."""
    own = [one for one in tables for each in one["Associations"] if each.get("SubnetId") == subnet_id]
    main = [one for one in tables for each in one["Associations"] if each.get("Main")]
    routes = next(iter(own or main), {}).get("Routes", ())
    default = next((one for one in routes if one.get("DestinationCidrBlock") == "0.0.0.0/0"), None)
    gateway = str((default or {}).get("GatewayId", ""))
    leads = next((str(default[key]) for key in OUT if default.get(key)), gateway) if default else ""
    if default is not None and default.get("State") == "blackhole":
        what = f"the default route of {subnet_id} leads to {leads}, which is no more"
        yield Finding("MXF238", Grade.ERROR, what, "blackhole", "whoever keeps the VPC mends the route", path)
    elif tier == "public" and not gateway.startswith("igw-") and subject.has("ingress"):
        what = f"{subnet_id} has no way from the internet: a load balancer that faces it is not reached there"
        yield Finding("MXF238", Grade.ERROR, what, leads or "no default route", "name subnets that are public", path)
    elif tier == "private" and gateway.startswith("igw-"):
        what = f"{subnet_id} leads to an internet gateway: nodes have no public address, and get no answer"
        yield Finding("MXF238", Grade.ERROR, what, gateway, "name subnets that lead to a NAT gateway", path)
    elif tier == "private" and not leads and subject.has("cluster"):
        what = f"{subnet_id} leads nowhere outside of the VPC: nodes need a way to AWS to join the cluster"
        hint = "a route to a NAT or transit gateway, or endpoints for ec2, ecr.api, ecr.dkr, s3, sts, eks and logs"
        yield Finding("MXF238", Grade.WARNING, what, "no default route", hint, path)
    elif tier == "database" and gateway.startswith("igw-"):
        what = f"{subnet_id} leads to an internet gateway: databases are better where nothing comes from outside"
        yield Finding("MXF238", Grade.WARNING, what, gateway, "subnets without a default route", path)


QUESTIONS = (Question("existing-network", "The VPC that exists", _network, _ask_network),)
