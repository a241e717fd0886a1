"""Which values of a specification must not be shown: those below a field that its schema marks ``x-secret``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]

DEEPEST = 64
"""Steps of references that are followed; the schemas of a section do not go round in circles, an edited one may."""


def has_secrets(schema: Mapping[str, Any]) -> bool:
    """Whether ``schema`` marks anything at all."""
    return _marks_below(schema, schema.get("$defs", {}), DEEPEST)


def is_marked(path: Path, schema: Mapping[str, Any]) -> bool:
    """Whether ``schema`` marks the value at ``path``, or anything that it stands in."""
    definitions = schema.get("$defs", {})
    nodes = [*_branches(schema, definitions)]
    for step in path:
        if any(_marked(node) for node in nodes):
            return True
        nodes = [
            branch for node in nodes for child in _children(node, step) for branch in _branches(child, definitions)
        ]
    return any(_marked(node) for node in nodes)


def is_secret(path: Path, schema: Mapping[str, Any]) -> bool:
    """Whether ``schema`` marks the value at ``path``, or anything that it stands in or that stands in it."""
    definitions = schema.get("$defs", {})
    nodes = [*_branches(schema, definitions)]
    for step in path:
        if any(_marked(node) for node in nodes):
            return True
        nodes = [
            branch for node in nodes for child in _children(node, step) for branch in _branches(child, definitions)
        ]
    return any(_marks_below(node, definitions, DEEPEST) for node in nodes)


def _branches(schema: Any, definitions: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The schema and what it refers to or chooses from."""
    if not isinstance(schema, Mapping) or depth > DEEPEST:
        return
    yield schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield from _branches(definitions.get(reference.rsplit("/", 1)[-1]), definitions, depth + 1)
    for word in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(word, ()):
            yield from _branches(branch, definitions, depth + 1)


def _children(schema: Mapping[str, Any], step: str | int) -> Iterator[Any]:
    if isinstance(step, int):
        yield schema.get("items")
        return
    known = schema.get("properties", {})
    if step in known:
        yield known[step]
        return
    for pattern, child in schema.get("patternProperties", {}).items():
        if re.search(pattern, step):
            yield child
    yield schema.get("additionalProperties")


def _marked(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("x-secret") or schema.get("writeOnly"))


def _marks_below(schema: Any, definitions: Mapping[str, Any], depth: int) -> bool:
    for node in _branches(schema, definitions) if depth else ():
        if _marked(node):
            return True
        below = [
            *node.get("properties", {}).values(),
            *node.get("patternProperties", {}).values(),
            node.get("additionalProperties"),
            node.get("items"),
        ]
        if any(_marks_below(child, definitions, depth - 1) for child in below if isinstance(child, Mapping)):
            return True
    return False
