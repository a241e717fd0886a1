"""Two sets of manifests, compared object by object. Pure: texts in, changes out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from mendixgen.diagnostics import Diagnostic, Location, MendixError

FOLDER = "kubernetes/"
_NOT_OBJECTS = ("values/", "plans/")
_OTHER_TOOLS = frozenset({"kustomization.yaml", "helmfile.yaml"})

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What an object is in a cluster, whichever version of its API it is written in."""

    namespace: str
    group: str
    kind: str
    name: str

    @property
    def address(self) -> str:
        """``mendix/MendixApp/crm``; of what is in no namespace ``StorageClass/default-1a2b3c4d``."""
        return "/".join(part for part in (self.namespace, self.kind, self.name) if part)


class Does(StrEnum):
    """What happens to an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value of an object; None where it is not set. ``path`` is dotted: ``spec.runtime.dtapMode``."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object that is made, changed or taken away; ``fields`` only where it is changed.

    ``unfinished``: an earlier release began it and did not get it there, so it is to be done again, whatever it says.
    """

    key: Key
    does: Does
    fields: tuple[FieldChange, ...] = ()
    unfinished: bool = False

    def touches(self, *paths: str) -> bool:
        """Whether a value at or below one of these paths changes."""
        return any(one.path == path or one.path.startswith(f"{path}.") for one in self.fields for path in paths)


def parse(files: Mapping[str, str]) -> dict[Key, Body]:
    """The objects of documents (path below the environment's folder -> text); other kinds of documents do not count.

    Raises:
        MendixError: MXR131, one is not what mendixctl writes.
    """
    found: dict[Key, Body] = {}
    for path, text in files.items():
        name = path.removeprefix(FOLDER)
        if name == path or name.startswith(_NOT_OBJECTS) or name.rpartition("/")[2] in _OTHER_TOOLS:
            continue
        for body in _documents(path, text):
            metadata = body.get("metadata") if isinstance(body, dict) else None
            if not isinstance(metadata, dict) or not {"apiVersion", "kind"} <= set(body):
                raise _broken(path, "it holds something that is no object")
            found[key_of(body)] = body
    return found


def key_of(body: Body) -> Key:
    """What an object is in its cluster."""
    metadata = body["metadata"]
    group = str(body["apiVersion"]).rpartition("/")[0]
    return Key(str(metadata.get("namespace", "")), group, str(body["kind"]), str(metadata.get("name", "")))


def _documents(path: str, text: str) -> list[Any]:
    try:
        # what mendixctl writes has no aliases; a text that has may unfold without end
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise _broken(path, "it has an alias")
        return [body for body in yaml.load_all(text, Loader=yaml.CSafeLoader) if body is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _broken(path, str(error).partition("\n")[0]) from error


def _broken(path: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXR131",
            f"{path} is no manifest that mendixctl has written: {why}",
            hint="render again: mendixctl render; an archive of the ledger comes back from the bucket's versions",
            location=Location(path),
        )
    )


def diff(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[ObjectChange, ...]:
    """What changes from one set of documents to another, by namespace, kind and name.

    Raises:
        MendixError: MXR131.
    """
    moved = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    old = parse({path: text for path, text in before.items() if path in moved})
    new = parse({path: text for path, text in after.items() if path in moved})
    return compared(old, new)


def compared(
    old: Mapping[Key, Body], new: Mapping[Key, Body], unfinished: Collection[Key] = ()
) -> tuple[ObjectChange, ...]:
    """What changes from some objects to others. ``unfinished``: what is to be done again, though it is the same."""
    found = []
    for key in sorted({*old, *new}):
        if key not in old:
            found.append(ObjectChange(key, Does.CREATE))
        elif key not in new:
            found.append(ObjectChange(key, Does.DELETE))
        elif (fields := differing(old[key], new[key])) or key in unfinished:
            found.append(ObjectChange(key, Does.UPDATE, fields, key in unfinished))
    return tuple(found)


def differing(before: Body, after: Body) -> tuple[FieldChange, ...]:
    """The values that two versions of an object do not share; a list is one value."""
    return tuple(_fields("", before, after))


def _fields(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from _fields(f"{path}.{name}" if path else str(name), before.get(name), after.get(name))
    elif type(before) is not type(after) or before != after:
        yield FieldChange(path, before, after)
