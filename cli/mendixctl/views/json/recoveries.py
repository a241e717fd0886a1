"""The documents of ``recovery``, as documented in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.views.json.documents import scope

if TYPE_CHECKING:
    from mendixctl.engine.recovery.results import DrillResult, RecoveryPlan, SwitchResult


def plan(result: RecoveryPlan) -> dict[str, Any]:
    """The document in one text."""
    return {"environment": result.environment, "language": result.language, "document": result.text}


def drill(result: DrillResult) -> dict[str, Any]:
    """Both numbers of each database."""
    return {
        **scope(result.scope),
        "release": result.number,
        "rpo_minutes": result.rpo_minutes,
        "rto_minutes": result.rto_minutes,
        "databases": [
            {
                "database": one.database,
                "rpo_seconds": one.rpo_seconds,
                "rto_seconds": one.rto_seconds,
                "problem": one.problem,
                "kept": not result.missed(one),
            }
            for one in result.measurements
        ],
    }


def switched(result: SwitchResult) -> dict[str, Any]:
    """What was done, and what comes next."""
    return {
        **scope(result.scope),
        "kind": result.kind,
        "release": result.number,
        "done": list(result.done),
        "next": list(result.next),
    }
