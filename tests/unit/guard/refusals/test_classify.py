"""What the classifier makes of plans: nothing of what is not known, and nothing secret."""

from __future__ import annotations

import pytest

from mendixctl.guard.refusals import rulebook
from mendixctl.guard.refusals.classify import refusals
from tests.unit.guard.plans import document, item
from tests.unit.guard.refusals.examples import plan, unpacked

WRITING = {rule.id: rule for rule in rulebook.every_rule() if "delete" not in rule.on and rule.facts and rule.when}
GROUP = "aws_eks_node_group"


def sizes(least: int, now: int, most: int = 9) -> dict[str, object]:
    return {"scaling_config": [{"min_size": least, "desired_size": now, "max_size": most}]}


@pytest.mark.parametrize("identity", WRITING)
def test_what_is_not_known_refuses_nothing(identity: str) -> None:
    rule = WRITING[identity]
    example = unpacked(rule.examples["refused"])
    unknown = dict.fromkeys(example["after"], True)
    first, *_ = sorted(rule.types)
    tested = item(first, "update" if example["before"] else "create", example["before"], example["after"], unknown)
    others = [
        item(one["type"], "update", one["before"], one["after"], dict.fromkeys(one["after"] or {}, True))
        for one in example.get("others", [])
    ]
    assert [one for one in refusals(document(tested, *others)) if one.rule == identity] == []


def test_every_refused_change_is_told_at_once_and_in_the_order_of_the_plan() -> None:
    found = refusals(
        document(
            item(GROUP, "update", sizes(2, 2), sizes(3, 2), address="b"),
            item(
                "aws_db_instance",
                "update",
                {"engine": "postgres", "allocated_storage": 100},
                {"engine": "postgres", "allocated_storage": 50},
                address="a",
            ),
            item(GROUP, "update", sizes(2, 2), sizes(4, 2), address="c"),
        )
    )
    assert [(one.address, one.rule) for one in found] == [
        ("b", "eks.min-above-desired"),
        ("a", "rds.storage-shrinks"),
        ("c", "eks.min-above-desired"),
    ]
    assert found[0].text == "Minimum capacity 3 can't be greater than desired size 2"
    assert found[0].operation == "eks:UpdateNodegroupConfig"
    assert found[0].values == {"min": "3", "desired": "2"}


def test_an_update_that_leaves_a_fact_alone_is_not_refused_for_it() -> None:
    """What AWS took once is not sent again."""
    before = {"identifier": "db", "port": 1149, "tags": {"a": "b"}}
    change = item("aws_db_instance", "update", before, {**before, "tags": {}})
    assert refusals(document(change)) == ()
    assert [one.rule for one in refusals(document(item("aws_db_instance", "create", None, before)))] == [
        "rds.port-range"
    ]


def test_a_replacement_is_a_deletion_and_a_creation() -> None:
    protected = {"identifier": "db", "deletion_protection": True}
    (found,) = refusals(document(item("aws_db_instance", "replace", protected, {"identifier": "db"})))
    assert (found.rule, found.operation) == ("rds.deletion-protected", "rds:DeleteDBInstance")
    both = document(item(GROUP, "replace", sizes(2, 2), sizes(3, 2)))
    assert [one.rule for one in refusals(both)] == ["eks.create-min-above-desired"]


def test_a_secret_that_is_replaced_under_its_name_meets_itself() -> None:
    before, after = {"name": "prod/a", "recovery_window_in_days": 30}, {"name": "prod/a"}
    (found,) = refusals(document(item("aws_secretsmanager_secret", "replace", before, after)))
    assert found.rule == "secretsmanager.name-taken"
    assert (
        refusals(
            document(item("aws_secretsmanager_secret", "replace", {**before, "recovery_window_in_days": 0}, after))
        )
        == ()
    )


def test_what_stays_as_it_is_counts_for_the_rest() -> None:
    one = {"network_acl_id": "acl-1", "egress": False, "rule_number": 100}
    kind = "aws_network_acl_rule"
    steady = item(kind, "no-op", one, one, address="old")
    found = refusals(document(item(kind, "create", None, one, address="new"), steady))
    assert [(found[0].address, found[0].rule)] == [("new", "ec2.acl-number-twice")]
    assert refusals(document(steady)) == ()


def test_nothing_that_is_marked_sensitive_is_shown() -> None:
    marks = {"scaling_config": [{"min_size": True}]}
    change = item(GROUP, "update", sizes(2, 2), sizes(3, 2), after_sensitive=marks)
    (found,) = refusals(document(change))
    assert found.text == "Minimum capacity (sensitive) can't be greater than desired size 2"
    assert found.values["min"] == "(sensitive)"


def test_a_long_value_is_cut_and_stands_on_one_line() -> None:
    change = item("aws_lb", "create", None, {"name": "a\n" * 500})
    texts = [one.text for one in refusals(document(change))]
    assert texts
    assert all("\n" not in text and len(text) < 300 for text in texts)


@pytest.mark.parametrize("values", [None, [], "text", 7, {"scaling_config": "text"}, {"scaling_config": [None]}])
def test_it_stumbles_over_nothing(values: object) -> None:
    for rule in rulebook.every_rule():
        for kind in rule.types:
            for action in ("create", "update", "delete", "replace"):
                refusals(document(item(kind, action, values, values)))


@pytest.mark.parametrize("kind", ["refused", "accepted"])
def test_no_example_is_refused_for_another_reason_of_the_same_request(kind: str) -> None:
    """Rules of one operation do not say the same thing twice."""
    for rule in rulebook.every_rule():
        found = [one.rule for one in refusals(plan(rule, kind))]
        assert len(found) == len(set(found))
