"""An alarm that tells a topic when something has happened at all, and when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder

PERIOD = 300
"""Seconds over which a metric is summed."""


def alarm(
    module: ModuleBuilder,
    name: str,
    comment: str,
    *,
    alarm_name: str,
    description: str,
    metric: tuple[str, str],
    dimensions: Mapping[str, Any],
    topic_arn: Expr,
    count: Expr | None = None,
    tags: Mapping[str, Any] | None = None,
) -> Expr:
    """Add ``aws_cloudwatch_metric_alarm.<name>``; returns the resource.

    ``metric`` is a namespace and a name in it (``("AWS/Lambda", "Errors")``); more than none of it in five minutes is
    an alarm, and no data are none.
    """
    namespace, metric_name = metric
    return module.resource(
        f"aws_cloudwatch_metric_alarm.{name}",
        comment,
        count=count,
        alarm_name=alarm_name,
        alarm_description=description,
        namespace=namespace,
        metric_name=metric_name,
        dimensions=dimensions,
        statistic="Sum",
        period=PERIOD,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        tags=tags,
    )
