"""The network's module: the committed HCL is what the Python says, and what is promised for ever has not moved.

The module itself, in ``modules/network/<version>/``, is the golden HCL. ``subnets.json`` is the division of
some blocks as version 1.0.0 had it; no later version may change a line of it, so nothing here rewrites it.
"""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import hcl2
import pytest

from mendixgen.areas import network_addresses as addresses
from mendixgen.areas.network import Network

HERE = Path(__file__).parent
MODULES = Path(__file__).parents[3] / "modules" / "network"
QUOTE = '"'
VERSIONS = sorted(path.name for path in MODULES.iterdir())
DIVISION: dict[str, dict[str, dict[str, str]]] = json.loads((HERE / "network" / "subnets.json").read_text("utf-8"))


def resources(version: str) -> dict[str, dict[str, Any]]:
    """The resources of a committed module by address, as python-hcl2 reads them."""
    parsed = hcl2.loads((MODULES / version / "main.tf").read_text("utf-8"))
    return {
        f"{kind.strip(QUOTE)}.{name.strip(QUOTE)}": body
        for block in parsed["resource"]
        for kind, named in block.items()
        for name, body in named.items()
    }


@pytest.mark.parametrize("block", DIVISION)
def test_no_subnet_has_ever_moved(block: str) -> None:
    vpc = IPv4Network(block)
    assert {
        tier: {zone: str(addresses.subnet(vpc, tier, zone)) for zone in addresses.SLOTS} for tier in addresses.TIERS
    } == DIVISION[block]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_divides_by_the_same_formula(version: str) -> None:
    found = resources(version)
    for tier, (bits, number) in addresses.TIERS.items():
        text = (MODULES / version / "main.tf").read_text("utf-8")
        assert f"= cidrsubnet(var.cidr, {bits}, {number})" in text
        assert (
            found[f"aws_subnet.{tier}"]["cidr_block"]
            == f"${{cidrsubnet(local.tiers.{tier}, 3, local.slots[each.key])}}"
        )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifest_lists_the_resources(version: str) -> None:
    manifest = json.loads((MODULES / version / "module.json").read_text("utf-8"))
    assert manifest["addresses"] == sorted(resources(version))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_security_group_rule_is_described(version: str) -> None:
    rules = {address: body for address, body in resources(version).items() if "aws_vpc_security_group_" in address}
    assert len(rules) > 10
    assert [address for address, body in rules.items() if not body.get("description")] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_security_groups_have_no_rules_of_their_own(version: str) -> None:
    groups = [body for address, body in resources(version).items() if "aws_security_group." in address]
    assert len(groups) == 4
    assert not any("ingress" in body or "egress" in body for body in groups)


@pytest.mark.authoring
@pytest.mark.xdist_group("authoring")
def test_the_committed_module_is_what_the_python_says() -> None:
    from mendixgen.authoring import provider
    from mendixgen.authoring.build import module_files

    committed = MODULES / Network.version
    released = json.loads((committed / "module.json").read_text("utf-8"))["released"]
    files = module_files(Network, provider.load(), released)
    assert dict(files) == {path.name: path.read_text("utf-8") for path in committed.iterdir()}
