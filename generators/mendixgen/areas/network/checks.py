"""What no single field of the network's section can say: blocks that overlap or that AWS refuses, repetitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from mendixgen.areas.blocks import Problem, overlapping, parse
from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.network import Network, addresses, services
from mendixgen.regions import regions


def check(inputs: Network.Inputs, header: Header) -> list[Check]:
    """Blocks that overlap or that AWS refuses, zones and services listed twice, services that do not exist."""
    return independent(
        lambda: _blocks(inputs),
        lambda: _placed(inputs, header),
        lambda: _existing(inputs, header),
        lambda: _sources(inputs.allow_from),
        lambda: _repeated(("zones",), inputs.zones) if isinstance(inputs.zones, list) else (),
        lambda: _repeated(("egress_ports",), inputs.egress_ports),
        lambda: _endpoints(inputs.endpoints, header.region),
    )


def _blocks(inputs: Network.Inputs) -> Iterator[Check]:
    vpc = parse(inputs.cidr)
    if isinstance(vpc, Problem):
        yield _found(("cidr",), vpc)
        return
    zones = len(inputs.zones) if isinstance(inputs.zones, list) else inputs.zones
    problem = None if inputs.existing else addresses.vpc_problem(vpc, zones)
    if problem:
        yield _found(("cidr",), problem)
        return
    before: list[IPv4Network] = [vpc]
    for index, text in enumerate(inputs.secondary_cidrs):
        path = ("secondary_cidrs", index)
        block = parse(text)
        if isinstance(block, Problem):
            yield _found(path, block)
            continue
        other = overlapping(block, before)
        if other is not None:
            yield Check(path, "MXS305", f"{block} overlaps {other}", "take a block that shares no address with another")
        elif problem := addresses.secondary_problem(block, vpc):
            yield _found(path, problem)
        before.append(block)


def _placed(inputs: Network.Inputs, header: Header) -> Iterator[Check]:
    """Subnets at blocks of their own: of every zone or none, inside of the VPC, of a size that AWS takes, apart."""
    vpc = parse(inputs.cidr)
    said = {tier: getattr(inputs.subnets, tier) for tier in addresses.TIERS}
    if isinstance(vpc, Problem) or addresses.vpc_problem(vpc, 2) or not any(said.values()):
        return
    letters = _letters(inputs, header)
    before: dict[IPv4Network, str] = {}
    for tier, blocks in said.items():
        lacking = [letter for letter in letters if letter not in blocks]
        if blocks and lacking:
            summary = f"the {tier} subnets of zone {', '.join(lacking)} have no block, and the others have"
            yield Check(("subnets", tier), "MXS308", summary, "write one of every zone, or none of this tier")
        if not blocks:
            before |= {addresses.subnet(vpc, tier, letter): f"{tier}, {letter}" for letter in letters}
    for tier, blocks in said.items():
        for letter, text in blocks.items():
            path, block = ("subnets", tier, letter), parse(text)
            if isinstance(block, Problem):
                yield _found(path, block)
            elif letter not in letters:
                yield Check(
                    path,
                    "MXS308",
                    f"{letter} is none of the zones",
                    f"the environment's zones are {', '.join(letters)}",
                )
            elif not block.subnet_of(vpc) or block.prefixlen > addresses.SMALLEST_SUBNET_PREFIX:
                summary = f"{block} is no block of a subnet in {vpc}"
                hint = f"take a part of {vpc}, a /{addresses.SMALLEST_SUBNET_PREFIX} or larger"
                yield Check(path, "MXS308", summary, hint)
            elif other := overlapping(block, before):
                yield Check(path, "MXS305", f"{block} overlaps {other} ({before[other]})", "subnets share no address")
            else:
                before[block] = f"{tier}, {letter}"


def _letters(inputs: Network.Inputs, header: Header) -> list[str]:
    known = regions()[header.region].zones
    return inputs.zones if isinstance(inputs.zones, list) else list(known[: inputs.zones])


MADE = {
    "subnets": "the subnets are those of existing.subnets",
    "nat": "the way out is whatever the VPC has",
    "endpoints": "the endpoints are those that the VPC has",
    "secondary_cidrs": "the blocks of the VPC are somebody else's to add",
}
"""What is said of a VPC that is made, and why it means nothing of one that exists."""


def _existing(inputs: Network.Inputs, header: Header) -> Iterator[Check]:
    """A VPC that exists: nothing is said of one that is made, its block and zones are, each subnet has one place."""
    existing = inputs.existing
    if existing is None:
        return
    for key, why in MADE.items():
        if key in inputs.model_fields_set:
            yield Check((key,), "MXS309", f"{key} is of a VPC that is made, and existing names one: {why}", "remove it")
    if "cidr" not in inputs.model_fields_set:
        hint = f"aws ec2 describe-vpcs --vpc-ids {existing.vpc_id}, and write cidr beside existing"
        yield Check(("existing",), "MXS309", "the VPC exists, and its block is not said", hint)
    letters = _letters(inputs, header)
    before: dict[str, str] = {}
    for tier in addresses.TIERS:
        subnets = getattr(existing.subnets, tier)
        lacking = [letter for letter in letters if letter not in subnets]
        if lacking and (subnets or tier == "private"):
            summary = f"there is no {tier} subnet of zone {', '.join(lacking)}, which the environment has"
            hint = f"name one, or leave the zone out: zones: [{', '.join(sorted(subnets))}]"
            yield Check(("existing", "subnets", tier), "MXS309", summary, hint)
        for letter, subnet in subnets.items():
            path = ("existing", "subnets", tier, letter)
            if letter not in letters:
                hint = f"the environment's zones are {', '.join(letters)}: add it to zones, or remove the subnet"
                yield Check(path, "MXS309", f"{letter} is none of the zones", hint)
            elif subnet in before:
                hint = "each tier and zone has a subnet of its own; databases without one stand beside the nodes"
                yield Check(path, "MXS306", f"{subnet} is named twice: {before[subnet]} and {tier}, {letter}", hint)
            before.setdefault(subnet, f"{tier}, {letter}")


def _sources(sources: Sequence[str]) -> Iterator[Check]:
    for index, text in enumerate(sources):
        block = parse(text)
        if isinstance(block, Problem):
            yield _found(("allow_from", index), block)
    yield from _repeated(("allow_from",), sources)


def _endpoints(names: Sequence[str], region: str) -> Iterator[Check]:
    for index, name in enumerate(names):
        found = services.problem(("endpoints", index), name, region)
        if found:
            yield found
    yield from _repeated(("endpoints",), names)


def _repeated(path: tuple[str, ...], values: Sequence[object]) -> Iterator[Check]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Check((*path, index), "MXS306", f"{value} is listed twice", "list it once")


def _found(path: tuple[str | int, ...], problem: Problem) -> Check:
    return Check(path, problem.code, problem.summary, problem.hint)
