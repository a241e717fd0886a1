"""What an environment uses every month by what its YAML says: hours of machines, keys, disks; by area.

What depends on how much it is used (traffic, requests, objects, log lines) is in no YAML, and is named and not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixgen.prices import HOURS

Settings = Mapping[str, Any]
KEYS = 6
"""Keys of an environment, one a purpose."""
BENCHMARK = 15
"""Alarms of the CIS benchmark."""
GATEWAYS = frozenset({"s3", "dynamodb"})
"""Endpoints that are routes, and free."""


@dataclass(frozen=True, slots=True)
class Usage:
    """So much of one item a month. ``quantity`` is in the item's unit: hours, GB-months, or pieces."""

    area: str
    what: str
    item: str
    quantity: float


BY_USE: Mapping[str, str] = {
    "audit": "events recorded, GB kept and searched",
    "cluster": "machines above the least number, traffic between zones",
    "cost": "queries",
    "ingress": "load balancer capacity units, traffic to the internet",
    "network": "GB through NAT and endpoints, flow logs",
    "registry": "GB of images",
    "secrets": "reads of secrets",
    "storage": "GB and requests of buckets, volumes and snapshots",
    "database": "backups beyond the storage, IO, logs",
    "logging": "GB shipped",
    "encryption": "calls of keys",
    "support": "messages",
}
"""What costs money by how much it is used, and is not in an estimate."""


def usages(settings: Mapping[str, Settings]) -> tuple[list[Usage], list[str]]:
    """What the sections (with their defaults) use, and the areas that nothing here knows what they use."""
    found: list[Usage] = []
    unknown: list[str] = []
    for area, section in settings.items():
        rule = RULES.get(area)
        if rule is not None:
            found.extend(rule(section, settings))
        elif area not in BY_USE and area not in NOTHING:
            unknown.append(area)
    return found, sorted(unknown)


def zones_of(network: Settings) -> int:
    """How many zones a network has; a YAML says a number, or their letters."""
    zones = network.get("zones", 3)
    return len(zones) if isinstance(zones, list) else int(zones)


def _network(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    zones = zones_of(section)
    gateways = {"per-zone": zones, "single": 1}.get(section.get("nat", "per-zone"), 0)
    if gateways:
        yield Usage("network", f"{gateways} NAT gateways", "nat/gateway", gateways * HOURS)
    endpoints = [name for name in section.get("endpoints", []) if name not in GATEWAYS]
    if endpoints:
        what = f"{len(endpoints)} endpoints in {zones} zones"
        yield Usage("network", what, "endpoint/interface", len(endpoints) * zones * HOURS)


def _encryption(_section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    yield Usage("encryption", f"{KEYS} keys", "kms/key", KEYS)


def _cluster(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    yield Usage("cluster", "control plane", "eks/cluster", HOURS)
    for name, group in section.get("node_groups", {}).items():
        number, kinds = group.get("min", 0), group.get("instance_types") or ["unknown"]
        if not number:
            continue
        spot = group.get("capacity") == "spot"
        item = f"ec2-spot/{kinds[0]}" if spot else f"ec2/{kinds[0]}"
        yield Usage("cluster", f"{name}: {number} x {kinds[0]}{' spot' if spot else ''}", item, number * HOURS)
        disk = group.get("disk_gb", 0)
        if disk:
            yield Usage("cluster", f"{name}: {number} disks of {disk} GB", "ebs/gp3", number * disk)


def _ingress(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    if section.get("listeners", True):
        yield Usage("ingress", "load balancer", "nlb/hour", HOURS)
    yield Usage("ingress", "hosted zone", "route53/zone", 1)


def _database(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    for name, one in section.get("instances", {}).items():
        multi = one.get("multi_az", True)
        kind = "multi" if multi else "single"
        item = f"rds/{one['engine']}/{one.get('class', 'unknown')}"
        storage = one.get("storage_gb", 0)
        yield Usage(
            "database", f"{name}: {one.get('class', '?')}{' in two zones' if multi else ''}", f"{item}/{kind}", HOURS
        )
        yield Usage("database", f"{name}: {storage} GB", f"rds/gp3/{kind}", storage)
        replicas = one.get("replicas", 0)
        if replicas:
            yield Usage("database", f"{name}: {replicas} replicas", f"{item}/single", replicas * HOURS)
            yield Usage("database", f"{name}: {replicas} x {storage} GB", "rds/gp3/single", replicas * storage)


def _secrets(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    number = len(section.get("entries", {})) * (1 + len(section.get("replicas", [])))
    if number:
        yield Usage("secrets", f"{number} secrets", "secretsmanager/secret", number)
    yield Usage("secrets", "2 alarms", "cloudwatch/alarm", 2)


def _audit(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    number = 1 + (BENCHMARK if section.get("alarms", "cis") == "cis" else 0)
    yield Usage("audit", f"{number} alarms", "cloudwatch/alarm", number)


def _logging(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    nodes = section.get("nodes", {})
    kind, number = nodes.get("instance_type", "unknown"), nodes.get("data", 0)
    if section.get("engine", "opensearch") != "opensearch" or not number:
        return
    yield Usage("logging", f"{number} x {kind}", f"opensearch/{kind}", number * HOURS)
    yield Usage(
        "logging", f"{number} x {nodes.get('storage_gb', 0)} GB", "opensearch/gp3", number * nodes.get("storage_gb", 0)
    )
    if nodes.get("master", 0):
        yield Usage("logging", f"{nodes['master']} masters", "opensearch/masters", nodes["master"] * HOURS)


RULES: Mapping[str, Callable[[Settings, Mapping[str, Settings]], Iterator[Usage]]] = {
    "audit": _audit,
    "cluster": _cluster,
    "database": _database,
    "encryption": _encryption,
    "ingress": _ingress,
    "logging": _logging,
    "network": _network,
    "secrets": _secrets,
}
NOTHING = frozenset({"apps", "identity", "workloads"})
"""Sections of what is free, or runs on what another one has."""
