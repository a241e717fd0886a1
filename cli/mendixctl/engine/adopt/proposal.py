"""Writes the YAML whose plan comes nearest to an inventory, each value with where it is from. Pure.

What a YAML cannot say (names that are derived, and that AWS fixes) is given back beside it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from ipaddress import IPv4Network

from mendixctl.engine.adopt import clusters, unmatched
from mendixctl.engine.adopt.draft import Draft, Wish, as_key, as_text, settings_of, short_name
from mendixctl.engine.adopt.inventory import Bucket, Cluster, Database, Inventory, Key, Subnet, Vpc
from mendixctl.engine.adopt.results import LeftOut
from mendixgen.areas.database import catalogue
from mendixgen.areas.database.settings import NAME_LENGTH as INSTANCE_NAME_LENGTH
from mendixgen.areas.network.addresses import SLOTS, SMALLEST_VPC_PREFIX, subnet
from mendixgen.areas.storage import BUCKET_NAME_LENGTH

LOWER_TIERS = ("private", "public", "database")


def propose(inventory: Inventory, wish: Wish, settings: Mapping[str, Collection[str]]) -> tuple[str, list[LeftOut]]:
    """The YAML, and what of the inventory it leaves out. ``settings``: the areas of the newest modules and the settings
    of each; what they do not have is not written.
    """
    made = Draft()
    made.say(f"# yaml-language-server: $schema=../schema/{wish.schema}")
    made.say(f"# Proposed by mendixctl adopt from account {wish.account}, {wish.region}. Read it, mend it, and then")
    made.say(f"# move it to environments/{wish.name}.yaml: mendixctl adopt {wish.name} plans the imports.")
    made.say(f"name: {wish.name}")
    made.say(f"region: {wish.region}")
    made.say(f"account: {json.dumps(wish.account)}")
    made.say(f"target: {wish.target}")
    made.say(f"domain: {wish.domain}")
    if inventory.vpc is not None and "network" in settings:
        _network(made, inventory, inventory.vpc, settings["network"])
    own = _own_cluster(inventory, wish)
    if "encryption" in settings:
        _keys(made, inventory, own)
    if "storage" in settings:
        _storage(made, inventory, wish)
    if "database" in settings:
        _databases(made, inventory, wish)
    for one in inventory.clusters:
        if one is own and "cluster" in settings:
            clusters.propose(made, one, inventory, settings["cluster"])
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


def _network(made: Draft, inventory: Inventory, vpc: Vpc, settings: Collection[str]) -> None:
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


def _nat(made: Draft, vpc: Vpc, tier: Mapping[str, str]) -> None:
    zone = {one.id: one.zone for one in vpc.subnets}
    zones = {zone[one.subnet] for one in vpc.nats if tier.get(one.subnet) == "public" and one.allocation}
    every = {one.zone for one in vpc.subnets if tier[one.id] == "private"}
    said = "none" if not zones else "per-zone" if zones >= every and len(zones) > 1 else "single"
    ids = ", ".join(one.id for one in vpc.nats)
    note = "" if said != "single" or min(zones) == min(zone.values()) else "; the platform's is in the first zone"
    made.say(f"nat: {said}", (ids or "there is none") + note, depth=1)


def _places(made: Draft, vpc: Vpc, tier: Mapping[str, str], region: str) -> dict[tuple[str, str], Subnet]:
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
    made: Draft,
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
    to_come = _to_come(block, vpc, placed, letters) if block.prefixlen <= SMALLEST_VPC_PREFIX else {}
    for name in LOWER_TIERS:
        there = {letter: placed[name, letter] for letter in letters if (name, letter) in placed}
        further = {letter: to_come[name, letter] for letter in letters if (name, letter) in to_come}
        if not there and all(one == subnet(block, name, letter) for letter, one in further.items()):
            continue
        blocks = {
            **{letter: one.cidr for letter, one in there.items()},
            **{key: str(one) for key, one in further.items()},
        }
        ids = ", ".join(one.id for one in there.values())
        new = f"{', '.join(sorted(further))} to be made, where there is room" if further else ""
        note = "; ".join(filter(None, (ids, new)))
        made.say(f"{name}: {{{', '.join(f'{key}: {blocks[key]}' for key in sorted(blocks))}}}", note, depth=2)


def _to_come(
    block: IPv4Network, vpc: Vpc, placed: Mapping[tuple[str, str], Subnet], letters: Collection[str]
) -> dict[tuple[str, str], IPv4Network]:
    """Blocks of the subnets that the platform makes beside those that are there: where it puts them, and where that is
    taken, the first place in the VPC with room for one as large. Without any room it is left to the reader.
    """
    taken = [IPv4Network(one.cidr) for one in vpc.subnets]
    places = [(name, letter) for name in LOWER_TIERS for letter in letters if (name, letter) not in placed]
    found: dict[tuple[str, str], IPv4Network] = {}
    for place in places:
        own = subnet(block, *place)
        if not any(own.overlaps(other) for other in taken):
            found[place] = own
    for place in places:
        if place in found:
            continue
        own = subnet(block, *place)
        every = [*taken, *found.values()]
        rooms = block.subnets(new_prefix=own.prefixlen)
        found[place] = next((one for one in rooms if not any(one.overlaps(other) for other in every)), own)
    return found


def _short(service: str, region: str) -> str:
    return service.removeprefix(f"com.amazonaws.{region}.")


def _own_cluster(inventory: Inventory, wish: Wish) -> Cluster | None:
    """The cluster that is called as the environment, or the only one of the VPC."""
    named = [one for one in inventory.clusters if one.name == wish.name]
    inside = [one for one in inventory.clusters if inventory.vpc is None or one.vpc == inventory.vpc.id]
    return named[0] if named else inside[0] if len(inside) == 1 else None


def _keys(made: Draft, inventory: Inventory, own: Cluster | None) -> None:
    """The key of each purpose: the one that most of what is there is encrypted with. A key that has an alias is adopted
    under that; any other, and one that serves a second purpose, is used as it is.
    """
    databases = [one.key for one in inventory.databases if one.encrypted and one.engine in _ENGINES]
    using = {
        "database": databases,
        "storage": [one.key for one in inventory.buckets if not unmatched.owned(one)],
        "cluster": [own.secrets_key] if own else [],
        "logs": [own.log_key] if own else [],
    }
    chosen: dict[str, Key] = {}
    for purpose, names in using.items():
        keys = [inventory.used[name] for name in names if name in inventory.used]
        if keys:
            chosen[purpose] = max(dict.fromkeys(keys), key=keys.count)
    adopted: dict[str, str] = {}
    existing: dict[str, str] = {}
    for purpose, key in chosen.items():
        if key.alias and key.id not in adopted:
            adopted[key.id] = purpose
        else:
            existing[purpose] = key.arn
    if not chosen:
        return
    made.say("")
    made.say("encryption:")
    if adopted:
        made.say("keys:", depth=1)
    for identifier, purpose in adopted.items():
        key = chosen[purpose]
        said = settings_of(alias=key.alias.removeprefix("alias/"), multi_region=None if key.multi_region else "false")
        made.say(f"{purpose}: {{{said}}}", f"key {identifier}; its policy becomes the platform's", depth=2)
    if existing:
        made.say("existing:", depth=1)
    for purpose, arn in existing.items():
        why = "it has no alias" if not chosen[purpose].alias else "it serves another purpose too"
        made.say(f"{purpose}: {arn}", f"{why}: used, and never changed", depth=2)


SOMEBODY_ELSES = re.compile(
    r"^(aws-|cf-templates-|cdk-|codepipeline-|config-bucket-|do-not-delete-|elasticbeanstalk-|stackset-)|cloudtrail|tf-?state|terraform"
)
"""What AWS's services, and whoever makes resources, call their own buckets."""


def _storage(made: Draft, inventory: Inventory, wish: Wish) -> None:
    """Every bucket that nobody else is known to keep; one that is not called as ours keeps its name."""
    prefix = f"{wish.name}-{wish.account}-"
    keys: dict[str, Bucket] = {}
    for one in inventory.buckets:
        if one.name.startswith(prefix):
            key = one.name.removeprefix(prefix)
            if key != "access-logs":
                keys[key] = one
        elif SOMEBODY_ELSES.search(one.name) and not unmatched.owned(one):
            made.left_out.append(unmatched.bucket(one))
        elif not unmatched.owned(one):
            keys[short_name(one.name, wish.name, BUCKET_NAME_LENGTH, keys)] = one
    if not keys:
        return
    made.say("")
    made.say("storage:")
    made.say("buckets:", "take out what is not the platform's", depth=1)
    for key, one in sorted(keys.items()):
        said = "" if one.name == f"{prefix}{key}" else f"name: {as_text(one.name)}"
        made.say(f"{as_key(key)}: {{{said}}}", f"bucket {one.name}", depth=2)


def _databases(made: Draft, inventory: Inventory, wish: Wish) -> None:
    here = [one for one in inventory.databases if not inventory.vpc or one.vpc == inventory.vpc.id]
    primaries = [one for one in here if not one.source]
    rows: dict[str, tuple[str, Database]] = {}
    for one in primaries:
        if (engine := _ENGINES.get(one.engine)) is None:
            made.out(one.name, f"database {one.name}: {one.engine} is none of the platform's engines", "it stays")
            continue
        rows[short_name(one.name, wish.name, INSTANCE_NAME_LENGTH, rows)] = (engine, one)
    if not rows:
        return
    made.say("")
    made.say("database:")
    groups = [one.group for _, one in rows.values() if one.encrypted and one.group]
    group = max(dict.fromkeys(groups), key=groups.count) if groups else ""
    if group and group != f"{wish.name}-database":
        made.say(f"subnet_group: {as_text(group)}", "RDS moves no instance to another one of its VPC", depth=1)
    none = "" if any(it.encrypted for _, it in rows.values()) else " {}"
    made.say(f"instances:{none}", depth=1)
    for key, (engine, one) in sorted(rows.items()):
        replicas = sum(it.source.rpartition(":")[2] == one.name for it in here)
        said = settings_of(
            name=as_text(one.name) if one.name != f"{wish.name}-{key}" else None,
            engine=engine,
            version=json.dumps(_version(one)),
            **{"class": one.size},
            storage_gb=one.storage_gb,
            max_storage_gb=max(one.most_gb, one.storage_gb),
            multi_az="true" if one.multi_az else "false",
            backup_retention_days=one.backup_days or None,
            backup_window=json.dumps(one.backup_window) if one.backup_window else None,
            maintenance_window=json.dumps(one.maintenance_window) if one.maintenance_window else None,
            replicas=replicas or None,
            database_name=json.dumps(one.database) if one.database else None,
        )
        notes = [f"instance {one.name}"]
        if not one.encrypted:
            made.out(
                one.name,
                f"database {one.name} is not encrypted, and RDS never encrypts one that is there",
                "take a snapshot, copy it with a key (aws rds copy-db-snapshot --kms-key-id), and begin an instance of"
                " another name from it: restore_from: {snapshot: ...}",
            )
            notes.append("not encrypted: an instance of another name, restored from an encrypted copy")
        made.say(f"{'' if one.encrypted else '# '}{as_key(key)}: {{{said}}}", "; ".join(notes), depth=2)


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
