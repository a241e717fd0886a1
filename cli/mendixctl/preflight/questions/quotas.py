"""Whether the account's quotas leave room for what the plan adds to what is there.

Codes and defaults: AWS General Reference, "Service endpoints and quotas" of EC2, VPC, EKS, Elastic Load Balancing; the
numbers of RDS, IAM and CloudWatch Logs come from those services themselves, which know what is used as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixctl.aws import error_code
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.questions.instance_types import groups
from mendixctl.preflight.subject import Subject
from mendixctl.terraform.plan import Action
from mendixgen import instance_types

LOG_POLICIES = 10
"""Resource policies of CloudWatch Logs in a region; AWS raises it for nobody (CloudWatch Logs quotas)."""

SCARCE = 0.8
"""The share of a quota from which on a person is told, before it is in the way."""

NODES = ("aws_eks_node_group",)
NODE_GROUPS = ("cluster", "node_groups")
LOG_POLICY = "aws_cloudwatch_log_resource_policy"


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota of Service Quotas: where its number is, what counts towards it, and what that is called."""

    title: str
    service: str
    code: str
    type: str
    action: str
    used: Callable[[Inquiry], int]


def _count(inquiry: Inquiry, service: str, paginator: str, key: str, **given: Any) -> int:
    pages = inquiry.client(service).get_paginator(paginator).paginate(**given)
    return sum(len(page.get(key, ())) for page in pages)


def _addresses(inquiry: Inquiry) -> int:
    return len(inquiry.client("ec2").describe_addresses()["Addresses"])


def _network_load_balancers(inquiry: Inquiry) -> int:
    pages = inquiry.client("elbv2").get_paginator("describe_load_balancers").paginate()
    return sum(one.get("Type") == "network" for page in pages for one in page["LoadBalancers"])


QUOTAS = (
    Quota("VPCs", "vpc", "L-F678F1CE", "aws_vpc", "ec2:DescribeVpcs",
          lambda inquiry: _count(inquiry, "ec2", "describe_vpcs", "Vpcs")),
    Quota("Elastic IP addresses", "ec2", "L-0263D0A3", "aws_eip", "ec2:DescribeAddresses", _addresses),
    Quota("network load balancers", "elasticloadbalancing", "L-69A177A2", "aws_lb",
          "elasticloadbalancing:DescribeLoadBalancers", _network_load_balancers),
    Quota("EKS clusters", "eks", "L-1194D53C", "aws_eks_cluster", "eks:ListClusters",
          lambda inquiry: _count(inquiry, "eks", "list_clusters", "clusters")),
)  # fmt: skip

NAT_GATEWAYS = ("vpc", "L-FE5A380F")
ON_DEMAND = ("ec2", "L-1216C47A")
SPOT = ("ec2", "L-34B43A08")
GONE = frozenset({"deleted", "failed", "shutting-down", "stopped", "stopping", "terminated"})


def _concerns(subject: Subject) -> Any:
    counted = (*(quota.type for quota in QUOTAS), "aws_nat_gateway", "aws_db_instance", "aws_iam_role", LOG_POLICY)
    added = {kind: subject.adds(kind) for kind in counted}
    nodes = _node_concerns(subject)
    return [added, nodes, subject.zones] if any(added.values()) or nodes else None


def _node_concerns(subject: Subject) -> Any:
    if not subject.touches(*NODES):
        return None
    return {
        name: [group["capacity"], group["instance_types"], group["min"], group["max"]]
        for name, group in groups(subject).items()
    }


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    findings = [
        *_counted(subject, inquiry),
        *_nat_gateways(subject, inquiry),
        *_vcpus(subject, inquiry),
        *_databases(subject, inquiry),
        *_roles(subject, inquiry),
        *_log_policies(subject, inquiry),
    ]
    yield from findings
    if not findings and not inquiry.missed:
        yield Finding("MXF170", Grade.OK, "the quotas leave room for what is added")


def _counted(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    for quota in QUOTAS:
        added = subject.adds(quota.type)
        if not added:
            continue
        most = _limit(inquiry, quota.service, quota.code)
        used: int | None = None
        with inquiry.asking(quota.action):
            used = quota.used(inquiry)
        if most is not None and used is not None:
            yield from _judged(quota.title, used, added, most, _raise(quota.service, quota.code, used + added))


def _nat_gateways(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    """Counted by zone, like the quota; one that is being made counts, one that is gone does not."""
    added = subject.adds("aws_nat_gateway")
    if not added:
        return
    most = _limit(inquiry, *NAT_GATEWAYS)
    used: Counter[str] | None = None
    with inquiry.asking("ec2:DescribeNatGateways"):
        used = _nat_gateways_by_zone(inquiry)
    if most is None or used is None:
        return
    for zone in _zones_of_gateways(subject, added):
        what = f"NAT gateways in {zone}"
        yield from _judged(what, used[zone], 1, most, _raise(*NAT_GATEWAYS, used[zone] + 1))


def _zones_of_gateways(subject: Subject, added: int) -> list[str]:
    """The zones that get a NAT gateway: the plan's keys are their letters."""
    letters = [
        match[1]
        for change in subject.changes or ()
        if change.type == "aws_nat_gateway"
        and change.action is Action.CREATE
        and (match := re.search(r'\["([a-z])"\]\Z', change.address))
    ]
    return [f"{subject.region}{letter}" for letter in letters] or list(subject.zones[:added])


def _nat_gateways_by_zone(inquiry: Inquiry) -> Counter[str]:
    client = inquiry.client("ec2")
    pages = client.get_paginator("describe_nat_gateways").paginate()
    subnets = [one["SubnetId"] for page in pages for one in page["NatGateways"] if one["State"] not in GONE]
    if not subnets:
        return Counter()
    listed = client.get_paginator("describe_subnets").paginate(SubnetIds=sorted(set(subnets)))
    zones = {one["SubnetId"]: one["AvailabilityZone"] for page in listed for one in page["Subnets"]}
    return Counter(zones[subnet] for subnet in subnets if subnet in zones)


def _vcpus(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    """The nodes' vCPUs: what the groups have at least must fit, and what they can grow to should."""
    if not _node_concerns(subject):
        return
    for (service, code), capacity, title in (
        (ON_DEMAND, "on-demand", "vCPUs of on-demand instances (A, C, D, H, I, M, R, T, Z)"),
        (SPOT, "spot", "vCPUs of Spot instances (A, C, D, H, I, M, R, T, Z)"),
    ):
        least = _node_vcpus(subject, inquiry, capacity, "min")
        largest = _node_vcpus(subject, inquiry, capacity, "max")
        if not largest:
            continue
        most = _limit(inquiry, service, code)
        used: int | None = None
        with inquiry.asking("ec2:DescribeInstances"):
            used = _running_vcpus(inquiry, subject.name, capacity)
        if most is None or used is None:
            continue
        evidence = f"the quota is {most:g}, other instances use {used}, the node groups need {least} to {largest}"
        if used + least > most:
            what = f"the quota of {title} does not hold the smallest size of the node groups"
            yield Finding("MXF171", Grade.ERROR, what, evidence, _raise(service, code, used + largest), NODE_GROUPS)
        elif used + largest > most:
            what = f"the quota of {title} does not hold the largest size of the node groups"
            yield Finding("MXF172", Grade.WARNING, what, evidence, _raise(service, code, used + largest), NODE_GROUPS)


def _node_vcpus(subject: Subject, inquiry: Inquiry, capacity: str, bound: str) -> int:
    """The vCPUs of all groups of a capacity at their ``bound``, each group of its largest type."""
    total = 0
    for group in groups(subject).values():
        kinds = [kind for kind in group["instance_types"] if instance_types.is_standard(kind)]
        if group["capacity"] == capacity and kinds:
            total += group[bound] * max(_type_vcpus(inquiry, kind) for kind in kinds)
    return total


def _type_vcpus(inquiry: Inquiry, kind: str) -> int:
    """From the table, or from EC2 for a type that is newer than it; 0 where EC2 does not know it either."""
    known = instance_types.vcpus(kind)
    if known is not None:
        return known
    with inquiry.asking("ec2:DescribeInstanceTypes"):
        answer = inquiry.client("ec2").describe_instance_types(Filters=[{"Name": "instance-type", "Values": [kind]}])
        return int(answer["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]) if answer["InstanceTypes"] else 0
    return 0


def _running_vcpus(inquiry: Inquiry, cluster: str, capacity: str) -> int:
    """What runs beside the environment's own nodes, which the groups' sizes stand for."""
    states = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    pages = inquiry.client("ec2").get_paginator("describe_instances").paginate(Filters=states)
    total = 0
    for one in (instance for page in pages for group in page["Reservations"] for instance in group["Instances"]):
        is_spot = one.get("InstanceLifecycle") == "spot"
        own = any(tag["Key"] == "eks:cluster-name" and tag["Value"] == cluster for tag in one.get("Tags", ()))
        if own or is_spot != (capacity == "spot") or not instance_types.is_standard(one["InstanceType"]):
            continue
        options: Mapping[str, int] = one.get("CpuOptions") or {}
        total += options.get("CoreCount", 0) * options.get("ThreadsPerCore", 0) or (
            instance_types.vcpus(one["InstanceType"]) or 0
        )
    return total


def _databases(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    """RDS says itself how many instances and how many GB there are and may be."""
    added = subject.adds("aws_db_instance")
    if not added:
        return
    quotas: dict[str, Mapping[str, int]] | None = None
    with inquiry.asking("rds:DescribeAccountAttributes"):
        answer = inquiry.client("rds").describe_account_attributes()["AccountQuotas"]
        quotas = {one["AccountQuotaName"]: one for one in answer}
    if quotas is None:
        return
    instances = subject.section("database").get("instances", {}).values()
    storage = sum(one["storage_gb"] * (1 + one.get("replicas", 0)) for one in instances)
    rows = (
        ("DBInstances", "RDS instances", "L-7B6409FD", added),
        ("AllocatedStorage", "GB of RDS storage", "L-7ADDB58A", storage if subject.changes is None else 0),
    )
    for name, title, code, more in rows:
        row = quotas.get(name)
        if row is not None and more:
            used, most = int(row["Used"]), float(row["Max"])
            yield from _judged(title, used, more, most, _raise("rds", code, used + more))


def _roles(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    added = subject.adds("aws_iam_role")
    if not added:
        return
    summary: Mapping[str, int] = {}
    with inquiry.asking("iam:GetAccountSummary"):
        summary = inquiry.client("iam").get_account_summary()["SummaryMap"]
    if "RolesQuota" in summary:
        hint = "ask for more in us-east-1, where IAM's quotas are: L-FE177D64 of iam"
        yield from _judged("IAM roles", int(summary["Roles"]), added, float(summary["RolesQuota"]), hint)


def _log_policies(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    added = subject.adds(LOG_POLICY)
    if not added:
        return
    used: int | None = None
    with inquiry.asking("logs:DescribeResourcePolicies"):
        used = _count(inquiry, "logs", "describe_resource_policies", "resourcePolicies")
    if used is not None:
        hint = "aws logs describe-resource-policies; delete one that nothing needs: nobody gets more than ten"
        yield from _judged("resource policies of CloudWatch Logs", used, added, LOG_POLICIES, hint)


def _judged(title: str, used: int, added: int, most: float, hint: str) -> Iterator[Finding]:
    evidence = f"the quota is {most:g}, {used} are used, {added} would be added"
    if used + added > most:
        yield Finding("MXF171", Grade.ERROR, f"the quota of {title} does not hold what is added", evidence, hint)
    elif used + added > SCARCE * most and most > LOG_POLICIES:
        what = f"the quota of {title} is nearly used up after this"
        yield Finding("MXF172", Grade.WARNING, what, evidence, hint)


def _limit(inquiry: Inquiry, service: str, code: str) -> float | None:
    """The account's own value, or the default where it has none; None where AWS does not say it."""
    client = inquiry.client("service-quotas")
    is_default = False
    with inquiry.asking("servicequotas:GetServiceQuota"):
        try:
            return float(client.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])
        except Exception as error:
            if error_code(error) != "NoSuchResourceException":
                raise
            is_default = True
    if is_default:
        with inquiry.asking("servicequotas:GetAWSDefaultServiceQuota"):
            answer = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
            return float(answer["Quota"]["Value"])
    return None


def _raise(service: str, code: str, needed: int) -> str:
    return (
        f"aws service-quotas request-service-quota-increase --service-code {service} --quota-code {code}"
        f" --desired-value {needed}"
    )


QUESTION = Question("quotas", "Quotas", _concerns, _ask)
