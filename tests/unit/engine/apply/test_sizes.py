"""Node groups before an apply: EKS is told first, the plan is made again, and has to be the one that was reviewed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError
from mendixctl.engine.apply.sizes import differences
from mendixctl.engine.environment import tools
from mendixctl.engine.journal.journal import unsettled
from mendixctl.engine.plan import run as plan_run
from mendixctl.ledger.local import LocalLedger
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from tests.unit.engine.conftest import Bench

ADDRESS = 'module.cluster.aws_eks_node_group.this["apps"]'
OTHER = "module.notes.terraform_data.note"


def resized(least: int, most: int, now: int, *, was: tuple[int, int] = (2, 6)) -> ResourceChange:
    """The plan's entry of a group whose min and max become these."""

    def values(low: int, high: int) -> dict[str, Any]:
        sizes = {"min_size": low, "max_size": high, "desired_size": now}
        return {"cluster_name": "dev", "node_group_name": "apps-1", "scaling_config": [sizes]}

    attributes = tuple(
        AttributeChange(f"scaling_config[0].{name}", before, after)
        for name, before, after in (("min_size", was[0], least), ("max_size", was[1], most))
        if before != after
    )
    raw = {"change": {"before": values(*was), "after": values(least, most)}}
    return ResourceChange(ADDRESS, "cluster", "aws_eks_node_group", Action.UPDATE, attributes, raw=raw)


@dataclass
class Eks:
    """boto3's EKS client for one group."""

    sizes: dict[str, int] = field(default_factory=lambda: {"minSize": 2, "maxSize": 6, "desiredSize": 2})
    statuses: list[str] = field(default_factory=lambda: ["InProgress", "Successful"])
    asked: list[dict[str, int]] = field(default_factory=list)

    def client(self, service: str) -> Eks:
        assert service == "eks"
        return self

    def describe_nodegroup(self, **names: str) -> dict[str, Any]:
        assert names == {"clusterName": "dev", "nodegroupName": "apps-1"}
        return {"nodegroup": {"scalingConfig": dict(self.sizes)}}

    def update_nodegroup_config(self, **given: Any) -> dict[str, Any]:
        self.asked.append(given["scalingConfig"])
        return {"update": {"id": "u-1"}}

    def describe_update(self, **given: str) -> dict[str, Any]:
        assert given == {"name": "dev", "nodegroupName": "apps-1", "updateId": "u-1"}
        return {"update": {"status": self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]}}


@pytest.fixture
def eks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Eks:
    """An environment whose next plan raises the min of a group above its nodes."""
    bench.apply()
    bench.edit("hello", "good day")
    bench.play.changes = (resized(5, 6, 2),)
    made = Eks()
    monkeypatch.setattr(tools, "clients", lambda *_: made)

    def sleep(seconds: float) -> None:
        bench.clock.moment += timedelta(seconds=seconds)

    bench.session = replace(bench.session, sleep=sleep)
    return made


def test_eks_is_told_first_and_the_plan_is_made_again(bench: Bench, eks: Eks) -> None:
    planned = plan_run.plan(bench.session, "dev")
    assert [(one.group, one.now, one.goal) for one in planned.sizes] == [("apps-1", 2, 5)]
    assert eks.asked == []
    plans = bench.play.count("plan")

    result = apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))

    assert eks.asked == [{"minSize": 2, "maxSize": 6, "desiredSize": 5}]
    assert bench.play.count("plan") == plans + 1
    release = LocalLedger("dev", bench.root / "releases").read(result.number).release
    assert release.extra["sizes"] == [{"address": ADDRESS, "least": 5, "most": 6, "from": 2, "to": 5}]


def test_a_group_that_grew_by_itself_is_left_so(bench: Bench, eks: Eks) -> None:
    plan_run.plan(bench.session, "dev")
    eks.sizes["desiredSize"] = 6

    apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))

    assert eks.asked == []


@pytest.mark.parametrize("status", ["Failed", "InProgress"])
def test_nothing_is_applied_where_eks_does_not_do_it(bench: Bench, eks: Eks, status: str) -> None:
    plan_run.plan(bench.session, "dev")
    eks.statuses = [status]

    with pytest.raises(ApplyError) as error:
        apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))

    assert error.value.diagnostics[0].code == "MXB124"
    assert bench.play.count("apply") == 1
    assert unsettled(bench.repository.workspace("dev")) == []


def test_nothing_is_applied_where_the_plan_is_another_by_then(bench: Bench, eks: Eks) -> None:
    plan_run.plan(bench.session, "dev")
    prepared = apply_run.prepare(bench.session, "dev")
    more = ResourceChange(OTHER, "notes", "terraform_data", Action.DELETE)
    bench.play.changes = (resized(5, 6, 5), more)

    with pytest.raises(ApplyError) as error:
        apply_run.execute(bench.session, prepared)

    assert error.value.diagnostics[0].code == "MXB125"
    assert error.value.diagnostics[0].detail == OTHER
    assert bench.play.count("apply") == 1


@pytest.mark.parametrize(
    ("fresh", "found"),
    [
        ((resized(5, 6, 5),), ()),
        ((resized(5, 6, 5, was=(5, 6)),), ()),
        ((), ()),
        ((replace(resized(5, 6, 5), action=Action.REPLACE),), (ADDRESS,)),
        (
            (ResourceChange(ADDRESS, "cluster", "t", Action.UPDATE, (AttributeChange("version", "1.34", "1.35"),)),),
            (ADDRESS,),
        ),
        ((resized(5, 6, 5), ResourceChange(OTHER, "notes", "t", Action.CREATE)), (OTHER,)),
    ],
)
def test_plans_are_compared_by_what_they_do(fresh: tuple[ResourceChange, ...], found: tuple[str, ...]) -> None:
    assert differences([resized(5, 6, 2)], fresh, [ADDRESS]) == found
