"""The JSON documents of ``drift``, as docs/json.md describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.views.json.documents import plan as plan_document
from mendixctl.views.json.documents import scope
from mendixctl.views.json.plain import plain
from mendixctl.views.json.shown import Shown

if TYPE_CHECKING:
    from mendixctl.engine.drift.results import AdoptionResult, DriftResult, Planned

Document = dict[str, Any]


def drift(result: DriftResult) -> Shown:
    """Every difference from the newest release, by cause."""
    return Shown(_document(result), result.notes)


def _document(result: DriftResult) -> Document:
    return {
        **scope(result.scope),
        "head": result.head,
        "since": plain(result.since),
        "has_drift": bool(result.drifted or result.objects),
        "aws": [
            {
                "address": one.address,
                "area": one.area,
                "type": one.type,
                "happened": one.happened,
                "back": one.back,
                "adopted": one.adopted,
                "attributes": plain(one.attributes),
                "events": plain(one.events),
            }
            for one in result.aws
        ],
        "generator": [_planned(one) for one in result.generator],
        "yaml": [_planned(one) for one in result.yaml],
        "unfinished": [_planned(one) for one in result.unfinished],
        "spec_changes": plain(result.spec),
        "module_changes": plain(result.versions),
        "generators": {"released": result.generators[0], "now": result.generators[1]},
        "ignored": plain(result.ignored),
        "objects": plain(result.objects),
        "plans": result.plans,
        "seconds": round(result.seconds, 3),
    }


def _planned(one: Planned) -> Document:
    document: Document = plain(one.change)
    return {**document, "why": one.why}


def adoption(result: AdoptionResult) -> Shown:
    """The drift, and what of it was adopted."""
    prepared = result.prepared
    document = {
        **_document(prepared.drift),
        "adopted": plain(prepared.adoptions),
        "not_adopted": plain(prepared.rest),
        "spec_diff": prepared.spec_diff,
        "plan": plan_document(result.plan) if result.plan is not None else None,
    }
    return Shown(document, prepared.drift.notes)
