"""Saved plans as data: actions folded, attributes compared, and nothing sensitive shown, ever."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.terraform.plan import SENSITIVE, UNKNOWN, Action, AttributeChange
from mendixctl.terraform.plan_json import attributes, parse, spell
from mendixgen.diagnostics import MendixError
from tests.support.fake_terraform import RECORDINGS


def plan(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": list(changes), **more}


def change(actions: list[str], address: str = "module.network.aws_vpc.this", **more: Any) -> dict[str, Any]:
    outer = {key: more.pop(key) for key in ("previous_address", "mode", "deposed", "action_reason") if key in more}
    return {
        "address": address,
        "mode": "managed",
        "type": "aws_vpc",
        "change": {"actions": actions, "before": None, "after": None, **more},
        **outer,
    }


def flat(before: Any, after: Any, **more: Any) -> list[tuple[str, Any, Any]]:
    found = attributes({"before": before, "after": after, **more})
    return [(each.path, each.before, each.after) for each in found]


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        (["create"], Action.CREATE),
        (["update"], Action.UPDATE),
        (["delete"], Action.DELETE),
        (["delete", "create"], Action.REPLACE),
        (["create", "delete"], Action.REPLACE),
        (["forget"], Action.FORGET),
        (["create", "forget"], Action.REPLACE),
        (["delete", "something new"], Action.DELETE),
        (["something new", "create"], Action.CREATE),
        (["something new"], Action.UPDATE),
    ],
)
def test_actions_are_folded_and_unknown_ones_are_never_lost(actions: list[str], action: Action):
    (found,) = parse(plan(change(actions))).changes
    assert found.action is action
    assert found.area == "network"
    assert found.type == "aws_vpc"


def test_no_ops_and_reads_are_left_out():
    found = parse(
        plan(change(["no-op"]), change(["read"], mode="data"), change(["read"]), change(["delete"], mode="data"))
    )
    assert found.changes == ()


def test_moves_and_imports_are_not_no_ops():
    moved = change(["no-op"], "a.new", previous_address="a.old")
    both = change(["update"], "a.both", previous_address="a.before", before={"x": 1}, after={"x": 2})
    imported = change(["no-op"], "a.found", importing={"id": "vpc-1"})
    found = parse(plan(moved, both, imported)).changes
    assert [(each.action, each.previous_address) for each in found] == [
        (Action.MOVE, "a.old"),
        (Action.UPDATE, "a.before"),
        (Action.IMPORT, ""),
    ]


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("module.storage.module.x.aws_s3_bucket.this", "storage"),
        ('module.cluster["a.b"].aws_eks_cluster.this', "cluster"),
        ("aws_vpc.module", ""),
    ],
)
def test_the_area_is_the_first_module(address: str, area: str):
    assert parse(plan(change(["create"], address))).changes[0].area == area


def test_the_reason_and_deposed_objects():
    found = parse(
        plan(change(["delete"], action_reason="delete_because_no_module"), change(["delete"], deposed="ab12"))
    )
    assert [each.reason for each in found.changes] == ["delete_because_no_module", "deposed object ab12"]


@pytest.mark.parametrize("version", ["1.0", "1.2", "1.99"])
def test_later_formats_with_more_in_them_are_read(version: str):
    document = plan(change(["create"]), action_invocations=[{"new": 1}], format_version=version)
    assert len(parse(document).changes) == 1


@pytest.mark.parametrize("version", ["0.2", "2.0", None, 1])
def test_other_formats_are_refused(version: object):
    with pytest.raises(MendixError, match="MXT105"):
        parse(plan(format_version=version))


def test_scalars_and_nested_blocks():
    before = {"a": 1, "b": "x", "rule": [{"status": "on", "days": 3}], "same": {"k": 1}}
    after = {"a": 2, "b": "x", "rule": [{"status": "off", "days": 3}], "same": {"k": 1}}
    assert flat(before, after) == [("a", 1, 2), ("rule[0].status", "on", "off")]


def test_lists_of_values_are_one_attribute():
    assert flat({"ids": ["a", "b"]}, {"ids": ["a", "c", "d"]}) == [("ids", ["a", "b"], ["a", "c", "d"])]


def test_lists_of_values_are_one_attribute_where_terraform_says_that_no_entry_is_unknown():
    found = flat({"ids": ["a", "b"]}, {"ids": ["b"]}, after_unknown={"ids": [False]})
    assert found == [("ids", ["a", "b"], ["b"])]


def test_blocks_of_a_set_are_compared_by_content():
    before = {"rule": [{"port": 443, "to": 443}, {"port": 80, "to": 80}]}
    after = {"rule": [{"port": 22, "to": 22}, {"port": 443, "to": 443}, {"port": 80, "to": 80}]}
    assert flat(before, after) == [("rule[0].port", None, 22), ("rule[0].to", None, 22)]


def test_blocks_of_a_list_that_change_places_are_a_change():
    first, second = {"action": "allow", "from": 1}, {"action": "deny", "from": 2}
    assert flat({"rule": [first, second]}, {"rule": [second, first]}) == [
        ("rule[0].action", "allow", None),
        ("rule[0].from", 1, None),
        ("rule[1].action", None, "allow"),
        ("rule[1].from", None, 1),
    ]


def test_a_block_that_changes_beside_one_that_goes_is_still_itself():
    before = {"rule": [{"id": "a", "x": 1, "y": 1}, {"id": "b", "x": 2, "y": 2}]}
    assert flat(before, {"rule": [{"id": "b", "x": 3, "y": 2}]}) == [
        ("rule[0].x", 2, 3),
        ("rule[0].id", "a", None),
        ("rule[0].x", 1, None),
        ("rule[0].y", 1, None),
    ]


def test_a_block_that_changes_and_stands_elsewhere_in_its_set_is_still_itself():
    kept = [{"id": "b", "x": 1, "y": 1}, {"id": "c", "x": 1, "y": 1}]
    before = {"rule": [{"id": "a", "x": 1, "y": 7}, *kept]}
    assert flat(before, {"rule": [*kept, {"id": "a", "x": 9, "y": 7}]}) == [("rule[2].x", 1, 9)]


BLOCKS = st.lists(
    st.fixed_dictionaries({"port": st.integers(0, 3), "to": st.integers(0, 3), "text": st.sampled_from("xy")}),
    max_size=6,
)


@given(BLOCKS, BLOCKS)
def test_what_is_shown_of_blocks_leads_from_before_to_after(before: list[Any], after: list[Any]):
    found = flat({"rule": before}, {"rule": after})
    changes: dict[tuple[int, bool], dict[str, tuple[Any, Any]]] = {}
    for path, old, new in found:
        index, name = path.removeprefix("rule[").split("].")
        changes.setdefault((int(index), new is None), {})[name] = (old, new)
    removed, added, origins = [], [], []
    for (index, gone), parts in changes.items():
        if gone:
            removed.append({name: old for name, (old, _) in parts.items()})
            assert removed[-1] == before[index]
        elif all(old is None for old, _ in parts.values()):
            added.append({name: new for name, (_, new) in parts.items()})
            assert added[-1] == after[index]
        else:
            origins.append(({**after[index], **{name: old for name, (old, _) in parts.items()}}, after[index]))

    def counted(blocks: list[Any]) -> Counter[str]:
        return Counter(json.dumps(block, sort_keys=True) for block in blocks)

    gone = counted([*removed, *(old for old, _ in origins)])
    come = counted([*added, *(new for _, new in origins)])
    assert not gone - counted(before)
    assert counted(before) - gone + come == counted(after)
    # nothing more than has to: what changes is shown as one, and the longest common part not at all
    longest = _longest(before, after)
    assert len(removed) + len(origins) == len(before) - longest
    assert len(added) + len(origins) == len(after) - longest


def _longest(before: list[Any], after: list[Any]) -> int:
    """The length of the longest common subsequence, by the book."""
    row = [0] * (len(after) + 1)
    for one in before:
        above = row[:]
        for index, other in enumerate(after):
            row[index + 1] = above[index] + 1 if one == other else max(above[index + 1], row[index])
    return row[-1]


def test_a_block_that_goes_away():
    before = {"rule": [{"port": 80}, {"port": 443}]}
    assert flat(before, {"rule": [{"port": 443}]}) == [("rule[0].port", 80, None)]


def test_nothing_and_empty_are_the_same():
    assert flat({"tags": None, "rule": []}, {"tags": {}, "rule": None}) == []


def test_values_that_python_alone_finds_equal():
    assert flat({"a": {"x": False}}, {"a": {"x": 0}, "b": 1}) in (
        [("b", None, 1)],
        [("a.x", False, 0), ("b", None, 1)],
    )
    assert flat({"x": ""}, {"x": None}) == [("x", "", None)]


def test_unknown_values():
    found = flat(
        {"id": "i-1", "list": ["a"], "block": [{"x": 1, "y": 2}]},
        {"list": ["a"], "block": [{"y": 2}]},
        after_unknown={"id": True, "arn": True, "list": [False], "block": [{"x": True}]},
    )
    assert found == [("id", "i-1", UNKNOWN), ("block[0].x", 1, UNKNOWN), ("arn", None, UNKNOWN)]


def test_lists_with_unknown_elements():
    assert flat({"ids": []}, {"ids": [None]}, after_unknown={"ids": [True]}) == [("ids[0]", None, UNKNOWN)]


def test_a_resource_that_is_created_shows_what_it_will_be():
    assert flat(None, {"cidr": "10.0.0.0/16", "tags": {"a": "b"}, "none": None}, after_unknown={"id": True}) == [
        ("cidr", None, "10.0.0.0/16"),
        ("tags.a", None, "b"),
        ("id", None, UNKNOWN),
    ]


def test_a_resource_that_is_destroyed_shows_what_it_was():
    assert flat({"cidr": "10.0.0.0/16", "none": None}, None) == [("cidr", "10.0.0.0/16", None)]


def test_replacement_paths():
    found = attributes(
        {
            "before": {"az": "a", "size": 1, "rule": [{"x": 1}]},
            "after": {"az": "b", "size": 2, "rule": [{"x": 2}]},
            "replace_paths": [["az"], ["rule", 0, "x"]],
        }
    )
    assert {each.path: each.forces_replacement for each in found} == {"az": True, "size": False, "rule[0].x": True}


def test_sensitive_values_of_every_kind():
    found = list(
        attributes(
            {
                "before": {"password": "OLD", "map": {"k": "S1", "open": "o1"}, "rule": [{"key": "S2"}], "was": "S3"},
                "after": {"password": "NEW", "map": {"k": "S4", "open": "o2"}, "rule": [{"key": "S5"}], "was": "S6"},
                "before_sensitive": {"password": True, "map": {"k": True}, "rule": True, "was": True},
                "after_sensitive": {"password": True, "map": {"k": True}, "rule": [{"key": True}]},
            }
        )
    )
    assert found == [
        AttributeChange("password", SENSITIVE, SENSITIVE, sensitive=True),
        AttributeChange("map.k", SENSITIVE, SENSITIVE, sensitive=True),
        AttributeChange("map.open", "o1", "o2"),
        AttributeChange("rule", SENSITIVE, SENSITIVE, sensitive=True),
        AttributeChange("was", SENSITIVE, SENSITIVE, sensitive=True),
    ]


def test_a_sensitive_value_that_stays_is_no_change():
    assert flat({"p": "S"}, {"p": "S"}, before_sensitive={"p": True}, after_sensitive={"p": True}) == []


def test_a_sensitive_value_that_becomes_unknown():
    found = flat({"a": {"p": "SECRET"}}, {}, after_unknown={"a": True}, before_sensitive={"a": {"p": True}})
    assert found == [("a", {"p": SENSITIVE}, UNKNOWN)]


def test_a_secret_that_a_provider_copied_into_an_attribute_without_marking_it():
    marks = {"before_sensitive": {"input": True}, "after_sensitive": {"input": True}}
    item = change(
        ["update"],
        before={"input": "hunter2-old", "output": {"copy": "db://user:hunter2-old@host"}, "size": 1},
        after={"input": "hunter2-new", "output": {"copy": "db://user:hunter2-new@host"}, "size": 2},
        **marks,
    )
    other = change(["create"], "a.b", after={"password": "hunter2-new", "open": "o"})
    found = parse(plan(item, other, output_changes={"o": {"actions": ["create"], "after": "hunter2-new"}}))
    assert "hunter2" not in repr(found)
    assert found.outputs["o"].sensitive
    assert [attribute.path for attribute in found.changes[0].attributes] == ["input", "output.copy", "size"]
    assert [attribute.after for attribute in found.changes[1].attributes] == [SENSITIVE, "o"]


def test_outputs():
    document = plan(
        output_changes={
            "open": {"actions": ["create"], "before": None, "after": {"a": 1}, "after_unknown": {"b": True}},
            "same": {"actions": ["no-op"], "before": 1, "after": 1},
            "hidden": {"actions": ["update"], "before": "S1", "after": "S2", "after_sensitive": {"x": True}},
            "later": {"actions": ["create"], "before": None, "after_unknown": True},
        }
    )
    assert parse(document).outputs == {
        "open": AttributeChange("open", None, {"a": 1, "b": UNKNOWN}),
        "hidden": AttributeChange("hidden", SENSITIVE, SENSITIVE, sensitive=True),
        "later": AttributeChange("later", None, UNKNOWN),
    }


def test_drift_is_what_somebody_changed():
    document = plan(
        resource_drift=[
            change(["update"], "a.noise", before={"tags": None}, after={"tags": {}}),
            change(["update"], "a.real", before={"x": 1}, after={"x": 2}),
            change(["delete"], "a.gone", before={"x": 1}),
            change(["no-op"], "a.moved", previous_address="a.old"),
        ]
    )
    assert [(each.address, each.action) for each in parse(document).drift] == [
        ("a.real", Action.UPDATE),
        ("a.gone", Action.DELETE),
    ]


def test_paths_are_spelled_as_terraform_does():
    assert spell(["rule", 0, "status"]) == "rule[0].status"
    assert spell(["tags", "a b"]) == 'tags["a b"]'
    assert spell(["tags", 'q"\\']) == 'tags["q\\"\\\\"]'
    assert spell([]) == ""


def test_a_real_plan():
    found = parse(json.loads((RECORDINGS / "show_update.json").read_text()))
    (only,) = found.changes
    assert (only.address, only.action) == ("aws_ssm_parameter.this", Action.UPDATE)
    assert AttributeChange('tags["a b"]', "c", "d") in only.attributes
    assert AttributeChange("value", SENSITIVE, SENSITIVE, sensitive=True) in only.attributes
    assert found.drift == ()


@pytest.mark.parametrize("name", ["show_create.json", "show_update.json", "show_partial.json"])
def test_no_secret_of_a_real_plan_is_shown(name: str):
    text = (RECORDINGS / name).read_text()
    assert "secret" in text
    shown = repr(parse(json.loads(text)))
    assert not any(secret in shown for secret in ("hunter2-secret", "other-secret", "s3cr3t-value"))


SECRET = "s3cr3"  # too short to be recognised by its text: only the marks can hide it


@st.composite
def marked_value(draw: st.DrawFn, depth: int = 3) -> tuple[Any, Any]:
    """A value, some of it secret, and the marks that mirror it as Terraform writes them."""
    kind = draw(st.sampled_from(["secret", "open", "none", *(["map", "list"] if depth else [])]))
    if kind == "secret":
        value = draw(st.sampled_from([SECRET, [SECRET], {"k": SECRET}, {"k": [{"n": SECRET}]}]))
        return value, True
    if kind == "map":
        items = draw(st.dictionaries(st.sampled_from("abcd"), marked_value(depth - 1), max_size=3))
        return {k: v for k, (v, _) in items.items()}, {k: m for k, (_, m) in items.items() if m is not False}
    if kind == "list":
        elements = draw(st.lists(marked_value(depth - 1), max_size=3))
        return [v for v, _ in elements], [m for _, m in elements]
    return (draw(st.integers() | st.text(alphabet="xyz"))) if kind == "open" else None, False


UNKNOWNS = st.recursive(
    st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.none() | st.dictionaries(st.sampled_from("abcd"), marked_value()),
    st.dictionaries(st.sampled_from("abcd"), marked_value()),
    UNKNOWNS,
)
def test_no_secret_is_ever_shown(before: Any, after: Any, unknown: Any):
    parts: dict[str, Any] = {"actions": ["update"], "after_unknown": unknown}
    for side, content in (("before", before), ("after", after)):
        parts[side] = None if content is None else {key: value for key, (value, _) in content.items()}
        parts[f"{side}_sensitive"] = False if content is None else {key: marks for key, (_, marks) in content.items()}
    item = {"address": "a.b", "type": "a", "change": parts}
    found = parse(plan(item, resource_drift=[item], output_changes={"o": parts}))
    assert SECRET not in repr(found)


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), VALUES))
def test_a_value_does_not_differ_from_itself(value: Any):
    assert flat(value, json.loads(json.dumps(value))) == []


@given(st.dictionaries(st.text(max_size=3), VALUES), st.text(min_size=1, max_size=3), st.integers(), st.integers())
def test_one_changed_attribute_is_one_change(value: dict[str, Any], key: str, old: int, new: int):
    found = flat({**value, key: old}, {**value, key: new})
    assert found == ([] if old == new else [(spell([key]), old, new)])


NAMED = {"id": "arn:s", "name": "dev/license", "arn": "arn:s"}
DATABASE = {"id": "db-1", "identifier": "dev-mendix", "final_snapshot_identifier": "dev-mendix-final-1"}


@pytest.mark.parametrize(
    ("kind", "actions", "before", "identity"),
    [
        ("aws_secretsmanager_secret", ["delete"], NAMED, {"id": "arn:s", "name": "dev/license"}),
        ("aws_secretsmanager_secret", ["delete", "create"], NAMED, {"id": "arn:s", "name": "dev/license"}),
        ("aws_secretsmanager_secret", ["update"], NAMED, {}),
        ("aws_secretsmanager_secret", ["forget"], {**NAMED, "name": 7}, {"id": "arn:s"}),
        ("aws_sqs_queue", ["delete"], NAMED, {}),
        ("aws_db_instance", ["delete"], {**DATABASE, "skip_final_snapshot": False}, DATABASE),
        (
            "aws_db_instance",
            ["delete"],
            {**DATABASE, "skip_final_snapshot": True},
            {"id": "db-1", "identifier": "dev-mendix"},
        ),
        ("aws_kms_key", ["delete"], None, {}),
    ],
)
def test_data_that_is_taken_away_is_named_so_that_it_can_be_found_again(
    kind: str, actions: list[str], before: Any, identity: dict[str, str]
):
    (found,) = parse(plan({**change(actions, before=before), "type": kind})).changes
    assert found.identity == identity


def test_an_identity_holds_nothing_that_is_sensitive():
    marked = {**change(["delete"], before=NAMED, before_sensitive={"name": True}), "type": "aws_secretsmanager_secret"}
    (found,) = parse(plan(marked)).changes
    assert found.identity == {"id": "arn:s"}
