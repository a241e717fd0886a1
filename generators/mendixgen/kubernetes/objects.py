"""Objects of Kubernetes as plain data, and what all of ours have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]

MANAGED_BY = "app.kubernetes.io/managed-by"
"""Marks every object; with the environment it is the set that an apply prunes by."""

ENVIRONMENT = "mendixctl.io/environment"


@dataclass(frozen=True, slots=True)
class Manifest:
    """An object, and what it is for."""

    comment: str
    body: Object


def labels(environment: str, **more: str) -> dict[str, str]:
    """The labels of an object of ours."""
    return {MANAGED_BY: "mendixctl", ENVIRONMENT: environment, **more}


def thing(
    version: str,
    kind: str,
    name: str,
    environment: str,
    *,
    namespace: str = "",
    labelled: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **body: Any,
) -> Object:
    """An object: ``body`` is what stands beside its metadata (``spec``, ``parameters``, ...)."""
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    metadata["labels"] = {**labels(environment), **(labelled or {})}
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}
