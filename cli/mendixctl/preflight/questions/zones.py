"""Whether the account has the network's zones, and EKS a control plane in them.

A zone's name is another building in another account, in regions from before November 2025; its ID is the same in all
(RAM user guide, "Availability Zone IDs for your AWS resources"). EKS takes no subnets of three zones for a cluster
(EKS user guide, "View Amazon EKS networking requirements for VPC and subnets").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject

WITHOUT_CONTROL_PLANE = frozenset({"cac1-az3", "use1-az3", "usw1-az2"})
ZONES = ("network", "zones")


def _concerns(subject: Subject) -> Any:
    if not subject.zones or not subject.touches("aws_subnet", "aws_eks_cluster", "aws_nat_gateway"):
        return None
    return [subject.zones, subject.has("cluster")]


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    found: dict[str, dict[str, Any]] = {}
    with inquiry.asking("ec2:DescribeAvailabilityZones"):
        filters = [{"Name": "zone-type", "Values": ["availability-zone"]}]
        answer = inquiry.client("ec2").describe_availability_zones(Filters=filters, AllAvailabilityZones=True)
        found = {zone["ZoneName"]: zone for zone in answer["AvailabilityZones"]}
    if not found:
        return
    usable = [name for name, zone in found.items() if _is_usable(zone, for_cluster=subject.has("cluster"))]
    letters = ", ".join(sorted(name.removeprefix(subject.region) for name in usable))
    hint = f"zones that would do: [{letters}]"
    wrong = False
    for name in subject.zones:
        problem = _problem(name, found.get(name), for_cluster=subject.has("cluster"))
        if problem is not None:
            code, what, evidence = problem
            wrong = True
            yield Finding(code, Grade.ERROR, what, evidence, hint, ZONES)
    if not wrong:
        named = ", ".join(f"{name} is {found[name]['ZoneId']}" for name in subject.zones)
        yield Finding("MXF120", Grade.OK, f"the account has the {len(subject.zones)} zones of the network", named)


def _is_usable(zone: dict[str, Any], *, for_cluster: bool) -> bool:
    return _problem(zone["ZoneName"], zone, for_cluster=for_cluster) is None


def _problem(name: str, zone: dict[str, Any] | None, *, for_cluster: bool) -> tuple[str, str, str] | None:
    if zone is None or zone.get("OptInStatus") == "not-opted-in":
        return "MXF121", f"this account has no zone {name}", "DescribeAvailabilityZones does not list it for use"
    if zone["State"] != "available":
        messages = " ".join(one.get("Message", "") for one in zone.get("Messages", ()))
        return "MXF122", f"{name} is {zone['State']}", messages or f"{name} is {zone['ZoneId']}"
    if for_cluster and zone["ZoneId"] in WITHOUT_CONTROL_PLANE:
        what = f"EKS makes no control plane in {name}"
        return "MXF123", what, f"{name} is {zone['ZoneId']} in this account"
    return None


QUESTION = Question("zones", "Zones", _concerns, _ask)
