"""Kubernetes' own schemas of one version, as the package kubernetes-validate bundles them.

What they say beside types is used too: which lists are maps and by what keys, and which maps and lists are one value
(``x-kubernetes-list-type``, ``x-kubernetes-map-type``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from mendixctl.emulator.kubernetes.kinds import Kind

Schema = Mapping[str, Any]
REFERENCE = "#/$defs/"


class Definitions:
    """The definitions of one version of Kubernetes, by name."""

    def __init__(self, content: Mapping[str, Schema]) -> None:
        self.content = content
        self._by_kind = {
            (said["group"], said["version"], said["kind"]): name
            for name, schema in content.items()
            for said in schema.get("x-kubernetes-group-version-kind", ())
        }

    def name(self, kind: Kind) -> str:
        """The name of a kind's definition; empty for a custom one."""
        return "" if kind.is_custom else self._by_kind.get((kind.group, kind.version, kind.name), "")

    def of(self, kind: Kind) -> Schema:
        """The schema of a kind; for a custom one only what all objects have."""
        name = self.name(kind)
        if name:
            return self.content[name]
        return {"properties": {"metadata": {"$ref": f"{REFERENCE}{METADATA}"}}}

    def resolved(self, schema: Schema) -> Schema:
        """``schema`` with its reference followed; what stands beside the reference stays."""
        reference = schema.get("$ref")
        if reference is None:
            return schema
        target = self.resolved(self.content[reference.removeprefix(REFERENCE)])
        return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}

    def child(self, schema: Schema, key: str) -> Schema:
        """The schema of a property; empty where nothing is known of it."""
        whole = self.resolved(schema)
        found = whole.get("properties", {}).get(key)
        if found is None:
            more = whole.get("additionalProperties")
            found = more if isinstance(more, Mapping) else {}
        return self.resolved(found)

    def items(self, schema: Schema) -> Schema:
        """The schema of a list's items."""
        return self.resolved(self.resolved(schema).get("items", {}))

    def keys(self, schema: Schema) -> tuple[str, ...] | None:
        """The keys by which a list is a map; None for a list that is none."""
        if schema.get("x-kubernetes-list-type") == "map":
            return tuple(schema.get("x-kubernetes-list-map-keys", ()))
        return None

    def defaulted(self, schema: Schema, keys: tuple[str, ...], item: Mapping[str, Any]) -> dict[str, Any]:
        """The values of an item's keys, with the default where one is missing: a port is TCP's unless it says so."""
        found = {}
        for key in keys:
            default = "TCP" if key == "protocol" else self.child(self.items(schema), key).get("default")
            if (value := item.get(key, default)) is not None:
                found[key] = value
        return found


METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@cache
def definitions(version: str) -> Definitions:
    """The definitions of a minor version ("1.35"); of the nearest one that is bundled where there is none of it."""
    folder = files("kubernetes_validate").joinpath("kubernetes-json-schema")
    bundled = sorted(int(entry.name.split(".")[1]) for entry in folder.iterdir() if entry.name.endswith(".0-local"))
    minor = int(version.split(".")[1])
    nearest = min(bundled, key=lambda one: (abs(one - minor), one))
    text = folder.joinpath(f"v1.{nearest}.0-local", "_definitions.json").read_text()
    return Definitions(json.loads(text)["$defs"])


def is_atomic(schema: Schema) -> bool:
    """Whether a map or a list is owned and replaced as one value."""
    if schema.get("x-kubernetes-map-type") == "atomic":
        return True
    kind = schema.get("type")
    lists = kind == "array" or (isinstance(kind, list) and "array" in kind)
    return lists and schema.get("x-kubernetes-list-type", "atomic") == "atomic"
