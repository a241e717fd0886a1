"""The network's module: what is promised for ever has not moved.

``subnets.json`` is the division of
some blocks as version 1.0.0 had it; no later version may change a line of it, so nothing here rewrites it.
"""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from mendixgen.areas.network import addresses
from mendixgen.versions.store import version_key
from tests.golden.areas.committed import STORE, resources, text

VERSIONS = STORE.versions("network")
DIVISION: dict[str, dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parent / "network" / "subnets.json").read_text("utf-8")
)


@pytest.mark.parametrize("block", DIVISION)
def test_no_subnet_has_ever_moved(block: str) -> None:
    vpc = IPv4Network(block)
    assert {
        tier: {zone: str(addresses.subnet(vpc, tier, zone)) for zone in addresses.SLOTS} for tier in addresses.TIERS
    } == DIVISION[block]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_divides_by_the_same_formula(version: str) -> None:
    found = resources("network", version)
    for tier, (bits, number) in addresses.TIERS.items():
        whole = f"cidrsubnet(var.cidr, {bits}, {number})"
        place = f"cidrsubnet(local.tiers.{tier}, 3, local.slots[each.key])"
        if version_key(version) >= (1, 5, 0):  # unless blocks of subnets are said
            whole = f"length(var.subnets.{tier}) > 0 ? var.cidr : {whole}"
            place = f"lookup(var.subnets.{tier}, each.key, {place})"
        assert f"= {whole}" in text("network", version)
        assert found[f"aws_subnet.{tier}"]["cidr_block"] == f"${{{place}}}"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_security_group_rule_is_described(version: str) -> None:
    rules = {
        address: body for address, body in resources("network", version).items() if "aws_vpc_security_group_" in address
    }
    assert len(rules) > 10
    assert [address for address, body in rules.items() if not body.get("description")] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_security_groups_have_no_rules_of_their_own(version: str) -> None:
    groups = [body for address, body in resources("network", version).items() if "aws_security_group." in address]
    assert len(groups) == 4
    assert not any("ingress" in body or "egress" in body for body in groups)
