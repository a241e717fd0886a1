"""Target groups of load balancers: every target that takes requests is healthy (DescribeTargetHealth).

A group without targets is no failure: what registers them (pods, by the load balancer controller) comes after
Terraform. Targets that drain, or are in a zone that is off, take no requests and do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.health.contract import Finding, Subject, not_yet, well
from mendixctl.ledger.release import Health

if TYPE_CHECKING:
    from mendixctl.aws import Clients

IDLE = frozenset({"unused", "draining", "unhealthy.draining"})
WELL = frozenset({"healthy", "unavailable"})
"""``unavailable``: the group's health checks are off, so there is nothing to fail."""


class Targets:
    """The targets answer their health checks."""

    kind = "targets"
    types = frozenset({"aws_lb_target_group"})

    def name(self, subject: Subject) -> str:
        return subject.text("name")

    def look(self, services: Clients, subject: Subject) -> Finding:
        found = services.client("elbv2", subject.region).describe_target_health(TargetGroupArn=subject.text("arn"))
        health = [one.get("TargetHealth") or {} for one in found["TargetHealthDescriptions"]]
        counted = [one for one in health if one.get("State") not in IDLE]
        if not counted:
            return Finding(Health.NO_TARGETS, "no targets" if not health else f"{len(health)} unused or draining")
        bad = [one for one in counted if one.get("State") not in WELL]
        if not bad:
            return well(f"{len(counted)} healthy")
        why = ", ".join(sorted({str(one.get("Reason") or one.get("State")) for one in bad}))
        return not_yet(f"{len(bad)} of {len(counted)} not healthy: {why}")
