"""MXG113: a plan that takes an environment out of its VPC into another one, by one line of its YAML.

Nothing moves from a VPC to another one: what stands in it is destroyed and made anew, data included. Each loss is
judged by itself; here is what they come from, and the way that loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from mendixctl.guard.limits import Objection, Planned
from mendixctl.terraform.plan import Action

VPC = "aws_vpc"
GROUP = "aws_security_group"
KEY = "network.existing"


def objections(changes: Sequence[Planned], accepted: Sequence[str], *, exists: bool) -> list[Objection]:
    """The objection to a plan that leaves a VPC; ``exists``: whether the YAML names one that exists.

    It is withdrawn once the loss of the VPC, or of the security groups in it, is accepted.
    """
    network = [one for one in changes if one.address.startswith("module.network.")]
    left = [one for one in network if _type(one) == VPC and one.action is Action.DELETE]
    groups = [one for one in network if _type(one) == GROUP and one.action is Action.REPLACE]
    if left and exists:
        summary = (
            "network.existing takes the place of the environment's own VPC: that and all that is in it is destroyed"
        )
    elif groups and (exists or any(_type(one) == VPC and one.action is Action.CREATE for one in network)):
        summary = "the environment leaves the VPC that it is in: all that it has there is destroyed and made anew"
        left = groups
    else:
        return []
    asked = tuple(one.address for one in left if one.address not in accepted)
    if not asked:
        return []
    way = (
        "nothing moves between VPCs: make an environment of another name there (mendixctl clone), restore its databases"
        " from snapshots (restore_from), move the domain, and destroy this one; or accept the loss"
    )
    return [Objection("MXG113", summary, tuple((one, "is lost") for one in asked), asked, way, KEY)]


def _type(change: Planned) -> str:
    return change.address.removeprefix("module.network.").partition(".")[0]
