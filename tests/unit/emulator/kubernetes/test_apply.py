"""Server-side apply: who owns what, what is removed, what is a conflict."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.emulator.kubernetes.apply import ConflictError, Manager, applied, updated
from mendixctl.emulator.kubernetes.fields import fields, from_fields, to_fields, value_at
from mendixctl.emulator.kubernetes.kinds import served
from mendixctl.emulator.kubernetes.schemas import definitions
from tests.support.soak import examples

KNOWN = definitions("1.35")
SCHEMA = KNOWN.of(served()["apps", "v1", "deployments"])
OURS, THEIRS = Manager("mendixctl", "Apply", "apps/v1"), Manager("kubectl-edit", "Update", "apps/v1")


def put(live: Any, said: dict[str, Any], manager: Manager = OURS, *, force: bool = False, at: str = "t1") -> Any:
    return applied(KNOWN, SCHEMA, live, said, manager, force=force, moment=at)


def containers(*named: tuple[str, str]) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [{"name": name, "image": image} for name, image in named]}}}}


def images(value: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one.get("image") for one in value["spec"]["template"]["spec"]["containers"]}


def test_what_is_no_longer_said_is_removed_where_nobody_else_owns_it() -> None:
    first = put(None, {"metadata": {"labels": {"a": "1", "b": "1"}}, **containers(("x", "1"), ("y", "1"))})
    second = put(first, {"metadata": {"labels": {"a": "1"}}, **containers(("x", "2"))})
    assert (second["metadata"]["labels"], images(second)) == ({"a": "1"}, {"x": "2"})
    other = Manager("other", "Apply", "apps/v1")
    shared = put(first, {"metadata": {"labels": {"b": "1"}}}, other)
    assert put(shared, {"metadata": {"labels": {"a": "1"}}})["metadata"]["labels"] == {"a": "1", "b": "1"}
    # an item that another has added stays
    beside = put(first, containers(("z", "9")), other)
    assert images(put(beside, containers(("x", "1")))) == {"x": "1", "z": "9"}


def test_what_another_owns_is_a_conflict_until_it_is_forced() -> None:
    live = put(None, {"spec": {"replicas": 2}})
    scaled = updated(KNOWN, SCHEMA, live, {**live, "spec": {"replicas": 5}}, THEIRS, moment="t2")
    with pytest.raises(ConflictError) as conflict:
        put(scaled, {"spec": {"replicas": 2}})
    assert conflict.value.conflicts == [("kubectl-edit", ".spec.replicas")]
    # the same value is no conflict: both own it
    both = put(scaled, {"spec": {"replicas": 5}})
    assert {one["manager"] for one in both["metadata"]["managedFields"]} == {"mendixctl", "kubectl-edit"}
    forced = put(scaled, {"spec": {"replicas": 2}}, force=True)
    assert forced["spec"]["replicas"] == 2
    assert [one["manager"] for one in forced["metadata"]["managedFields"]] == ["mendixctl"]


def test_an_update_takes_the_fields_that_it_changes() -> None:
    live = put(None, {"spec": {"replicas": 2, "paused": True}})
    new = updated(KNOWN, SCHEMA, live, {"metadata": live["metadata"], "spec": {"replicas": 3}}, THEIRS, moment="t2")
    owned = {one["manager"]: from_fields(one["fieldsV1"]) for one in new["metadata"]["managedFields"]}
    assert owned == {"kubectl-edit": {(("f", "spec"), ("f", "replicas"))}}


NAMES = st.sampled_from("abc")
SAID = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.fixed_dictionaries({"labels": st.dictionaries(NAMES, NAMES, min_size=1)}),
        "spec": st.fixed_dictionaries(
            {},
            optional={
                "replicas": st.integers(0, 3),
                "template": st.dictionaries(NAMES, NAMES, max_size=2).map(
                    lambda found: containers(*found.items())["spec"]["template"]
                ),
            },
        ),
    },
)


@settings(max_examples=examples(150))
@given(SAID, SAID)
def test_the_last_apply_of_the_only_manager_is_what_is_there(first: dict[str, Any], second: dict[str, Any]) -> None:
    once = put(put(None, first), second)
    assert fields(KNOWN, SCHEMA, once) == fields(KNOWN, SCHEMA, second)
    again = put(copy.deepcopy(once), second, at="later")
    assert again == once


@settings(max_examples=examples(150))
@given(SAID, SAID)
def test_two_managers_that_do_not_agree_conflict_and_never_lose(one: dict[str, Any], two: dict[str, Any]) -> None:
    other = Manager("other", "Apply", "apps/v1")
    live = put(None, one)
    contested = {
        path
        for path in fields(KNOWN, SCHEMA, one) & fields(KNOWN, SCHEMA, two)
        if value_at(KNOWN, SCHEMA, one, path) != value_at(KNOWN, SCHEMA, two, path)
    }
    if contested:
        with pytest.raises(ConflictError) as conflict:
            put(live, two, other)
        assert len(conflict.value.conflicts) == len(contested)
        return
    both = put(live, two, other)
    assert fields(KNOWN, SCHEMA, one) | fields(KNOWN, SCHEMA, two) <= fields(KNOWN, SCHEMA, both) | EMPTY
    # who takes everything back leaves what the other says
    left = put(both, {}, other)
    assert fields(KNOWN, SCHEMA, one) <= fields(KNOWN, SCHEMA, left) | EMPTY


EMPTY = {(("f", "spec"),), (("f", "spec"), ("f", "template"), ("f", "spec"), ("f", "containers"))}
"""Maps and lists with nothing in them, which are a field of their own until something is."""


@settings(max_examples=examples(150))
@given(SAID)
def test_fields_survive_their_form_in_an_object(said: dict[str, Any]) -> None:
    found = fields(KNOWN, SCHEMA, said)
    assert from_fields(to_fields(found)) == found
