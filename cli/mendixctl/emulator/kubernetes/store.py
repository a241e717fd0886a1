"""The objects of one emulated cluster, and what happened to them.

Nothing here draws a random number: identifiers come from what is stored, so that a restarted emulator gives the same.
"""

from __future__ import annotations

import copy
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mendixctl.emulator.kubernetes.kinds import Kind, served

Object = dict[str, Any]
Key = tuple[str, str, str, str]
"""Group, plural, namespace ("" for what is the cluster's) and name."""

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
SPACE = uuid.UUID("6d656e64-6978-4374-8c00-000000000000")


@dataclass(frozen=True, slots=True)
class Event:
    """One change: "ADDED", "MODIFIED" or "DELETED", and the object as it was then."""

    number: int
    type: str
    key: Key
    value: Object


def moment() -> str:
    """Now, in RFC 3339."""
    return datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_of(kind: Kind, namespace: str, name: str) -> Key:
    return kind.group, kind.plural, namespace if kind.namespaced else "", name


@dataclass(slots=True)
class Store:
    """The objects of one cluster. ``changed``: when what is wanted of each last changed, in seconds.

    ``pull`` says why an image cannot be pulled or does not start, by its reference; an empty text where it can.
    """

    cluster: str
    objects: dict[Key, Object] = field(default_factory=dict)
    changed: dict[Key, float] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    number: int = 0
    pull: Callable[[str], str] = lambda reference: ""

    def __post_init__(self) -> None:
        for name in NAMESPACES:
            key = ("", "namespaces", "", name)
            self.put(key, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": FINALIZED})

    def kinds(self) -> dict[tuple[str, str, str], Kind]:
        """All kinds that the cluster serves now."""
        custom = ("apiextensions.k8s.io", "customresourcedefinitions")
        return served(one for key, one in self.objects.items() if key[:2] == custom)

    def get(self, key: Key) -> Object | None:
        return self.objects.get(key)

    def select(self, group: str, plural: str, namespace: str = "") -> Iterator[Object]:
        """The objects of a kind, of all namespaces where none is given, by namespace and name."""
        for key in sorted(key for key in self.objects if key[:2] == (group, plural)):
            if not namespace or key[2] == namespace:
                yield self.objects[key]

    def prepared(self, key: Key, value: Object) -> Object:
        """An object as `put` would store it; the one that is there where that changes nothing."""
        before = self.objects.get(key)
        value = copy.deepcopy(value)
        metadata = value.setdefault("metadata", {})
        if before is None:
            metadata.setdefault("creationTimestamp", moment())
            metadata["uid"] = str(uuid.uuid5(SPACE, f"{self.cluster} {key} {self.number + 1}"))
            metadata["generation"] = 1
            if key[:2] == ("", "namespaces"):
                metadata.setdefault("labels", {})["kubernetes.io/metadata.name"] = key[3]
        else:
            old = before["metadata"]
            for name in ("uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp"):
                if name in old:
                    metadata[name] = old[name]
            if value == before:
                return before
            if _wanted(value) != _wanted(before):
                metadata["generation"] = old["generation"] + 1
        metadata["resourceVersion"] = str(self.number + 1)
        return value

    def put(self, key: Key, value: Object) -> Object:
        """Store an object, new or in place of the one that is there; unchanged it keeps its version."""
        before = self.objects.get(key)
        stored = self.prepared(key, value)
        if stored is before:
            return stored
        self.number += 1
        if before is None or _wanted(stored) != _wanted(before):
            self.changed[key] = time.time()
        self.objects[key] = stored
        self.events.append(Event(self.number, "ADDED" if before is None else "MODIFIED", key, stored))
        return stored

    def delete(self, key: Key, *, orphan: bool = False) -> Object:
        """Delete an object, or mark it where a finalizer holds it; what it owns and contains goes with it."""
        value = self.objects[key]
        contained = [one for one in self.objects if key[1] == "namespaces" and not key[0] and one[2] == key[3]]
        for one in contained:
            if one in self.objects:
                self.delete(one)
        contained = [one for one in contained if one in self.objects]
        if value["metadata"].get("finalizers") or contained:
            if "deletionTimestamp" not in value["metadata"]:
                self.number += 1
                metadata = {**value["metadata"], "deletionTimestamp": moment(), "resourceVersion": str(self.number)}
                value = {**value, "metadata": metadata}
                if key[1] == "namespaces":
                    value["status"] = {"phase": "Terminating"}
                self.objects[key] = value
                self.events.append(Event(self.number, "MODIFIED", key, value))
            return value
        return self._drop(key, orphan=orphan)

    def finish(self, key: Key) -> None:
        """Drop an object that was only held by finalizers or by what it contained, once nothing holds it."""
        value = self.objects.get(key)
        if value is None or "deletionTimestamp" not in value["metadata"] or value["metadata"].get("finalizers"):
            return
        if key[1] != "namespaces" or key[0] or not any(one[2] == key[3] for one in self.objects):
            self._drop(key)
            if key[2]:
                self.finish(("", "namespaces", "", key[2]))

    def _drop(self, key: Key, *, orphan: bool = False) -> Object:
        self.number += 1
        value = self.objects.pop(key)
        self.changed.pop(key, None)
        value = {**value, "metadata": {**value["metadata"], "resourceVersion": str(self.number)}}
        self.events.append(Event(self.number, "DELETED", key, value))
        owner = value["metadata"]["uid"]
        for other in [one for one in self.objects if not orphan and one in self.objects]:
            there = self.objects.get(other)
            if there and any(one.get("uid") == owner for one in there["metadata"].get("ownerReferences", ())):
                self.delete(other)
        return value


FINALIZED: Mapping[str, Any] = {"finalizers": ["kubernetes"]}


def _wanted(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in value.items() if key not in {"metadata", "status"}}
