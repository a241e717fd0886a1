"""Saved queries over the bill, for Athena. ``${table}`` is the table, ``${environment}`` the value of the tag."""

from __future__ import annotations

from typing import NamedTuple

MONTHS = "billing_period >= date_format(current_date - interval '3' month, '%Y-%m')"
MINE = "resource_tags['user_environment'] = '${environment}'"
COST = "round(sum(line_item_unblended_cost), 2) AS usd"


class Query(NamedTuple):
    """A question in words, and in SQL."""

    question: str
    sql: str


def _by(what: str, name: str, further: str = "") -> str:
    return (
        f"SELECT billing_period, {what} AS {name}, {COST}\nFROM ${{table}}\nWHERE {MONTHS}\n  AND {MINE}{further}\n"
        "GROUP BY 1, 2\nORDER BY 1 DESC, 3 DESC\n"
    )


QUERIES: dict[str, Query] = {
    "cost-by-area": Query(
        "What did each area cost in the last months?", _by("coalesce(resource_tags['user_area'], 'none')", "area")
    ),
    "cost-by-service": Query(
        "What did each service cost in the last months?", _by("line_item_product_code", "service")
    ),
    "cost-by-usage": Query(
        "What was billed for in the last months, in AWS's own words?", _by("line_item_usage_type", "usage")
    ),
    "cost-by-resource": Query(
        "Which resources cost most in the last months?",
        _by("line_item_resource_id", "resource", "\n  AND line_item_resource_id <> ''").removesuffix("\n")
        + "\nLIMIT 100\n",
    ),
    "cost-without-tag": Query(
        "What costs money and has no environment's tag?",
        f"SELECT billing_period, line_item_product_code AS service, {COST}\nFROM ${{table}}\nWHERE {MONTHS}\n"
        "  AND resource_tags['user_environment'] IS NULL\nGROUP BY 1, 2\nORDER BY 1 DESC, 3 DESC\n",
    ),
}
"""By name. A tag is a column's key only once it is active as a cost allocation tag."""
