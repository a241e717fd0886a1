"""The kinds that an emulated cluster serves: Kubernetes' own, and those of the operators that the platform installs.

A cluster here is born with the operators' definitions, as if their charts were installed already; further ones come
with CustomResourceDefinition objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

SCALED = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "MendixApp"})
"""Kinds with ``/scale``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind in one version. ``group`` is empty for the core. ``is_custom``: no schema of Kubernetes' own."""

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool
    short: tuple[str, ...] = ()
    is_custom: bool = False

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def subresources(self) -> tuple[str, ...]:
        return ("status", "scale") if self.name in SCALED else ("status",)


def served(definitions: Iterable[Mapping[str, Any]] = ()) -> dict[tuple[str, str, str], Kind]:
    """All kinds by group, version and plural; ``definitions`` are the cluster's CustomResourceDefinition objects."""
    found = dict(_built_in())
    for definition in definitions:
        for kind in _defined(definition):
            found[kind.group, kind.version, kind.plural] = kind
    return found


@cache
def _built_in() -> dict[tuple[str, str, str], Kind]:
    table = json.loads(files("mendixctl.emulator.kubernetes").joinpath("kinds.json").read_text())
    found = {}
    for api_version, kinds in table.items():
        group, _, version = api_version.rpartition("/")
        for name, plural, scope, short in kinds:
            custom = ("." in group and not group.endswith(".k8s.io")) or group in CUSTOM
            found[group, version, plural] = Kind(
                group, version, name, plural, scope == "namespaced", tuple(short), custom
            )
    return found


CUSTOM = frozenset({"gateway.networking.k8s.io", "secrets-store.csi.x-k8s.io", "snapshot.storage.k8s.io"})
"""Groups of custom resources whose names look like Kubernetes' own."""


def _defined(definition: Mapping[str, Any]) -> Iterator[Kind]:
    spec = definition.get("spec", {})
    names = spec.get("names", {})
    for version in spec.get("versions", ()):
        if version.get("served"):
            yield Kind(
                spec["group"],
                version["name"],
                names["kind"],
                names["plural"],
                spec.get("scope") == "Namespaced",
                tuple(names.get("shortNames", ())),
                is_custom=True,
            )
