"""A root around one module alone: what other areas and the header give it are variables of the test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mendixctl.emulator.control import Endpoint
from mendixgen import hcl
from tests.emulator.terraform_root import Root

MODULES = Path(__file__).parents[2] / "modules"
PROVIDER = """\
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.99, < 6"
    }
  }
}
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { environment = "dev", managed-by = "mendixctl" }
  }
}
"""


def module_root(
    folder: Path,
    emulator: Endpoint,
    area: str,
    version: str,
    *,
    fixed: Mapping[str, str],
    settings: Mapping[str, Any],
    around: str = "",
) -> Root:
    """An initialised root. ``fixed`` are arguments as expressions of HCL; ``settings`` are variables with these
    defaults, which ``give`` changes; ``around`` is further HCL, such as the key that another area would make."""
    folder.mkdir()
    arguments = {**{name: f"var.{name}" for name in settings}, **fixed}
    variables = "".join(
        f'variable "{name}" {{\n  default = {hcl.literal(value)}\n}}\n' for name, value in settings.items()
    )
    body = "".join(f"  {name} = {value}\n" for name, value in arguments.items())
    (folder / "main.tf").write_text(
        f'{PROVIDER}{variables}{around}module "{area}" {{\n  source = "{MODULES / area / version}"\n{body}}}\n'
        f'output "{area}" {{\n  value = module.{area}\n}}\n'
    )
    root = Root(folder, emulator)
    root.run("init", "-input=false")
    return root


def give(root: Root, **values: Any) -> None:
    """What the root's variables are from now on; the others have their defaults."""
    (root.folder / "given.auto.tfvars.json").write_text(json.dumps(values))


def planned(root: Root) -> dict[str, tuple[str, ...]]:
    """What a plan would do, without what was only read back differently."""
    return {address: actions for address, actions in root.changes().items() if actions[0] != "drift"}


def outputs(root: Root, area: str) -> dict[str, Any]:
    """The module's outputs."""
    found: dict[str, Any] = json.loads(root.run("output", "-json", area).stdout)
    return found
