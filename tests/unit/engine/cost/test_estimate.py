"""What an environment costs: more for more, a list of what has no price, and the delta of a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.engine.cost import usage
from mendixctl.engine.cost.estimate import EstimateResult, Line, compared, priced
from mendixctl.engine.cost.usage import BENCHMARK, KEYS, Usage, usages
from mendixctl.engine.cost.watched import metrics_in_alarms
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.alarms.rows import rows
from mendixgen.areas.catalogue import AREAS
from mendixgen.areas.encryption import PURPOSES
from mendixgen.authoring.constructs.cis import CONTROLS
from mendixgen.prices import HOURS, Price, Prices, Source, prices
from mendixgen.spec.loader import load_text
from tests.support.platforms import STORE
from tests.support.soak import examples

SOURCE = Source("a list", date(2026, 11, 1))
TABLE = Prices(
    {
        "eu-central-1": {
            "ec2/m7i.xlarge": Price(0.24, SOURCE),
            "nat/gateway": Price(0.05, SOURCE),
            "rds/postgres/db.m7g.large/multi": Price(0.4, SOURCE),
            "rds/gp3/multi": Price(0.2, SOURCE),
        },
        "*": {"kms/key": Price(1.0, SOURCE), "eks/cluster": Price(0.1, SOURCE)},
    }
)
NAMES = st.sampled_from(["system", "apps", "batch", "jobs"])
GROUP = st.fixed_dictionaries(
    {
        "instance_types": st.lists(st.sampled_from(["m7i.large", "m7i.xlarge", "x9z.huge"]), min_size=1, max_size=2),
        "min": st.integers(0, 50),
        "disk_gb": st.integers(0, 500),
        "capacity": st.sampled_from(["on-demand", "spot"]),
    }
)
INSTANCE = st.fixed_dictionaries(
    {
        "engine": st.sampled_from(["postgres", "mysql"]),
        "class": st.sampled_from(["db.m7g.large", "db.unknown.large"]),
        "storage_gb": st.integers(20, 1000),
        "multi_az": st.booleans(),
        "replicas": st.integers(0, 5),
    }
)
SETTINGS = st.fixed_dictionaries(
    {
        "cluster": st.fixed_dictionaries({"node_groups": st.dictionaries(NAMES, GROUP)}),
        "database": st.fixed_dictionaries({"instances": st.dictionaries(NAMES, INSTANCE)}),
        "network": st.fixed_dictionaries({"zones": st.integers(2, 6), "nat": st.sampled_from(["single", "per-zone"])}),
    }
)


def total(given_settings: Any) -> float:
    return sum(it.usd or 0.0 for it in priced(usages(given_settings)[0], TABLE, "eu-central-1"))


@given(SETTINGS, NAMES, GROUP, INSTANCE)
@settings(max_examples=examples(60))
def test_one_more_never_lowers_the_sum(before: Any, name: str, group: Any, instance: Any) -> None:
    groups, instances = before["cluster"]["node_groups"], before["database"]["instances"]
    more = {
        **before,
        "cluster": {"node_groups": {**groups, f"more-{name}": group}},
        "database": {"instances": {**instances, f"more-{name}": instance}},
    }
    assert total(more) >= total(before) >= 0


@given(SETTINGS)
@settings(max_examples=examples(60))
def test_what_has_no_price_is_listed_and_nothing_else_is(drawn: Any) -> None:
    lines = priced(usages(drawn)[0], TABLE, "eu-central-1")
    for line in lines:
        assert (line.usd is None) == (TABLE.find("eu-central-1", line.item) is None)


def test_areas_that_nothing_is_known_of_are_named() -> None:
    found, unknown = usages({"encryption": {}, "moonbase": {}, "identity": {}})
    assert (found, unknown) == ([Usage("encryption", "6 keys", "kms/key", 6)], ["moonbase"])


def test_of_every_area_something_is_known() -> None:
    known = usage.RULES.keys() | usage.BY_USE.keys() | usage.NOTHING
    assert set(AREAS) - known == {"foundation"}
    assert set(usage.BY_USE) | set(usage.RULES) <= set(AREAS)


def test_what_stands_beside_an_environment_is_counted() -> None:
    node = {"data": 3, "instance_type": "r7g.large.search", "storage_gb": 200, "master": 3, "master_type": "m7g.large"}
    given = {
        "network": {"zones": 3, "nat": "per-zone", "allow_from": ["203.0.113.0/24"]},
        "logging": {"engine": "opensearch", "nodes": node, "warm": {"nodes": 2, "instance_type": "ultrawarm1.medium"}},
        "edge": {"cloudfront": True, "waf": {"groups": ["A", "B"]}},
        "monitoring": {"dashboards": True, "alarms": [{}, {}]},
        "database": {
            "instances": {
                "a": {"engine": "postgres", "class": "db.m7g.large", "storage_gb": 500, "iops": 14000},
                "b": {
                    "engine": "mysql",
                    "class": "db.m7g.large",
                    "storage_type": "io2",
                    "storage_gb": 100,
                    "iops": 5000,
                },
            }
        },
    }
    found, unknown = usages(given, alarms=40)
    counted = {(it.area, it.item, it.what): it.quantity for it in found}
    assert not unknown
    assert counted["monitoring", "cloudwatch/alarm", "40 metrics in alarms"] == 40
    assert counted["network", "ipv4/address", "3 public addresses"] == 3 * HOURS
    assert counted["logging", "opensearch/m7g.large", "3 masters, m7g.large"] == 3 * HOURS
    assert counted["logging", "opensearch/ultrawarm1.medium", "2 warm nodes, ultrawarm1.medium"] == 2 * HOURS
    assert counted["edge", "waf/rule", "4 rules"] == 4
    assert counted["monitoring", "cloudwatch/dashboard", "5 dashboards, 3 of them free"] == 2
    assert counted["database", "rds/gp3-iops/multi", "a: 2000 IOPS"] == 2000
    assert counted["database", "rds/io2/multi", "b: 100 GB"] == 100
    assert counted["database", "rds/io2-iops/multi", "b: 5000 IOPS"] == 5000
    assert counted["database", "secretsmanager/secret", "2 secrets"] == 2


def test_alarms_are_counted_by_the_metrics_that_they_evaluate() -> None:
    document = """
name: prod
region: eu-central-1
account: "123456789012"
domain: apps.example.com
monitoring: {}
database: {instances: {crm: {engine: postgres}, portal: {engine: postgres}}}
"""
    more = document.replace("portal: {engine", "books: {engine: postgres}, portal: {engine")
    two, three = (metrics_in_alarms(load_text(it, "prod.yaml", store=STORE, lock=None)) for it in (document, more))
    mine = [row for row in rows() if row.of in {"databases", "observed-databases", "postgres"}]
    assert three - two == sum(len(row.metrics) for row in mine) > 0


def test_numbers_that_are_said_twice_are_the_same() -> None:
    assert (len(PURPOSES), len(CONTROLS)) == (KEYS, BENCHMARK)
    assert set(usage.RULES) & usage.NOTHING == set()


def test_another_size_of_a_family_is_worked_out_and_said_to_be() -> None:
    found = TABLE.find("eu-central-1", "ec2/m7i.large")
    assert found is not None
    assert (found.usd, found.derived) == (0.12, "ec2/m7i.xlarge")
    assert TABLE.find("eu-central-1", "ec2/m7i.metal-24xl") is None
    assert TABLE.find("eu-central-1", "ec2/m6i.large") is None
    assert TABLE.find("eu-west-1", "ec2/m7i.large") is None
    database = TABLE.find("eu-central-1", "rds/postgres/db.m7g.4xlarge/multi")
    assert database is not None
    assert (database.usd, database.derived) == (3.2, "rds/postgres/db.m7g.large/multi")
    assert TABLE.find("eu-central-1", "rds/postgres/db.m7g.4xlarge/single") is None
    assert TABLE.find("eu-central-1", "rds/oracle-se2/db.m7g.4xlarge/multi") is None


def test_burstable_types_are_not_priced_by_their_vcpus() -> None:
    table = Prices({"eu-central-1": {"rds/postgres/db.t4g.large/multi": Price(0.298, SOURCE)}})
    assert table.find("eu-central-1", "rds/postgres/db.t4g.medium/multi") is None


def test_the_shipped_table_knows_its_sources() -> None:
    table = prices()
    found = table.find("eu-central-1", "ec2/m7i.large")
    assert found is not None
    assert found.usd == 0.12075
    assert found.source.confirmed
    unconfirmed = table.find("eu-central-1", "nlb/hour")
    assert unconfirmed is not None
    assert not unconfirmed.source.confirmed
    database = table.find("eu-central-1", "rds/postgres/db.m7g.large/multi")
    assert database is not None
    assert (database.usd, database.derived) == (0.4005, "rds/postgres/db.m7g.xlarge/multi")
    assert table.find("eu-central-1", "rds/oracle-se2/db.m5.large/multi") is None


def change(kind: str, action: Action, **attributes: tuple[Any, Any]) -> ResourceChange:
    rows = tuple(AttributeChange(path, before, after) for path, (before, after) in attributes.items())
    return ResourceChange(f"module.x.{kind}.this", "x", kind, action, rows)


def test_a_plan_is_compared_change_by_change() -> None:
    changes = [
        change("aws_kms_key", Action.CREATE, description=(None, "a key")),
        change("aws_nat_gateway", Action.DELETE, id=("nat-1", None)),
        change("aws_kms_key", Action.UPDATE, description=("a", "b")),
        change("aws_iam_role", Action.CREATE, name=(None, "r")),
        change("aws_new_thing", Action.CREATE, name=(None, "n")),
        change("aws_lb", Action.CREATE, name=(None, "lb")),
    ]
    deltas, unpriced = compared(changes, TABLE, "eu-central-1")
    assert [(it.address.split(".")[2], it.usd) for it in deltas] == [
        ("aws_kms_key", 1.0),
        ("aws_nat_gateway", round(-0.05 * HOURS, 2)),
        ("aws_lb", None),
    ]
    assert unpriced == ["aws_new_thing"]


def test_a_database_that_grows_costs_more() -> None:
    grown = change(
        "aws_db_instance",
        Action.CREATE,
        engine=(None, "postgres"),
        instance_class=(None, "db.m7g.large"),
        multi_az=(None, True),
        allocated_storage=(None, 100),
    )
    (delta,), _ = compared([grown], TABLE, "eu-central-1")
    assert delta.usd == round(0.4 * HOURS + 0.2 * 100, 2)


def test_sums_are_those_of_the_lines() -> None:
    lines = (Line("a", "x", "i", 1, 10.0), Line("b", "y", "i", 1, 2.5, derived="z"), Line("b", "z", "j", 1, None))
    result = EstimateResult("prod", "eu-central-1", date(2026, 11, 30), lines, {}, (), (SOURCE,))
    assert (result.total, result.by_area) == (12.5, {"a": 10.0, "b": 2.5})
    assert [it.what for it in result.without_price] == ["z"]
    assert (result.change, result.oldest) == (0, date(2026, 11, 1))
