"""A rollback's merge: the old release's data, with one-way fields held forward."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.diagnostics import Refused
from mendixgen.spec.merge import merge
from tests.unit.spec.samples import SECTION

SCHEMAS = {"garden": SECTION}
BASE: dict[str, Any] = {"name": "dev", "account": "123456789012", "region": "eu-central-1"}


def merged(now: Any, then: Any) -> tuple[Any, list[str]]:
    """The garden of the merge and the paths that were held forward."""
    result = merge({**BASE, "garden": now}, {**BASE, "garden": then}, SCHEMAS)
    return result.data["garden"], [str(one) for one in result.held_forward]


def test_everything_but_one_way_fields_goes_back() -> None:
    assert merged({"edition": 3, "fence": "stone"}, {"edition": 2, "fence": "wood"}) == (
        {"edition": 3, "fence": "wood"},
        ["garden.edition"],
    )


def test_a_default_counts_as_what_it_is() -> None:
    assert merged({"edition": 3}, {}) == ({"edition": 3}, ["garden.edition"])
    assert merged({"edition": 1}, {}) == ({}, [])
    assert merged({}, {"edition": 3}) == ({"edition": 1}, ["garden.edition"])


def test_entries_of_maps_are_compared_by_name_and_come_and_go_as_the_old_release_says() -> None:
    now = {"plants": {"a": {"height": 9, "water": 1}, "new": {"height": 7}}}
    then = {"plants": {"a": {"height": 3, "water": 2}, "gone": {"height": 5}}}
    assert merged(now, then) == (
        {"plants": {"a": {"height": 9, "water": 2}, "gone": {"height": 5}}},
        ["garden.plants.a.height"],
    )
    assert merged({"plants": {"a": {"height": 9}}}, {"plants": {"a": None}}) == (
        {"plants": {"a": {"height": 9}}},
        ["garden.plants.a.height"],
    )


def test_what_was_held_says_what_was_asked_and_why() -> None:
    (held,) = merge({**BASE, "garden": {"edition": 3}}, {**BASE, "garden": {"edition": 2}}, SCHEMAS).held_forward
    assert (held.kept, held.asked, held.reason) == (3, 2, "editions only go up")


@pytest.mark.parametrize("key", ["name", "account", "region"])
def test_what_an_environment_is_never_changes(key: str) -> None:
    with pytest.raises(Refused) as caught:
        merge(BASE, {**BASE, key: "other"}, {})
    assert caught.value.exit_code == 3
    assert [d.code for d in caught.value.diagnostics] == ["MXP122"]


@pytest.mark.parametrize(
    ("key", "now", "then"),
    [
        ("protected", True, None),
        ("protected", None, True),
        ("protected", True, False),
        ("state", {"backend": "s3"}, None),
        ("state", {"backend": "s3", "bucket": "new-bucket"}, {"backend": "s3", "bucket": "old-bucket"}),
        ("target", "aws", "emulator"),
        ("deploy_role", "arn:aws:iam::123456789012:role/new", "arn:aws:iam::123456789012:role/old"),
        ("limits", {"destroy": 0}, {"destroy": 50}),
    ],
)
def test_how_an_environment_is_guarded_and_reached_is_not_taken_back(key: str, now: Any, then: Any) -> None:
    def data(value: Any) -> dict[str, Any]:
        return {**BASE, **({} if value is None else {key: value})}

    result = merge(data(now), data(then), {})
    assert result.data == data(now)
    (held,) = result.held_forward
    assert (str(held), held.kept, held.asked) == (key, now, then)
    assert merge(data(now), result.data, {}).held_forward == ()


def test_a_section_that_only_one_side_has() -> None:
    assert merge({**BASE, "garden": {"fence": "wood"}}, BASE, SCHEMAS).data == BASE
    assert merge({**BASE, "garden": {"edition": 4}}, BASE, SCHEMAS).data == {**BASE, "garden": {"edition": 4}}
    assert merge(BASE, {**BASE, "garden": {"fence": "none"}}, SCHEMAS).data["garden"] == {"fence": "none"}
    assert merge(BASE, {**BASE, "garden": None}, SCHEMAS).data == {**BASE, "garden": None}


def test_what_the_older_version_does_not_have_cannot_be_held() -> None:
    now = {**BASE, "garden": {"edition": 3, "plants": {"a": {"height": 9}}}}
    then = {**BASE, "garden": {"plants": {"a": {}}}}
    older = {**SECTION, "properties": {k: v for k, v in SECTION["properties"].items() if k != "edition"}}
    result = merge(now, then, SCHEMAS, {"garden": older})
    assert result.data["garden"] == {"plants": {"a": {"height": 9}}}
    assert [str(one) for one in result.held_forward] == ["garden.plants.a.height"]
    assert merge(now, BASE, SCHEMAS, {}).data == BASE


def section(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def held(
    now: Any, then: Any, schema: dict[str, Any], other: dict[str, Any] | None = None
) -> tuple[Any, list[tuple[str, Any]]]:
    """The area of the merge, and what was held forward with the value that was kept."""
    schemas = {"area": schema}
    result = merge({**BASE, "area": now}, {**BASE, "area": then}, schemas, {"area": other} if other else None)
    return result.data["area"], [(".".join(map(str, one.path[1:])), one.kept) for one in result.held_forward]


ENTRY = section(
    engine={"type": "string", "default": "pg", "x-create-only": "the data"},
    version={"type": "string", "default": "17", "x-one-way": "never back"},
    size={"type": "integer", "default": 20, "x-one-way": "never smaller"},
    most={"type": ["integer", "null"], "default": None, "x-held-with": "size"},
    note={"type": "string", "default": ""},
)
WHOLE_ENTRY = {"engine": "pg", "version": "17", "size": 20, "most": None, "note": "the first"}
ENTRIES = section(entries={"type": "object", "additionalProperties": ENTRY, "default": {"main": WHOLE_ENTRY}})


def test_the_default_of_each_side_is_that_of_its_own_version() -> None:
    newer, older = (
        section(version={"type": "string", "default": default, "x-one-way": "never back"}) for default in ("18", "17")
    )
    assert held({}, {}, newer, older) == ({"version": "18"}, [("version", "18")])
    assert held({"version": "17"}, {}, newer, older) == ({}, [])
    assert held({}, {"version": "18"}, newer, older) == ({"version": "18"}, [])


def test_entries_that_a_map_has_by_default_are_compared_as_well() -> None:
    assert held({}, {"entries": {"main": {"version": "16", "note": "x"}}}, ENTRIES) == (
        {"entries": {"main": {"version": "17", "note": "x"}}},
        [("entries.main.version", "17")],
    )
    assert held({"entries": {"main": {"version": "18", "note": "x"}}}, {}, ENTRIES) == (
        {"entries": {"main": {"version": "18", "note": "the first"}}},
        [("entries.main.version", "18")],
    )
    assert held({"entries": {"main": None}}, {}, ENTRIES) == ({}, [])
    assert held({"entries": {"other": {"version": "18"}}}, {"entries": None}, ENTRIES) == ({"entries": None}, [])


def test_an_entry_that_is_always_there_is_compared_where_nobody_names_it() -> None:
    buckets = {"type": "object", "x-resolve": "with_files", "default": {"files": {"lock": None}}}
    lock = {"type": ["integer", "null"], "default": None, "x-one-way": "it stays"}
    schema = section(buckets={**buckets, "additionalProperties": section(lock=lock)})
    assert held({"buckets": {"files": {"lock": 9}}}, {"buckets": {"a": {}}}, schema) == (
        {"buckets": {"a": {}, "files": {"lock": 9}}},
        [("buckets.files.lock", 9)],
    )
    assert held({"buckets": {"a": {"lock": 9}}}, {}, schema) == ({}, [])


def test_what_is_made_anew_begins_anew() -> None:
    mysql = {"entries": {"main": {"engine": "mysql", "version": "8.4", "size": 90}}}
    assert held(mysql, {"entries": {"main": {"version": "16"}}}, ENTRIES) == (
        {"entries": {"main": {"version": "16"}}},
        [],
    )
    maybe = section(
        cidr={"type": ["string", "null"], "default": None, "x-create-only": "all"},
        version={"type": "string", "default": "1", "x-one-way": "never back"},
    )
    assert held({"version": "2"}, {"cidr": "10.0.0.0/16", "version": "1"}, maybe)[1] == [("version", "2")]
    assert held({"version": "2", "cidr": "10.1.0.0/16"}, {"cidr": "10.0.0.0/16", "version": "1"}, maybe)[1] == []


def test_what_goes_with_a_held_setting_is_held_too() -> None:
    assert held({"entries": {"main": {"size": 90}}}, {"entries": {"main": {"size": 30, "most": 40}}}, ENTRIES) == (
        {"entries": {"main": {"size": 90}}},
        [("entries.main.size", 90), ("entries.main.most", None)],
    )
    assert held({"entries": {"main": {"most": 90}}}, {"entries": {"main": {"most": 40}}}, ENTRIES)[1] == []


def test_a_setting_that_follows_another_is_compared_by_that() -> None:
    version = {"type": ["string", "null"], "default": None, "x-one-way": "never back", "x-follows": "version"}
    cluster = section(
        version={"type": "string", "default": "1.34", "x-one-way": "never back"},
        groups={"type": "object", "additionalProperties": section(version=version)},
    )
    now = {"version": "1.35", "groups": {"a": {}, "b": {"version": "1.34"}, "c": {"version": "1.35"}}}
    assert held(now, {"groups": {"a": {"version": "1.34"}, "b": {}, "c": {}}}, cluster) == (
        {
            "version": "1.35",
            "groups": {"a": {"version": "1.35"}, "b": {"version": "1.34"}, "c": {}},
        },
        [("groups.a.version", "1.35"), ("groups.b.version", "1.34"), ("version", "1.35")],
    )


PLANT = st.fixed_dictionaries(
    {}, optional={"height": st.integers(1, 9), "water": st.integers(1, 9), "kind": st.sampled_from(["apple", "plum"])}
)
GARDEN = st.fixed_dictionaries(
    {},
    optional={
        "edition": st.integers(1, 5),
        "fence": st.sampled_from(["wood", "stone"]),
        "zones": st.one_of(st.integers(2, 4), st.just(["a", "b"])),
        "plants": st.dictionaries(st.sampled_from("abc"), st.none() | PLANT, max_size=3),
    },
)


@given(GARDEN, GARDEN)
def test_a_merge_loses_nothing_and_is_its_own_fixed_point(now: dict[str, Any], then: dict[str, Any]) -> None:
    garden, held = merged(now, then)
    assert {k: v for k, v in garden.items() if k not in ("edition", "plants")} == {
        k: v for k, v in then.items() if k not in ("edition", "plants")
    }
    assert garden.get("edition", 1) == now.get("edition", 1)
    assert ("garden.edition" in held) == (now.get("edition", 1) != then.get("edition", 1))
    before, after = now.get("plants", {}), then.get("plants", {})
    plants = garden.get("plants", {})
    assert plants.keys() == after.keys()
    for key, plant in plants.items():
        source = before if key in before else after
        assert (plant or {}).get("height", 2) == (source[key] or {}).get("height", 2)
        assert (plant or {}).get("water") == (after[key] or {}).get("water")
    assert merged(now, garden)[1] == []
    assert merged(now, now) == (now, []) or any(plant is None for plant in before.values())
