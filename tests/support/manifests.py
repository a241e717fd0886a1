"""What Kubernetes says of manifests, offline: its own schemas, strictly, and those of the custom resources."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

CUSTOM = Path(__file__).parent / "custom_resources"
VERSIONS = ("1.34", "1.35", "1.36")
"""The versions of Kubernetes that clusters can have."""

_LISTS = {"Kustomization"}


def objects(files: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of rendered files with the file that it stands in; not what other tools read."""
    for name, text in files.items():
        if name.startswith(("values/", "plans/")) or name == "helmfile.yaml" or not name.endswith(".yaml"):
            continue
        for document in yaml.safe_load_all(text):
            if document["kind"] not in _LISTS:
                yield name, document


@lru_cache
def _validator(kind: str) -> tuple[str, jsonschema.Draft202012Validator]:
    document = json.loads((CUSTOM / f"{kind}.json").read_text())
    return document["apiVersion"], jsonschema.Draft202012Validator(document["schema"])


def mistakes(one: dict[str, Any], versions: tuple[str, ...] = VERSIONS) -> list[str]:
    """What is wrong with an object, of whichever kind."""
    if (CUSTOM / f"{one['kind']}.json").exists():
        version, validator = _validator(one["kind"])
        found = [f"{'.'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(one)]
        return found + ([f"apiVersion is not {version}"] if one["apiVersion"] != version else [])
    found = []
    for version in versions:
        try:
            kubernetes_validate.validate(one, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{version}: {'.'.join(map(str, error.path))}: {error.message}")
        except kubernetes_validate.SchemaNotFoundError as error:
            found.append(f"{version}: {error.message}")
    return found
