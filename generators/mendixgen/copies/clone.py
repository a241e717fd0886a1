"""The specification of a copy in another region or account: what is regional translated, or refused with the reason.

Pure: data in, data and words out. What a rule of an area says of the result is the loader's to find.
"""

from __future__ import annotations

import copy
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mendixgen import instance_types
from mendixgen.messages import msg
from mendixgen.regions import Region, regions
from mendixgen.spec import called

Path = tuple[str | int, ...]

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>\d{12})?:.+\Z"
)
_KEPT_ARNS = frozenset({"iam"})
"""Services whose ARNs mean the same in every region."""

DEFAULT_CIDR = "10.10.0.0/16"
"""What the network has where nothing is written (areas/network)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the copy is to be. ``cidr`` is empty where a free block is to be found."""

    name: str
    region: str
    account: str
    domain: str
    cidr: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """One setting of the copy that differs, and why. None: it is not set."""

    path: Path
    before: Any
    after: Any
    why: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One setting that cannot be carried over: what is wrong with it, and what would do."""

    path: Path
    what: str
    instead: str


@dataclass
class Copy:
    """The copy's data so far, what was translated, what stands in the way, and what a person has to know."""

    data: dict[str, Any]
    translations: list[Translation] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def at(self, path: Path) -> Any:
        """The value at a path; None where there is none."""
        found: Any = self.data
        for step in path:
            if not _has(found, step):
                return None
            found = found[step]
        return found

    def put(self, path: Path, value: Any, why: str) -> None:
        """Set a value, or take it away where it is None; say why."""
        before = self.at(path)
        holder: Any = self.data
        for step in path[:-1]:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        if value is None:
            if _has(holder, path[-1]):
                holder.pop(path[-1])
        else:
            holder[path[-1]] = value
        if before != value:
            self.translations.append(Translation(path, before, value, why))


def clone(data: Mapping[str, Any], wish: Wish, taken: Mapping[str, Iterable[str]], *, has_network: bool = True) -> Copy:
    """The copy of a specification. ``taken``: the address blocks of every environment, by its name; ``has_network``:
    whether the area network is on, without which no address block is written.

    Obstacles are in the result; with any the copy is of no use.
    """
    made = Copy(copy.deepcopy(dict(data)))
    source = str(data.get("region", ""))
    for key in ("name", "region", "account", "domain"):
        if data.get(key) != getattr(wish, key) and (key != "domain" or wish.domain):
            made.put((key,), getattr(wish, key), "asked for" if key != "domain" else "a domain has one owner")
    here, there = regions().get(source), regions().get(wish.region)
    if there is None:
        made.obstacles.append(
            Obstacle(("region",), msg("there is no region {region}", region=wish.region), ", ".join(regions()))
        )
        return made
    _state(made, data, wish, source)
    if has_network or wish.cidr:
        _network(made, wish, taken)
    if here is not None and here.name != there.name:
        _zones(made, here, there)
        _instance_types(made, there)
        _databases(made, there)
    _restores(made)
    _adopted(made)
    _texts(made, data, wish, source)
    _hostnames(made, data, wish)
    if there.partition != (here.partition if here else "") and here is not None:
        made.notes.append(
            msg(
                "{name} is in the partition {partition}: sign in there with credentials of its own",
                name=there.name,
                partition=there.partition,
            )
        )
    return made


def _state(made: Copy, data: Mapping[str, Any], wish: Wish, source: str) -> None:
    state = data.get("state")
    if not isinstance(state, Mapping) or not state.get("bucket"):
        if data.get("target", "aws") == "aws":
            made.notes.append(msg("mendixctl bootstrap {name} makes the bucket of its state", name=wish.name))
        return
    if wish.account != data.get("account"):
        made.put(("state", "bucket"), None, "the bucket is the other account's; the derived name is taken")
        if state.get("kms_key"):
            made.put(("state", "kms_key"), None, "the key is the other account's")
        made.notes.append(msg("mendixctl bootstrap {name} makes the bucket of its state", name=wish.name))
        if not made.at(("state",)):
            made.data.pop("state", None)
    elif not state.get("region") and wish.region != source:
        made.put(("state", "region"), source, "the bucket stays where it is")


def _network(made: Copy, wish: Wish, taken: Mapping[str, Iterable[str]]) -> None:
    if made.data.get("kind") == "foundation":
        return
    if made.at(("network", "existing")):
        _somebody_elses(made, wish)
        return
    own = str(made.at(("network", "cidr")) or DEFAULT_CIDR)
    blocks = {block: name for name, every in taken.items() for block in map(_block, every) if block is not None}
    wanted = _block(wish.cidr) if wish.cidr else None
    if wish.cidr and wanted is None:
        made.obstacles.append(
            Obstacle(("network", "cidr"), msg("{cidr} is no IPv4 block", cidr=wish.cidr), "such as 10.40.0.0/16")
        )
        return
    if wanted is not None:
        hit = next((name for block, name in blocks.items() if block.overlaps(wanted)), None)
        if hit is not None:
            free = _free(wanted, blocks)
            what = msg("{wanted} overlaps the network of {hit}", wanted=wanted, hit=hit)
            made.obstacles.append(Obstacle(("network", "cidr"), what, f"--cidr {free}" if free else "another block"))
            return
        found = wanted
    else:
        start = _block(own)
        free = _free(start, blocks) if start is not None else None
        if free is None:
            made.obstacles.append(Obstacle(("network", "cidr"), "no block of 10.0.0.0/8 is free", "--cidr BLOCK"))
            return
        found = free
    made.put(("network", "cidr"), str(found), "it overlaps no environment of this repository")
    _subnets(made, _block(own), found)
    if made.at(("network", "secondary_cidrs")):
        made.obstacles.append(
            Obstacle(
                ("network", "secondary_cidrs"),
                "further blocks of the network would be those of the original",
                "--drop network.secondary_cidrs, or --set with others",
            )
        )


def _subnets(made: Copy, before: ipaddress.IPv4Network | None, after: ipaddress.IPv4Network) -> None:
    """Subnets whose blocks are written stand at the same place of the other block, where that is as large."""
    subnets = made.at(("network", "subnets"))
    if not isinstance(subnets, dict) or before == after:
        return
    if before is None or before.prefixlen != after.prefixlen:
        made.put(("network", "subnets"), None, "the other block is of another size, and divided as the platform does")
        return
    offset = int(after.network_address) - int(before.network_address)
    for tier, zones in subnets.items():
        for zone, text in (zones if isinstance(zones, dict) else {}).items():
            block = _block(str(text))
            if block is not None:
                moved = ipaddress.IPv4Network((int(block.network_address) + offset, block.prefixlen))
                made.put(("network", "subnets", tier, zone), str(moved), "the same place in the other block")


def _adopted(made: Copy) -> None:
    """What was adopted has names that AWS gives once: the copy makes its own, under its own name."""
    for pattern in called.OWN_NAMES:
        above, any_key, below = pattern.partition(".*.")
        start = tuple(above.split("."))
        paths = [(*start, name, below) for name in made.at(start) or ()] if any_key else [start]
        for path in paths:
            if made.at(path) is not None:
                made.put(path, None, "it says what is fixed of something that the original adopted")


def _somebody_elses(made: Copy, wish: Wish) -> None:
    """A VPC that exists stands where it is: a copy beside the original works in it too, any other has another one."""
    moved = [one.path[0] for one in made.translations if one.path in (("region",), ("account",))]
    if not moved and not wish.cidr:
        made.notes.append("the copy works in the same VPC and subnets: they need addresses for both")
        return
    path: Path = ("network", "existing")
    advice = "--drop network.existing and network.cidr, which makes a VPC, or --set with one that is there"
    made.obstacles.append(Obstacle(path, "the VPC that exists is the original's", advice))


def _free(like: ipaddress.IPv4Network, blocks: Iterable[ipaddress.IPv4Network]) -> ipaddress.IPv4Network | None:
    """The first block of that size in 10.0.0.0/8, after ``like`` if there is one, that overlaps none of ``blocks``."""
    every = list(blocks)
    whole = ipaddress.IPv4Network("10.0.0.0/8")
    if like.prefixlen < whole.prefixlen:
        return None
    behind: ipaddress.IPv4Network | None = None
    for block in whole.subnets(new_prefix=like.prefixlen):
        if any(block.overlaps(other) for other in every):
            continue
        if block > like:
            return block
        behind = behind or block
    return behind


def _block(text: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        return None


def _zones(made: Copy, here: Region, there: Region) -> None:
    """The number or the letters of zones; letters by their place, since they name other buildings anyway."""
    zones = made.at(("network", "zones"))
    letters = dict(zip(here.zones, there.zones, strict=False))
    if isinstance(zones, int) and zones > len(there.zones):
        what = msg(
            "{name} has {count} zones, and the network {zones}", name=there.name, count=len(there.zones), zones=zones
        )
        made.obstacles.append(Obstacle(("network", "zones"), what, f"--set network.zones={len(there.zones)}"))
    elif isinstance(zones, list) and any(zone not in there.zones for zone in zones):
        if len(zones) > len(there.zones):
            what = msg(
                "{name} has {count} zones, and the network {count_2}",
                name=there.name,
                count=len(there.zones),
                count_2=len(zones),
            )
            made.obstacles.append(Obstacle(("network", "zones"), what, f"--set network.zones={len(there.zones)}"))
            return
        letters = dict(zip(zones, there.zones, strict=False))
        made.put(("network", "zones"), [letters[zone] for zone in zones], f"{there.name} has {' '.join(there.zones)}")
    _subnet_zones(made, letters, there)
    for path, value in list(_named(made.data, "zones")):
        if path[:1] != ("network",) and isinstance(value, list) and any(zone not in there.zones for zone in value):
            moved = list(dict.fromkeys(letters.get(zone, there.zones[0]) for zone in value))
            made.put(path, moved, f"{there.name} has {' '.join(there.zones)}")


def _subnet_zones(made: Copy, letters: Mapping[str, str], there: Region) -> None:
    subnets = made.at(("network", "subnets"))
    for tier, blocks in (subnets if isinstance(subnets, dict) else {}).items():
        if isinstance(blocks, dict) and any(zone not in there.zones for zone in blocks):
            moved = {letters.get(zone, zone): block for zone, block in blocks.items()}
            made.put(("network", "subnets", tier), moved, f"{there.name} has {' '.join(there.zones)}")


def _instance_types(made: Copy, there: Region) -> None:
    """Types that the region does not have are left out where others are left, else refused with the nearest one."""
    sold = instance_types.families_in(there.name)
    if sold is None:
        made.notes.append(
            msg("which instance types {name} has is not known here: mendixctl preflight asks AWS", name=there.name)
        )
        return
    for path, value in list(_named(made.data, "instance_types")):
        if not isinstance(value, list):
            continue
        missing = [one for one in value if isinstance(one, str) and one.partition(".")[0] not in sold]
        left = [one for one in value if one not in missing]
        if missing and left:
            made.put(path, left, msg("{name} has no {names}", name=there.name, names=", ".join(missing)))
        elif missing:
            near = instance_types.near(missing[0], there.name)
            advice = f"--set {dotted(path)}=[{', '.join(near)}]" if near else "name one that it has"
            made.obstacles.append(
                Obstacle(path, msg("{name} has no {names}", name=there.name, names=", ".join(missing)), advice)
            )


def _databases(made: Copy, there: Region) -> None:
    """Classes by engine that RDS does not offer in the region."""
    from mendixgen.areas.database import catalogue

    instances = made.at(("database", "instances"))
    for name, settings in (instances or {}).items() if isinstance(instances, Mapping) else ():
        if not isinstance(settings, Mapping) or not isinstance(settings.get("engine"), str):
            continue
        path: Path = ("database", "instances", name, "class")
        size = str(settings.get("class", ""))
        license_ = settings.get("license") or "license-included"
        engine = settings["engine"]
        families = catalogue.families_in(
            catalogue.Product(engine, license_ if engine.startswith("oracle") else None), there.name
        )
        family = size.removeprefix("db.").partition(".")[0]
        if families is None or not size or family in families:
            continue
        rest = size.partition(".")[2].partition(".")[2]
        near = [f"db.{one}.{rest}" for one in sorted(families, reverse=True) if one[0] == family[:1]]
        advice = f"--set {dotted(path)}={near[0]}" if near else "another class or engine"
        made.obstacles.append(
            Obstacle(
                path, msg("RDS has no {size} for {engine} in {name}", size=size, engine=engine, name=there.name), advice
            )
        )


def _restores(made: Copy) -> None:
    for path, _value in list(_named(made.data, "restore_from")):
        made.put(path, None, "the data that it names are those of the original")


def _texts(made: Copy, data: Mapping[str, Any], wish: Wish, source: str) -> None:
    """ARNs and names of the old account and region, wherever they stand."""
    for path, value in list(_strings(made.data)):
        arn = _ARN.match(value)
        if arn is not None:
            _arn(made, path, value, arn, wish, source, str(data.get("account", "")))
        elif value == wish.region and path not in (("region",), ("state", "region")) and wish.region != source:
            what = msg("{region} is the copy's own region", region=wish.region)
            made.obstacles.append(Obstacle(path, what, f"--set {dotted(path)}={source}, or --drop {dotted(path)}"))
        elif source and source != wish.region and source in value and path[-1] not in ("region", "description"):
            made.notes.append(
                msg("{dotted} still says {source}: {value}", dotted=dotted(path), source=source, value=value)
            )


def _arn(made: Copy, path: Path, value: str, arn: re.Match[str], wish: Wish, source: str, account: str) -> None:
    if arn["region"] == source != wish.region and arn["service"] not in _KEPT_ARNS and path[0] != "state":
        made.obstacles.append(
            Obstacle(
                path,
                msg(
                    "{value} in {source} is of no use in {region}: {value_2}",
                    value=arn["service"],
                    source=source,
                    region=wish.region,
                    value_2=value,
                ),
                f"--set {dotted(path)}=ARN with one of {wish.region}, or --drop {dotted(path)}",
            )
        )
        return
    there = regions()[wish.region].partition
    moved = value.replace(f":{account}:", f":{wish.account}:") if arn["account"] == account else value
    if arn["service"] in _KEPT_ARNS:
        moved = moved.replace(f"arn:{arn['partition']}:", f"arn:{there}:", 1)
    if moved != value:
        made.put(path, moved, "of the copy's account; it has to exist there")


def _hostnames(made: Copy, data: Mapping[str, Any], wish: Wish) -> None:
    """Names of applications below the old domain move to the new one; others have an owner already."""
    old = str(data.get("domain", ""))
    apps = made.data.get("apps")
    for name, settings in (apps or {}).items() if isinstance(apps, Mapping) else ():
        hostname = settings.get("hostname") if isinstance(settings, Mapping) else None
        if not isinstance(hostname, str) or not wish.domain or wish.domain == old:
            continue
        path: Path = ("apps", name, "hostname")
        if old and hostname.endswith(f".{old}"):
            made.put(path, hostname.removesuffix(old) + wish.domain, "below the copy's domain")
        else:
            made.put(
                path,
                None,
                msg(
                    "{hostname} is the original's; the copy has {name}.{domain}",
                    hostname=hostname,
                    name=name,
                    domain=wish.domain,
                ),
            )


def dotted(path: Path) -> str:
    """A path as people write it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _has(holder: Any, step: str | int) -> bool:
    """Whether a mapping has a key, or a list an entry."""
    if isinstance(holder, Mapping):
        return step in holder
    return isinstance(holder, list) and isinstance(step, int) and step < len(holder)


def _named(value: Any, key: str, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every setting of that name, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == key:
                yield (*path, name), inner
            else:
                yield from _named(inner, key, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _named(inner, key, (*path, number))


def _strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _strings(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strings(inner, (*path, number))
