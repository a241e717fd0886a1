"""The network module on the emulator: made, changed, extended by a zone, destroyed.

And the division of addresses: Terraform's ``cidrsubnet`` in the module and the Python that checks a
specification must say the same for every block.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from mendixgen.areas.network import Network, addresses
from tests.emulator.area_root import AreaRoot, Plan
from tests.emulator.outputs_alone import planned_outputs

pytestmark = pytest.mark.emulator

MODULES = Path(__file__).parents[2] / "modules" / "network"
INPUTS: dict[str, Any] = {
    "cidr": "10.20.0.0/16",
    "zones": ["a", "c"],
    "nat": "per-zone",
    "endpoints": ["s3", "ec2"],
    "allow_from": ["203.0.113.0/24"],
    "secondary_cidrs": ["100.64.0.0/16"],
}


@pytest.fixture
def root(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    wired = {"logs_key_arn": '"arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"'}
    return area_root("network", wired=wired, settings=INPUTS)


def test_life_of_the_network(root: AreaRoot) -> None:
    before: dict[str, str] = {}

    def planned(changes: Plan) -> None:
        assert {address for address, actions in changes.items() if "delete" in actions} == {
            'aws_eip.nat["c"]',
            'aws_nat_gateway.this["c"]',
            'aws_vpc_security_group_ingress_rule.clients["443 from 203.0.113.0/24"]',
            'aws_vpc_security_group_ingress_rule.clients["80 from 203.0.113.0/24"]',
        }
        assert {address for address, actions in changes.items() if actions == ("update",)} == {
            'aws_route.nat["c"]',
            "aws_network_acl.public[0]",
            "aws_network_acl.private[0]",
            "aws_network_acl.database[0]",
            'aws_vpc_endpoint.interface["ec2"]',
        }

    def changed() -> None:
        after = subnets(root)
        assert {key: after[key] for key in before} == before
        assert set(after) - set(before) == {
            *(f'aws_subnet.{tier}["b"]' for tier in ("public", "private", "database")),
            'aws_subnet.pod["b-100.64.0.0/16"]',
            *(f'aws_subnet.pod["{zone}-10.30.0.0/20"]' for zone in "abc"),
        }

    # A zone between the two that there are, a second block, one NAT gateway, other services and clients.
    then = {
        "zones": ["a", "b", "c"],
        "nat": "single",
        "endpoints": ["s3", "dynamodb", "ec2"],
        "allow_from": ["198.51.100.0/24"],
        "secondary_cidrs": ["100.64.0.0/16", "10.30.0.0/20"],
    }
    root.live(then, made=lambda: before.update(subnets(root)), planned=planned, changed=changed)


def test_terraform_divides_as_the_checks_do(tmp_path: Path) -> None:
    blocks = [
        *(f"10.{number}.0.0/16" for number in range(0, 250, 31)),
        *(f"172.18.0.0/{prefix}" for prefix in range(16, 23)),
        *(f"192.168.{number}.0/22" for number in range(0, 256, 36)),
        "100.127.252.0/22",
    ]
    text = (MODULES / Network.version / "main.tf").read_text()
    slots = _braced(text, "  slots = {")
    # as where no subnets are given: each tier is a part of the block
    tiers = re.sub(r"length\(var\.subnets\.\w+\) > 0 \? var\.cidr : ", "", _braced(text, "  tiers = {"))
    tiers = tiers.replace("var.cidr", "cidr")
    formulas = dict(re.findall(r", (cidrsubnet\(local\.tiers\.)(\w+), 3, local\.slots\[each\.key\]\)", text))
    assert formulas, "the module's formula was not found"
    (tmp_path / "main.tf").write_text(
        f"locals {{\n{slots}\n  blocks = {json.dumps(blocks)}\n"
        f"  divided = {{ for cidr in local.blocks : cidr => {tiers.split('=', 1)[1].strip()} }}\n}}\n"
        'output "subnets" {\n  value = { for cidr, tiers in local.divided : cidr => { for tier, block in tiers :'
        " tier => { for letter, slot in local.slots : letter => cidrsubnet(block, 3, slot) } } }\n}\n"
    )
    assert planned_outputs(tmp_path)["subnets"] == {
        block: {
            tier: {zone: str(addresses.subnet(IPv4Network(block), tier, zone)) for zone in addresses.SLOTS}
            for tier in addresses.TIERS
        }
        for block in blocks
    }


def subnets(root: AreaRoot) -> dict[str, str]:
    """Block and identity of every subnet by address; every block is what the checks say."""
    found = {}
    for address, values in root.values().items():
        match = re.fullmatch(r'aws_subnet\.(\w+)\["(\w)-?(.*)"\]', address)
        if match is None:
            continue
        tier, zone, secondary = match.groups()
        block = (
            addresses.pod_subnet(IPv4Network(secondary), zone)
            if secondary
            else addresses.subnet(IPv4Network(INPUTS["cidr"]), tier, zone)
        )
        assert values["cidr_block"] == str(block)
        assert values["availability_zone"] == f"eu-central-1{zone}"
        found[address] = values["id"]
    return found


def _braced(text: str, opening: str) -> str:
    begin = text.index(opening)
    return text[begin : text.index("}", begin) + 1]
