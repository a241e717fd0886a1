"""What Mendix builds: a deployment package (MDA), or a portable package that runs without the Operator.

Both are ZIP archives with the metadata of the model in them. Sources: Mendix documentation, "Deployment Package" and
"Portable App Distribution"; that metadata has ``RuntimeVersion`` and ``ModelVersion`` is what packages of Mendix 9 to
11 have in ``model/metadata.json``.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from mendixctl.zip_archives import DAMAGED, UNREADABLE
from mendixgen.diagnostics import Diagnostic, Location, MendixError

METADATA = ("model/metadata.json", "app/model/metadata.json", "_metadata.json", "app/_metadata.json")
"""Where the metadata may stand: of an MDA first, then of a portable package, then what builders put beside it."""

PORTABLE = ("bin/start", "bin/start.bat", "etc/Default")
"""Files of which a portable package has one, and an MDA none."""

ENCRYPTED = 0x1
"""The bit of an entry's flags (PKWARE, APPNOTE.TXT, 4.4.4)."""

LARGEST_METADATA = 32 * 1024 * 1024
MOST_ENTRIES = 200_000
LARGEST_CONTENT = 8 * 1024**3
"""Bytes of all files together, unpacked: what is larger is no application but an accident, or an attack."""

_RUNTIME = ("RuntimeVersion", "runtimeVersion", "MendixVersion")
_MODEL = ("ModelVersion", "modelVersion", "Version")
_NAME = ("ProjectName", "projectName", "Name")
_DOMAIN = ("DomainModelHash", "DomainModel", "Entities")
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,9}){1,3}")


class Form(StrEnum):
    """What kind of package it is."""

    MDA = "mda"
    PORTABLE = "portable"


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was looked at. ``mendix``: of the runtime, ``11.6.0.12345``; ``version``: the project's own.

    ``domain_model``: says in which way, and to what, the entities were hashed; empty where the package does not tell.
    ``digest``: ``sha256:`` of the file.
    """

    path: Path
    form: Form
    digest: str
    size: int
    name: str
    mendix: str
    version: str
    domain_model: str


def look(path: Path) -> Package:
    """Read what a package says of itself.

    Raises:
        MendixError: MXV110, it is no package that Mendix builds.
    """
    with opened(path) as archive:
        names = {one.filename for one in archive.infolist()}
        place = next((one for one in METADATA if one in names), None)
        if place is None:
            raise _no_package(path, f"it has none of {', '.join(METADATA)}")
        if archive.getinfo(place).file_size > LARGEST_METADATA:
            raise _no_package(path, f"its {place} is larger than {LARGEST_METADATA // 1024**2} MiB")
        try:
            said = json.loads(archive.read(place))
        except (RecursionError, *UNREADABLE) as error:
            raise _no_package(path, f"its {place} cannot be read: {error}") from error
    if not isinstance(said, dict):
        raise _no_package(path, f"its {place} is no JSON object")
    mendix = _text(said, _RUNTIME)
    if not _VERSION.fullmatch(mendix):
        raise _no_package(path, f"its {place} does not say RuntimeVersion")
    return Package(
        path=path,
        form=Form.PORTABLE if any(one in names for one in PORTABLE) else Form.MDA,
        digest=file_digest(path),
        size=path.stat().st_size,
        name=_text(said, _NAME) or path.stem,
        mendix=mendix,
        version=_text(said, _MODEL),
        domain_model=domain_model(said),
    )


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive of a package, whose entries stay below its own folder and together are not monstrous.

    Raises:
        MendixError: MXV110, it is no archive, or none that may be unpacked.
    """
    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise _no_package(path, str(error)) from error
    with archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > LARGEST_CONTENT:
            raise _no_package(path, "it holds more than any application does")
        odd = next((one.filename for one in entries if not is_plain(one.filename)), None)
        if odd is not None:
            raise _no_package(path, f"{odd!r} leads out of it")
        if any(one.flag_bits & ENCRYPTED for one in entries):
            raise _no_package(path, "it is encrypted")
        try:
            yield archive
        except DAMAGED as error:
            raise _no_package(path, str(error)) from error


def is_plain(name: str) -> bool:
    """Whether an entry's name stays below the folder that it is unpacked into."""
    parts = name.rstrip("/").split("/")
    return not (name.startswith("/") or "\\" in name or "\0" in name or any(one in {"", ".", ".."} for one in parts))


def domain_model(metadata: Mapping[str, Any]) -> str:
    """A hash of the entities that metadata tell of, whatever their order in it; empty where they tell of none."""
    for key in _DOMAIN:
        said = metadata.get(key)
        if isinstance(said, str) and said:
            return f"metadata:{said}"
        if isinstance(said, list | dict) and said:
            return f"metadata:{hashlib.sha256(_canonical(said)).hexdigest()}"
    return ""


def _canonical(value: Any) -> bytes:
    """Data as bytes, in which the order of lists does not count: entities and attributes have none."""
    if isinstance(value, dict):
        inside = sorted(json.dumps(str(key)).encode() + b":" + _canonical(one) for key, one in value.items())
        return b"{" + b",".join(inside) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(sorted(map(_canonical, value))) + b"]"
    return json.dumps(value, sort_keys=True).encode()


def file_digest(path: Path) -> str:
    """``sha256:`` and 64 hexadecimal digits of a file, however large."""
    with path.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _text(said: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((value.strip() for key in keys if isinstance(value := said.get(key), str)), "")


def _no_package(path: Path, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXV110",
            f"{path.name} is no package of a Mendix app: {why}",
            hint="give a deployment package (.mda), a portable package (.zip), or the project (.mpr) with --mxbuild",
            location=Location(str(path)),
        )
    )
