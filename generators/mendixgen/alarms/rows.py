"""The catalogue of alarms: what is watched, when it is an alarm, how urgent, and what it means. Data, by area.

``<area>.json`` has the rows; from one row come alarms of a module, a widget of its area's dashboard, a line of
docs/monitoring.md and the heading of its runbook. Values in ``${...}`` are expressions of the module. Where a metric
is, and with which dimensions, is checked against ``data/metrics.json``.

Light on purpose: rendering runbooks reads this on the path of ``plan``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

AREAS = (
    "network",
    "ingress",
    "cluster",
    "database",
    "storage",
    "registry",
    "secrets",
    "encryption",
    "logging",
    "backup",
    "recovery",
    "edge",
    "apps",
)
"""Whose alarms there are, in the order of docs and dashboards; ``apps`` is what runs on the platform."""

ABROAD = "edge"
"""The area whose metrics AWS keeps in us-east-1 alone: its own module makes its alarms there, and monitoring those of
all others."""

Missing = Literal["notBreaching", "breaching", "ignore"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages of the runbooks."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of CloudWatch; the dimensions' values are templates of Terraform."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


@dataclass(frozen=True, slots=True)
class Row:
    """One alarm of each member of ``of`` (a set of the module that makes it).

    ``metrics`` has one metric, or those that ``math`` joins, by their ids in it. ``threshold`` is a number or an
    expression of the module. It is an alarm when ``datapoints`` of the last ``periods`` (of ``period`` seconds)
    ``compare`` to the threshold. ``missing`` says what no data mean, ``changes`` that a change
    of the environment sets it off by itself: it tells nobody by itself but through the composite alarm of its area and
    priority, which is silent while a change is applied.
    """

    area: str
    id: str
    priority: int
    of: str
    metrics: Mapping[str, Metric]
    math: str
    compare: str
    threshold: float | str
    period: int
    periods: int
    datapoints: int
    missing: Missing
    changes: bool
    means: Text
    impact: Text

    @property
    def name(self) -> str:
        """What it is called in names of alarms, resources and runbooks: ``network-nat-ports``."""
        return f"{self.area}-{self.id}"

    @property
    def is_abroad(self) -> bool:
        """Whether its metric is in us-east-1, whatever region the environment is in."""
        return self.area == ABROAD

    @property
    def composite(self) -> str:
        """What tells in its place, behind the environment's name: ``p2-cluster``."""
        return f"p{self.priority}-{self.area}"


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """The whole catalogue, area by area."""
    return tuple(_row(area, given) for area in AREAS for given in json.loads(_text(area)))


def _row(area: str, given: Mapping[str, Any]) -> Row:
    named = given["metrics"] if "math" in given else {"value": given["metric"]}
    return Row(
        area=area,
        id=given["id"],
        priority=given["priority"],
        of=given["of"],
        metrics={name: Metric(**metric) for name, metric in named.items()},
        math=given.get("math", ""),
        compare=given["compare"],
        threshold=given["threshold"],
        period=given["period"],
        periods=given["periods"],
        datapoints=given.get("datapoints", given["periods"]),
        missing=given["missing"],
        changes=given.get("changes", False),
        means=Text(**given["means"]),
        impact=Text(**given["impact"]),
    )


def _text(area: str) -> str:
    return files(__package__).joinpath(f"{area}.json").read_text("utf-8")
