"""A section as it takes effect: what the YAML says, and the pinned version's own defaults for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixgen.spec import wording as words

Schema = Mapping[str, Any]


def filled(value: Any, schema: Schema) -> Any:
    """``value``, which the schema was found to fit, with the defaults of what it leaves out, at every depth.

    A setting without a default that is not given stays left out.
    """
    return _filled(value, schema, schema.get("$defs", {}))


def _filled(value: Any, schema: Any, definitions: Mapping[str, Schema]) -> Any:
    if not isinstance(schema, Mapping):
        return value
    schema = _resolved(schema, definitions)
    if isinstance(value, list) and "items" in schema:
        return [_filled(item, schema["items"], definitions) for item in value]
    if not isinstance(value, Mapping):
        return value
    properties = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    other = next(iter(patterns.values()), schema.get("additionalProperties"))
    result = {key: _filled(item, properties.get(key, other), definitions) for key, item in value.items()}
    for key, part in properties.items():
        if key not in result and isinstance(part, Mapping) and part.get("default") is not None:
            result[key] = _filled(part["default"], part, definitions)
    return result


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """The schema behind references, and of several branches the one of an object."""
    while True:
        if "$ref" in schema:
            schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        elif branches := schema.get("anyOf") or schema.get("oneOf"):
            objects = [one for one in branches if "$ref" in one or words.is_a({}, one.get("type", "null"))]
            if not objects:
                return schema
            schema = objects[0]
        else:
            return schema
