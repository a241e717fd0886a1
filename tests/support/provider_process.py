"""The AWS provider that Terraform is attached to while tests run; see `provider_relay`."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mendixctl.emulator.environment import PROXIES
from mendixctl.terraform.binary import find
from mendixctl.terraform.cli_config import for_mirror
from mendixctl.terraform.environment import terraform_environment
from tests.support.provider_relay import VARIABLE

ATTACHED = frozenset({"plan", "apply", "destroy", "refresh", "import", "show", "state", "validate", "test"})
"""The commands that ask a provider, or compare its 600 MB with their checksum."""

INIT = "init"
"""Attached, it installs no provider and leaves the lock file as it is: for roots that have one or need none."""

LOCK = ".terraform.lock.hcl"

REPOSITORY = Path(__file__).parents[2]
TYPE = re.compile(r"\baws_[a-z0-9_]+")
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


class ProviderRelay:
    """The process of `provider_relay` and what it is asked for."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.provider_relay", program()],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._types: dict[Path, set[str]] = {}
        self._lock = threading.RLock()

    def attached(
        self, command: str, folder: Path, environment: Mapping[str, str], *, lock_is_read: bool = True
    ) -> dict[str, str]:
        """The variables for a command of Terraform, with the provider that it is to use.

        ``lock_is_read``: whether ``init`` is to write the root's lock file where there is none.
        """
        init = command == INIT and (not lock_is_read or (folder / LOCK).is_file())
        if command not in ATTACHED and not init:
            return dict(environment)
        with self._lock:
            # What was in a root and is in it no more can still be in its state.
            types = self._types.setdefault(folder, set())
            types |= types_of(folder, Path(environment.get("TF_DATA_DIR", folder / ".terraform")))
            variables = {name: value for name, value in environment.items() if reaches_provider(name)}
            return {**environment, VARIABLE: self._ask({"environment": variables, "types": sorted(types)})}

    def end(self, variable: str) -> None:
        """End the providers that have a variable of this name; those of a test are its emulators'."""
        with self._lock:
            self._types.clear()
            self._ask({"end": variable})

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _ask(self, question: Mapping[str, object]) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(question), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, "the relay of the provider has ended"
        return answer.strip()


@cache
def relay() -> ProviderRelay:
    """The one of this process: a worker runs one test at a time."""
    made = ProviderRelay()
    atexit.register(made.close)
    return made


def reaches_provider(name: str) -> bool:
    """Whether a variable of this name means something to the provider: it is the same one for whoever asks."""
    return name in {"HOME", "PATH", "TMPDIR"} or name.startswith(("AWS_", "GO", "SSL_")) or name.upper() in PROXIES


def types_of(folder: Path, data_directory: Path) -> set[str]:
    """The types that the files of an initialised root and its modules name."""
    folders = {folder}
    installed = data_directory / "modules" / "modules.json"
    if installed.is_file():
        folders |= {folder / module["Dir"] for module in json.loads(installed.read_text())["Modules"]}
    return {name for one in folders for file in one.glob("*.tf*") if file.is_file() for name in _named(file)}


def _named(file: Path) -> set[str]:
    state = file.stat()
    return _types(file, state.st_mtime_ns, state.st_size)


@cache
def _types(file: Path, _changed: int, _size: int) -> set[str]:
    return set(TYPE.findall(file.read_text(errors="replace")))


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
