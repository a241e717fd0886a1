"""What the rules of load balancers need to know: their attributes, target groups, and the zones of subnets."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge, first, zones


def _balancer(ask: Ask, document: Document) -> Document:
    return first(
        ask("elbv2", "DescribeLoadBalancers", LoadBalancerArns=[document.get("LoadBalancerArn")]), "LoadBalancers"
    )


def _protection(ask: Ask, document: Document) -> Document:
    arn = document.get("LoadBalancerArn")
    found = ask("elbv2", "DescribeLoadBalancerAttributes", LoadBalancerArn=arn).get("Attributes") or []
    attributes = {one.get("Key"): one.get("Value") for one in found}
    return {"LoadBalancerArn": arn, "Protected": attributes.get("deletion_protection.enabled") == "true"}


def _target_group(ask: Ask, document: Document) -> Document:
    return first(ask("elbv2", "DescribeTargetGroups", TargetGroupArns=[document.get("TargetGroupArn")]), "TargetGroups")


def _listener(ask: Ask, document: Document) -> Document:
    return first(ask("elbv2", "DescribeListeners", ListenerArns=[document.get("ListenerArn")]), "Listeners")


def _groups(ask: Ask, document: Document) -> list[Document]:
    found = _target_group(ask, first(document, "DefaultActions"))
    return [found] if found else []


def _subnets(ask: Ask, document: Document) -> list[Document]:
    mapped = [one.get("SubnetId") for one in document.get("SubnetMappings") or []]
    return zones(ask, [one for one in (*(document.get("Subnets") or []), *mapped) if one])


KNOWLEDGE = Knowledge(
    stored={
        "DeleteLoadBalancer": _protection,
        "ModifyListener": _listener,
        "ModifyTargetGroup": _target_group,
        "SetSubnets": _balancer,
    },
    related={"groups": _groups, "subnets": _subnets},
)
