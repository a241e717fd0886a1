"""Which fields of an object somebody set: sets of paths, and the form in which ``managedFields`` hold them.

A step is ``("f", name)``, ``("k", keys)`` of an item in a list that is a map, or ``("v", value)`` of one in a set; keys
and values are canonical JSON. Source: structured-merge-diff's FieldsV1, "Server-Side Apply" of the Kubernetes
documentation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mendixctl.emulator.kubernetes.schemas import Definitions, Schema, is_atomic

Step = tuple[str, str]
Path = tuple[Step, ...]

UNOWNED = frozenset(
    {
        "managedFields",
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "selfLink",
    }
)
"""Parts of ``metadata`` that belong to the server."""


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def fields(definitions: Definitions, schema: Schema, value: Mapping[str, Any]) -> set[Path]:
    """The paths of an object that somebody can own."""
    found: set[Path] = set()
    metadata = {name: one for name, one in value.get("metadata", {}).items() if name not in UNOWNED}
    for key, part in {**value, "metadata": metadata}.items():
        if key not in {"apiVersion", "kind"} and (key != "metadata" or metadata):
            found |= set(_fields(definitions, definitions.child(schema, key), part, (("f", key),)))
    return found


def _fields(definitions: Definitions, schema: Schema, value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping) and value and not is_atomic(schema):
        for key, part in value.items():
            yield from _fields(definitions, definitions.child(schema, key), part, (*path, ("f", key)))
    elif isinstance(value, list) and value and (keys := definitions.keys(schema)) is not None:
        for item in value:
            place = (*path, ("k", canonical(definitions.defaulted(schema, keys, item))))
            yield place
            for key, part in item.items():
                if key not in keys:
                    child = definitions.child(definitions.items(schema), key)
                    yield from _fields(definitions, child, part, (*place, ("f", key)))
    elif isinstance(value, list) and value and schema.get("x-kubernetes-list-type") == "set":
        for item in value:
            yield (*path, ("v", canonical(item)))
    else:
        yield path


MISSING = object()


def value_at(definitions: Definitions, schema: Schema, value: Any, path: Path) -> Any:
    """What an object has at a path; MISSING where it has nothing. An item of a list that is a map is its keys alone."""
    for place, (kind, name) in enumerate(path):
        if kind == "f":
            if not isinstance(value, Mapping) or name not in value:
                return MISSING
            value, schema = value[name], definitions.child(schema, name)
        elif kind == "k":
            keys = definitions.keys(schema) or ()
            items = value if isinstance(value, list) else ()
            value = next((one for one in items if canonical(definitions.defaulted(schema, keys, one)) == name), MISSING)
            if value is MISSING or place == len(path) - 1:
                return MISSING if value is MISSING else name
            schema = definitions.items(schema)
        else:
            items = value if isinstance(value, list) else ()
            return name if any(canonical(one) == name for one in items) else MISSING
    return value


def to_fields(paths: set[Path]) -> dict[str, Any]:
    """The nested form of ``fieldsV1``."""
    root: dict[str, Any] = {}
    for path in sorted(paths):
        here = root
        for kind, name in path:
            here = here.setdefault(f"{kind}:{name}", {})
        if path[-1][0] == "k":
            here["."] = {}
    return root


def from_fields(nested: Mapping[str, Any]) -> set[Path]:
    """The inverse of `to_fields`."""
    found: set[Path] = set()

    def walk(here: Mapping[str, Any], path: Path) -> None:
        if path and (not here or "." in here):
            found.add(path)
        for key, below in here.items():
            if key != ".":
                kind, _, name = key.partition(":")
                walk(below, (*path, (kind, name)))

    walk(nested, ())
    return found
