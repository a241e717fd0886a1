"""module.json: what the plan path and later versions know of a module, frozen when it is built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from mendixgen.annotations import marks_of, variable_name
from mendixgen.areas.contract import Area
from mendixgen.authoring.module import AuthoringError
from mendixgen.authoring.variables.types import Variable, one_line, plain_default
from mendixgen.digests import digest_of, file_digest
from mendixgen.spec.structure import unknown_keywords

TERRAFORM = ">= 1.11"
PROVIDER = ">= 5.99, < 6"

Manifest = dict[str, Any]


def manifest(
    area: type[Area],
    variables: list[Variable],
    addresses: list[str],
    files: Mapping[str, str | bytes],
    released: str | None,
    aliases: Mapping[str, list[str]] | None = None,
) -> Manifest:
    """The content of module.json. ``files`` are the module's files but README.md and module.json itself; ``aliases``
    the addresses with a further provider configuration, by its alias.
    """
    digests = {
        name: file_digest(content.encode() if isinstance(content, str) else content)
        for name, content in sorted(files.items())
    }
    section = section_schema(area)
    check_schema(area.name, section)
    return {
        "area": area.name,
        "version": area.version,
        **({} if area.kind == "environment" else {"kind": area.kind}),
        "released": released,
        "description": description(area),
        "terraform": TERRAFORM,
        "provider": PROVIDER,
        "section": section,
        "inputs": {it.name: _input(area, it) for it in variables},
        "outputs": {
            name: {"description": it.description, "sensitive": it.sensitive} for name, it in area.outputs.items()
        },
        "moves": [{"from": it.source, "to": it.target, "since": it.since} for it in area.moves],
        "addresses": addresses,
        **({"aliases": dict(aliases)} if aliases else {}),
        "files": digests,
        "digest": digest_of(digests),
    }


def to_text(content: Manifest) -> str:
    """module.json's text."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def description(area: type[Area]) -> str:
    """The first line of the area's docstring."""
    return (area.__doc__ or "").strip().splitlines()[0].strip() if (area.__doc__ or "").strip() else ""


def check_schema(area: str, section: Mapping[str, Any]) -> None:
    """Check that a schema which is about to be frozen is sound, and that every reader of it understands all of it.

    Raises:
        AuthoringError: MXM134, it is no JSON Schema, or has a keyword that validation does not know.
    """
    import jsonschema

    try:
        jsonschema.Draft202012Validator.check_schema(section)
    except jsonschema.SchemaError as error:
        raise AuthoringError("MXM134", area, f"the section's schema is no JSON Schema: {error.message}") from error
    unknown = unknown_keywords(section)
    if unknown:
        summary = f"the section's schema has keywords that validation does not know: {', '.join(sorted(unknown))}"
        raise AuthoringError("MXM134", area, summary, "say it with a simpler type, or in checks.py")


def is_setting(marks: Mapping[str, Any]) -> bool:
    """Whether a field is set in the YAML (and not by another area or the header)."""
    return "x-wired" not in marks and "x-context" not in marks


def section_schema(area: type[Area]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the area's section of the YAML, with the ``x-`` marks at each field."""
    whole = area.Inputs.model_json_schema(mode="validation", schema_generator=_SectionSchema)
    wanted = {name for name, field in area.Inputs.model_fields.items() if is_setting(marks_of(field))}
    properties = {name: it for name, it in whole.get("properties", {}).items() if name in wanted}
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{area.name} {area.version}",
        "description": description(area),
        "type": "object",
        "properties": _without_titles(properties),
        "additionalProperties": False,
    }
    required = [name for name in whole.get("required", []) if name in wanted]
    if required:
        schema["required"] = required
    definitions = _without_titles(whole.get("$defs", {}))
    used = _used(schema["properties"], definitions)
    if used:
        schema["$defs"] = {name: it for name, it in definitions.items() if name in used}
    return schema


class _SectionSchema(GenerateJsonSchema):
    """pydantic's JSON Schema, with the defaults of factories, and names that are checked rather than sorted out.

    pydantic writes a mapping with named keys as ``patternProperties``, which lets any other key pass.
    """

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        found = super().default_schema(schema)
        factory = schema.get("default_factory")
        if factory is not None and not schema.get("default_factory_takes_data"):
            found = {**found, "default": plain_default(factory())}  # type: ignore[call-arg]
        return found

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        found = super().dict_schema(schema)
        patterns = found.pop("patternProperties", None)
        if patterns:
            ((pattern, values),) = patterns.items()
            found["additionalProperties"] = values
            found["propertyNames"] = {"pattern": pattern, **found.get("propertyNames", {})}
        return found


def _without_titles(named: Mapping[str, Any]) -> dict[str, Any]:
    """Schemas by name, without the titles that pydantic derives from names."""
    return {name: _without_title(schema) for name, schema in named.items()}


def _without_title(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_title(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for name, value in schema.items():
        if name in ("properties", "$defs", "patternProperties"):
            kept[name] = _without_titles(value)
        elif name in ("default", "const", "enum", "examples") or name.startswith("x-"):
            kept[name] = value
        elif name != "title":
            kept[name] = _without_title(value)
    return kept


def _used(value: Any, definitions: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            reference = item.get("$ref")
            name = reference.removeprefix("#/$defs/") if isinstance(reference, str) else ""
            if name in definitions and name not in found:
                found.add(name)
                waiting.append(definitions[name])
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def _input(area: type[Area], variable: Variable) -> dict[str, Any]:
    fields = {variable_name(name, field): (name, field) for name, field in area.Inputs.model_fields.items()}
    key, field = fields.get(variable.name, (variable.name, None))
    marks = marks_of(field) if field is not None else {}
    entry: dict[str, Any] = {"from": "yaml", "required": variable.default is None, "type": one_line(variable.type)}
    if variable.name == "environment":
        entry |= {"from": "context", "value": "name"}
    elif field is None:
        entry["from"] = "module"
    elif "x-wired" in marks:
        entry |= {"from": "wired", "reference": marks["x-wired"], "optional": bool(marks.get("x-optional"))}
    elif "x-context" in marks:
        entry |= {"from": "context", "value": marks["x-context"]}
    elif marks.get("x-resolve"):
        entry["resolve"] = marks["x-resolve"]
    if key != variable.name:
        entry["key"] = key
    if variable.sensitive:
        entry["sensitive"] = True
    return entry
