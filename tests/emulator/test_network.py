"""The network module on the emulator: made, changed, extended by a zone, destroyed.

And the division of addresses: Terraform's ``cidrsubnet`` in the module and the Python that checks a
specification must say the same for every block.
"""

from __future__ import annotations

import json
import re
import textwrap
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from mendixctl.emulator.control import Endpoint
from mendixgen.areas import network_addresses as addresses
from mendixgen.areas.network import Network
from tests.emulator.terraform_root import Root

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


def write_root(folder: Path, version: str) -> None:
    """A root around one version of the module."""
    variables = "\n".join(f'variable "{name}" {{\n  default = {json.dumps(it)}\n}}' for name, it in INPUTS.items())
    arguments = "\n".join(f"  {name} = var.{name}" for name in INPUTS)
    (folder / "main.tf").write_text(
        textwrap.dedent(
            f"""
            terraform {{
              required_providers {{
                aws = {{
                  source  = "hashicorp/aws"
                  version = ">= 5.99, < 6"
                }}
              }}
            }}
            provider "aws" {{
              region = "eu-central-1"
              default_tags {{
                tags = {{ environment = "dev", managed-by = "mendixctl" }}
              }}
            }}
            module "network" {{
              source       = "{MODULES / version}"
              environment  = "dev"
              region       = "eu-central-1"
              account      = "123456789012"
              partition    = "aws"
              logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
            """
        )
        + arguments
        + "\n}\n"
        + variables
        + '\noutput "network" {\n  value = module.network\n}\n'
    )


@pytest.fixture
def root(tmp_path: Path, emulator: Endpoint) -> Root:
    folder = tmp_path / "root"
    folder.mkdir()
    write_root(folder, Network.version)
    made = Root(folder, emulator)
    made.run("init", "-input=false")
    return made


def test_life_of_the_network(root: Root) -> None:
    root.apply()
    assert planned(root) == {}
    before = subnets(root)

    # A zone between the two that there are, a second block, one NAT gateway, other services and clients.
    give(
        root,
        zones=["a", "b", "c"],
        nat="single",
        endpoints=["s3", "dynamodb", "ec2"],
        allow_from=["198.51.100.0/24"],
        secondary_cidrs=["100.64.0.0/16", "10.30.0.0/20"],
    )
    changes = planned(root)
    assert {address for address, actions in changes.items() if "delete" in actions} == {
        'module.network.aws_eip.nat["c"]',
        'module.network.aws_nat_gateway.this["c"]',
        'module.network.aws_vpc_security_group_ingress_rule.clients["443 from 203.0.113.0/24"]',
        'module.network.aws_vpc_security_group_ingress_rule.clients["80 from 203.0.113.0/24"]',
    }
    assert {address for address, actions in changes.items() if actions == ("update",)} == {
        'module.network.aws_route.nat["c"]',
        "module.network.aws_network_acl.public",
        "module.network.aws_network_acl.private",
        "module.network.aws_network_acl.database",
        'module.network.aws_vpc_endpoint.interface["ec2"]',
    }
    root.apply()
    assert planned(root) == {}
    after = subnets(root)
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {
        *(f'aws_subnet.{tier}["b"]' for tier in ("public", "private", "database")),
        'aws_subnet.pod["b-100.64.0.0/16"]',
        *(f'aws_subnet.pod["{zone}-10.30.0.0/20"]' for zone in "abc"),
    }

    root.destroy()
    assert root.addresses() == set()


def test_the_module_alone_refuses_and_takes_its_settings(root: Root) -> None:
    for values, words in (
        ({"cidr": "10.20.1.0/16"}, "first address of its block"),
        ({"cidr": "10.20.0.0/24"}, "must be a /16 to /22"),
        ({"zones": ["a", "a"]}, "two different letters"),
        ({"nat": "both"}, "nat must be one of"),
    ):
        give(root, **values)
        done = root.run("plan", "-input=false", codes=(1,))
        assert words in re.sub(r"[\s│]+", " ", done.stdout + done.stderr)

    give(root)
    text = (root.folder / "main.tf").read_text()
    setting = "flow_logs = { aggregation_seconds = 60, retention_days = 400 }\n  environment"
    (root.folder / "main.tf").write_text(text.replace("environment  =", f"{setting} =", 1))
    root.run("plan", "-input=false", "-out=plan.bin")
    plan = json.loads(root.run("show", "-json", "plan.bin").stdout)
    after = {change["address"]: change["change"]["after"] for change in plan["resource_changes"]}
    assert after["module.network.aws_flow_log.this"]["max_aggregation_interval"] == 60
    assert after["module.network.aws_flow_log.this"]["log_format"].startswith("${version} ${account-id}")
    assert after["module.network.aws_cloudwatch_log_group.this"]["retention_in_days"] == 400


def test_terraform_divides_as_the_checks_do(tmp_path: Path, emulator: Endpoint) -> None:
    blocks = [
        *(f"10.{number}.0.0/16" for number in range(0, 250, 31)),
        *(f"172.18.0.0/{prefix}" for prefix in range(16, 23)),
        *(f"192.168.{number}.0/22" for number in range(0, 256, 36)),
        "100.127.252.0/22",
    ]
    text = (MODULES / Network.version / "main.tf").read_text()
    slots = _braced(text, "  slots = {")
    tiers = _braced(text, "  tiers = {").replace("var.cidr", "cidr")
    formulas = dict(re.findall(r"= (cidrsubnet\(local\.tiers\.)(\w+), 3, local\.slots\[each\.key\]\)", text))
    assert formulas, "the module's formula was not found"
    (tmp_path / "main.tf").write_text(
        f"locals {{\n{slots}\n  blocks = {json.dumps(blocks)}\n"
        f"  divided = {{ for cidr in local.blocks : cidr => {tiers.split('=', 1)[1].strip()} }}\n}}\n"
        'output "subnets" {\n  value = { for cidr, tiers in local.divided : cidr => { for tier, block in tiers :'
        " tier => { for letter, slot in local.slots : letter => cidrsubnet(block, 3, slot) } } }\n}\n"
    )
    root = Root(tmp_path, emulator)
    root.run("init", "-input=false")
    root.run("plan", "-input=false", "-out=plan.bin")
    found = json.loads(root.run("show", "-json", "plan.bin").stdout)["planned_values"]["outputs"]["subnets"]["value"]
    assert found == {
        block: {
            tier: {zone: str(addresses.subnet(IPv4Network(block), tier, zone)) for zone in addresses.SLOTS}
            for tier in addresses.TIERS
        }
        for block in blocks
    }


def give(root: Root, **values: Any) -> None:
    """What the root's variables are from now on; the others have their defaults."""
    (root.folder / "given.auto.tfvars.json").write_text(json.dumps(values))


def planned(root: Root) -> dict[str, tuple[str, ...]]:
    """What a plan would do."""
    return root.changes()


def subnets(root: Root) -> dict[str, str]:
    """Block and identity of every subnet by address; every block is what the checks say."""
    found = {}
    for resource in state(root):
        if resource["type"] != "aws_subnet":
            continue
        values = resource["values"]
        zone, _, secondary = resource["index"].partition("-")
        block = (
            addresses.pod_subnet(IPv4Network(secondary), zone)
            if secondary
            else addresses.subnet(IPv4Network(INPUTS["cidr"]), resource["name"], zone)
        )
        assert values["cidr_block"] == str(block)
        assert values["availability_zone"] == f"eu-central-1{zone}"
        found[f'aws_subnet.{resource["name"]}["{resource["index"]}"]'] = values["id"]
    return found


def state(root: Root) -> list[dict[str, Any]]:
    shown = json.loads(root.run("show", "-json").stdout)
    resources: list[dict[str, Any]] = shown["values"]["root_module"]["child_modules"][0]["resources"]
    return resources


def _braced(text: str, opening: str) -> str:
    begin = text.index(opening)
    return text[begin : text.index("}", begin) + 1]
