"""A row of the catalogue as a resource of the module that makes it."""

from __future__ import annotations

from typing import Any

from mendixgen.alarms.rows import Metric, Row
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
TOLD_BY = "Told by"
"""What a description says of an alarm that a composite one tells for; the area support looks for it in events."""


def resource_name(row: Row) -> str:
    """What the row's resource is called: ``network_nat_ports``."""
    return row.name.replace("-", "_")


def catalogue_alarm(
    module: ModuleBuilder, row: Row, *, of: Expr, one: bool, topic: Expr | None, provider: str | None = None
) -> Expr:
    """Add the alarm of a row, or one of each member; returns the resource.

    ``of`` says whether there is what it is of (where that is ``one`` thing), or is the map of its members. Without a
    ``topic`` a composite alarm tells for it.
    """
    name = f"{module.var.environment}-p{row.priority}-{row.name}" + ("" if one else f"-{each.key}")
    told = None if topic is None else [topic]
    return module.resource(
        f"aws_cloudwatch_metric_alarm.{resource_name(row)}",
        row.means.en,
        count=expr(f"{of} ? 1 : 0") if one else None,
        for_each=None if one else of,
        provider=provider,
        alarm_name=name,
        alarm_description=description(row, str(module.var.environment)),
        comparison_operator=OPERATORS[row.compare],
        threshold=threshold(row),
        evaluation_periods=row.periods,
        datapoints_to_alarm=row.datapoints,
        treat_missing_data=row.missing,
        alarm_actions=told,
        ok_actions=told,
        **(_queries(row) if row.math else _metric(row)),
        tags={"Name": name},
        # CloudWatch deletes no alarm that a composite one still names: that one is changed before.
        lifecycle={"create_before_destroy": True} if topic is None else None,
    )


def description(row: Row, environment: str) -> str:
    """What whoever is told reads first: meaning and impact in both languages, and where the runbook is."""
    told = f" {TOLD_BY} {environment}-{row.composite}." if row.changes else ""
    return (
        f"{row.means.en} {row.impact.en} / {row.means.zh}{row.impact.zh}"
        f" Runbook: environments/{environment}/runbooks/en/{row.name}.md (zh: runbooks/zh/{row.name}.md){told}"
    )


def threshold(row: Row) -> Any:
    """A number, or the expression of the module that gives one."""
    return expr(row.threshold) if isinstance(row.threshold, str) else row.threshold


def address(row: Row) -> Expr:
    """The row's resource as an expression."""
    return Expr(f"aws_cloudwatch_metric_alarm.{resource_name(row)}")


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
