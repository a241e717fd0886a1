"""Dashboards: one of each area that is on, with a widget a row of the catalogue, and one of all alarms.

A row is one widget for all of its members, so that a dashboard stays far below what AWS takes: 500 widgets, 500 metrics
in one, 2,500 in all (Amazon CloudWatch user guide, "CloudWatch service quotas"). Members beyond `MOST_MEMBERS` have
their alarms, and no line in the widget.
"""

from __future__ import annotations

from typing import Any

from mendixgen.alarms.resource import address
from mendixgen.alarms.rows import ABROAD, AREAS, Metric, Row, rows
from mendixgen.areas.monitoring.members import MEMBERS
from mendixgen.areas.monitoring.watched import local_of
from mendixgen.authoring.expression import Expr, code, each, expr, jsonencode, render
from mendixgen.authoring.module import ModuleBuilder
from mendixgen.global_provider import REGION

MOST_MEMBERS = 30
"""Lines in a widget: more are no longer told apart, and 30 of each metric of a row stay below the quotas."""
COLUMNS, WIDTH, HEIGHT = 3, 8, 6
IN_STATUS = 100
"""Alarms that one widget of their states takes (CloudWatch API reference, "Dashboard body structure and syntax")."""


def dashboards(module: ModuleBuilder) -> None:
    """Add the dashboards."""
    var = module.var
    module.section("Dashboards")
    widgets = module.local(
        "widgets",
        {area: expr(f"concat(\n{_widgets(module, area)},\n)") for area in AREAS},
        "The widgets of each area: what its alarms read, of what there is.",
    )
    known = module.local(
        "dashboards",
        expr(
            f"""{{
              for area, shown in {widgets} : area => [
                for index, widget in shown : merge(widget, {{
                  x      = index % {COLUMNS} * {WIDTH}
                  y      = floor(index / {COLUMNS}) * {HEIGHT}
                  width  = {WIDTH}
                  height = {HEIGHT}
                }})
              ] if {var.dashboards} && length(shown) > 0
            }}"""
        ),
        "Those of the areas that are on, in rows of three.",
    )
    module.resource(
        "aws_cloudwatch_dashboard.this",
        "What an area's alarms read.",
        for_each=known,
        dashboard_name=f"{var.environment}-{each.key}",
        dashboard_body=jsonencode({"widgets": each.value}),
    )
    alarms = module.local(
        "alarm_arns",
        {area: expr(f"concat(\n{_arns(area)},\n)") for area in AREAS},
        "All alarms of each area.",
    )
    module.resource(
        "aws_cloudwatch_dashboard.overview",
        "The state of every alarm, area by area.",
        count=expr(f"{var.dashboards} ? 1 : 0"),
        dashboard_name=f"{var.environment}-overview",
        dashboard_body=jsonencode(
            {
                "widgets": expr(
                    f"""flatten([
                      for area, arns in {alarms} : [
                        for part in chunklist(arns, {IN_STATUS}) : {{
                          type       = "alarm"
                          width      = 24
                          height     = {HEIGHT}
                          properties = {{ title = area, alarms = part }}
                        }}
                      ]
                    ])"""
                )
            }
        ),
    )


def _of(area: str) -> list[Row]:
    return [row for row in rows() if row.area == area]


def _widgets(module: ModuleBuilder, area: str) -> str:
    return ",\n".join(_widget(module, row) for row in _of(area))


def _widget(module: ModuleBuilder, row: Row) -> str:
    """A tuple of one widget, or of none where there is nothing of the kind."""
    members = code(local_of(row.of))
    there = members if MEMBERS[row.of].is_one else f"length({members}) > 0"
    properties: dict[str, Any] = {
        "title": f"P{row.priority} {row.id}",
        "region": REGION if row.is_abroad else module.var.region,
        "view": "timeSeries",
        "period": row.period,
        "metrics": expr(_lines(row)),
    }
    if not isinstance(row.threshold, str):
        properties["annotations"] = {"horizontal": [{"label": "alarm", "value": row.threshold}]}
    return f"[for on in [{there}] : {render({'type': 'metric', 'properties': properties})} if on]"


def _lines(row: Row) -> str:
    """The lines of a widget: of each member the metric, or the expression with what it joins out of sight."""
    if MEMBERS[row.of].is_one:
        return "[" + ", ".join(_line(row, "", row.id)) + "]"
    members = code(local_of(row.of))
    shown = f"index, key in slice(keys({members}), 0, min({MOST_MEMBERS}, length({members})))"
    lines = (
        line.replace("each.key", "key").replace("each.value", f"{members}[key]")
        for line in _line(row, "${index}", "${key}")
    )
    return f"concat([for {shown} : [{', '.join(lines)}]]...)"


def _line(row: Row, suffix: str, label: str) -> list[str]:
    if not row.math:
        (metric,) = row.metrics.values()
        return [_metric(metric, {"stat": metric.statistic, "label": label})]
    hidden = [
        _metric(metric, {"stat": metric.statistic, "id": f"{name}{suffix}", "visible": False})
        for name, metric in row.metrics.items()
    ]
    joined = row.math
    for name in row.metrics:
        joined = joined.replace(name, f"{name}{suffix}")
    return [render([{"expression": joined, "id": f"shown{suffix}", "label": label}]), *hidden]


def _metric(metric: Metric, how: dict[str, Any]) -> str:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return render([metric.namespace, metric.name, *dimensions, how])


def _arns(area: str) -> str:
    if area == ABROAD:
        return f"coalesce({code(Expr('var.edge_alarm_arns'))}, [])"
    return ",\n".join(
        f"{code(address(row))}[*].arn" if MEMBERS[row.of].is_one else f"values({code(address(row))})[*].arn"
        for row in _of(area)
    )
