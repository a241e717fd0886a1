"""Writes the YAML whose plan comes nearest to an inventory, each value with where it is from. Pure.

What a YAML cannot say (names that are derived, and that AWS fixes) is given back beside it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from mendixctl.engine.adopt import unmatched
from mendixctl.engine.adopt.inventory import Cluster, Database, Inventory, Subnet, Vpc
from mendixctl.engine.adopt.results import LeftOut
from mendixgen.areas.database import catalogue
from mendixgen.areas.network.addresses import SLOTS, SMALLEST_VPC_PREFIX, subnet

LOWER_TIERS = ("private", "public", "database")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says of the environment that is to be."""

    name: str
    region: str
    account: str
    domain: str
    target: str = "aws"


@dataclass(slots=True)
class Proposal:
    """The text, and what it does not adopt."""

    lines: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def say(self, text: str, source: str = "", *, depth: int = 0) -> None:
        line = f"{'  ' * depth}{text}"
        told = _printable(source)
        self.lines.append(f"{line:<40}  # {told}" if told else line)

    def out(self, identifier: str, why: str, way: str) -> None:
        self.left_out.append(LeftOut("", identifier, why, way))


def propose(inventory: Inventory, wish: Wish, settings: Mapping[str, Collection[str]]) -> tuple[str, list[LeftOut]]:
    """The YAML, and what of the inventory it leaves out. ``settings``: the areas of the newest modules and the settings
    of each; what they do not have is not written.
    """
    made = Proposal()
    made.say(f"# Proposed by mendixctl adopt from account {wish.account}, {wish.region}. Read it, mend it, and then")
    made.say(f"# move it to environments/{wish.name}.yaml: mendixctl adopt {wish.name} plans the imports.")
    made.say(f"name: {wish.name}")
    made.say(f"region: {wish.region}")
    made.say(f"account: {json.dumps(wish.account)}")
    made.say(f"target: {wish.target}")
    made.say(f"domain: {wish.domain}")
    if inventory.vpc is not None and "network" in settings:
        _network(made, inventory, inventory.vpc, settings["network"])
    if "storage" in settings:
        _storage(made, inventory, wish)
    if "database" in settings:
        _databases(made, inventory, wish)
    for one in inventory.clusters:
        if one.name == wish.name and "cluster" in settings:
            _cluster(made, one)
        else:
            made.left_out.append(unmatched.cluster(one))
    return "\n".join(made.lines) + "\n", made.left_out


def tiers(vpc: Vpc, databases: Collection[str] = ()) -> dict[str, str]:
    """Subnet -> tier: public where a default route leads to an internet gateway; database where databases are and no
    way leads out, or where nothing leads out and another subnet of the zone has a way; private otherwise.
    """
    ways = {one.id: vpc.table(one).default for one in vpc.subnets}
    found = {}
    for one in vpc.subnets:
        way = ways[one.id]
        others = [it for it in vpc.subnets if it.zone == one.zone and it.id != one.id]
        private = any(ways[it.id] and not ways[it.id].startswith("igw-") for it in others)
        if way.startswith("igw-"):
            found[one.id] = "public"
        elif not way and (one.id in databases or private):
            found[one.id] = "database"
        else:
            found[one.id] = "private"
    return found


def _network(made: Proposal, inventory: Inventory, vpc: Vpc, settings: Collection[str]) -> None:
    of_databases = {one for it in inventory.databases for one in it.subnets}
    tier = tiers(vpc, of_databases)
    named = f" ({vpc.tags['Name']})" if vpc.tags.get("Name") else ""
    made.say("")
    made.say("network:")
    made.say(f"cidr: {vpc.cidr}", f"{vpc.id}{named}", depth=1)
    letters = _letters(vpc, inventory.region)
    count = Counter(one.zone for one in vpc.subnets)
    made.say(
        f"zones: [{', '.join(letters)}]",
        ", ".join(f"{count[inventory.region + letter]} subnets in {letter}" for letter in letters),
        depth=1,
    )
    _nat(made, vpc, tier)
    placed = _places(made, vpc, tier, inventory.region)
    _subnets(made, vpc, placed, settings, letters)
    services = [_short(it.service, inventory.region) for it in vpc.endpoints if it.kind in ("Gateway", "Interface")]
    ids = ", ".join(it.id for it in vpc.endpoints)
    made.say(f"endpoints: [{', '.join(dict.fromkeys(services))}]", ids or "there are none", depth=1)
    if vpc.further:
        made.say(f"secondary_cidrs: [{', '.join(vpc.further.values())}]", ", ".join(vpc.further), depth=1)
    block = IPv4Network(vpc.cidr)
    if block.prefixlen > SMALLEST_VPC_PREFIX:
        made.out(vpc.id, f"VPC {vpc.cidr} is smaller than the platform's may be", "its parts can be used as they are")


def _letters(vpc: Vpc, region: str) -> list[str]:
    return sorted({one.zone.removeprefix(region) for one in vpc.subnets} & set(SLOTS))


def _nat(made: Proposal, vpc: Vpc, tier: Mapping[str, str]) -> None:
    zone = {one.id: one.zone for one in vpc.subnets}
    zones = {zone[one.subnet] for one in vpc.nats if tier.get(one.subnet) == "public" and one.allocation}
    every = {one.zone for one in vpc.subnets if tier[one.id] == "private"}
    said = "none" if not zones else "per-zone" if zones >= every and len(zones) > 1 else "single"
    ids = ", ".join(one.id for one in vpc.nats)
    note = "" if said != "single" or min(zones) == min(zone.values()) else "; the platform's is in the first zone"
    made.say(f"nat: {said}", (ids or "there is none") + note, depth=1)


def _places(made: Proposal, vpc: Vpc, tier: Mapping[str, str], region: str) -> dict[tuple[str, str], Subnet]:
    """Tier and zone letter -> the one subnet that takes that place; a second one is left out."""
    placed: dict[tuple[str, str], Subnet] = {}
    for one in sorted(vpc.subnets, key=lambda it: (it.zone, not it.table, IPv4Network(it.cidr))):
        letter = one.zone.removeprefix(region)
        place = tier[one.id], letter
        if letter not in SLOTS:
            made.out(one.id, f"subnet {one.cidr} is in {one.zone}, which is no zone of letters a to f", "it stays")
        elif place in placed:
            why = f"subnet {one.cidr}: {placed[place].cidr} is the {place[0]} one of zone {letter} already"
            made.out(one.id, why, "one a tier and zone is the platform's; it stays as it is")
        else:
            placed[place] = one
    return placed


def _subnets(
    made: Proposal,
    vpc: Vpc,
    placed: Mapping[tuple[str, str], Subnet],
    settings: Collection[str],
    letters: Collection[str],
) -> None:
    block = IPv4Network(vpc.cidr)
    differing = {
        place: one
        for place, one in placed.items()
        if block.prefixlen > SMALLEST_VPC_PREFIX or str(subnet(block, *place)) != one.cidr
    }
    if not differing:
        return
    if "subnets" not in settings:
        for (name, letter), one in differing.items():
            way = "network 1.5.0 has network.subnets: mendixctl modules upgrade"
            made.out(one.id, f"subnet {one.cidr} is not where the platform puts the {name} one of zone {letter}", way)
        return
    made.say("subnets:", "blocks that are not where the platform would put them", depth=1)
    for name in LOWER_TIERS:
        blocks = [f"{letter}: {placed[name, letter].cidr}" for letter in letters if (name, letter) in placed]
        ids = ", ".join(placed[name, letter].id for letter in letters if (name, letter) in placed)
        if blocks:
            made.say(f"{name}: {{{', '.join(blocks)}}}", ids, depth=2)


def _short(service: str, region: str) -> str:
    return service.removeprefix(f"com.amazonaws.{region}.")


def _storage(made: Proposal, inventory: Inventory, wish: Wish) -> None:
    """Buckets whose names are the platform's; the others are said by `unmatched`."""
    prefix = f"{wish.name}-{wish.account}-"
    mine = [one for one in inventory.buckets if one.name.startswith(prefix)]
    others = [one for one in inventory.buckets if one not in mine and not unmatched.owned(one)]
    made.left_out += [unmatched.bucket(one) for one in others]
    keys = {one.name.removeprefix(prefix): one for one in mine}
    keys.pop("access-logs", None)
    if keys:
        made.say("")
        made.say("storage:")
        made.say("buckets:", depth=1)
        for key, one in sorted(keys.items()):
            made.say(f"{_key(key)}: {{}}", f"bucket {one.name}", depth=2)


def _databases(made: Proposal, inventory: Inventory, wish: Wish) -> None:
    here = [one for one in inventory.databases if not inventory.vpc or one.vpc == inventory.vpc.id]
    primaries = [one for one in here if not one.source]
    rows = {}
    for one in primaries:
        if (engine := _ENGINES.get(one.engine)) is None:
            made.out(one.name, f"database {one.name}: {one.engine} is none of the platform's engines", "it stays")
            continue
        rows[one.name.removeprefix(f"{wish.name}-")] = (engine, one)
    if not rows:
        return
    made.say("")
    made.say("database:")
    none = "" if any(it.encrypted for _, it in rows.values()) else " {}"
    made.say(f"instances:{none}", depth=1)
    for key, (engine, one) in sorted(rows.items()):
        replicas = sum(it.source.rpartition(":")[2] == one.name for it in here)
        said = _settings(
            engine=engine,
            version=json.dumps(_version(one)),
            **{"class": one.size},
            storage_gb=one.storage_gb,
            multi_az="true" if one.multi_az else "false",
            backup_retention_days=one.backup_days or None,
            replicas=replicas or None,
            database_name=json.dumps(one.database) if one.database else None,
        )
        notes = [f"instance {one.name}"]
        if one.name != f"{wish.name}-{key}":
            notes.append(f"to be renamed {wish.name}-{key}")
        if not one.encrypted:
            made.out(
                one.name,
                f"database {one.name} is not encrypted, and RDS never encrypts one that is there",
                "take a snapshot, copy it with a key (aws rds copy-db-snapshot --kms-key-id), and begin an instance of"
                " another name from it: restore_from: {snapshot: ...}",
            )
            notes.append("not encrypted: an instance of another name, restored from an encrypted copy")
        made.say(f"{'' if one.encrypted else '# '}{_key(key)}: {{{said}}}", "; ".join(notes), depth=2)


_ENGINES = {
    "postgres": "postgres",
    "mysql": "mysql",
    "oracle-se2": "oracle-se2",
    "oracle-se2-cdb": "oracle-se2-cdb",
    "oracle-ee": "oracle-ee",
    "oracle-ee-cdb": "oracle-ee-cdb",
}


def _version(one: Database) -> str:
    """The version that it has, where RDS still makes such instances; else the major version."""
    major = catalogue.major(one.engine, one.version)
    known = major in catalogue.majors(one.engine) and one.version in catalogue.minors(one.engine, major)
    return one.version if known else major


def _cluster(made: Proposal, one: Cluster) -> None:
    made.say("")
    made.say("cluster:")
    made.say(f"version: {json.dumps(one.version)}", f"cluster {one.name}", depth=1)
    if one.public and one.public_from and "0.0.0.0/0" not in one.public_from:
        made.say("endpoint: restricted", "its endpoint is public, for these alone", depth=1)
        made.say(f"allow_from: [{', '.join(one.public_from)}]", depth=1)
    if one.groups:
        made.say("node_groups:", depth=1)
    for group in one.groups:
        said = _settings(
            instance_types=f"[{', '.join(group.types)}]" if group.types else None,
            min=group.least,
            max=max(group.most, 1),
            capacity="spot" if group.spot else None,
        )
        made.say(f"{_key(group.name)}: {{{said}}}", f"node group {group.name}", depth=2)


def _settings(**said: Any) -> str:
    return ", ".join(_pairs(said))


def _pairs(said: Mapping[str, Any]) -> Iterator[str]:
    for key, value in said.items():
        if value is not None and value != "":
            yield f"{key}: {value}"


def _key(name: str) -> str:
    """A name as a key of YAML: what could be read as something else is quoted."""
    return name if re.fullmatch(r"[a-z][a-z0-9_-]*", name) and name not in _WORDS else json.dumps(name)


_WORDS = frozenset({"false", "n", "no", "null", "off", "on", "true", "y", "yes"})


def _printable(text: str) -> str:
    """A text of AWS's as a comment: one line of what can be printed."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())
