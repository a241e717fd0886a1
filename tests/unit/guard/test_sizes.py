"""What EKS is told of a node group before an apply: every step, and what follows it, is something that EKS takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.guard.sizes import NewStart, PlannedSize, Sizes, planned, starting_lower, step
from mendixctl.terraform.plan import Action, ResourceChange

ADDRESS = 'module.cluster.aws_eks_node_group.this["apps"]'
NODES = st.integers(0, 40)


def group(least: int, most: int, now: int) -> dict[str, Any]:
    return {
        "cluster_name": "dev",
        "node_group_name": "apps-1",
        "scaling_config": [{"min_size": least, "max_size": most, "desired_size": now}],
    }


def change(before: Any, after: Any, action: Action = Action.UPDATE, kind: str = "aws_eks_node_group") -> ResourceChange:
    return ResourceChange(ADDRESS, "cluster", kind, action, raw={"change": {"before": before, "after": after}})


def is_taken(one: Sizes) -> bool:
    """Whether EKS takes such numbers."""
    return one.least <= one.now <= one.most


@pytest.mark.parametrize(
    ("least", "most", "live", "asked"),
    [
        (5, 6, Sizes(2, 6, 2), Sizes(2, 6, 5)),
        (5, 8, Sizes(1, 3, 2), Sizes(1, 5, 5)),
        (1, 4, Sizes(1, 10, 7), Sizes(1, 10, 4)),
        (1, 4, Sizes(6, 10, 7), Sizes(4, 10, 4)),
        (3, 9, Sizes(2, 6, 4), None),
        (6, 5, Sizes(6, 12, 8), Sizes(5, 12, 5)),
    ],
    ids=["min", "min above the old max", "max", "max below the old min", "both fit", "a schedule's min above max"],
)
def test_the_step_before(least: int, most: int, live: Sizes, asked: Sizes | None) -> None:
    assert step(PlannedSize(ADDRESS, "dev", "apps-1", least, most, live.now), live) == asked


@given(NODES, NODES, NODES, NODES, NODES)
def test_eks_takes_every_step_and_the_plan_after_it(a: int, b: int, c: int, least: int, most: int) -> None:
    low, now, high = sorted((a, b, c))
    least, most = sorted((least, most))
    live = Sizes(low, high, now)
    asked = step(PlannedSize(ADDRESS, "dev", "apps-1", least, most, now), live) or live

    assert is_taken(asked)
    assert is_taken(Sizes(least, most, asked.now))
    assert asked.now == now or not least <= now <= most


def test_only_numbers_that_change_in_place_are_looked_at() -> None:
    found = planned(
        [
            change(group(2, 6, 2), group(5, 6, 2)),
            change(group(2, 6, 2), {**group(2, 6, 2), "labels": {"a": "b"}}),
            change(None, group(2, 6, 2), Action.CREATE),
            change(group(2, 6, 2), group(5, 6, 2), Action.REPLACE),
            change(group(2, 6, 2), group(5, 6, 2), kind="aws_autoscaling_group"),
            change({"scaling_config": []}, group(5, 6, 2)),
        ]
    )

    assert found == (PlannedSize(ADDRESS, "dev", "apps-1", 5, 6, 2),)
    assert found[0].goal == 5


def test_a_group_that_is_made_anew_begins_with_fewer_nodes_than_run() -> None:
    anew = change(group(3, 24, 9), group(3, 24, 3), Action.REPLACE)
    assert starting_lower([anew]) == (NewStart(ADDRESS, "apps", 9, 3),)
    assert starting_lower([change(group(3, 24, 3), group(3, 24, 3), Action.REPLACE)]) == ()
    assert starting_lower([change(group(3, 24, 9), group(4, 24, 9))]) == ()
    assert starting_lower([change(None, group(3, 24, 3), Action.CREATE)]) == ()
    assert starting_lower([change(group(3, 24, 9), None, Action.DELETE)]) == ()


def test_a_group_that_gets_its_first_schedule_is_another_resource_of_the_same_name() -> None:
    scheduled = ADDRESS.replace(".this[", ".scheduled[")
    gone = change(group(3, 24, 9), None, Action.DELETE)
    made = replace(change(None, group(3, 24, 3), Action.CREATE), address=scheduled)
    assert starting_lower([made, gone]) == (NewStart(scheduled, "apps", 9, 3),)
