"""What takes effect: the YAML's values, and the module's defaults at every depth for what it leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from mendixgen.spec.defaults import filled

SCHEMA: dict[str, Any] = {
    "type": "object",
    "$defs": {
        "Group": {
            "type": "object",
            "properties": {"size": {"type": "integer", "default": 3}, "note": {"type": "string"}},
        }
    },
    "properties": {
        "version": {"type": "string", "default": "1.35"},
        "none": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "one": {"anyOf": [{"$ref": "#/$defs/Group"}, {"type": "null"}], "default": None},
        "given": {"allOf": [{"$ref": "#/$defs/Group"}], "default": {}},
        "named": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Group"}, "default": {"system": {}}},
        "patterned": {"type": "object", "patternProperties": {"^[a-z]+$": {"$ref": "#/$defs/Group"}}},
        "listed": {"type": "array", "items": {"$ref": "#/$defs/Group"}},
        "either": {"anyOf": [{"type": "integer"}, {"type": "string"}], "default": 1},
    },
}
NOTHING = {"version": "1.35", "given": {"size": 3}, "named": {"system": {"size": 3}}, "either": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, {}),
        ({"version": "1.34", "either": "a"}, {"version": "1.34", "either": "a"}),
        ({"one": {"note": "x"}}, {"one": {"note": "x", "size": 3}}),
        ({"named": {"apps": {"size": 9}, "batch": {}}}, {"named": {"apps": {"size": 9}, "batch": {"size": 3}}}),
        ({"patterned": {"a": {}}}, {"patterned": {"a": {"size": 3}}}),
        ({"listed": [{}, {"size": 1}]}, {"listed": [{"size": 3}, {"size": 1}]}),
    ],
)
def test_defaults_are_filled_in(value: dict[str, Any], expected: dict[str, Any]) -> None:
    assert filled(value, SCHEMA) == NOTHING | expected


def test_the_given_value_is_left_as_it_was() -> None:
    value: dict[str, Any] = {"named": {"apps": {}}}
    filled(value, SCHEMA)
    assert value == {"named": {"apps": {}}}


def test_values_of_any_shape_pass() -> None:
    assert filled({"free": {"a": [1]}}, {"type": "object", "additionalProperties": True}) == {"free": {"a": [1]}}
    assert filled([1, 2], {"type": "array"}) == [1, 2]
    assert filled("x", {"type": "string"}) == "x"
