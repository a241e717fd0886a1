"""The ``result`` objects of ``status`` and ``recover``, as documented in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.views.json import documents
from mendixctl.views.json.plain import plain

if TYPE_CHECKING:
    from mendixctl.engine.recover.run import RecoveryResult
    from mendixctl.engine.status import StatusResult
    from mendixctl.engine.unfinished.orphan_candidates import Doubt

Document = dict[str, Any]


def status(result: StatusResult) -> Document:
    """Where an environment stands."""
    return {
        **documents.scope(result.scope),
        "finished": result.finished,
        "base": result.base,
        "head": result.head.number if result.head else 0,
        "release": documents.release(result.head) if result.head else None,
        "status": plain(result.status),
        "recorded": result.recorded,
        "done": list(result.done),
        "failed": list(result.failed),
        "in_flight": list(result.in_flight),
        "not_started": list(result.not_started),
        "running": plain(result.running),
        "lock": plain(result.lock),
        "doubts": [_doubt(one) for one in result.doubts],
        "tainted": list(result.tainted),
        "kept": list(result.kept),
        "objects": list(result.objects),
        "not_ready": [{**plain(one), "state": plain(one.state)} for one in result.not_ready],
        "unsaved_state": result.left,
        "plan": plain(result.plan),
        "next": result.next,
        "why": result.why,
    }


def recover(result: RecoveryResult) -> Document:
    """What a recovery did."""
    return {
        **documents.scope(result.scope),
        "head": result.head,
        "status": plain(result.status),
        "release": documents.release(result.apply.record) if result.apply else None,
        "adopted": plain(result.adoptions),
        "settled": [{**_doubt(one.doubt), "why": one.why} for one in result.settled],
        "left": [
            {**_doubt(one.doubt), "why": one.why, "look_for": one.look_for, "accepting": one.accepting}
            for one in result.unadopted
        ],
        "tainted": list(result.tainted),
        "kept": list(result.kept),
        "saved_state": result.saved,
        "restored_state": result.restored,
        "unlocked": plain(result.unlocked),
        "next": result.next,
    }


def _doubt(one: Doubt) -> Document:
    return {"address": one.address, "type": one.type, "release": one.release, "certainty": one.certainty.value}
