"""Plain data against JSON Schemas: the same verdict as jsonschema, in words for people."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixgen.spec import header, structure
from tests.support.soak import examples
from tests.unit.spec.samples import SECTION

OTHER: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["size"],
    "properties": {
        "size": {"type": "number", "exclusiveMinimum": 0, "maximum": 10, "x-unit": "GB"},
        "step": {"type": "integer", "multipleOf": 5},
        "mode": {"const": "fast"},
        "names": {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True, "maxItems": 3},
        "extra": {"type": "object", "additionalProperties": {"type": "integer"}, "propertyNames": {"maxLength": 3}},
        "rule": {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {"kind": {"const": "age"}, "days": {"type": "integer"}},
                    "required": ["kind", "days"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"kind": {"const": "count"}, "keep": {"type": "integer"}},
                    "required": ["kind"],
                    "additionalProperties": False,
                },
            ],
            "discriminator": {"propertyName": "kind"},
        },
    },
}
WORDS = st.sampled_from(
    "cidr zones fence open edition plants size step mode names extra rule kind days keep".split()
    + "age count fast wood a b x abcd".split()
)
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-3, 12), st.sampled_from([0.5, 10.5]), WORDS, st.just("10.0.0.0/16")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=examples(200))
@given(st.dictionaries(WORDS, VALUES, max_size=5), st.sampled_from([SECTION, OTHER]))
def test_the_verdict_is_jsonschemas(value: dict[str, Any], schema: dict[str, Any]) -> None:
    _, found = structure.check(value, schema)
    assert (not found) == jsonschema.Draft202012Validator(schema).is_valid(value), found


def said(value: Any, schema: dict[str, Any] = OTHER) -> list[tuple[str, str, str]]:
    _, found = structure.check(value, schema, what="thing")
    return [(one.code, one.summary, one.hint) for one in found]


def test_what_is_said_of_each_kind_of_mistake() -> None:
    assert said({}) == [("MXS202", "size is missing", "")]
    assert said({"size": 11}) == [("MXS205", "size must be more than 0 and at most 10 GB; it is 11", "")]
    assert said({"size": "5"}) == [
        ("MXS203", 'size must be a number (GB), and this is the text "5"', "write it without quotes")
    ]
    assert said({"size": 1, "mode": "slow"}) == [("MXS204", 'mode must be fast; it is "slow"', "")]
    assert said({"size": 1, "step": 7}) == [("MXS205", "step must be a multiple of 5; it is 7", "")]
    assert said({"size": 1, "names": ["a", "a"]}) == [("MXS207", 'names has "a" twice', "keep one of the two")]
    assert said({"size": 1, "names": "a"}) == [
        ("MXS203", 'names must be a list of texts, and this is the text "a"', "write a list: [a]")
    ]
    assert said({"size": 1, "names": [5]}) == [
        ("MXS203", "each entry of names must be text, and this is the number 5", "put it in quotes")
    ]
    assert said({"size": 1, "rule": {"kind": "aeg"}}) == [
        ("MXS204", 'kind must be one of age, count; it is "aeg"', "did you mean age?")
    ]
    assert said({"size": 1, "rule": {"kind": "age"}}) == [("MXS202", "days is missing in rule", "")]
    assert said({"size": 1, "extra": {"abcd": 1}})[0][0] == "MXS208"
    assert said(3) == [("MXS203", "thing must be a mapping, and this is the number 3", "")]


def test_a_misspelt_key_is_not_also_missing() -> None:
    assert said({"sise": 1}) == [
        ("MXS201", "there is no key sise in thing", "did you mean size? thing has size, step, mode, names, extra, rule")
    ]


@pytest.mark.parametrize("value", [{"size": 1, "mode": None, "extra": None}, {"size": 1}])
def test_a_null_is_not_set(value: dict[str, Any]) -> None:
    assert structure.check(value, OTHER) == ({"size": 1}, [])


def test_a_required_null_is_missing_and_a_null_entry_is_one_without_settings() -> None:
    assert said({"size": None})[0][0] == "MXS202"
    assert structure.check({"plants": {"a": None}}, SECTION) == ({"plants": {"a": {}}}, [])
    assert structure.check({"size": 1, "extra": {"a": None}}, OTHER)[1][0].code == "MXS203"


def test_a_last_newline_does_not_slip_through_a_pattern() -> None:
    assert structure.check({"cidr": "10.0.0.0/16\n"}, SECTION)[1][0].code == "MXS206"


def test_keywords_that_are_not_checked_are_found() -> None:
    assert structure.unknown_keywords(header.json_schema()) == set()
    assert structure.unknown_keywords({"properties": {"a": {"items": {"contains": {}}}}, "not": {}}) == {
        "contains",
        "not",
    }
