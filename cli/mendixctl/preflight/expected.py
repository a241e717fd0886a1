"""Which names a specification leads to, so that they can be asked about before there is a state, a bucket or a plan.

The names are those of the modules (CONTRIBUTING.md, "What is chosen once and for ever"); only what people run into is
here. A plan knows all of them and takes the place of this where there is one; a test holds the two against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mendixctl.preflight.wanted import Wanted

if TYPE_CHECKING:
    from mendixgen.spec.loader import Specification

KEYS = ("storage", "database", "cluster", "logs", "secrets", "backup")
"""What each environment has a KMS key for."""


ROLES = ("auditor", "cluster", "node", "platform-admin")
"""The roles of the identity area."""


def names(specification: Specification) -> Iterator[Wanted]:
    """The named resources of an environment; none of a foundation, whose own are the singletons of the account."""
    pins, settings, header = specification.pins, specification.settings, specification.header
    env, account = header.name, header.account
    if "encryption" in pins:
        yield from (
            Wanted("aws_kms_alias", f"alias/{env}-{key}")
            for key in KEYS
            if key not in (settings["encryption"].get("existing") or {})
        )
    if "network" in pins:
        yield Wanted("aws_cloudwatch_log_group", f"/mendix/{env}/flow-logs")
    if "identity" in pins:
        yield from (Wanted("aws_iam_role", f"{env}-{role}") for role in ROLES)
    if "workloads" in pins:
        yield from (Wanted("aws_iam_role", f"{env}-app-{app}") for app in header.apps)
    if "cluster" in pins:
        yield Wanted("aws_cloudwatch_log_group", f"/aws/eks/{env}/cluster")
        yield Wanted("aws_eks_cluster", env)
    if "ingress" in pins:
        yield Wanted("aws_lb", f"{env}-ingress")
        yield Wanted("aws_s3_bucket", f"{env}-{account}-load-balancer-logs")
        if header.domain and not settings["ingress"].get("zone_id"):
            yield Wanted("aws_route53_zone", header.domain)
    if "storage" in pins:
        buckets = ("access-logs", *settings["storage"].get("buckets", {}))
        yield from (Wanted("aws_s3_bucket", f"{env}-{account}-{bucket}") for bucket in buckets)
    yield from _of_entries(specification)
    yield from _of_operations(specification)


def _of_operations(specification: Specification) -> Iterator[Wanted]:
    """Keys and buckets of the areas that watch, keep and deliver, where their settings make them."""
    settings, env, account = specification.settings, specification.header.name, specification.header.account
    engine = settings.get("logging", {}).get("engine", "none")
    tool, edge = settings.get("delivery", {}).get("tool"), settings.get("edge", {}).get("cloudfront", False)
    keys = {
        "support": "support" in settings,
        "backup-vault": "backup" in settings,
        "logging": engine != "none",
        "release": tool is not None,
        "edge": edge,
    }
    buckets = {
        "audit": "audit" in settings,
        "audit-results": "audit" in settings,
        "backup-reports": settings.get("backup", {}).get("reports", False),
        "cost-results": settings.get("cost", {}).get("reports") is not None,
        "delivery": tool == "codepipeline",
        "edge-logs": edge,
        "log-snapshots": engine == "elastic",
    }
    yield from (Wanted("aws_kms_alias", f"alias/{env}-{key}") for key, made in keys.items() if made)
    yield from (Wanted("aws_s3_bucket", f"{env}-{account}-{bucket}") for bucket, made in buckets.items() if made)


def _of_entries(specification: Specification) -> Iterator[Wanted]:
    """What there is of each entry of a section."""
    settings, env = specification.settings, specification.header.name
    for name, instance in settings.get("database", {}).get("instances", {}).items():
        yield Wanted("aws_db_instance", f"{env}-{name}")
        for number in range(1, instance.get("replicas", 0) + 1):
            yield Wanted("aws_db_instance", f"{env}-{name}-replica-{number}")
    if "registry" in specification.pins:
        images = dict.fromkeys((*settings["registry"].get("images", ()), *specification.header.apps))
        yield from (Wanted("aws_ecr_repository", f"{env}/{image}") for image in images)
    for entry in settings.get("secrets", {}).get("entries", {}):
        yield Wanted("aws_secretsmanager_secret", f"{env}/{entry}")


def counts(specification: Specification) -> Counter[str]:
    """How many resources of each type an environment has that a quota limits."""
    found = Counter(one.type for one in names(specification))
    if "network" in specification.pins and not specification.settings["network"].get("existing"):
        zones = len(specification.arguments.get("network", {}).get("zones", ()))
        gateways = {"per-zone": zones, "single": 1}.get(specification.settings["network"].get("nat", ""), 0)
        found.update({"aws_vpc": 1, "aws_nat_gateway": gateways, "aws_eip": gateways})
    settings = specification.settings
    found["aws_cloudwatch_log_resource_policy"] = sum(
        (
            settings.get("registry", {}).get("scan") == "enhanced",
            settings.get("logging", {}).get("engine") == "opensearch",
            "monitoring" in settings,
        )
    )
    return found
