"""What a proposal says of a cluster and its node groups. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection

from mendixctl.engine.adopt.draft import Draft, as_key, as_text, settings_of, short_name
from mendixctl.engine.adopt.inventory import Cluster, Inventory, NodeGroup
from mendixgen.areas.cluster import GROUP_NAME_LENGTH

IMAGES = {
    "AL2023_x86_64_STANDARD": (None, None),
    "AL2023_ARM_64_STANDARD": (None, "arm64"),
    "BOTTLEROCKET_x86_64": ("bottlerocket", None),
    "BOTTLEROCKET_ARM_64": ("bottlerocket", "arm64"),
}
"""EKS's name of an image -> ami and architecture of the YAML, None where it is the default."""


def propose(made: Draft, one: Cluster, inventory: Inventory, settings: Collection[str]) -> None:
    """The section of a cluster. ``settings``: those that the newest module has."""
    made.say("")
    made.say("cluster:")
    made.say(f"version: {json.dumps(one.version)}", f"cluster {one.name}", depth=1)
    if "name" in settings:
        _own(made, one)
    if one.extended:
        made.say("support: extended", depth=1)
    if one.public and one.public_from and "0.0.0.0/0" not in one.public_from:
        made.say("endpoint: restricted", "its endpoint is public, for these alone", depth=1)
        made.say(f"allow_from: [{', '.join(one.public_from)}]", depth=1)
    if not one.zonal_shift:
        made.say("zonal_shift: false", depth=1)
    for key, people in (("admins", one.admins), ("viewers", one.viewers)):
        if people:
            made.say(f"{key}: [{', '.join(people)}]", "access entries", depth=1)
    fitting = [it for it in one.groups if _fits(made, it)]
    if fitting:
        made.say("node_groups:", depth=1)
    taken: set[str] = set()
    for group in fitting:
        key = short_name(group.name, "", GROUP_NAME_LENGTH, taken)
        taken.add(key)
        made.say(f"{as_key(key)}: {{{_group(group, one, inventory)}}}", f"node group {group.name}", depth=2)


def _own(made: Draft, one: Cluster) -> None:
    made.say(f"name: {as_text(one.name)}", "EKS never renames one", depth=1)
    made.say(f"role_arn: {one.role}", "nor gives it another role", depth=1)
    if one.mode != "API":
        made.say("authentication: api-and-config-map", f"it is {one.mode}", depth=1)


def _fits(made: Draft, group: NodeGroup) -> bool:
    if group.image in IMAGES:
        return True
    made.out(
        group.name,
        f"node group {group.name}: its image {group.image} is none of the platform's, and EKS never changes one",
        "let the platform make a group of its own beside it, drain this one, and delete it",
    )
    return False


def _group(group: NodeGroup, one: Cluster, inventory: Inventory) -> str:
    ami, architecture = IMAGES[group.image]
    adopted = settings_of(
        name=as_text(group.name),
        role_arn=group.role,
        launch_template=as_text(group.template) if group.template else None,
    )
    share = group.unavailable.endswith("%")
    update = {"max_unavailable_percent" if share else "max_unavailable": group.unavailable.rstrip("%") or None}
    labels = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(group.labels.items()))
    return settings_of(
        adopted=f"{{{adopted}}}",
        instance_types=f"[{', '.join(group.types)}]" if group.types else None,
        capacity="spot" if group.spot else None,
        ami=ami,
        architecture=architecture,
        version=json.dumps(group.version) if group.version and group.version != one.version else None,
        zones=_zones(group, inventory),
        min=group.least,
        max=max(group.most, 1),
        labels=f"{{{labels}}}" if labels else None,
        taints=f"[{', '.join(json.dumps(it) for it in group.taints)}]" if group.taints else None,
        update=f"{{{settings_of(**update)}}}" if group.unavailable else None,
        repair=None if group.repair else "false",
    )


def _zones(group: NodeGroup, inventory: Inventory) -> str | None:
    """The zones of its subnets, where they are not all of the VPC's."""
    there = () if inventory.vpc is None else inventory.vpc.subnets
    subnets = {it.id: it.zone.removeprefix(inventory.region) for it in there}
    mine = sorted({subnets[it] for it in group.subnets if it in subnets})
    return f"[{', '.join(mine)}]" if mine and set(mine) != set(subnets.values()) else None
