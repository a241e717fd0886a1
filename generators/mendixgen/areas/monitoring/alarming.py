"""The alarms of the catalogue as resources: one a row, of every member of its set."""

from __future__ import annotations

from typing import Any

from mendixgen.areas.monitoring.members import MEMBERS
from mendixgen.areas.monitoring.rows import AREAS, Metric, Row, rows
from mendixgen.areas.monitoring.watched import local_of
from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

OPERATORS = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
}
RESULT = "result"
"""The id of the expression that an alarm of several metrics compares."""


def alarms(module: ModuleBuilder) -> None:
    """Add all alarms, area by area."""
    for area in AREAS:
        module.section(f"Alarms: {area}")
        for row in rows():
            if row.area == area:
                _alarm(module, row)


def resource_name(row: Row) -> str:
    """What the row's resource is called: ``network_nat_ports``."""
    return row.name.replace("-", "_")


def _alarm(module: ModuleBuilder, row: Row) -> None:
    one = MEMBERS[row.of].is_one
    topic = expr(f'local.topic_arns["p{row.priority}"]')
    name = f"{module.var.environment}-p{row.priority}-{row.name}" + ("" if one else f"-{each.key}")
    module.resource(
        f"aws_cloudwatch_metric_alarm.{resource_name(row)}",
        row.means.en,
        count=expr(f"{local_of(row.of)} ? 1 : 0") if one else None,
        for_each=None if one else local_of(row.of),
        alarm_name=name,
        alarm_description=description(row, str(module.var.environment)),
        comparison_operator=OPERATORS[row.compare],
        threshold=threshold(row),
        evaluation_periods=row.periods,
        datapoints_to_alarm=row.datapoints,
        treat_missing_data=row.missing,
        alarm_actions=[topic],
        ok_actions=[topic],
        **(_queries(row) if row.math else _metric(row)),
        tags={"Name": name},
    )


def description(row: Row, environment: str) -> str:
    """What whoever is told reads first: meaning and impact in both languages, and where the runbook is."""
    return (
        f"{row.means.en} {row.impact.en} / {row.means.zh}{row.impact.zh}"
        f" Runbook: environments/{environment}/runbooks/en/{row.name}.md (zh: runbooks/zh/{row.name}.md)"
    )


def threshold(row: Row) -> Any:
    """A number, or the expression of the module that gives one."""
    return expr(row.threshold) if isinstance(row.threshold, str) else row.threshold


def _metric(row: Row) -> dict[str, Any]:
    (metric,) = row.metrics.values()
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": dict(metric.dimensions) or None,
        "statistic": metric.statistic,
        "period": row.period,
    }


def _queries(row: Row) -> dict[str, Any]:
    return {
        "metric_query": [
            {"id": RESULT, "expression": row.math, "label": row.id, "return_data": True},
            *({"id": name, "metric": _of_query(metric, row.period)} for name, metric in row.metrics.items()),
        ]
    }


def _of_query(metric: Metric, period: int) -> dict[str, Any]:
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": dict(metric.dimensions) or None,
        "stat": metric.statistic,
        "period": period,
    }


def address(row: Row) -> Expr:
    """The row's resource as an expression."""
    return Expr(f"aws_cloudwatch_metric_alarm.{resource_name(row)}")
