"""What an environment uses every month by what its YAML says: hours of machines, keys, disks; by area.

What depends on how much it is used (traffic, requests, objects, log lines) is in no YAML, and is named and not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixgen.alarms.rows import AREAS
from mendixgen.messages import msg
from mendixgen.prices import HOURS

Settings = Mapping[str, Any]
KEYS = 6
"""Keys of an environment, one a purpose."""
BENCHMARK = 15
"""Alarms of the CIS benchmark."""
FREE_DASHBOARDS = 3
"""Dashboards of an account that cost nothing (CloudWatch's price page, "Free tier")."""
GP3_IOPS = 12000
"""IOPS that gp3 of RDS has from the size on in which more can be asked for (RDS user guide, "gp3 storage")."""
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
    "backup": "GB of backups, of copies and of restore tests",
    "cluster": "machines above the least number, traffic between zones",
    "cost": "queries",
    "delivery": "minutes of pipelines and builds",
    "edge": "requests, traffic to the internet, log lines",
    "ingress": "load balancer capacity units, traffic to the internet",
    "network": "GB through NAT and endpoints, flow logs",
    "registry": "GB of images",
    "secrets": "reads of secrets",
    "storage": "GB and requests of buckets, volumes and snapshots",
    "database": "backups beyond the storage, logs",
    "logging": "GB shipped, GB on warm nodes",
    "encryption": "calls of keys",
    "monitoring": "GB of logs, custom metrics, containers that are observed",
    "recovery": "GB replicated, servers in Elastic Disaster Recovery",
    "support": "messages",
}
"""What costs money by how much it is used, and is not in an estimate."""


def usages(settings: Mapping[str, Settings], alarms: int = 0) -> tuple[list[Usage], list[str]]:
    """What the sections (with their defaults) use, and the areas that nothing here knows what they use.

    ``alarms``: metrics in alarms of the catalogue, which `mendixctl.engine.cost.watched` counts.
    """
    found: list[Usage] = []
    unknown: list[str] = []
    for area, section in settings.items():
        if area == "monitoring" and alarms:
            found.append(Usage(area, f"{alarms} metrics in alarms", "cloudwatch/alarm", alarms))
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
    if section.get("existing"):
        return
    zones = zones_of(section)
    gateways = {"per-zone": zones, "single": 1}.get(section.get("nat", "per-zone"), 0)
    if gateways:
        yield Usage("network", f"{gateways} NAT gateways", "nat/gateway", gateways * HOURS)
    yield from _address(section, zones)
    endpoints = [name for name in section.get("endpoints", []) if name not in GATEWAYS]
    if endpoints:
        what = f"{len(endpoints)} endpoints in {zones} zones"
        yield Usage("network", what, "endpoint/interface", len(endpoints) * zones * HOURS)


def _address(section: Settings, zones: int) -> Iterator[Usage]:
    """The addresses of NAT gateways, which the internet sees."""
    gateways = {"per-zone": zones, "single": 1}.get(section.get("nat", "per-zone"), 0)
    if gateways:
        yield Usage("network", f"{gateways} public addresses", "ipv4/address", gateways * HOURS)


def _encryption(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    keys = KEYS - len(section.get("existing") or {})
    if keys:
        yield Usage("encryption", f"{keys} keys", "kms/key", keys)


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
    stepped = [one for one in section.get("node_groups", {}).values() if (one.get("scaling") or {}).get("steps")]
    if stepped:
        yield Usage("cluster", f"{2 * len(stepped)} alarms", "cloudwatch/alarm", 2 * len(stepped))


def _ingress(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    if section.get("listeners", True):
        yield Usage("ingress", "load balancer", "nlb/hour", HOURS)
    if not section.get("zone_id"):
        yield Usage("ingress", "hosted zone", "route53/zone", 1)


def _database(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    secrets = 0
    for name, one in section.get("instances", {}).items():
        multi = one.get("multi_az", True)
        kind = "multi" if multi else "single"
        engine = f"rds/{one['engine']}"
        kept = f"{name}: {one.get('class', '?')}"
        what = msg("{what} in two zones", what=kept) if multi else kept
        yield Usage("database", what, f"{engine}/{one.get('class', 'unknown')}/{kind}", HOURS)
        yield from _storage(f"{name}: ", one, kind, 1)
        replicas = one.get("replicas", 0)
        secrets += 1
        if replicas:
            kind = "multi" if one.get("replica_multi_az", False) else "single"
            item = f"{engine}/{one.get('replica_class') or one.get('class', 'unknown')}/{kind}"
            yield Usage("database", f"{name}: {replicas} x replica", item, replicas * HOURS)
            yield from _storage(f"{name}: {replicas} x ", one, kind, replicas)
    if secrets:
        yield Usage("database", f"{secrets} secrets", "secretsmanager/secret", secrets)


def _storage(prefix: str, one: Settings, kind: str, number: int) -> Iterator[Usage]:
    """GB, and the IOPS that are paid for: all of io2's, and those of gp3 beyond what it has."""
    size, sort, iops = one.get("storage_gb", 0), one.get("storage_type", "gp3"), one.get("iops") or 0
    paid = iops if sort == "io2" else max(0, iops - GP3_IOPS)
    yield Usage("database", f"{prefix}{size} GB", f"rds/{sort}/{kind}", number * size)
    if paid:
        yield Usage("database", f"{prefix}{paid} IOPS", f"rds/{sort}-iops/{kind}", number * paid)


def _secrets(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    number = len(section.get("entries", {})) * (1 + len(section.get("replicas", [])))
    if number:
        yield Usage("secrets", f"{number} secrets", "secretsmanager/secret", number)
    yield Usage("secrets", "2 alarms", "cloudwatch/alarm", 2)


def _audit(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    number = 1 + (BENCHMARK if section.get("alarms", "cis") == "cis" else 0)
    yield Usage("audit", f"{number} alarms", "cloudwatch/alarm", number)


def _logging(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    engine = section.get("engine", "opensearch")
    if engine != "none":
        yield Usage("logging", "1 key", "kms/key", 1)
        yield Usage("logging", "1 alarm", "cloudwatch/alarm", 1)
    nodes, warm = section.get("nodes", {}), section.get("warm") or {}
    kind, number, size = nodes.get("instance_type", "unknown"), nodes.get("data", 0), nodes.get("storage_gb", 0)
    if engine != "opensearch" or not number:
        return
    yield Usage("logging", f"{number} x {kind}", f"opensearch/{kind}", number * HOURS)
    yield Usage("logging", f"{number} x {size} GB", "opensearch/gp3", number * size)
    if masters := nodes.get("master", 0):
        kind = nodes.get("master_type", "unknown")
        yield Usage("logging", f"{masters} masters, {kind}", f"opensearch/{kind}", masters * HOURS)
    if number := warm.get("nodes", 0):
        kind = warm.get("instance_type", "unknown")
        yield Usage("logging", f"{number} warm nodes, {kind}", f"opensearch/{kind}", number * HOURS)


def _monitoring(section: Settings, settings: Mapping[str, Settings]) -> Iterator[Usage]:
    boards = 1 + len(settings.keys() & set(AREAS)) if section.get("dashboards", True) else 0
    if paid := max(0, boards - FREE_DASHBOARDS):
        yield Usage("monitoring", f"{boards} dashboards, {FREE_DASHBOARDS} of them free", "cloudwatch/dashboard", paid)
    if extra := len(section.get("alarms", [])):
        yield Usage("monitoring", f"{extra} x alarm on a log", "cloudwatch/alarm", extra)


def _edge(section: Settings, settings: Mapping[str, Settings]) -> Iterator[Usage]:
    waf = section.get("waf") or {}
    if not section.get("cloudfront", True):
        return
    yield Usage("edge", "1 key", "kms/key", 1)
    yield Usage("edge", "web ACL", "waf/acl", 1)
    rules = len(waf.get("groups", [])) + 1 + (1 if settings.get("network", {}).get("allow_from") else 0)
    yield Usage("edge", f"{rules} rules", "waf/rule", rules)


def _recovery(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    if section.get("standby") and section.get("failover") == "dns":
        yield Usage("recovery", "latch of the names", "route53/health-check", 1)
        yield Usage("recovery", "1 alarm", "cloudwatch/alarm", 1)


def _backup(_: Settings, __: Mapping[str, Settings]) -> Iterator[Usage]:
    yield Usage("backup", "1 key", "kms/key", 1)


def _delivery(section: Settings, _: Mapping[str, Settings]) -> Iterator[Usage]:
    if section.get("tool") is not None:
        yield Usage("delivery", "1 key", "kms/key", 1)


def _support(_: Settings, __: Mapping[str, Settings]) -> Iterator[Usage]:
    yield Usage("support", "1 key", "kms/key", 1)
    yield Usage("support", "2 alarms", "cloudwatch/alarm", 2)


RULES: Mapping[str, Callable[[Settings, Mapping[str, Settings]], Iterator[Usage]]] = {
    "audit": _audit,
    "backup": _backup,
    "cluster": _cluster,
    "database": _database,
    "delivery": _delivery,
    "edge": _edge,
    "encryption": _encryption,
    "ingress": _ingress,
    "logging": _logging,
    "monitoring": _monitoring,
    "network": _network,
    "recovery": _recovery,
    "secrets": _secrets,
    "support": _support,
}
NOTHING = frozenset({"apps", "identity", "workloads"})
"""Sections of what is free, or runs on what another one has."""
