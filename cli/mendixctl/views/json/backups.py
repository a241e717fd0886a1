"""The documents of ``backup``, as documented in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.views.json.documents import scope

if TYPE_CHECKING:
    from mendixctl.engine.backup.run import CoverageResult


def coverage(result: CoverageResult) -> dict[str, Any]:
    """Each stateful resource; the gaps by their addresses too."""
    return {
        **scope(result.scope),
        "gaps": [one.address for one in result.gaps],
        "resources": [
            {
                "address": one.address,
                "kind": one.kind,
                "arn": one.arn,
                "covered": bool(one.plans),
                "plans": list(one.plans),
                "reason": one.reason,
                "newest": one.newest.isoformat() if one.newest is not None else None,
            }
            for one in result.resources
        ],
    }
