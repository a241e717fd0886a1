"""The cost section: its defaults, its bounds, and each refusal at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import Header
from mendixgen.areas.cost import Cost
from mendixgen.areas.cost.queries import QUERIES

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
PRODUCTION: dict[str, Any] = {
    "monthly_budget": {"amount": 12000, "currency": "USD", "alert_at": [50, 80, 100], "forecast_at": 100},
    "by_area": {"database": 4000, "cluster": 5000},
    "anomaly_above": 100,
    "reserved": {"database": 0.8, "nodes": 0.5},
    "reports": {"format": "parquet"},
    "notify": ["finops@example.com"],
}


def section(**values: Any) -> Any:
    return Cost.Inputs.model_validate_json(json.dumps(values))


def said(header: Header = HEADER, **values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(it.path, it.code) for it in parts.check(Cost, section(**values), header)]


def test_by_default_there_is_nothing_and_production_is_right() -> None:
    found = section()
    assert (found.monthly_budget, found.by_area, found.anomaly_above, found.reports) == (None, {}, None, None)
    assert said() == [] == said(**PRODUCTION)


@pytest.mark.parametrize(
    ("values", "place", "code"),
    [
        (
            {"monthly_budget": {"amount": 9, "alert_at": [10, 20, 30, 40, 50]}},
            ("monthly_budget", "alert_at"),
            "MXS441",
        ),
        ({"monthly_budget": {"amount": 9, "alert_at": [50, 50]}}, ("monthly_budget", "alert_at", 1), "MXS441"),
        ({"by_area": {"databse": 1}}, ("by_area", "databse"), "MXS442"),
        ({"by_area": {"foundation": 1}}, ("by_area", "foundation"), "MXS442"),
        ({"monthly_budget": {"amount": 5}, "by_area": {"database": 3, "cluster": 3}}, ("by_area",), "MXS442"),
        ({"notify": ["a@b.c", "a@b.c"]}, ("notify", 1), "MXS443"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(values: dict[str, Any], place: tuple[Any, ...], code: str) -> None:
    assert said(**values) == [(place, code)]


def test_five_notices_are_the_most_with_the_forecast() -> None:
    four = {"amount": 9, "alert_at": [10, 20, 30, 40]}
    assert said(monthly_budget=four) == []
    assert said(monthly_budget={**four, "alert_at": [10, 20, 30, 40, 50], "forecast_at": 0}) == []


@pytest.mark.parametrize(
    "values",
    [
        {"monthly_budget": {"amount": 0}},
        {"monthly_budget": {"amount": 100, "currency": "EUR"}},
        {"monthly_budget": {"amount": 100, "alert_at": [0]}},
        {"reserved": {"database": 1.1}},
        {"reports": {"format": "orc"}},
        {"notify": [f"finops{n}@example.com" for n in range(11)]},
    ],
)
def test_values_out_of_bounds_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


def test_queries_name_months_and_the_environment() -> None:
    for name, it in QUERIES.items():
        assert it.question.endswith("?")
        assert "WHERE billing_period >= " in it.sql
        assert ("${environment}" in it.sql) == (name != "cost-without-tag")
