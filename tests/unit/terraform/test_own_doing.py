"""Nobody changed what AWS fills in, or moves by itself; everything else is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.terraform.own_doing import MOVING, by_others
from mendixctl.terraform.plan import UNKNOWN, Action, AttributeChange, ResourceChange

ALARM = "aws_cloudwatch_metric_alarm"


def update(kind: str, *attributes: tuple[str, Any, Any]) -> ResourceChange:
    made = tuple(AttributeChange(*one) for one in attributes)
    return ResourceChange(f"{kind}.this", "", kind, Action.UPDATE, made)


def told(drift: ResourceChange, planned: ResourceChange | None = None) -> list[str]:
    found = by_others(drift, planned)
    return [one.path for one in found.attributes] if found is not None else []


@pytest.mark.parametrize("before", [None, "", 0, [], {}])
def test_what_was_empty_and_the_plan_leaves_is_filled_in(before: Any) -> None:
    drift = update(ALARM, ("metric_query[0].period", before, 300), ("threshold", 5, 7))
    back = update(ALARM, ("threshold", 7, 5), ("arn", "arn:x", UNKNOWN))
    assert told(drift, back) == ["threshold"]
    assert told(drift) == ["threshold"]
    assert by_others(update(ALARM, ("metric_query[0].period", before, 300)), back) is None


@pytest.mark.parametrize("back", ["tags", "tags.team", "tags.team[0]"])
def test_what_was_empty_and_the_plan_takes_back_is_somebodys(back: str) -> None:
    assert told(update(ALARM, ("tags.team", None, "x")), update(ALARM, (back, "x", None))) == ["tags.team"]


@pytest.mark.parametrize("elsewhere", ["tag", "tags_all.team", "tags.teams"])
def test_a_path_that_only_begins_alike_is_another(elsewhere: str) -> None:
    assert told(update(ALARM, ("tags.team", None, "x")), update(ALARM, (elsewhere, "x", None))) == []


def test_what_the_apply_will_tell_is_not_taken_back() -> None:
    assert told(update(ALARM, ("status", None, "x")), update(ALARM, ("status", "x", UNKNOWN))) == []


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in MOVING.items() for name in sorted(names)])
def test_what_moves_by_itself_is_nobodys(kind: str, name: str) -> None:
    drift = update(kind, (name, "one", "two"), ("tags.team", "ours", "theirs"))
    assert told(drift, update(kind, (name, "two", UNKNOWN))) == ["tags.team"]
    assert told(update(kind, (f"{name}[0].x", 1, 2))) == []


def test_false_is_a_value() -> None:
    assert told(update(ALARM, ("actions_enabled", False, True))) == ["actions_enabled"]


def test_what_is_gone_is_always_told() -> None:
    gone = ResourceChange("aws_db_instance.this", "", "aws_db_instance", Action.DELETE)
    assert by_others(gone, None) is gone


@given(st.text(min_size=1), st.integers(1) | st.text(min_size=1), st.integers() | st.text())
def test_a_value_that_became_another_is_never_hidden(path: str, before: Any, after: Any) -> None:
    assert told(update("aws_sqs_queue", (path, before, after))) == [path]
