"""The JSON document of ``adopt``, as docs/json.md describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.json.documents import plan as plan_document
from mendixctl.views.json.documents import scope
from mendixctl.views.json.plain import plain
from mendixctl.views.json.shown import Shown

if TYPE_CHECKING:
    from mendixctl.engine.adopt.results import AdoptResult


def adopted(result: AdoptResult) -> Shown:
    """What is imported, what of it changes, and what is left out; the plan in full."""
    document = {
        **scope(result.scope),
        "adopted": plain(result.adopted),
        "differences": plain(result.differences),
        "left_out": plain(result.left_out),
        "missing": [{"area": area, "type": kind, "number": number} for area, kind, number in result.missing],
        "plan": plan_document(result.plan) if result.plan is not None else None,
    }
    return Shown(document, (*result.warnings, *result.refusals))
