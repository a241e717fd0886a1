"""Guesses which field drives an attribute: the right one is among the first, and a guess changes one field alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.blame.chains import leaves
from mendixctl.engine.drift.candidates import (
    REMOVED,
    Guess,
    Path,
    applied,
    converted,
    guesses,
    removals,
    unset_fields,
)
from mendixgen.spec.edit import same

BUCKETS: dict[Path, Any] = {
    ("storage", "buckets", "files", "lifecycle", "infrequent_after_days"): 30,
    ("storage", "buckets", "logs", "lifecycle", "infrequent_after_days"): 30,
    ("storage", "buckets", "files", "lifecycle", "archive_after_days"): 90,
    ("storage", "buckets", "files", "versioned"): True,
    ("logging", "days"): 30,
}
ADDRESS = 'module.storage.aws_s3_bucket_lifecycle_configuration.this["files"]'


def first(attribute: str, released: Any, now: Any, settings: dict[Path, Any] = BUCKETS) -> tuple[Path, Any]:
    found = guesses(ADDRESS, attribute, released, now, settings, {})
    return found[0].path, found[0].value


def test_the_instance_and_the_name_decide_between_equal_values() -> None:
    path, value = first("rule[0].transition[0].days", 30, 45)
    assert (path, value) == (("storage", "buckets", "files", "lifecycle", "infrequent_after_days"), 45)


def test_what_a_provider_turned_into_text_or_a_set() -> None:
    assert first("versioned", "true", "false") == (("storage", "buckets", "files", "versioned"), False)
    settings: dict[Path, Any] = {("network", "office"): ["b", "a"]}
    assert first("cidr_blocks", ["a", "b"], ["a"], settings) == (("network", "office"), ["a"])


def test_no_field_has_the_value_or_the_new_one_has_no_such_form() -> None:
    assert guesses(ADDRESS, "days", 31, 45, BUCKETS, {}) == []
    assert guesses(ADDRESS, "days", 30, "forever", BUCKETS, {}) == []


def test_a_field_that_is_not_set_yet() -> None:
    schema = {
        "properties": {"buckets": {"additionalProperties": {"$ref": "#/$defs/Bucket"}}},
        "$defs": {
            "Bucket": {
                "properties": {"note": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "size": {"type": "integer"}}
            }
        },
    }
    unset = unset_fields({"buckets": {"files": {"size": 3}}}, schema, ("storage",))
    assert list(unset) == [("storage", "buckets", "files", "note")]
    (guess,) = guesses(ADDRESS, "note", None, "mine", {}, unset)
    assert (guess.path, guess.value) == (("storage", "buckets", "files", "note"), "mine")


def test_the_entry_of_a_resource_that_is_gone() -> None:
    data = {"storage": {"buckets": {"files": {}, "logs": {}}}, "files": 1}
    assert [guess.path for guess in removals(ADDRESS, data)] == [("storage", "buckets", "files")]
    assert applied(data, removals(ADDRESS, data)[0]) == {"storage": {"buckets": {"logs": {}}}, "files": 1}


@pytest.mark.parametrize(
    ("value", "like", "expected"),
    [
        ("9", 5, 9),
        (9, "5", "9"),
        (9.0, 5, 9),
        (9.5, 5, None),
        ("09", 5, None),
        ("true", False, True),
        (True, "false", "true"),
        (True, 1, None),
        ("yes", False, None),
        (None, "x", None),
        (["a"], "x", None),
        (["a"], [], ["a"]),
        ("a", [], None),
        (2, 1.5, 2.0),
        ({"a": 1}, "x", None),
    ],
)
def test_conversions(value: Any, like: Any, expected: Any) -> None:
    found = converted(value, like)
    assert same(found, expected)


_SCALARS = st.one_of(st.integers(), st.booleans(), st.text(max_size=5))
_DATA = st.recursive(_SCALARS, lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3), max_leaves=8)


@given(data=st.dictionaries(st.sampled_from("abcd"), _DATA, max_size=3), value=_SCALARS, where=st.data())
def test_a_guess_changes_one_field_and_leaves_its_input_alone(
    data: dict[str, Any], value: Any, where: st.DataObject
) -> None:
    known = dict(leaves(data))
    path = where.draw(st.sampled_from(sorted(known)) if known else st.just(("x",)))
    before = dict(known)
    after = dict(leaves(applied(data, Guess(path, value, 0))))
    assert same(after.pop(path), value)
    before.pop(path, None)
    assert {p: v for p, v in after.items() if v != {}} == {p: v for p, v in before.items() if v != {}}
    assert dict(leaves(data)) == known
    assert path not in dict(leaves(applied(data, Guess(path, REMOVED, 0))))


@given(
    value=st.one_of(_SCALARS, st.none(), st.floats(), st.lists(_SCALARS)), like=st.one_of(_SCALARS, st.lists(_SCALARS))
)
def test_a_conversion_has_the_type_of_the_field(value: Any, like: Any) -> None:
    found = converted(value, like)
    assert found is None or type(found) is type(like)
