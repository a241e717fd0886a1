"""The words in which `structure` speaks of schemas and values: what is wanted, what there is, within which bounds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mendixgen.messages import msg, word

Path = tuple[str | int, ...]
Schema = Mapping[str, Any]

KINDS = {
    "string": word("text"),
    "integer": word("a whole number"),
    "number": word("a number"),
    "boolean": word("true or false"),
    "object": word("a mapping"),
    "array": word("a list"),
    "null": word("nothing"),
}


def last_key(path: Path) -> str:
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "")


def dotted(path: Path) -> str:
    """A path as people write it: ``cluster.node_groups.apps.instance_types[0]``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def about(schema: Schema) -> str:
    description: str = schema.get("description", "")
    return description


EXAMPLES = (
    "my-name",
    "10.20.0.0/16",
    "06:30",
    "123456789012",
    "apps.example.com",
    "person@example.com",
    "arn:aws:iam::123456789012:role/deployer",
    "arn:aws:iam::123456789012:user/person",
    "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    "Europe/Berlin",
    "MyName",
    "1.2",
    "a",
    "1",
)
"""Values that people know, one for each shape that specifications ask for; the first that a pattern takes is shown."""


def examples(schema: Schema) -> list[str]:
    """What may be shown as an example of a text: the schema's own ones first."""
    return [*(one for one in schema.get("examples", ()) if isinstance(one, str)), *EXAMPLES]


def allowed(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def is_a(value: Any, kind: str | list[str]) -> bool:
    if isinstance(kind, list):
        return any(is_a(value, one) for one in kind)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    types: dict[str, type] = {"string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    return isinstance(value, types[kind])


def kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    if isinstance(value, (int, float)):
        return msg("the number {value}", value=value)
    if isinstance(value, str):
        return msg("the text {shown}", shown=shown(value))
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "nothing"


def wanted(schema: Schema) -> str:
    options = allowed(schema)
    if options:
        return either([str(option) for option in options])
    kind = schema.get("type", "object")
    kinds = kind if isinstance(kind, list) else [kind]
    words = either([KINDS[one] for one in kinds if one != "null"])
    if kind == "array":
        item = schema.get("items", {})
        inner = item.get("type") if isinstance(item, Mapping) else None
        return {"string": "a list of texts", "integer": "a list of whole numbers", "object": "a list of mappings"}.get(
            inner or "", words
        )
    unit = schema.get("x-unit")
    return msg("{words} ({unit})", words=words, unit=unit) if unit and kind in ("integer", "number") else words


def either(words: Iterable[str]) -> str:
    unique = list(dict.fromkeys(words))
    return unique[0] if len(unique) == 1 else msg("{names} or {last}", names=", ".join(unique[:-1]), last=unique[-1])


def shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def bounds(low: float | None, high: float | None, unit: str) -> str:
    tail = f" {unit}" if unit else ""
    if low is not None and high is not None:
        if low == high:
            return msg("exactly {low}{tail}", low=low, tail=tail)
        return msg("{low} to {high} {unit}", low=low, high=high, unit=word(unit)) if unit else f"{low} to {high}"
    return (
        msg("at least {low}{tail}", low=low, tail=tail)
        if low is not None
        else msg("at most {high}{tail}", high=high, tail=tail)
    )


def open_bounds(schema: Schema, unit: str) -> str:
    words: Iterator[str] = (
        f"{said} {schema[keyword]}"
        for keyword, said in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "more than"),
            ("maximum", "at most"),
            ("exclusiveMaximum", "less than"),
        )
        if keyword in schema
    )
    return " and ".join(words) + (f" {unit}" if unit else "")
