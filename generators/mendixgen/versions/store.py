"""The read side of ``modules/<area>/<version>/``: what the plan path knows of a module.

Only ``module.json`` is read, never HCL, and no authoring library is needed: an old version is understood
from what was frozen when it was built. Manifests are read once per store.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from mendixgen import hcl
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.digests import file_digest
from mendixgen.files import read_bounded
from mendixgen.global_provider import ALIAS
from mendixgen.strict_json import first_problem
from mendixgen.versions.schema_flaws import flaw

TERRAFORM_READS = (".tf", ".tf.json", ".tfvars", ".tfvars.json")
"""How the names of the files end that Terraform reads in a folder; an override is one of them."""

LARGEST = 16 << 20
"""Bytes of a ``module.json`` that are read; the largest has some tens of thousands."""

Source = Literal["yaml", "wired", "context", "module"]
_AREA = re.compile(r"[a-z][a-z0-9_]{0,30}\Z")
_VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\Z")


@dataclass(frozen=True, slots=True)
class Input:
    """One variable of a module and who fills it: the YAML, another area, the header, or mendixctl."""

    name: str
    source: Source
    type: str
    required: bool = False
    sensitive: bool = False
    reference: str = ""
    optional: bool = False
    value: str = ""
    resolve: str = ""
    key: str = ""
    """The YAML key, which is the name except where Terraform reserves that."""


@dataclass(frozen=True, slots=True)
class ModuleOutput:
    """One output of a module."""

    name: str
    description: str = ""
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class ModuleMove:
    """A resource of a module that has another address since version ``since``."""

    source: str
    target: str
    since: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``module.json``, typed. ``section`` is the frozen JSON Schema of the area's YAML section."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, revalidate_instances="always")

    area: str
    version: str
    released: str | None
    description: str
    terraform: str
    provider: str
    digest: str
    section: Mapping[str, Any] = field(repr=False)
    inputs: Mapping[str, Input] = field(repr=False)
    outputs: Mapping[str, ModuleOutput] = field(repr=False)
    moves: tuple[ModuleMove, ...] = field(default=(), repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """The addresses of resources with a further provider configuration, by its alias (``global``: us-east-1)."""
    kind: Literal["environment", "foundation"] = "environment"
    """What it is part of: an environment, or a foundation, whose YAML has the section's keys at its top."""


@lru_cache(maxsize=1024)
def version_key(version: str) -> tuple[int, int, int]:
    """``1.10.0`` as numbers, to sort by. Raises ValueError for anything but three plain numbers."""
    match = _VERSION.match(version)
    if not match:
        raise ValueError(f"not a version: {version!r}")
    return int(match[1]), int(match[2]), int(match[3])


def is_version(text: object) -> bool:
    """Whether ``text`` is a version as modules have them: three plain numbers."""
    return isinstance(text, str) and _VERSION.match(text) is not None


class ModuleStore:
    """The modules of a repository. Reads lazily; a missing folder is an empty store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifests: dict[tuple[str, str], Manifest] = {}
        self._versions: dict[str, tuple[str, ...]] = {}

    def areas(self) -> list[str]:
        """The areas that have at least one version, sorted."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path.name
            for path in self.folder.iterdir()
            if path.is_dir() and _AREA.match(path.name) and self.versions(path.name)
        )

    def versions(self, area: str) -> list[str]:
        """The versions of an area, lowest first; none for an area that is not there."""
        if area not in self._versions:
            folder = self.folder / area
            found = [path.name for path in folder.iterdir() if is_version(path.name)] if self._is_folder(area) else []
            self._versions[area] = tuple(sorted(found, key=version_key))
        return list(self._versions[area])

    def _is_folder(self, area: str) -> bool:
        return bool(_AREA.match(area)) and (self.folder / area).is_dir()

    def newest(self, area: str, *, released_only: bool = True) -> str | None:
        """The highest version, or the highest released one; None if there is none."""
        for version in reversed(self.versions(area)):
            if not released_only or self.manifest(area, version).released is not None:
                return version
        return None

    def manifest(self, area: str, version: str) -> Manifest:
        """The manifest of one version.

        Raises:
            MendixError: MXR101 no such area, MXR102 no such version, MXR103 ``module.json`` cannot be used.
        """
        known = self._manifests.get((area, version))
        if known is None:
            self._require(area, version)
            path = self.folder / area / version / "module.json"
            known = self._manifests[area, version] = _read(path, area, version)
        return known

    def _require(self, area: str, version: str) -> None:
        versions = self.versions(area)
        if not versions:
            have = ", ".join(self.areas()) or "none"
            raise MendixError(
                Diagnostic(
                    "MXR101",
                    f"there is no module for the area {area!r}",
                    hint=f"the areas in {self.folder.name}/ are: {have}; was the folder committed whole?",
                )
            )
        if version not in versions:
            raise MendixError(
                Diagnostic(
                    "MXR102",
                    f"there is no version {version!r} of the module {area}",
                    hint=f"the versions that are there: {', '.join(versions)}; pull the missing one from git",
                )
            )

    def verify(self, area: str, version: str) -> None:
        """Check that the files of a released version are the ones that were released.

        An unreleased version is still being written, so nothing is promised of it.

        Raises:
            MendixError: MXR104, one diagnostic for each file that was changed, added or removed.
        """
        manifest = self.manifest(area, version)
        if manifest.released is None:
            return
        folder = self.folder / area / version
        found = {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.name.endswith(TERRAFORM_READS) and ".terraform" not in path.relative_to(folder).parts
        }
        problems = []
        for name in sorted(found | set(manifest.files)):
            recorded = manifest.files.get(name)
            path = folder / name
            if recorded is None:
                what = "was added"
            elif not path.is_file():
                what = "is missing"
            elif file_digest(path.read_bytes()) != recorded:
                what = "was changed"
            else:
                continue
            problems.append(
                Diagnostic(
                    "MXR104",
                    f"{area} {version} was released and never changes, but {name} {what}",
                    hint=f"git checkout {self.folder.name}/{area}/{version}; a change belongs into a new version",
                    location=Location(f"{self.folder.name}/{area}/{version}/{name}"),
                )
            )
        if problems:
            raise MendixError(problems)

    def moves_between(self, area: str, low: str, high: str) -> tuple[ModuleMove, ...]:
        """The moves that ``high`` knows and that came after ``low``, oldest first."""
        floor, ceiling = version_key(low), version_key(high)
        moves = [m for m in self.manifest(area, high).moves if floor < version_key(m.since) <= ceiling]
        return tuple(sorted(moves, key=lambda move: version_key(move.since)))


@cache
def _adapter() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)


def _read(path: Path, area: str, version: str) -> Manifest:
    try:
        manifest = _understood(read_bounded(path, LARGEST))
    except OSError as error:
        raise _unusable(path, area, version, error.strerror or str(error)) from error
    except ValidationError as error:
        raise _unusable(path, area, version, first_problem(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise _unusable(path, area, version, what) from error
    if (manifest.area, manifest.version) != (area, version):
        raise _unusable(path, area, version, f"it says that it is {manifest.area} {manifest.version}")
    return manifest


@lru_cache(maxsize=256)
def _understood(content: bytes) -> Manifest:
    """A manifest by its text: two hundred environments pin the same few, and their schemas are long to check."""
    return _adapter().validate_python(_parse(json.loads(content)))


def _unusable(path: Path, area: str, version: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXR103",
            f"module.json of {area} {version} cannot be used: {why}",
            hint=f"git checkout modules/{area}/{version}, or build it again: mendixctl modules build {area}",
            location=Location(f"modules/{area}/{version}/{path.name}"),
        )
    )


def _parse(data: Any) -> Manifest:
    inputs = {name: _input(name, raw) for name, raw in data["inputs"].items()}
    outputs = {
        name: ModuleOutput(name, raw.get("description", ""), bool(raw.get("sensitive")))
        for name, raw in data["outputs"].items()
    }
    moves = tuple(ModuleMove(m["from"], m["to"], m["since"]) for m in data.get("moves", []))
    for move in moves:
        version_key(move.since)
    if not isinstance(data["section"], dict):
        raise TypeError("section is not a JSON Schema")
    if wrong := flaw(data["section"]):
        raise ValueError(f"the schema of its section cannot be used: {wrong}")
    for name in (*inputs, *outputs):
        hcl.identifier(name)
    return Manifest(
        area=data["area"],
        version=data["version"],
        released=data["released"],
        description=data.get("description", ""),
        terraform=data["terraform"],
        provider=data["provider"],
        digest=data["digest"],
        section=data["section"],
        inputs=inputs,
        outputs=outputs,
        moves=moves,
        addresses=tuple(data.get("addresses", ())),
        files=_files(data.get("files", {})),
        aliases=_aliases(data.get("aliases", {}), data.get("addresses", ())),
        kind=data.get("kind", "environment"),
    )


def _aliases(recorded: Mapping[str, Sequence[str]], addresses: Sequence[str]) -> dict[str, tuple[str, ...]]:
    for alias, those in recorded.items():
        if alias != ALIAS:
            raise ValueError(f"it asks for the provider configuration {alias!r}, which no root gives")
        if strays := set(those) - set(addresses):
            raise ValueError(f"{min(strays)} has a provider configuration and is no resource of it")
    return {alias: tuple(those) for alias, those in recorded.items()}


def _files(recorded: Mapping[str, str]) -> dict[str, str]:
    for name in recorded:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\0" in name:
            raise ValueError(f"the file {name!r} is no part of a module")
    return dict(recorded)


def _input(name: str, raw: Mapping[str, Any]) -> Input:
    if raw["from"] not in ("yaml", "wired", "context", "module"):
        raise ValueError(f"the input {name} comes from {raw['from']!r}")
    return Input(
        name=name,
        source=raw["from"],
        type=raw.get("type", "any"),
        required=bool(raw.get("required")),
        sensitive=bool(raw.get("sensitive")),
        reference=raw.get("reference", ""),
        optional=bool(raw.get("optional")),
        value=raw.get("value", ""),
        resolve=raw.get("resolve") or "",
        key=raw.get("key") or name,
    )
