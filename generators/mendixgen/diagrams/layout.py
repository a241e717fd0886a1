"""What is drawn of an environment, and where: boxes with a name of their own, and the flows between them. Pure.

Words are in English, as messages: `mendixgen.diagrams.svg` draws them in the language that it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from mendixgen.areas.network.addresses import subnet
from mendixgen.messages import msg, word

Settings = Mapping[str, Any]

WIDTH = 1180
MARGIN, GAP, HEAD, LINE = 20, 12, 26, 16
VPC_LEFT, VPC_WIDTH = MARGIN, 880
TIERS = {"public": word("public"), "private": word("private"), "database": word("database")}
BESIDE_LEFT, BESIDE_WIDTH = VPC_LEFT + VPC_WIDTH + 2 * GAP, 236


@dataclass(frozen=True, slots=True)
class Box:
    """One thing: ``key`` names it in every picture of the environment, ``lines`` say what it is like."""

    key: str
    kind: str
    title: str
    lines: tuple[str, ...]
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Traffic from one box to another."""

    start: str
    end: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole picture, in pixels."""

    title: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    flows: tuple[Flow, ...]


def layout(name: str, region: str, settings: Settings, zones: Sequence[str]) -> Picture:
    """The picture of an environment. ``settings``: the sections as they take effect; ``zones``: letters."""
    network, ingress = settings.get("network", {}), settings.get("ingress")
    boxes: list[Box] = []
    flows: list[Flow] = []
    top = MARGIN + 40
    if ingress is not None:
        boxes.append(
            Box("internet", "outside", word("Clients"), (str(ingress.get("scheme", "")),), VPC_LEFT, top, 200, 56)
        )
        ports = [_listener(one) for one in ingress.get("listeners", ())]
        height = HEAD + LINE * max(min(len(ports), 6), 1) + 8
        boxes.append(
            Box("balancer", "edge", word("Load balancer"), tuple(_most(ports, 6)), VPC_LEFT + 300, top, 280, height)
        )
        flows.append(Flow("internet", "balancer"))
        top += max(height, 56) + 2 * GAP
    bottom = top
    if "network" in settings:
        inside, bottom = _vpc(network, settings, zones, top)
        boxes += inside
    keys = {box.key for box in boxes}
    if "balancer" in keys and "cluster" in keys:
        flows.append(Flow("balancer", "cluster"))
    beside = list(_beside(settings))
    y = top
    for key, title, lines in beside:
        height = HEAD + LINE * len(lines) + 8
        boxes.append(Box(key, "service", title, lines, BESIDE_LEFT, y, BESIDE_WIDTH, height))
        y += height + GAP
    flows += [Flow("cluster", key) for key in ("buckets",) if "cluster" in keys and any(b[0] == key for b in beside)]
    if "cluster" in keys and "databases" in keys:
        flows.append(Flow("cluster", "databases"))
    return Picture(
        msg("{name}, {region}", name=name, region=region), WIDTH, max(bottom, y) + MARGIN, tuple(boxes), tuple(flows)
    )


def _vpc(network: Settings, settings: Settings, zones: Sequence[str], top: int) -> tuple[list[Box], int]:
    """The VPC with its zones and subnets, the cluster and the databases across them; and where it ends."""
    block = IPv4Network(network.get("cidr", "10.10.0.0/16"))
    inner = VPC_WIDTH - 2 * GAP
    column = (inner - GAP * (len(zones) - 1)) // max(len(zones), 1)
    boxes: list[Box] = []
    y = top + HEAD + 8
    rows_top = y
    said = "none" if network.get("existing") else str(network.get("nat"))
    nat = {"per-zone": set(zones), "single": set(zones[:1]), "none": set()}.get(said, set())
    y += HEAD
    for tier in ("public", "private", "database"):
        for number, zone in enumerate(zones):
            lines = (
                _where(network, block, tier, zone),
                *((word("NAT gateway"),) if tier == "public" and zone in nat else ()),
            )
            x = VPC_LEFT + GAP + number * (column + GAP)
            boxes.append(
                Box(f"subnet:{tier}:{zone}", "subnet", TIERS[tier], lines, x + 6, y, column - 12, HEAD + 2 * LINE)
            )
        y += HEAD + 2 * LINE + 6
        if tier == "private" and "cluster" in settings:
            y = _band(boxes, "cluster", _cluster_title(settings), list(_nodes(settings)), y, inner)
        if tier == "database" and settings.get("database", {}).get("instances"):
            y = _band(boxes, "databases", word("Databases"), list(_databases(settings)), y, inner)
    end = y + 4
    columns = [
        Box(
            f"zone:{zone}",
            "zone",
            msg("zone {zone}", zone=zone),
            (),
            VPC_LEFT + GAP + number * (column + GAP),
            rows_top,
            column,
            end - rows_top,
        )
        for number, zone in enumerate(zones)
    ]
    title = msg("VPC {block}, which exists", block=block) if network.get("existing") else f"VPC {block}"
    whole = Box("network", "vpc", title, (), VPC_LEFT, top, VPC_WIDTH, end - top + GAP)
    return [whole, *columns, *boxes], end + GAP


def _where(network: Settings, block: IPv4Network, tier: str, zone: str) -> str:
    """The block of a subnet, or the ID of one that exists."""
    if network.get("existing"):
        return str((network["existing"]["subnets"].get(tier) or {}).get(zone, ""))
    given = (network.get("subnets") or {}).get(tier) or {}
    return str(given.get(zone) or subnet(block, tier, zone))


def _band(
    boxes: list[Box], key: str, title: str, cells: list[tuple[str, str, tuple[str, ...]]], y: int, inner: int
) -> int:
    """A box across all zones, with cells in it, four in a row; and where the next thing may begin."""
    across = 4
    width = (inner - GAP * (across + 1)) // across
    rows = [cells[n : n + across] for n in range(0, len(cells), across)]
    start, at = y, y + HEAD
    placed = []
    for row in rows:
        height = HEAD + LINE * max(len(lines) for _, _, lines in row) + 8
        for number, (name, words, lines) in enumerate(row):
            x = VPC_LEFT + 2 * GAP + number * (width + GAP)
            placed.append(Box(name, key, words, lines, x, at, width, height))
        at += height + GAP
    end = max(at, start + HEAD + GAP)
    boxes.append(Box(key, "band", title, (), VPC_LEFT + GAP, start, inner, end - start))
    boxes += placed
    return end + GAP


def _cluster_title(settings: Settings) -> str:
    cluster = settings["cluster"]
    access = str(cluster.get("endpoint", ""))
    return msg("EKS {version}, {access} API", version=cluster.get("version", ""), access=word(access))


def _listener(one: Settings) -> str:
    return msg("{protocol} {port} to {target}", protocol=one["protocol"], port=one["port"], target=one["target_port"])


def _nodes(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name, group in sorted(settings["cluster"].get("node_groups", {}).items()):
        types = ", ".join(_most([str(one) for one in group.get("instance_types", ())], 2))
        yield (
            f"nodes:{name}",
            msg("nodes {name}", name=name),
            (
                msg(
                    "{least} to {most}, {capacity}",
                    least=group.get("min", 0),
                    most=group.get("max", 0),
                    capacity=group.get("capacity", ""),
                ),
                types,
            ),
        )
    for name, app in sorted(settings.get("apps", {}).items()):
        uses = [msg("database {name}", name=app["database"])] if app.get("database") else []
        uses += [msg("files {name}", name=app["files"])] if app.get("files") else []
        runs = msg("Mendix {version}, {replicas}x", version=app.get("mendix", ""), replicas=app.get("replicas", 1))
        yield f"app:{name}", msg("app {name}", name=name), (runs, *uses)


def _databases(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name, one in sorted(settings["database"]["instances"].items()):
        copies: str = word("Multi-AZ") if one.get("multi_az") else word("one zone")
        if one.get("replicas"):
            copies = msg("{copies}, replicas: {number}", copies=copies, number=one["replicas"])
        yield (
            f"database:{name}",
            f"{one.get('engine', '')} {name}",
            (f"{one.get('version', '')}, {one.get('class', '')}", f"{one.get('storage_gb', '')} GB", copies),
        )


def _beside(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What is of the region, and in no zone."""
    buckets = sorted(settings.get("storage", {}).get("buckets", {}))
    if buckets:
        yield "buckets", word("S3 buckets"), tuple(_most(buckets, 8))
    if "registry" in settings:
        yield "registry", "ECR", (msg("scan {kind}", kind=settings["registry"].get("scan", "")),)
    entries = sorted(settings.get("secrets", {}).get("entries", {}))
    if entries:
        yield "secrets", "Secrets Manager", tuple(_most(entries, 8))
    if "encryption" in settings:
        yield "keys", "KMS", (word("one key a purpose"),)
    network = settings.get("network", {})
    endpoints = [] if network.get("existing") else network.get("endpoints", [])
    if endpoints:
        yield "endpoints", word("VPC endpoints"), tuple(_most([str(one) for one in endpoints], 12))


def _most(items: Sequence[str], most: int) -> list[str]:
    return (
        list(items)
        if len(items) <= most
        else [*items[: most - 1], msg("and {count} more", count=len(items) - most + 1)]
    )
