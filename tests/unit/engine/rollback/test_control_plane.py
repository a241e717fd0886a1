"""Whether EKS takes a control plane back: by one version, within seven days, with nodes that are not ahead of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.rollback.control_plane import WINDOW, at, way_back
from mendixgen.spec.merge import HeldForward, merge

UPGRADE = datetime(2026, 11, 20, 9, tzinfo=UTC)
BEFORE, LATER = UPGRADE - timedelta(days=30), UPGRADE + timedelta(days=2)
RELEASES = [(BEFORE, ""), (BEFORE, "1.34"), (UPGRADE, "1.35"), (LATER, "1.35")]
NOW = UPGRADE + timedelta(days=3)
SCHEMA = {
    "type": "object",
    "properties": {
        "version": {"type": "string", "default": "1.35", "x-one-way": "it goes up only"},
        "node_groups": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"version": {"type": "string", "x-one-way": "nodes stay", "x-follows": "version"}},
            },
        },
    },
}


def data(version: str = "1.35", **groups: str | None) -> dict[str, Any]:
    nodes = {name: {"version": one} if one else {} for name, one in (groups or {"apps": "1.34"}).items()}
    return {"cluster": {"version": version, "node_groups": nodes}}


def held(kept: Any = "1.35", asked: Any = "1.34", path: tuple[str, ...] = ("cluster", "version")) -> list[HeldForward]:
    return [HeldForward(path, kept, asked, "it goes up only")]


def test_within_seven_days_of_its_upgrade_it_goes_back() -> None:
    assert way_back(held(), data(), RELEASES, NOW) == ("1.34", UPGRADE + WINDOW)
    assert way_back(held(), data(), RELEASES, UPGRADE + WINDOW - timedelta(seconds=1)) is not None


@pytest.mark.parametrize(
    ("one", "now", "releases", "moment"),
    [
        (held(), data(), RELEASES, UPGRADE + WINDOW),
        (held(asked="1.33"), data(), [(BEFORE, "1.33"), (UPGRADE, "1.35")], NOW),
        (held(asked="1.33"), data(), RELEASES, NOW),
        (held(asked=None), data(), RELEASES, NOW),
        (held(path=("database", "version")), data(), RELEASES, NOW),
        (held(), data(), [(UPGRADE, "1.35")], NOW),  # it was made with it
        (held(), data(), [(BEFORE, ""), (UPGRADE, "1.35")], NOW),
        (held(), data(), [(BEFORE, "1.34"), (LATER, "1.36"), (UPGRADE, "1.35")], NOW),
        (held(), data(), [], NOW),
        (held(), data(apps="1.35"), RELEASES, NOW),
        (held(), data(apps="1.34", system=None), RELEASES, NOW),  # it follows the cluster
        (held(), {"cluster": {"version": "1.35"}}, RELEASES, NOW),
        ([], data(), RELEASES, NOW),
    ],
)
def test_else_it_is_held_forward(one: list[HeldForward], now: Any, releases: Any, moment: datetime) -> None:
    assert way_back(one, now, releases, moment) is None


@given(st.integers(20, 40), st.integers(20, 40), st.integers(0, 20))
def test_it_never_goes_back_by_more_than_one_nor_after_the_window(kept: int, asked: int, days: int) -> None:
    releases = [(BEFORE, f"1.{asked}"), (UPGRADE, f"1.{kept}")]
    nodes = data(f"1.{kept}", apps="1.20")
    found = way_back(held(f"1.{kept}", f"1.{asked}"), nodes, releases, UPGRADE + timedelta(days=days))
    assert (found is not None) == (kept - asked == 1 and days < 7)


def test_what_is_merged_then_is_what_the_release_said() -> None:
    target = {"cluster": {"version": "1.34", "node_groups": {"apps": {}}}}
    assert [one.path for one in merge(data(), target, {"cluster": SCHEMA}).held_forward] == [
        ("cluster", "version"),
        ("cluster", "node_groups", "apps", "version"),
    ]
    merged = merge(at(data(), "1.34"), target, {"cluster": SCHEMA})
    assert (merged.data, merged.held_forward) == (target, ())
