"""Commitments: never above what always runs, and of everything else why not."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.engine.cost.recommend import UNITS, Commitment, _databases, _nodes
from mendixgen.prices import Price, Prices, Source
from tests.support.soak import examples

TABLE = Prices({"eu-central-1": {"ec2/m7i.large": Price(0.12, Source("a list", date(2026, 11, 1)))}})
SIZES = st.sampled_from(["db.m7g.large", "db.m7g.xlarge", "db.m7g.2xlarge"])
INSTANCE = st.fixed_dictionaries(
    {"engine": st.just("postgres"), "class": SIZES, "multi_az": st.booleans(), "replicas": st.integers(0, 3)}
)


def databases(instances: Any, share: float) -> tuple[list[Commitment], list[str]]:
    left: list[str] = []
    return list(_databases({"instances": instances}, share, "eu-central-1", left)), left


def nodes(groups: Any, share: float) -> tuple[list[Commitment], list[str]]:
    left: list[str] = []
    return list(_nodes({"node_groups": groups}, share, "eu-central-1", TABLE, left)), left


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), INSTANCE), st.floats(0, 1))
@settings(max_examples=examples(60))
def test_no_more_is_reserved_than_always_runs(instances: Any, share: float) -> None:
    for it in databases(instances, share)[0]:
        assert it.steady is not None
        assert it.covered is not None
        assert 0 < it.covered <= it.steady * share + 1e-9
        assert it.covered == it.count * UNITS[it.size.rpartition(".")[2]]


def test_databases_of_a_family_are_covered_together() -> None:
    instances = {
        "crm": {"engine": "postgres", "class": "db.m7g.large", "multi_az": True, "replicas": 1},
        "portal": {"engine": "postgres", "class": "db.m7g.xlarge", "multi_az": True},
        "erp": {"engine": "oracle-se2", "class": "db.m5.large", "license": "license-included"},
    }
    found, left = databases(instances, 0.8)
    assert [(it.what, it.size, it.count) for it in found] == [("postgres db.m7g in two zones", "db.m7g.large", 2)]
    assert any("erp: reservations with AWS's licence" in it for it in left)
    assert any("less than one db.m7g.large" in it for it in left)


def test_nodes_are_covered_at_their_least_number_and_spot_is_not() -> None:
    groups = {
        "system": {"instance_types": ["m7i.large"], "min": 3},
        "batch": {"instance_types": ["m7i.large"], "min": 2, "capacity": "spot"},
        "jobs": {"instance_types": ["m7i.large"], "min": 0},
    }
    (found,), left = nodes(groups, 0.5)
    assert (found.steady, found.covered) == (0.36, 0.18)
    assert [it.split(":")[0] for it in left] == ["batch", "jobs"]


def test_without_a_price_nobody_says_how_much() -> None:
    (found,), left = nodes({"apps": {"instance_types": ["x9z.huge"], "min": 3}}, 0.5)
    assert (found.steady, found.covered) == (None, None)
    assert left == ["apps: there is no price of x9z.huge in eu-central-1"]


def test_without_a_share_nothing_is_proposed() -> None:
    assert databases({}, 0.0) == ([], ["databases: cost.reserved.database is 0"])
    assert nodes({}, 0.0) == ([], ["nodes: cost.reserved.nodes is 0"])
