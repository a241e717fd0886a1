"""An image of OCI made from a package: the base's layers, one of the app, a configuration and a manifest.

Written as an OCI layout, without a daemon and without running anything; the same package on the same base is the same
image, byte for byte, so its digest says what is in it. Sources: OCI image format 1.1 ("Image Layout", "Image Manifest",
"Image Configuration", "Pre-defined annotation keys").
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from mendixctl.engine.delivery.artifact import Artifact
from mendixctl.engine.delivery.package import Form, file_digest, opened
from mendixgen.files import write_atomic

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"
DOCKER = {"application/vnd.docker.image.rootfs.diff.tar.gzip": LAYER}
"""Layers that Docker's older format calls otherwise, and that are the same bytes."""

ROOT = "/opt/mendix/app"
USER = (1001, 0)
"""Who owns the files of the app: no one of the host, in the group that platforms with random users give."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes with their digest: a file of the layout, or of the base, which then has no path here."""

    digest: str
    size: int
    media_type: str
    path: Path | None = None

    @property
    def descriptor(self) -> dict[str, Any]:
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}


@dataclass(frozen=True, slots=True)
class Base:
    """The image that an app's is put on. ``reference``: as people name it, with its digest."""

    reference: str
    digest: str
    config: Mapping[str, Any]
    layers: tuple[Blob, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """An image in a layout. ``manifest`` is the text whose digest is the image's."""

    layout: Path
    manifest: str
    config: Blob
    layers: tuple[Blob, ...]
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.manifest.encode()).hexdigest()}"


def make(artifact: Artifact, base: Base | None, folder: Path, root: str = ROOT) -> Image:
    """Write the image of a package as an OCI layout into ``folder``, which is made anew.

    ``root``: the folder in the image that the package is unpacked into.

    Raises:
        MendixError: MXV110, the package cannot be read.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "blobs" / "sha256").mkdir(parents=True)
    layer, content = _layer(artifact.package_path, folder, root.strip("/"))
    layers = (*(base.layers if base else ()), layer)
    config = stored(folder, _dumped(_config(artifact, base, content, root)), CONFIG)
    annotations = _annotations(artifact, base)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config.descriptor,
        "layers": [one.descriptor for one in layers],
        "annotations": annotations,
    }
    text = _dumped(manifest).decode()
    made = Image(folder, text, config, layers, annotations)
    write_layout(made, artifact.commit)
    return made


def write_layout(image: Image, name: str) -> None:
    """Write what makes a folder with blobs a layout: its mark, and an index with the image in it."""
    blob = stored(image.layout, image.manifest.encode(), MANIFEST)
    entry = {**blob.descriptor, "annotations": {"org.opencontainers.image.ref.name": name}}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    write_atomic(image.layout / "oci-layout", '{"imageLayoutVersion": "1.0.0"}\n')
    write_atomic(image.layout / "index.json", _dumped(index))


def stored(folder: Path, data: bytes, media_type: str) -> Blob:
    """Keep bytes as a blob of a layout."""
    name = hashlib.sha256(data).hexdigest()
    path = folder / "blobs" / "sha256" / name
    write_atomic(path, data)
    return Blob(f"sha256:{name}", len(data), media_type, path)


def _dumped(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _config(artifact: Artifact, base: Base | None, content: str, root: str) -> dict[str, Any]:
    below: Mapping[str, Any] = base.config if base else {}
    settings = dict(below.get("config") or {})
    if artifact.form is Form.PORTABLE:
        # Portable App Distribution: the package starts itself
        settings |= {"Entrypoint": ["./bin/start", "etc/Default"], "Cmd": None}
        settings |= {"WorkingDir": root, "User": settings.get("User") or str(USER[0])}
    labels = {**(settings.get("Labels") or {}), **_labels(artifact)}
    rootfs = [*((below.get("rootfs") or {}).get("diff_ids") or ()), content]
    return {
        "architecture": below.get("architecture", "amd64"),
        "os": below.get("os", "linux"),
        "config": {**{name: value for name, value in settings.items() if value is not None}, "Labels": labels},
        "rootfs": {"type": "layers", "diff_ids": rootfs},
        "history": [*(below.get("history") or ()), {"created_by": f"mendixctl release push: {artifact.name}"}],
    }


def _labels(artifact: Artifact) -> dict[str, str]:
    return {
        "com.mendix.runtime.version": artifact.mendix,
        "org.opencontainers.image.revision": artifact.commit,
        "org.opencontainers.image.version": artifact.version,
    }


def _annotations(artifact: Artifact, base: Base | None) -> dict[str, str]:
    """What a deployment wants to know of an image without unpacking it."""
    found = {
        **_labels(artifact),
        "org.opencontainers.image.title": artifact.name,
        "io.mendixctl.app": artifact.app,
        "io.mendixctl.form": artifact.form.value,
        "io.mendixctl.package.digest": artifact.digest,
        "io.mendixctl.domain-model": artifact.domain_model,
    }
    if base is not None:
        found |= {
            "org.opencontainers.image.base.name": base.reference,
            "org.opencontainers.image.base.digest": base.digest,
        }
    return {name: value for name, value in found.items() if value}


def _layer(package: Path, folder: Path, root: str) -> tuple[Blob, str]:
    """The files of a package as a compressed layer, and the digest of what is in it uncompressed."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as stream:
        content = hashlib.sha256()
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0, compresslevel=6) as packed,
            tarfile.open(
                mode="w|", fileobj=cast("IO[bytes]", _Counted(packed, content)), format=tarfile.PAX_FORMAT
            ) as tar,
            opened(package) as archive,
        ):
            for one in _folders(root):
                tar.addfile(_entry(one, 0o755, tarfile.DIRTYPE))
            for entry in sorted(archive.infolist(), key=lambda one: one.filename):
                _add(tar, archive, entry, root)
        stream.flush()
    path = Path(stream.name)
    digest = file_digest(path)
    kept = folder / "blobs" / "sha256" / digest.removeprefix("sha256:")
    size = path.stat().st_size
    path.chmod(0o644)
    path.replace(kept)
    return Blob(digest, size, LAYER, kept), f"sha256:{content.hexdigest()}"


def _folders(root: str) -> list[str]:
    parts = root.split("/")
    return ["/".join(parts[: index + 1]) for index in range(len(parts))]


def _add(tar: tarfile.TarFile, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, root: str) -> None:
    name = f"{root}/{entry.filename.rstrip('/')}"
    if entry.is_dir():
        tar.addfile(_entry(name, 0o755, tarfile.DIRTYPE))
        return
    runs = (entry.external_attr >> 16) & 0o111 or entry.filename == "bin/start"
    found = _entry(name, 0o755 if runs else 0o644, tarfile.REGTYPE)
    found.size = entry.file_size
    with archive.open(entry) as content:
        tar.addfile(found, content)


def _entry(name: str, mode: int, kind: bytes) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.mode, found.mtime = kind, mode, 0
    found.uid, found.gid = USER
    return found


class _Counted(io.RawIOBase):
    """Writes on, and hashes what goes by."""

    def __init__(self, onto: Any, digest: Any) -> None:
        self._onto, self._digest = onto, digest

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._digest.update(data)
        self._onto.write(data)
        return len(data)
