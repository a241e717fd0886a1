"""A rollback ends with the resources of the release that it goes to, whatever way was gone before.

Walks through valid specifications, module versions up and down, areas on and off, and rollbacks, drawn by hypothesis.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from mendixgen.spec.merge import Merged
from mendixgen.versions.store import ModuleStore
from tests.support import walks
from tests.support.soak import examples
from tests.support.walks import ALWAYS, HEADER, MODULES, SOMETIMES, Point, Refused, differences, meaning

STEPS = 7


@pytest.fixture(scope="module")
def store() -> ModuleStore:
    return ModuleStore(MODULES)


@given(data=st.data())
@settings(
    max_examples=examples(60),
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_a_rollback_ends_with_the_resources_of_the_release(store: ModuleStore, data: st.DataObject) -> None:
    lock = walks.started(data.draw, store)
    now = walks.point(store, dict(HEADER), lock)
    releases = [now]
    state = walks.in_state(store, set(), now)[0]
    for _ in range(STEPS):
        step = data.draw(st.sampled_from(["edit", "rollback", "versions", "edit", "rollback"]))
        if step == "rollback":
            goal = releases[data.draw(st.integers(0, len(releases) - 1))]
            after = check_rollback(store, now, goal, state)
        else:
            lock = walks.moved_versions(data.draw, store, now.lock) if step == "versions" else now.lock
            said = walks.edited(data.draw, now.data, lock) if step == "edit" else now.data
            after = applied(store, walks.kept(lock, said), lock)
        if after is None:
            event(f"{step}: not accepted")
            continue
        event(step)
        state = walks.in_state(store, state, after)[0]
        releases.append(after)
        now = after


def applied(store: ModuleStore, data: dict[str, Any], lock: Any) -> Point | None:
    try:
        return walks.point(store, data, lock)
    except Refused:
        return None


def check_rollback(store: ModuleStore, now: Point, goal: Point, state: set[str]) -> Point | None:
    """Roll back, and check all that must hold of it; None where the rollback is refused."""
    merged, lock = walks.back(store, now, goal)
    after = applied(store, merged.data, lock)
    if after is None:
        assert merged.held_forward, "the release was valid once, so only what is held forward can make it invalid"
        return None
    assert versions(after) == versions(goal)
    held = {tuple(map(str, one.path)) for one in merged.held_forward}
    event("rollback with something held forward" if held else "rollback in full")
    check_meaning(store, goal, after, merged, held)
    check_one_way(store, now, after)
    check_files(goal, after, held)
    check_state(store, after, state)
    check_again(store, now, goal, after, merged)
    return after


def versions(one: Point) -> dict[str, str]:
    return {area: pin.version for area, pin in one.lock.pins.items()}


def check_meaning(store: ModuleStore, goal: Point, after: Point, merged: Merged, held: set[tuple[str, ...]]) -> None:
    """What it says is what the release said, except for what is held forward; and that has the value that was told."""
    for area, schema in walks.sections(store, after.lock).items():
        one, two = meaning(goal.data.get(area), schema), meaning(after.data.get(area), schema)
        assert {(area, *path) for path in differences(one, two)} <= held
        for kept in merged.held_forward:
            if kept.path[0] == area:
                assert two[tuple(map(str, kept.path[1:]))] == kept.kept
    assert {key: after.data[key] for key in HEADER} == {key: goal.data[key] for key in HEADER}


def check_one_way(store: ModuleStore, now: Point, after: Point) -> None:
    """What AWS never takes back is what it was, of everything that is not made anew."""
    before, later = (
        walks.one_way(
            {area: meaning(one.data.get(area), schema) for area, schema in walks.sections(store, one.lock).items()}
        )
        for one in (now, after)
    )
    for path, (value, made_of) in before.items():
        if path not in later or value is None:
            continue
        kept, made_then = later[path]
        anew = any(one != two for one, two in zip(made_of, made_then, strict=False) if None not in (one, two))
        if not anew:
            assert kept == value, path


def check_files(goal: Point, after: Point, held: set[tuple[str, ...]]) -> None:
    """The root is the release's, except for the modules of areas of which something is held, and for the moves."""
    touched = {path[0] for path in held}
    for name in {*goal.files, *after.files} - {"moves.tf"}:
        one, two = blocks(goal.files[name]), blocks(after.files[name])
        assert one.keys() == two.keys()
        assert {label for label in one if one[label] != two[label]} <= touched
    if not touched:
        assert {**goal.files, "moves.tf": ""} == {**after.files, "moves.tf": ""}


def blocks(text: str) -> Mapping[str, str]:
    """The module blocks of a file by area, and the rest."""
    parts = re.split(r'^module "([a-z_]+)" \{$', text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def check_state(store: ModuleStore, after: Point, state: set[str]) -> None:
    """Nothing that another version calls otherwise is made anew: it is moved, in either direction."""
    held, made, destroyed = walks.in_state(store, state, after)
    assert held == {
        f"{area}.{address}"
        for area, version in versions(after).items()
        for address in store.manifest(area, version).addresses
    }
    for area in (*ALWAYS, *SOMETIMES):
        for version in store.versions(area):
            for move in store.manifest(area, version).moves:
                names = {f"{area}.{move.source}", f"{area}.{move.target}"}
                assert not (names & made and names & destroyed)


def check_again(store: ModuleStore, now: Point, goal: Point, after: Point, merged: Merged) -> None:
    """The same rollback once more changes nothing, and there is a way back to where it came from."""
    again, lock = walks.back(store, after, goal)
    assert again.data == after.data
    assert walks.point(store, again.data, lock).files == after.files
    forth, lock = walks.back(store, after, now)
    schemas = walks.sections(store, now.lock)
    for one in forth.held_forward:
        # what was not set at all (an object lock) is the only thing that a rollback may have turned on
        assert (
            meaning(now.data.get(str(one.path[0])), schemas[str(one.path[0])]).get(tuple(map(str, one.path[1:])))
            is None
        )
    if not forth.held_forward and not merged.held_forward:
        there = walks.point(store, forth.data, lock)
        assert {**there.files, "moves.tf": ""} == {**now.files, "moves.tf": ""}
