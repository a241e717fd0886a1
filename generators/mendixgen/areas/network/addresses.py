"""Addresses of the network: how a VPC's block is divided, and which blocks AWS takes.

The division is the contract of the module's ``cidrsubnet`` calls, said once more in Python, so that checks
can name the reason before Terraform runs and tests can prove what the formula promises: subnets never
overlap, and a further zone never moves one that exists.

Sources: AWS, Amazon VPC User Guide, "VPC CIDR blocks" (sizes, restricted associations, 172.17.0.0/16) and
"Subnet CIDR blocks" (/16 to /28).
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from mendixgen.areas.blocks import Problem

SLOTS: Mapping[str, int] = {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5}
"""The place of a zone's subnet in its tier's block, by the zone's letter, for ever."""

SLOT_BITS = 3
"""Each tier's block is divided into eight places: six for the letters, two kept free."""

TIERS: Mapping[str, tuple[int, int]] = {"private": (1, 0), "public": (3, 4), "database": (3, 5)}
"""Tier -> (further prefix bits, number) of its block in the VPC's; the last quarter is kept for later tiers."""

LARGEST_PREFIX = 16
SMALLEST_VPC_PREFIX = 22
"""Smaller, and the /28 that a subnet has at least would not fit six times into a public tier."""
SMALLEST_SECONDARY_PREFIX = 25
"""Smaller, and a pod subnet would be smaller than a /28."""

SMALLEST_SUBNET_PREFIX = 28
"""AWS's smallest subnet."""

_PRIVATE_BLOCKS = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_SHARED_BLOCK = IPv4Network("100.64.0.0/10")
_USED_BY_AWS = IPv4Network("172.17.0.0/16")
_FIRST_TEN = IPv4Network("10.0.0.0/15")
_NOT_BESIDE_FIRST_TEN = IPv4Network("10.0.0.0/16")


def subnet(vpc: IPv4Network, tier: str, zone: str) -> IPv4Network:
    """The block of one subnet: what the module's main.tf computes with ``cidrsubnet``."""
    return _cidrsubnet(tier_block(vpc, tier), SLOT_BITS, SLOTS[zone])


def tier_block(vpc: IPv4Network, tier: str) -> IPv4Network:
    """The block that holds all subnets of a tier, those of zones to come included."""
    bits, number = TIERS[tier]
    return _cidrsubnet(vpc, bits, number)


def pod_subnet(secondary: IPv4Network, zone: str) -> IPv4Network:
    """The block of a zone's pod subnet in a secondary block."""
    return _cidrsubnet(secondary, SLOT_BITS, SLOTS[zone])


def vpc_problem(block: IPv4Network, zones: int) -> Problem | None:
    """Why ``block`` cannot be the VPC's, or None. ``zones`` is for the words only: every zone has its place kept."""
    if block.prefixlen > SMALLEST_VPC_PREFIX:
        return Problem(
            "MXS302",
            f"{block} is too small for {zones} zones: public, private and database subnets of every zone"
            f" need a /{SMALLEST_VPC_PREFIX} or larger",
            f"take a /{LARGEST_PREFIX} to /{SMALLEST_VPC_PREFIX}; it can never be changed, so take a large one",
        )
    if block.prefixlen < LARGEST_PREFIX:
        return Problem(
            "MXS302",
            f"{block} is larger than a VPC may be",
            f"take a /{LARGEST_PREFIX} to /{SMALLEST_VPC_PREFIX}, and add secondary_cidrs when it gets tight",
        )
    if not any(block.subnet_of(allowed) for allowed in (*_PRIVATE_BLOCKS, _SHARED_BLOCK)):
        return Problem(
            "MXS303",
            f"{block} is not of a private range",
            "take a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
        )
    return _used_by_aws(block)


def secondary_problem(block: IPv4Network, vpc: IPv4Network) -> Problem | None:
    """Why AWS would not associate ``block`` with a VPC whose primary block is ``vpc``, or None."""
    if not LARGEST_PREFIX <= block.prefixlen <= SMALLEST_SECONDARY_PREFIX:
        return Problem(
            "MXS302",
            f"{block} cannot be divided into pod subnets",
            f"take a /{LARGEST_PREFIX} to /{SMALLEST_SECONDARY_PREFIX}",
        )
    family = [allowed for allowed in _PRIVATE_BLOCKS if vpc.subnet_of(allowed)]
    if not any(block.subnet_of(allowed) for allowed in (*family, _SHARED_BLOCK)):
        allowed_text = " or ".join(str(allowed) for allowed in (*family, _SHARED_BLOCK))
        return Problem(
            "MXS304",
            f"AWS does not associate {block} with a VPC of {vpc}",
            f"take a part of {allowed_text}",
        )
    if vpc.subnet_of(_FIRST_TEN) and block.subnet_of(_NOT_BESIDE_FIRST_TEN):
        return Problem(
            "MXS304",
            f"AWS does not associate {block} with a VPC of {vpc}: no part of {_NOT_BESIDE_FIRST_TEN} goes with one"
            f" in {_FIRST_TEN}",
            f"take another part of 10.0.0.0/8, or of {_SHARED_BLOCK}",
        )
    return _used_by_aws(block)


def _used_by_aws(block: IPv4Network) -> Problem | None:
    if block.overlaps(_USED_BY_AWS):
        return Problem(
            "MXS303",
            f"{block} holds addresses of {_USED_BY_AWS}, which services of AWS use themselves",
            "take another part of 172.16.0.0/12",
        )
    return None


def _cidrsubnet(block: IPv4Network, bits: int, number: int) -> IPv4Network:
    """Terraform's ``cidrsubnet``. The parts are not listed: a /16 has many."""
    prefix = block.prefixlen + bits
    return IPv4Network((int(block.network_address) + (number << (32 - prefix)), prefix))
