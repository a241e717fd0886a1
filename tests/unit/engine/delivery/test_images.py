"""Images made of packages: what is in them, that they come out the same, and that they are what OCI says."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.delivery import artifact, image, package
from mendixctl.engine.delivery.image import Base, Blob
from tests.support.mendix_packages import mda

COMMIT = "0123456789abcdef"
BASE = Base(
    "dev/runtime-base@sha256:base",
    "sha256:base",
    {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": ["/start"], "Env": ["A=1"], "Labels": {"maker": "vendor"}},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:below"]},
    },
    (Blob("sha256:layer", 7, image.LAYER),),
)


def built(folder: Path, **options: Any) -> artifact.Artifact:
    source = mda(folder / "crm.mda", **options)
    return artifact.write(folder / "out", "crm", package.look(source), COMMIT)


def blob(found: image.Image, digest: str) -> bytes:
    data = (found.layout / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == digest
    return data


def test_an_image_holds_the_package_on_its_base(tmp_path: Path) -> None:
    found = image.make(built(tmp_path), BASE, tmp_path / "image")
    manifest, config = json.loads(found.manifest), json.loads(blob(found, found.config.digest))
    assert [one["digest"] for one in manifest["layers"]] == ["sha256:layer", found.layers[1].digest]
    layer = gzip.decompress(blob(found, found.layers[1].digest))
    assert config["rootfs"]["diff_ids"] == ["sha256:below", f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    assert (config["config"]["Entrypoint"], config["config"]["Labels"]["maker"]) == (["/start"], "vendor")
    assert manifest["annotations"]["io.mendixctl.domain-model"].startswith("metadata:")
    assert manifest["annotations"]["org.opencontainers.image.revision"] == COMMIT
    index = json.loads((found.layout / "index.json").read_text())
    assert index["manifests"][0]["digest"] == found.digest
    blob(found, found.digest)
    with tarfile.open(found.layers[1].path) as tar:  # type: ignore[arg-type]
        names = tar.getnames()
        assert names[:3] == ["opt", "opt/mendix", "opt/mendix/app"]
        assert "opt/mendix/app/model/metadata.json" in names
        assert {(one.uid, one.mtime) for one in tar.getmembers()} == {(1001, 0)}


def test_the_same_package_is_the_same_image(tmp_path: Path) -> None:
    first = image.make(built(tmp_path), BASE, tmp_path / "one")
    assert image.make(built(tmp_path), BASE, tmp_path / "two").digest == first.digest
    assert image.make(built(tmp_path), None, tmp_path / "three").digest != first.digest
    assert image.make(built(tmp_path, version="1.4.1"), BASE, tmp_path / "four").digest != first.digest


def test_a_portable_package_starts_itself(tmp_path: Path) -> None:
    found = image.make(built(tmp_path, files={"bin/start": b"#!/bin/sh"}), BASE, tmp_path / "image")
    settings = json.loads(blob(found, found.config.digest))["config"]
    assert (settings["Entrypoint"], settings["WorkingDir"]) == (["./bin/start", "etc/Default"], "/opt/mendix/app")
    with tarfile.open(found.layers[1].path) as tar:  # type: ignore[arg-type]
        assert tar.getmember("opt/mendix/app/bin/start").mode == 0o755


@pytest.mark.parametrize("root", ["/app", "srv/one/two/"])
def test_the_app_goes_where_it_is_told(tmp_path: Path, root: str) -> None:
    found = image.make(built(tmp_path), None, tmp_path / "image", root)
    with tarfile.open(found.layers[0].path) as tar:  # type: ignore[arg-type]
        assert f"{root.strip('/')}/model/metadata.json" in tar.getnames()
