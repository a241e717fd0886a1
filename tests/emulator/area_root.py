"""A root around one area's newest module, whose settings a test changes; what it is wired to is made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mendixctl.emulator.endpoint import Endpoint
from mendixgen import hcl, packaged
from mendixgen.areas.catalogue import area as declared
from mendixgen.versions.store import ModuleStore
from tests.emulator.terraform_root import Root

STORE = ModuleStore(packaged.modules())
HEADER = {
    "region": "eu-central-1",
    "account": "123456789012",
    "partition": "aws",
    "domain": "dev.apps.example.com",
}
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
GLOBAL = """
provider "aws" {
  alias  = "global"
  region = "us-east-1"
  default_tags {
    tags = { environment = "dev", managed-by = "mendixctl" }
  }
}
"""

Plan = dict[str, tuple[str, ...]]


def source(area: str) -> str:
    """The folder of the area's newest module, as HCL."""
    return hcl.literal(str(STORE.folder / area / declared(area).version))


class AreaRoot(Root):
    """One area's module. What is given is written as arguments, so that the rest has the module's own defaults."""

    def __init__(
        self,
        folder: Path,
        endpoint: Endpoint,
        area: str,
        *,
        wired: Mapping[str, str] | None = None,
        around: str = "",
        environment: str = "dev",
        settings: Mapping[str, Any] | None = None,
        module: Path | None = None,
    ) -> None:
        """An initialised root. ``wired`` are arguments as expressions of HCL and ``around`` is what they refer to;
        what the header gives is known here. ``settings`` are those that `give` only adds to. ``module``: a folder that
        stands for the area's newest module."""
        super().__init__(folder, endpoint)
        folder.mkdir()
        manifest = STORE.manifest(area, declared(area).version)
        inputs = manifest.inputs
        header = {name: hcl.literal(value) for name, value in HEADER.items() if name in inputs}
        used = source(area) if module is None else hcl.literal(str(module))
        arguments = {"source": used, "environment": hcl.literal(environment), **header, **(wired or {})}
        if manifest.aliases:
            arguments["providers"] = "{ aws = aws, aws.global = aws.global }"
            around = f"{GLOBAL}\n{around}"
        self.area = area
        self._arguments = arguments
        self._settings = dict(settings or {})
        (folder / "around.tf").write_text(f"{PROVIDER}\n{around}\n")
        self.give()
        self.run("init", "-input=false")

    def give(self, **settings: Any) -> None:
        """What the module is given from now on."""
        given = {name: hcl.literal(value) for name, value in {**self._settings, **settings}.items()}
        body = "".join(f"  {name} = {value}\n" for name, value in {**self._arguments, **given}.items())
        (self.folder / "main.tf").write_text(
            f'module "{self.area}" {{\n{body}}}\n\noutput "{self.area}" {{\n  value = module.{self.area}\n}}\n'
        )

    def planned(self) -> Plan:
        """What a plan would do to the module's resources, by address within the module."""
        return {self._within(address): actions for address, actions in self.changes().items() if self._is_own(address)}

    def settle(self) -> None:
        """Apply what is given; a second plan finds nothing to do."""
        self.apply()
        changes = self.planned()
        assert changes == {}, changes

    def refused(self, *arguments: str) -> str:
        """What Terraform says when it fails, as it must; in one line."""
        done = self.run(*arguments, "-auto-approve", "-input=false", codes=(1,))
        return " ".join((done.stdout + done.stderr).replace("│", " ").split())

    def outputs(self) -> dict[str, Any]:
        """The module's outputs."""
        found: dict[str, Any] = json.loads(self.run("output", "-json", self.area).stdout)
        return found

    def values(self) -> dict[str, dict[str, Any]]:
        """The module's resources as the state has them, by address within the module."""
        shown = json.loads(self.run("show", "-json").stdout)
        return {
            self._within(resource["address"]): resource["values"]
            for child in shown["values"]["root_module"]["child_modules"]
            for resource in child["resources"]
            if self._is_own(resource["address"])
        }

    def live(
        self,
        then: Mapping[str, Any],
        *,
        made: Callable[[], None] = lambda: None,
        planned: Callable[[Plan], None] = lambda plan: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """The life of an area: apply, an empty plan, a change to ``then`` with what disarms it, an empty plan, destroy.

        ``made`` looks at what there is before the change, ``planned`` at what the change alone would do, ``changed`` at
        what there is after it.
        """
        self.settle()
        made()
        self.give(**then)
        planned(self.planned())
        self.end(then, changed=changed)

    def end(self, settings: Mapping[str, Any], *, changed: Callable[[], None] = lambda: None) -> None:
        """Apply ``settings`` together with what disarms protection, look, and destroy; that it ends well is Terraform's
        word for that nothing is left."""
        self.give(**settings, teardown=True)
        self.settle()
        changed()
        self.destroy()

    def _is_own(self, address: str) -> bool:
        return address.startswith(f"module.{self.area}.")

    def _within(self, address: str) -> str:
        return address.removeprefix(f"module.{self.area}.")
