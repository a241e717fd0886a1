"""Incidents as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.views.json.documents import scope
from mendixctl.views.json.plain import plain

if TYPE_CHECKING:
    from mendixctl.engine.incident.results import (
        DeadlinesResult,
        IncidentReport,
        IncidentResult,
        IncidentsResult,
        Kept,
    )

Document = dict[str, Any]


def listed(result: IncidentsResult) -> Document:
    return {**scope(result.scope), "month": result.month, "incidents": plain(result.incidents)}


def written(result: IncidentResult) -> Document:
    return {**scope(result.scope), "done": result.done, "incident": plain(result.incident)}


def due(result: DeadlinesResult) -> Document:
    return {**scope(result.scope), **plain(result)}


def reported(result: IncidentReport) -> Document:
    return {
        **scope(result.scope),
        "month": result.month,
        "priorities": [
            {
                "priority": it.priority,
                "incidents": it.incidents,
                "response": _kept(it.response),
                "solution": _kept(it.solution),
            }
            for it in result.priorities
        ],
        "missed": plain(result.missed),
    }


def _kept(kept: Kept) -> Document:
    return {**plain(kept), "percent": kept.percent}
