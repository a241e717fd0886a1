"""The table of support: dated, sourced, whole; and how a version stands on any day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.spec.support import Component, Lifetime, Status, covers, facts, number

TABLE: dict[str, Any] = json.loads(files("mendixgen").joinpath("data/support.json").read_text("utf-8"))
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
LIFE = Lifetime("1.35", standard=date(2027, 3, 27), extended=date(2028, 3, 27))
KUBERNETES = Component("eks", "Kubernetes", "1.36", refuse=True, lifetimes={"1.35": LIFE, "1.36": Lifetime("1.36")})


def test_the_table_is_dated_and_every_part_has_a_source_that_is_named() -> None:
    assert facts().as_of >= date(2026, 1, 1)
    named = [name for row in TABLE["components"].values() for name in row["sources"]]
    named += TABLE["databases"]["sources"] + TABLE["operator"]["sources"]
    assert set(named) == set(TABLE["sources"])
    assert all(row["sources"] for row in TABLE["components"].values())


@pytest.mark.parametrize("name", facts().components)
def test_a_component_is_whole(name: str) -> None:
    component = facts().components[name]
    assert component.newest in component.lifetimes
    assert TABLE["components"][name]["at_end"] in ("refuse", "warn")
    versions = list(component.lifetimes)
    assert versions == sorted(versions, key=number, reverse=True)
    for version, life in component.lifetimes.items():
        assert life.version == version
        assert number(version)
        assert set(TABLE["components"][name]["versions"][version]) <= {"label", "standard", "extended", "planned"}
        if life.extended:
            assert life.standard is not None
            assert life.standard < life.extended


def test_databases_are_of_components_and_of_versions_that_are_known() -> None:
    table = facts()
    assert table.operator.provisions <= set(table.databases) <= set(table.components)
    for engine, versions in table.databases.items():
        for version, spans in versions.items():
            assert version in table.components[engine].lifetimes
            assert all(any(covers(span, mendix) for mendix in _mendix()) for span in spans), (engine, version, spans)


def test_every_version_that_rds_is_said_to_offer_has_a_lifetime() -> None:
    engines = json.loads(files("mendixgen").joinpath("data/rds.json").read_text("utf-8"))["engines"]
    for engine, row in engines.items():
        component = facts().components[engine.partition("-")[0]]
        assert set(row["versions"]) <= set(component.lifetimes), engine


def test_every_cluster_version_that_has_pinned_addons_has_a_lifetime() -> None:
    versions = json.loads(files("mendixgen").joinpath("data/eks_addons.json").read_text("utf-8"))["versions"]
    assert set(versions) <= set(facts().components["eks"].lifetimes)


def test_the_default_versions_are_in_standard_support_on_the_day_of_the_table() -> None:
    table = facts()
    assert table.components["eks"].support("1.35", table.as_of).status is Status.STANDARD
    assert "17" in table.components["postgres"].current(table.as_of)


@pytest.mark.parametrize(
    ("today", "status", "days"),
    [
        (date(2026, 11, 23), Status.STANDARD, 124),
        (date(2027, 3, 27), Status.STANDARD, 0),
        (date(2027, 3, 28), Status.EXTENDED, 365),
        (date(2028, 3, 27), Status.EXTENDED, 0),
        (date(2028, 3, 28), Status.ENDED, None),
    ],
)
def test_the_last_day_still_counts(today: date, status: Status, days: int | None) -> None:
    found = KUBERNETES.support("1.35", today)
    assert (found.status, found.days_left) == (status, days)
    assert found.lifetime is LIFE


def test_versions_that_are_not_listed() -> None:
    today = date(2026, 11, 23)
    assert KUBERNETES.support("1.34", today).status is Status.ENDED
    assert KUBERNETES.support("1.37", today).status is Status.UNKNOWN
    assert KUBERNETES.support("1.36", today).status is Status.STANDARD
    assert KUBERNETES.support("1.36", today).days_left is None


def test_a_version_belongs_to_the_longest_that_begins_it() -> None:
    lives = {name: Lifetime(name) for name in ("8", "8.4", "8.4.7", "80")}
    component = Component("mysql", "MySQL", "8.4", refuse=True, lifetimes=lives)
    assert component.lifetime("8.4.7.1") == lives["8.4.7"]
    assert component.lifetime("8.4.70") == lives["8.4"]
    assert component.lifetime("8.5") == lives["8"]
    assert component.lifetime("81") is None


def test_what_is_current_is_out_kept_and_in_standard_support() -> None:
    mendix = facts().components["mendix"]
    assert mendix.current(date(2026, 11, 23)) == ["11.12", "11.6", "10.24", "9.24"]
    assert facts().components["eks"].current(date(2026, 12, 3)) == ["1.36", "1.35"]


@given(st.sampled_from(sorted(facts().components)), st.data(), DAYS, st.integers(1, 4000))
def test_support_never_comes_back(name: str, data: st.DataObject, day: date, later: int) -> None:
    component = facts().components[name]
    version = data.draw(st.sampled_from(list(component.lifetimes)))
    order = list(Status)
    before, after = component.support(version, day), component.support(version, day + timedelta(later))
    assert order.index(before.status) <= order.index(after.status)
    if before.days_left is not None and before.status is after.status:
        assert after.days_left == before.days_left - later
    assert (before.days_left is None) == (before.ends is None)


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        ("11.6", ["11.6", "11.6.4"], ["11.5", "11.7", "11.60", "10.6"]),
        ("11.6+", ["11.6", "11.6.1", "11.14", "12.0"], ["11.5.9", "10.24"]),
        ("10.0-11.12", ["10.0", "10.24.3", "11.12", "11.12.9"], ["9.24", "11.13", "12.0"]),
    ],
)
def test_spans_of_versions(span: str, inside: list[str], outside: list[str]) -> None:
    assert [version for version in inside if not covers(span, version)] == []
    assert [version for version in outside if covers(span, version)] == []


def test_numbers_of_versions() -> None:
    assert number("19.0.0.0.ru-2026-04.rur-2026-04.r1") == (19, 0, 0, 0)
    assert number("1.9") < number("1.10")
    assert number("") == ()


@pytest.mark.parametrize(
    ("mendix", "engine", "good", "bad"),
    [
        ("11.14", "postgres", "14 15 16 17 18 17.10", "13 12"),
        ("11.12", "postgres", "13 18", "12"),
        ("11.5", "postgres", "17", "18"),
        ("10.24", "postgres", "13 17 18", "12"),
        ("9.24", "oracle", "19 21 26 19.0.0.0.ru-2026-04", "12"),
        ("11.6.4", "mysql", "8.4 8.4.9", "8.0 5.7"),
        ("10.24", "mysql", "8.0 8.4", "5.7"),
    ],
)
def test_mendix_and_databases(mendix: str, engine: str, good: str, bad: str) -> None:
    table = facts()
    assert [version for version in good.split() if not table.supports(mendix, engine, version)] == []
    assert [version for version in bad.split() if table.supports(mendix, engine, version)] == []


def _mendix() -> list[str]:
    """Every minor version that there may have been."""
    return [f"{major}.{minor}" for major in (9, 10, 11) for minor in range(26)]
