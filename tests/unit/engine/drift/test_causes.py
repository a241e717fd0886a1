"""The causes of planned changes: whatever the three plans show, each part of it has exactly one cause."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.drift.causes import Release, Told, tell
from mendixctl.engine.drift.results import DriftedAttribute, Planned
from mendixctl.terraform.plan import UNKNOWN, Action, AttributeChange, PlanDocument, ResourceChange

VPC = "module.network.aws_vpc.this"
KEY = "module.encryption.aws_kms_key.this"


def attribute(path: str, before: Any, after: Any, *, forces: bool = False, sensitive: bool = False) -> AttributeChange:
    return AttributeChange(path, before, after, sensitive, forces)


def change(address: str, *attributes: AttributeChange, action: Action = Action.UPDATE, **raw: Any) -> ResourceChange:
    parts = address.split(".")
    return ResourceChange(address, parts[1], parts[2], action, attributes, raw={"change": raw} if raw else {})


def plan(*changes: ResourceChange, drift: tuple[ResourceChange, ...] = ()) -> PlanDocument:
    return PlanDocument("1.11.4", changes, drift)


def paths(planned: tuple[Planned, ...]) -> list[tuple[str, str]]:
    return [(one.change.address, part.path) for one in planned for part in one.change.attributes]


def test_what_aws_changed_is_told_the_way_it_went() -> None:
    back = change(VPC, attribute("tags.team", "theirs", "ours"), attribute("arn", "a", UNKNOWN))
    seen = change(VPC, attribute("tags.team", "ours", "theirs"), before={"id": "vpc-1", "arn": "arn:x", "name": ""})
    told = tell(plan(back, drift=(seen,)), plan(back), plan(back), Release())
    (one,) = told.aws
    assert one.attributes == (DriftedAttribute("tags.team", "ours", "theirs"),)
    assert (one.happened, one.back, one.adopted, one.names) == ("changed", "update", False, ("vpc-1", "arn:x"))
    assert (told.generator, told.yaml, told.unfinished, told.ignored) == ((), (), (), ())


def test_a_resource_that_is_gone() -> None:
    create = change(VPC, attribute("id", None, UNKNOWN), action=Action.CREATE)
    seen = change(VPC, action=Action.DELETE, before={"id": "vpc-1"})
    (one,) = tell(plan(create, drift=(seen,)), plan(create), plan(create), Release()).aws
    assert (one.happened, one.attributes, one.names) == ("deleted", (), ("vpc-1",))


def test_three_causes_of_one_resource() -> None:
    aws = attribute("a", 2, 1)
    generator = attribute("b", 1, 2)
    yaml = attribute("c", 1, 2)
    told = tell(
        plan(change(VPC, aws), drift=(change(VPC, attribute("a", 1, 2)),)),
        plan(change(VPC, aws, generator)),
        plan(change(VPC, aws, generator, yaml)),
        Release(),
        lambda change: f"why {change.address}",
    )
    assert [one.path for one in told.aws[0].attributes] == ["a"]
    assert paths(told.generator) == [(VPC, "b")]
    assert told.generator[0].why == f"why {VPC}"
    assert paths(told.yaml) == [(VPC, "c")]


def test_what_the_yaml_says_by_now_is_adopted() -> None:
    back = change(VPC, attribute("a", 2, 1), attribute("b", 2, 1))
    seen = change(VPC, attribute("a", 1, 2), attribute("b", 1, 2))
    left = change(VPC, attribute("b", 2, 1))
    (one,) = tell(plan(back, drift=(seen,)), plan(back), plan(left), Release()).aws
    assert ([a.adopted for a in one.attributes], one.adopted) == ([True, False], False)
    (one,) = tell(plan(back, drift=(seen,)), plan(back), plan(), Release()).aws
    assert one.adopted


def test_an_edit_to_a_third_value_is_the_yamls_and_the_drift_is_not_adopted_by_it() -> None:
    back, seen = change(VPC, attribute("a", 2, 1)), change(VPC, attribute("a", 1, 2))
    told = tell(plan(back, drift=(seen,)), plan(back), plan(change(VPC, attribute("a", 2, 3))), Release())
    assert paths(told.yaml) == [(VPC, "a")]
    assert (told.aws[0].attributes[0].released, told.aws[0].adopted) == (1, False)


def test_a_replacement_goes_with_what_forces_it() -> None:
    forced = change(VPC, attribute("a", 1, 2, forces=True), attribute("b", 1, 2), action=Action.REPLACE)
    told = tell(plan(), plan(change(VPC, attribute("b", 1, 2))), plan(forced), Release())
    assert [(one.change.action, paths((one,))) for one in told.generator] == [(Action.UPDATE, [(VPC, "b")])]
    assert [(one.change.action, paths((one,))) for one in told.yaml] == [(Action.REPLACE, [(VPC, "a")])]


def test_what_a_release_left_undone_is_no_drift() -> None:
    create = change(VPC, action=Action.CREATE)
    told = tell(plan(create), plan(create), plan(create), Release(undone=[VPC]))
    assert (told.aws, [one.change.address for one in told.unfinished]) == ((), [VPC])
    seen = change(VPC, action=Action.DELETE)
    assert tell(plan(create, drift=(seen,)), plan(create), plan(create), Release(undone=[VPC])).aws


def test_code_that_was_changed_under_its_version_is_the_modules() -> None:
    update = change(KEY, attribute("rotation", 1, 2))
    told = tell(plan(update), plan(update), plan(update), Release(recoded={"encryption": "encryption 1.0.0"}))
    assert (told.aws, told.generator) == ((), (Planned(update, "encryption 1.0.0"),))


def test_what_nobody_says_anything_about_is_ignored() -> None:
    told = tell(plan(drift=(change(VPC, attribute("x", 1, 2)),)), plan(), plan(), Release())
    assert (told.ignored, told.aws) == ((VPC,), ())


def test_a_sensitive_name_is_none() -> None:
    seen = change(VPC, attribute("a", 1, 2), before={"id": "x", "name": "secret"}, before_sensitive={"name": True})
    back = change(VPC, attribute("a", 2, 1))
    assert tell(plan(back, drift=(seen,)), plan(back), plan(back), Release()).aws[0].names == ("x",)


_ATTRIBUTES = st.dictionaries(st.sampled_from("abc"), st.integers(1, 3), min_size=1, max_size=3)
_WORLD = st.dictionaries(st.sampled_from([VPC, KEY]), _ATTRIBUTES, max_size=2)


def _between(now: dict[str, dict[str, int]], goal: dict[str, dict[str, int]]) -> tuple[ResourceChange, ...]:
    """What a plan from ``now`` to ``goal`` is."""
    changes = []
    for address in sorted({*now, *goal}):
        before, after = now.get(address), goal.get(address)
        parts = [
            attribute(name, (before or {}).get(name), (after or {}).get(name))
            for name in sorted({*(before or {}), *(after or {})})
            if (before or {}).get(name) != (after or {}).get(name)
        ]
        action = Action.CREATE if before is None else Action.DELETE if after is None else Action.UPDATE
        if parts:
            changes.append(change(address, *parts, action=action))
    return tuple(changes)


def _parts(changes: tuple[ResourceChange, ...] | list[ResourceChange]) -> set[tuple[str, str, Any]]:
    return {(one.address, part.path, part.after) for one in changes for part in one.attributes}


@given(released=_WORLD, aws=_WORLD, rendered=_WORLD, wanted=_WORLD)
def test_every_part_of_the_next_apply_has_one_cause(
    released: dict[str, dict[str, int]],
    aws: dict[str, dict[str, int]],
    rendered: dict[str, dict[str, int]],
    wanted: dict[str, dict[str, int]],
) -> None:
    first = _between(aws, released)
    drift = _between(released, aws)
    last = _between(aws, wanted)
    told: Told = tell(plan(*first, drift=drift), plan(*_between(aws, rendered)), plan(*last), Release())
    generator = _parts([one.change for one in told.generator])
    yaml = _parts([one.change for one in told.yaml])
    everything = _parts(last)
    assert not generator & yaml
    assert generator <= _parts(_between(aws, rendered))
    assert yaml <= everything
    assert everything - generator - yaml <= _parts(first)
    assert {one.address for one in told.aws} == {one.address for one in first}
    if released == rendered == wanted:
        assert not generator
        assert not yaml
        assert not any(one.adopted for one in told.aws)
    if aws == wanted:
        assert all(one.adopted for one in told.aws)
    if aws == released:
        assert not told.aws
