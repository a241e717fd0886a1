"""blame: each value and each resource names the release that last changed it, failed applies and moves included."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.blame.chains import Chains, follow, leaves
from mendixctl.engine.blame.chains import Path as FieldPath
from mendixctl.engine.blame.results import BlameResult, FieldBlame
from mendixctl.engine.blame.run import blame
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind, Outcome, Record, RecordedChange, Status
from mendixctl.terraform.plan import SENSITIVE
from mendixgen.diagnostics import MendixError
from mendixgen.spec.edit import same
from mendixgen.spec.secrecy import is_secret
from tests.support.fabricated_ledger import BOB, Fabricated, change
from tests.support.small_repository import small_repository, write_module

FIRST, SECOND = 'module.notes.terraform_data.note["first"]', 'module.notes.terraform_data.note["second"]'


@pytest.fixture
def made(tmp_path: Path) -> Fabricated:
    return Fabricated(small_repository(tmp_path / "platform"))


def ask(made: Fabricated, what: str = "") -> BlameResult:
    return blame(Session(made.repository), "dev", what)


def field(result: BlameResult, path: str) -> FieldBlame:
    return next(one for one in result.fields if one.path == path)


def values(one: FieldBlame) -> list[tuple[int, Any, Any]]:
    return [(altered.cause.release, altered.before, altered.after) for altered in one.changes]


def test_every_field_in_the_order_of_the_file_with_its_last_change(made: Fabricated) -> None:
    made.release(change(FIRST, "create"))
    made.edit("first: hello", "first: good day")
    made.release(change(FIRST, "update", "input"), author=BOB)
    result = ask(made)
    assert [one.path for one in result.fields] == ["name", "region", "account", "target", "domain", "notes.texts.first"]
    assert [one.line for one in result.fields] == [2, 3, 4, 5, 6, 10]
    assert values(field(result, "notes.texts.first")) == [(1, None, "hello"), (2, "hello", "good day")]
    last = field(result, "notes.texts.first").last
    assert last is not None
    assert (last.cause.author, last.cause.commit[-1]) == (BOB, "2")
    assert values(field(result, "domain"))[-1][0] == 1


def test_an_edit_that_was_not_applied_is_told(made: Fabricated) -> None:
    made.release(change(FIRST, "create"))
    made.edit("first: hello", "first: good day\n    second: new")
    result = ask(made)
    assert (field(result, "notes.texts.first").applied, field(result, "notes.texts.first").value) == (False, "good day")
    assert field(result, "notes.texts.second").changes == ()
    assert field(result, "domain").applied


def test_a_failed_apply_changed_only_what_was_done(made: Fabricated) -> None:
    made.release(change(FIRST, "create"))
    made.edit("first: hello", "first: good day\n    second: new")
    made.release(change(FIRST), change(SECOND, "create"), status=Status.FAILED, done=[SECOND])
    result = ask(made, "notes")
    assert field(result, "notes.texts.first").tried == 2
    assert not field(result, "notes.texts.first").applied
    assert values(field(result, "notes.texts.first")) == [(1, None, "hello")]
    touched = {one.address: [step.cause.release for step in one.changes] for one in result.resources}
    assert touched == {FIRST: [1], SECOND: [2]}
    made.release(change(FIRST))
    result = ask(made, "notes")
    assert values(field(result, "notes.texts.first")) == [(1, None, "hello"), (3, "hello", "good day")]
    assert field(result, "notes.texts.first").applied


def test_a_release_without_an_outcome_changed_nothing(made: Fabricated) -> None:
    made.release(change(FIRST, "create"))
    made.edit("first: hello", "first: good day")
    made.release(change(FIRST), status=None)
    assert field(ask(made), "notes.texts.first").tried == 2


def test_a_state_that_was_put_back_says_nothing_of_what_is_to_be(made: Fabricated) -> None:
    made.release(change(FIRST, "create"))
    made.edit("first: hello", "first: good day")
    made.release(kind=Kind.RESTORE)
    one = field(ask(made), "notes.texts.first")
    assert (one.applied, one.tried, len(one.changes)) == (False, 0, 1)


def test_resources_by_address_through_moves_and_to_their_end(made: Fabricated) -> None:
    made.release(change(FIRST, "create"))
    write_module(made.repository.modules, "1.1.0")
    made.versions["notes"] = "1.1.0"
    moved = FIRST.replace(".note[", ".this[")
    made.release(change(moved, "move", previous=FIRST))
    made.release(change(moved, "delete"), author=BOB)
    for what in (moved, moved.partition("[")[0], 'terraform_data.this["first"]', "terraform_data.this"):
        (resource,) = ask(made, what).resources
        assert [(one.cause.release, one.action, one.address) for one in resource.changes] == [
            (1, "create", FIRST),
            (2, "move", moved),
            (3, "delete", moved),
        ]
        assert (resource.exists, resource.changes[1].module) == (False, "1.0.0 -> 1.1.0")
    (module,) = ask(made, "module.notes").modules
    assert [(one.cause.release, one.before, one.after) for one in module.changes] == [
        (1, "", "1.0.0"),
        (2, "1.0.0", "1.1.0"),
    ]


def test_a_path_shows_what_stands_below_it_and_what_is_gone(made: Fabricated) -> None:
    made.release(change(FIRST, "create"))
    made.edit("    first: hello    # the oldest\n", "    other: there\n")
    made.release(change(FIRST, "delete"))
    result = ask(made, "notes.texts")
    assert [(one.path, one.line, one.value) for one in result.fields] == [
        ("notes.texts.other", 10, "there"),
        ("notes.texts.first", 0, None),
    ]
    assert values(result.fields[1]) == [(1, None, "hello"), (2, "hello", None)]


def test_what_there_never_was(made: Fabricated) -> None:
    made.release(change(FIRST, "create"))
    with pytest.raises(MendixError) as error:
        ask(made, "notes.text")
    assert error.value.diagnostics[0].code == "MXD101"
    assert "notes.texts.first" in error.value.diagnostics[0].hint or "notes" in error.value.diagnostics[0].hint


def test_secret_values_are_never_shown(made: Fabricated) -> None:
    path = made.repository.modules / "notes" / "1.0.0" / "module.json"
    manifest = json.loads(path.read_text())
    manifest["section"]["properties"]["texts"]["additionalProperties"] = {"type": "string", "x-secret": True}
    path.write_text(json.dumps(manifest))
    made.release(change(FIRST, "create"))
    made.edit("first: hello", "first: hunter2")
    made.release(change(FIRST))
    result = ask(made)
    one = field(result, "notes.texts.first")
    assert (one.secret, one.value) == (True, SENSITIVE)
    assert values(one) == [(1, None, SENSITIVE), (2, SENSITIVE, SENSITIVE)]
    assert "hunter2" not in repr(result)
    assert "hello" not in repr(result)


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (("plain",), False),
        (("token",), True),
        (("users", "anna", "password"), True),
        (("users", "anna", "name"), False),
        (("users",), True),
        (("list", 0, "key"), True),
        (("either",), True),
        (("loop", "loop", "loop"), False),
    ],
)
def test_marks_of_a_schema(path: FieldPath, secret: bool) -> None:
    mark = {"type": "string", "x-secret": True}
    schema = {
        "$defs": {
            "User": {"properties": {"name": {}, "password": mark}},
            "Loop": {"properties": {"loop": {"$ref": "#/$defs/Loop"}}},
        },
        "properties": {
            "plain": {"type": "string"},
            "token": mark,
            "users": {"additionalProperties": {"$ref": "#/$defs/User"}},
            "list": {"items": {"properties": {"key": mark}}},
            "either": {"anyOf": [{"type": "null"}, mark]},
            "loop": {"$ref": "#/$defs/Loop"},
        },
    }
    assert is_secret(path, schema) is secret


_VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["a", "1"]), st.just([1]), st.just({}))
_KEYS = st.sampled_from("abc")
_SECTION = st.dictionaries(_KEYS, st.one_of(_VALUES, st.dictionaries(_KEYS, _VALUES, max_size=2)), max_size=3)
_STEP = st.tuples(
    st.fixed_dictionaries({"x": _SECTION, "y": _SECTION, "title": _VALUES}),
    st.sampled_from(list(Status)),
    st.lists(st.sampled_from(["module.x.a.b", "module.y.a.b"]), unique=True),
    st.lists(st.sampled_from(["module.x.a.b", "module.y.a.b"]), unique=True),
)


def _records(steps: list[tuple[dict[str, Any], Status, list[str], list[str]]], base: Record) -> list[Record]:
    import yaml

    made = []
    for number, (data, status, planned, done) in enumerate(steps, start=1):
        changes = tuple(RecordedChange(address, address.split(".")[1], "update") for address in planned)
        release = replace(base.release, number=number, spec=yaml.safe_dump({"name": "dev", **data}), changes=changes)
        outcome = None if status is Status.RUNNING else Outcome(status, base.release.started_at, 1.0, tuple(done))
        made.append(Record(release, outcome, ""))
    return made


@given(steps=st.lists(_STEP, min_size=1, max_size=8))
def test_a_chain_ends_at_the_value_in_effect_and_names_where_it_last_changed(
    steps: list[tuple[dict[str, Any], Status, list[str], list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = _base(tmp_path_factory)
    records = _records(steps, base)
    chains = follow(records, lambda path: str(path[0]) if path[0] in ("x", "y") else "")
    effect = _by_brute_force(steps)
    named = {("name",): "dev"} if any(status is Status.SUCCEEDED for _, status, _, _ in steps) else {}
    assert same(chains.values, {**effect[-1], **named})
    for path, chain in chains.fields.items():
        if path == ("name",):
            continue
        history = [None, *(after.get(path) for after in effect)]
        expected = [n for n in range(1, len(history)) if not same(history[n - 1], history[n])]
        assert [link.release for link in chain] == expected
        assert all(same(link.before, before.after) for before, link in pairwise(chain))
        assert same(chain[-1].after, chains.values.get(path))
        assert chain[0].before is None


def _by_brute_force(steps: list[tuple[dict[str, Any], Status, list[str], list[str]]]) -> list[dict[FieldPath, Any]]:
    """What is in effect after each step: area by area, all of it or nothing."""
    effect: dict[FieldPath, Any] = {}
    after = []
    for data, status, planned, done in steps:
        wanted = dict(leaves(data))
        for area in ("x", "y", "title"):
            mine = [address for address in planned if address.split(".")[1] == area]
            whole = status is Status.SUCCEEDED or (
                status is not Status.RUNNING and area != "title" and set(mine) <= set(done)
            )
            if whole:
                effect = {path: value for path, value in effect.items() if path[0] != area}
                effect |= {path: value for path, value in wanted.items() if path[0] == area}
        after.append(dict(effect))
    return after


_kept: list[Record] = []


def _base(factory: pytest.TempPathFactory) -> Record:
    if not _kept:
        _kept.append(Fabricated(small_repository(factory.mktemp("blame") / "platform")).release())
    return _kept[0]


def test_the_fields_of_a_foundation_stand_at_the_top(made: Fabricated) -> None:
    path = made.repository.modules / "notes" / "1.0.0" / "module.json"
    manifest = {**json.loads(path.read_text()), "kind": "foundation"}
    manifest["section"]["properties"]["texts"]["x-secret"] = True
    path.write_text(json.dumps(manifest))
    head = made.spec.partition("notes:")[0].replace("domain: dev.apps.example.com\n", "kind: foundation\n")
    made.repository.spec("dev").write_text(f"{head}edition: 2\ntexts: {{first: hello}}\n")
    made.release(change(FIRST, "create"))
    result = ask(made, "notes")
    assert {one.path: one.value for one in result.fields} == {"edition": 2, "texts.first": SENSITIVE}
    assert [one.address for one in result.resources] == [FIRST]


def test_an_empty_ledger_has_no_causes(made: Fabricated) -> None:
    result = ask(made)
    assert result.head == 0
    assert all(not one.changes and not one.applied for one in result.fields)
    assert Chains().values == {}
