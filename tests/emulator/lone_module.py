"""A root around one module of this repository whose settings a test changes, with what it is wired to made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mendixctl.emulator.control import Endpoint
from mendixgen import hcl
from tests.emulator.module_root import MODULES, PROVIDER
from tests.emulator.terraform_root import Root


class LoneModule:
    """One module and its surroundings; what is given is written as arguments, so that the rest has its defaults."""

    def __init__(
        self, area: str, version: str, folder: Path, endpoint: Endpoint, *, wired: dict[str, str], surroundings: str
    ) -> None:
        """An initialised root. ``wired`` are arguments as expressions, ``surroundings`` the HCL that they refer to."""
        folder.mkdir()
        self.root = Root(folder, endpoint)
        self._area = area
        self._prefix = f"module.{area}."
        self._module = f'module "{area}" {{\n  source = {hcl.literal(str(MODULES / area / version))}\n'
        self._module += "".join(f"  {name} = {expression}\n" for name, expression in wired.items())
        (folder / "root.tf").write_text(f"{PROVIDER}\n{surroundings}\n")
        self.give()
        self.root.run("init", "-input=false")

    def give(self, **settings: Any) -> None:
        """What the module is given from now on."""
        arguments = "".join(f"  {name} = {hcl.literal(value)}\n" for name, value in settings.items())
        output = f'output "{self._area}" {{\n  value = module.{self._area}\n}}\n'
        (self.root.folder / "main.tf").write_text(f"{self._module}{arguments}}}\n\n{output}")

    def planned(self) -> dict[str, tuple[str, ...]]:
        """What a plan would do to the module's resources, without what was only read back differently."""
        return {
            address.removeprefix(self._prefix): actions
            for address, actions in self.root.changes().items()
            if actions[0] != "drift" and address.startswith(self._prefix)
        }

    def refused(self, *arguments: str) -> str:
        """What Terraform says when it fails, as it must."""
        done = self.root.run(*arguments, "-auto-approve", "-input=false", codes=(1,))
        return done.stdout + done.stderr

    def outputs(self) -> dict[str, Any]:
        """The module's outputs."""
        found: dict[str, Any] = json.loads(self.root.run("output", "-json", self._area).stdout)
        return found

    def values(self) -> dict[str, dict[str, Any]]:
        """The module's resources as the state has them, by address within the module."""
        shown = json.loads(self.root.run("show", "-json").stdout)
        return {
            resource["address"].removeprefix(self._prefix): resource["values"]
            for child in shown["values"]["root_module"]["child_modules"]
            for resource in child["resources"]
        }
