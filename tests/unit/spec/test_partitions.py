"""What a partition lacks is said at its place, with where AWS says so; the examples for China ask for none of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mendixgen.areas.contract import Check
from mendixgen.diagnostics import MendixError
from mendixgen.regions import regions
from mendixgen.spec import partitions
from mendixgen.spec.loader import Specification, load_text
from mendixgen.spec.source import scan
from mendixgen.versions.store import ModuleStore

REPOSITORY = Path(__file__).parents[3]
STORE = ModuleStore(REPOSITORY / "modules")
EXAMPLES = REPOSITORY / "docs" / "examples"

ASKING: list[tuple[str, dict[str, Any], tuple[str | int, ...]]] = [
    ("environment", {"network": {"endpoints": ["s3", "elasticloadbalancing"]}}, ("network", "endpoints", 1)),
    ("environment", {"ingress": {"scheme": "internet-facing"}}, ("ingress", "scheme")),
    (
        "environment",
        {"support": {"contacts": {"p1": [{"email": "a@example.cn"}, {"sms": "+86"}]}}},
        ("support", "contacts", "p1", 1, "sms"),
    ),
    ("environment", {"registry": {"caches": {"quay": {"upstream": "quay.io"}}}}, ("registry", "caches")),
    ("environment", {"delivery": {"tool": "codepipeline"}}, ("delivery", "tool")),
    (
        "environment",
        {"recovery": {"elastic_disaster_recovery": True}},
        ("recovery", "elastic_disaster_recovery"),
    ),
    ("environment", {"cost": {"anomaly_above": 100}}, ("cost", "anomaly_above")),
    ("environment", {"cost": {"reports": {"format": "parquet"}}}, ("cost", "reports")),
    ("environment", {"cost": {"monthly_budget": {"currency": "USD"}}}, ("cost", "monthly_budget", "currency")),
    ("foundation", {"foundation": {"anomaly_monitor": {"above": 1}}}, ("anomaly_monitor",)),
    ("foundation", {"foundation": {"cost_export": {"format": "parquet"}}}, ("cost_export",)),
]


@pytest.mark.parametrize(("kind", "settings", "path"), ASKING, ids=[".".join(map(str, one[2])) for one in ASKING])
def test_what_china_lacks_is_found_where_it_is_asked_for(
    kind: str, settings: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    found = partitions.check("aws-cn", kind, settings)
    assert [(one.path, one.code) for one in found] == [(path, "MXS154")]
    assert partitions.as_of() in found[0].hint
    assert partitions.check("aws", kind, settings) == []
    assert partitions.check("aws-cn", {"environment": "foundation"}.get(kind, "environment"), settings) == []


def test_each_lack_has_an_example_above() -> None:
    found = [one for kind, settings, _ in ASKING for one in partitions.check("aws-cn", kind, settings)]
    assert {one.summary for one in found} == {one.what for one in partitions.lacks()["aws-cn"]}


@pytest.mark.parametrize("value", [None, False, [], {}])
def test_what_is_off_is_not_asked_for(value: object) -> None:
    settings = {"recovery": {"elastic_disaster_recovery": value}, "cost": {"reports": value}, "network": {}}
    assert partitions.check("aws-cn", "environment", settings) == []


def test_only_known_partitions_are_in_the_table_and_each_row_is_whole() -> None:
    assert set(partitions.lacks()) <= {one.partition for one in regions().values()}
    for rows in partitions.lacks().values():
        assert len({one.id for one in rows}) == len(rows)
        for one in rows:
            assert one.what
            assert one.instead
            assert one.source


def read(name: str, **changes: str) -> Specification:
    """An example, with some words replaced, and the other one beside it."""
    texts = {one: (EXAMPLES / f"{one}.yaml").read_text() for one in ("prod-ningxia", "prod-beijing")}
    for old, new in changes.items():
        texts[name] = texts[name].replace(old, new)
    sources = {one: scan(text, f"environments/{one}.yaml") for one, text in texts.items()}
    return load_text(texts[name], f"environments/{name}.yaml", store=STORE, lock=None, beside=sources.get)


def test_the_setting_is_shown_in_its_line() -> None:
    with pytest.raises(MendixError) as caught:
        read("prod-ningxia", ec2="ec2, elasticloadbalancing")
    (found,) = caught.value.diagnostics
    line = (EXAMPLES / "prod-ningxia.yaml").read_text().splitlines()[found.location.line - 1] if found.location else ""
    assert found.code == "MXS154"
    assert "endpoints" in line


def test_the_examples_for_china_are_valid() -> None:
    primary, standby = read("prod-ningxia"), read("prod-beijing")
    assert (primary.header.region, standby.header.region) == ("cn-northwest-1", "cn-north-1")
    for one in (primary, standby):
        assert one.header.partition == "aws-cn"
        assert {found.detail for found in one.warnings if found.code == "MXS154"} == {
            "ingress.scheme",
            "cost.monthly_budget.currency",
        }


def test_a_finding_is_a_check() -> None:
    (found,) = partitions.check("aws-cn", "environment", {"ingress": {"scheme": "internet-facing"}})
    assert isinstance(found, Check)
    assert found.warns
