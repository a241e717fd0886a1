"""Which node groups' numbers a plan changes, and what EKS has to be told before it takes them.

A group's own number of nodes belongs to whatever scales it, so Terraform ignores it; but the provider sends it with
every change of min or max, as it was when the plan was made. EKS refuses a min above it and a max below it, and takes
an old one for an order. Source: Amazon EKS API reference, NodegroupScalingConfig; AWS provider 5.100,
aws_eks_node_group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mendixctl.terraform.marks import mapping
from mendixctl.terraform.plan import Action, ResourceChange

TYPE = "aws_eks_node_group"
SCALING = "scaling_config"


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of a group: its least, its most, and its own."""

    least: int
    most: int
    now: int


@dataclass(frozen=True, slots=True)
class PlannedSize:
    """A node group whose least or most a plan changes to these. ``now``: its own number when the plan was made."""

    address: str
    cluster: str
    group: str
    least: int
    most: int
    now: int

    @property
    def goal(self) -> int:
        """Its own number once it fits the others."""
        return _within(self.now, self.least, self.most)


def planned(changes: Iterable[ResourceChange]) -> tuple[PlannedSize, ...]:
    """The groups whose numbers a plan changes in place, in the plan's order."""
    found = []
    for change in changes:
        if change.type != TYPE or change.action is not Action.UPDATE:
            continue
        before, after = _side(change, "before"), _side(change, "after")
        was, will = _sizes(before), _sizes(after)
        if was is None or will is None or was == will:
            continue
        names = (str(before.get("cluster_name", "")), str(before.get("node_group_name", "")))
        found.append(PlannedSize(change.address, *names, will.least, will.most, will.now))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class NewStart:
    """A node group that a plan makes anew with fewer nodes than run. ``name``: its name in the YAML."""

    address: str
    name: str
    now: int
    start: int


def starting_lower(changes: Iterable[ResourceChange]) -> tuple[NewStart, ...]:
    """The groups that are made beside their old ones and begin with fewer nodes than those have, in the plan's order.

    A new group has as many nodes as its least number: what scales it adds the rest only once the load is there.
    """
    groups = [
        one for one in changes if one.type == TYPE and one.action in (Action.DELETE, Action.REPLACE, Action.CREATE)
    ]
    gone = {_key(one): _sizes(_side(one, "before")) for one in groups if one.action is not Action.CREATE}
    found = []
    for change in groups:
        was = gone.get(_key(change))
        will = None if change.action is Action.DELETE else _sizes(_side(change, "after"))
        if was is not None and will is not None and will.now < was.now:
            found.append(NewStart(change.address, _key(change), was.now, will.now))
    return tuple(found)


def _key(change: ResourceChange) -> str:
    """The name in the index of an address; a group with schedules is another resource of the same name."""
    return change.address.rpartition("[")[2].strip('"]')


def _side(change: ResourceChange, side: str) -> Mapping[str, Any]:
    return mapping(mapping(change.raw.get("change")).get(side))


def step(planned: PlannedSize, live: Sizes) -> Sizes | None:
    """The numbers to ask EKS for first, so that it takes the planned ones; None where it takes them as it is.

    The group's own number moves as little as it can, and its bounds only as far as that needs.
    """
    now = _within(live.now, planned.least, planned.most)
    asked = Sizes(min(live.least, now), max(live.most, now), now)
    return None if asked == live else asked


def _within(now: int, least: int, most: int) -> int:
    # A schedule's least number may still be above a most that has just been lowered: the most wins.
    return max(min(now, most), min(least, most))


def _sizes(values: Mapping[str, Any]) -> Sizes | None:
    blocks = values.get(SCALING)
    block = mapping(blocks[0]) if isinstance(blocks, list) and len(blocks) == 1 else {}
    found = [block.get(name) for name in ("min_size", "max_size", "desired_size")]
    numbers = [one for one in found if isinstance(one, int)]
    return Sizes(*numbers) if len(numbers) == len(found) else None
