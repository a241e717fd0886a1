"""What stands beside an image: a document as the only layer of an image of its own, by a tag made of the digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mendixctl.engine.delivery.image import CONFIG, MANIFEST, stored
from mendixctl.engine.delivery.registry import Repository, Stored

SBOM_TYPE = "application/vnd.cyclonedx+json"


def sbom_tag(digest: str) -> str:
    """Where the list of contents of an image is."""
    return f"{digest.replace(':', '-')}.sbom"


def attach(
    repository: Repository,
    data: bytes,
    media_type: str,
    tag: str,
    folder: Path,
    *,
    layer_annotations: Mapping[str, str] | None = None,
) -> str:
    """Keep a document under a tag; the digest of what keeps it.

    Raises:
        Refused: MXV120, the tag is another's.
        MendixError: MXV126, MXA1xx.
    """
    layer = stored(folder, data, media_type)
    content = {"architecture": "", "os": "", "config": {}, "rootfs": {"type": "layers", "diff_ids": [layer.digest]}}
    config = stored(folder, json.dumps(content, sort_keys=True, separators=(",", ":")).encode(), CONFIG)
    entry = {**layer.descriptor, **({"annotations": dict(layer_annotations)} if layer_annotations else {})}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor, "layers": [entry]}
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    for blob in (layer, config):
        if blob.path is not None and repository.missing([blob.digest]):
            repository.upload(blob.path, blob.digest)
    kept = stored(folder, text.encode(), MANIFEST)
    repository.put(text, tag, kept.digest)
    return kept.digest


def attached(repository: Repository, tag: str) -> Stored | None:
    """What keeps a document, under its tag; None where there is none."""
    return repository.find(tag=tag)
