"""One process of the AWS provider for all commands of a root, to which Terraform is attached.

Terraform starts the provider up to three times a command, and each of the starts builds the schemas of 1,500 resource
types: more than half of the time that a test with a dozen commands uses. The provider is the same program, run as its
authors run it under a debugger; what Terraform and the provider say to each other is the same. A root whose provider
has aliases is run without: there Terraform wants a process for each.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mendixctl.terraform.binary import find
from mendixctl.terraform.cli_config import for_mirror
from mendixctl.terraform.environment import terraform_environment

VARIABLE = "TF_REATTACH_PROVIDERS"
ADDRESS = re.compile(rf"{VARIABLE}='(.*)'")
BLOCK = re.compile(r'^provider "aws"', re.MULTILINE)
ROOT = """\
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.99, < 6"
    }
  }
}
"""


class ProviderProcess:
    """A running provider; ``address`` is the value of ``TF_REATTACH_PROVIDERS`` for it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._process = subprocess.Popen(
            [program(), "-debug"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        found = next((it for it in map(ADDRESS.search, self._process.stdout) if it), None)
        assert found, "the provider ended before it said where it listens"
        self.address = found[1]

    def stop(self) -> None:
        """End it as a debugger does."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def is_for(folder: Path) -> bool:
    """Whether all of a root's resources are those of one provider."""
    written = [path for path in folder.glob("*.tf") if not path.name.endswith("_override.tf")]
    return sum(len(BLOCK.findall(path.read_text())) for path in written) == 1


@cache
def program() -> str:
    """The provider's executable, as ``terraform init`` finds or fetches it; once a worker."""
    folder = Path(_folder().name)
    (folder / "main.tf").write_text(ROOT)
    rc = for_mirror(os.environ, folder)
    variables = terraform_environment(os.environ, {}, data_directory=folder / ".terraform", cli_config=rc)
    subprocess.run(
        [*find().command, "init", "-input=false"], cwd=folder, env=variables, check=True, capture_output=True
    )
    (found,) = (folder / ".terraform" / "providers").glob("*/hashicorp/aws/*/*/terraform-provider-aws_v*")
    return str(found)


@cache
def _folder() -> TemporaryDirectory[str]:
    """Where that ``init`` happens; it goes when this process ends."""
    return TemporaryDirectory(prefix="mendixctl-provider-")
