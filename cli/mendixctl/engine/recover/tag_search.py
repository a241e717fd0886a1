"""Finds a resource whose identity only AWS knows, by the tags that it was to be made with.

The tagging API answers for most types. Only what has exactly the planned tags counts, and only if it is the only one
that does and stands in no state: anything else is for a person to decide. A secret is asked for by its name first: that
answer is never late, and the tagging API's is by up to some minutes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mendixctl.engine.journal.journal import TAG

if TYPE_CHECKING:
    from mendixctl.aws import Clients

_ARN = re.compile(r"arn:[a-z-]+:(?P<service>[a-z0-9-]+):[^:]*:[^:]*:(?P<kind>[a-z0-9-]+)[/:](?P<name>.+)\Z")

SEARCHED: Mapping[str, tuple[str, str, bool]] = {
    "aws_acm_certificate": ("acm", "certificate", True),
    "aws_dlm_lifecycle_policy": ("dlm", "policy", False),
    "aws_eip": ("ec2", "elastic-ip", False),
    "aws_flow_log": ("ec2", "vpc-flow-log", False),
    "aws_guardduty_detector": ("guardduty", "detector", False),
    "aws_internet_gateway": ("ec2", "internet-gateway", False),
    "aws_kms_key": ("kms", "key", False),
    "aws_kms_replica_key": ("kms", "key", False),
    "aws_launch_template": ("ec2", "launch-template", False),
    "aws_lb": ("elasticloadbalancing", "loadbalancer", True),
    "aws_lb_target_group": ("elasticloadbalancing", "targetgroup", True),
    "aws_nat_gateway": ("ec2", "natgateway", False),
    "aws_network_acl": ("ec2", "network-acl", False),
    "aws_route_table": ("ec2", "route-table", False),
    "aws_secretsmanager_secret": ("secretsmanager", "secret", True),
    "aws_security_group": ("ec2", "security-group", False),
    "aws_subnet": ("ec2", "subnet", False),
    "aws_vpc": ("ec2", "vpc", False),
    "aws_vpc_endpoint": ("ec2", "vpc-endpoint", False),
    "aws_vpc_security_group_egress_rule": ("ec2", "security-group-rule", False),
    "aws_vpc_security_group_ingress_rule": ("ec2", "security-group-rule", False),
}
"""Type -> service and kind in its ARN, and whether Terraform's ID is the whole ARN."""


KEYS = frozenset({"aws_kms_key", "aws_kms_replica_key"})


def can_search(resource: str, values: Mapping[str, str]) -> bool:
    """Whether tags can tell one resource of that type from another."""
    return resource in SEARCHED and any(path.startswith(TAG) for path in values)


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found: the one ``id``, or ``others`` of which a person has to say which it is; neither: nothing."""

    id: str = ""
    others: tuple[str, ...] = ()


def search(
    clients: Clients, resource: str, values: Mapping[str, str], known: Collection[str], region: str = ""
) -> Search:
    """What AWS has of a type with all the tags in ``values``, in ``region`` where that is not the environment's.

    ``known``: IDs that are in the state or spoken for. A ``name`` in ``values`` has to be part of the ARN as well.

    Raises:
        MendixError: MXA1xx, AWS cannot be asked.
    """
    from mendixctl.aws import guarded

    tags = {path.removeprefix(TAG): value for path, value in values.items() if path.startswith(TAG)}
    service, kind, whole = SEARCHED[resource]
    if resource == "aws_secretsmanager_secret" and (arn := _secret(clients, values.get("name", ""), tags)):
        return Search(arn) if arn not in known else Search()
    filters = [{"Key": key, "Values": [value]} for key, value in sorted(tags.items())]
    found: dict[str, bool] = {}
    with guarded("look for resources by their tags (tag:GetResources)"):
        pages = clients.client("resourcegroupstaggingapi", region).get_paginator("get_resources")
        for page in pages.paginate(TagFilters=filters, ResourceTypeFilters=[service]):
            for item in page["ResourceTagMappingList"]:
                had = {tag["Key"]: tag["Value"] for tag in item["Tags"]}
                match = _ARN.match(item["ResourceARN"])
                if match and (match["service"], match["kind"]) == (service, kind) and tags.items() <= had.items():
                    found[item["ResourceARN"] if whole else match["name"]] = had == tags
    name = values.get("name", "")
    if name and whole:
        found = {arn: it for arn, it in found.items() if re.search(rf"[/:]{re.escape(name)}(?:[-/]|\Z)", arn)}
    left = sorted(set(found) - set(known))
    if resource in KEYS:
        left = [one for one in left if _is_usable(clients, one)]
    exact = [one for one in left if found[one]]
    return Search(exact[0]) if len(exact) == 1 else Search(others=tuple(left))


def _is_usable(clients: Clients, key: str) -> bool:
    """Whether a key is not about to be deleted: until it is gone, AWS lists it with its tags."""
    from mendixctl.engine.rollback.restore_sources import key as find

    found = find(clients, [key])
    return found is not None and not found.deleted


def _secret(clients: Clients, name: str, tags: Mapping[str, str]) -> str:
    """The ARN of the secret of that name, unless it is deleted or another environment's."""
    from mendixctl.engine.rollback.restore_sources import secret

    found = secret(clients, [name], tags.get("environment", "")) if name else None
    return found.id if found is not None and not found.deleted else ""
