"""A Terraform root in a folder of its own, run against an emulator with real Terraform and the real provider."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.environment import environment, scrubbed
from mendixctl.terraform.binary import Binary, find
from mendixctl.terraform.cli_config import for_mirror
from mendixctl.terraform.environment import terraform_environment
from tests.support.provider_process import relay

ROOTS = Path(__file__).parent / "roots"
SECONDS = 420


@cache
def _terraform() -> Binary:
    """Found once: asking a program for its version takes as long as some of the commands."""
    return find()


@dataclass(eq=False)
class Root:
    """One initialised root; ``endpoint`` may be exchanged for that of a restarted emulator.

    ``attached``: one provider serves all commands; see `provider_relay`.
    """

    folder: Path
    endpoint: Endpoint
    attached: bool = True

    @classmethod
    def copy(cls, name: str, folder: Path, endpoint: Endpoint, *options: str, attached: bool = True) -> Root:
        """A copy of ``roots/<name>`` in ``folder``, initialised with ``options``."""
        shutil.copytree(ROOTS / name, folder)
        root = cls(folder, endpoint, attached)
        root.run("init", *options, "-input=false")
        return root

    def command(self, *arguments: str) -> list[str]:
        return [*_terraform().command, *arguments]

    def environment(self, command: str = "") -> dict[str, str]:
        """The variables for a command of Terraform."""
        given = environment(self.endpoint)
        rc = for_mirror(os.environ, self.folder)
        inherited = scrubbed(os.environ)
        variables = terraform_environment(inherited, given, data_directory=self.folder / ".terraform", cli_config=rc)
        return relay().attached(command, self.folder, variables, lock_is_read=False) if self.attached else variables

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run Terraform to its end; fails the test, with the output, if it ends with another code than ``codes``."""
        done = subprocess.run(
            self.command(*arguments, *(() if arguments[0] in {"show", "output"} else ("-no-color",))),
            cwd=self.folder,
            env=self.environment(arguments[0]),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode in codes, f"{arguments}: {done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        return done

    def apply(self, **variables: Any) -> None:
        self.run("apply", "-auto-approve", "-input=false", *_options(variables))

    def destroy(self, **variables: Any) -> None:
        self.run("destroy", "-auto-approve", "-input=false", *_options(variables))

    def changes(self, **variables: Any) -> dict[str, tuple[str, ...]]:
        """The actions that a plan would take, by address. Empty: none."""
        return _actions(self._plan(variables))

    def differences(self, **variables: Any) -> set[str]:
        """The addresses that a plan would change, or of which any attribute is not as the state has it.

        Computed attributes count, so ``refresh`` first: creating one resource changes them in another.
        """
        heard = self._plan(variables)
        drift = {event["change"]["resource"]["addr"] for event in heard if event["type"] == "resource_drift"}
        return {*_actions(heard), *drift}

    def refresh(self, **variables: Any) -> None:
        """Bring the state up to date, computed attributes included, so that ``differences`` is exact."""
        self.run("apply", "-refresh-only", "-auto-approve", "-input=false", *_options(variables))

    def _plan(self, variables: dict[str, Any]) -> list[dict[str, Any]]:
        """The events of a plan: ``show`` would start the provider once more for the same."""
        lines = self.run("plan", "-json", "-input=false", *_options(variables)).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def addresses(self) -> set[str]:
        return set(self.run("state", "list").stdout.split())


def _options(variables: dict[str, Any]) -> list[str]:
    return [f"-var={name}={json.dumps(value)}" for name, value in variables.items()]


_ACTIONS = {
    "create": ("create",),
    "update": ("update",),
    "delete": ("delete",),
    "replace": ("delete", "create"),
}
"""What Terraform's stream calls an action, as ``show`` does; of a replacement it does not say the order.

The rest (noop, read, move) changes nothing.
"""


def _actions(heard: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    changes = [event["change"] for event in heard if event["type"] == "planned_change"]
    return {
        change["resource"]["addr"]: _ACTIONS[change["action"]] for change in changes if change["action"] in _ACTIONS
    }
