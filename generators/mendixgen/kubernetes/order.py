"""The order in which manifests are applied: as their kustomizations list them, which is how they need each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from mendixgen.kubernetes.diff import FOLDER

KUSTOMIZATION = "kustomization.yaml"


def in_order(files: Mapping[str, str]) -> dict[str, str]:
    """The same documents (path below the environment's folder -> text), those that no kustomization lists at the end.

    A kustomization that is not what mendixctl writes lists nothing; the objects beside it are still said by
    `mendixgen.kubernetes.diff.parse`.
    """
    listed = [path for path in _listed(files, FOLDER) if path in files]
    return {path: files[path] for path in dict.fromkeys((*listed, *files))}


def _listed(files: Mapping[str, str], folder: str, depth: int = 0) -> Iterator[str]:
    for name in _resources(files.get(f"{folder}{KUSTOMIZATION}", "")):
        if name.endswith(".yaml"):
            yield f"{folder}{name}"
        elif depth == 0:
            yield from _listed(files, f"{folder}{name}/", depth + 1)


def _resources(text: str) -> list[str]:
    try:
        document: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
    found = document.get("resources") if isinstance(document, dict) else None
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
