"""The JSON documents of ``blame`` and ``verify``, as docs/json.md describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.views.json.documents import scope
from mendixctl.views.json.plain import plain

if TYPE_CHECKING:
    from mendixctl.engine.blame.results import BlameResult, Cause
    from mendixctl.engine.history.verify import VerifyResult

Document = dict[str, Any]


def blame(result: BlameResult) -> Document:
    """Each field, module and resource with its changes, oldest first."""
    return {
        **scope(result.scope),
        "what": result.what,
        "file": result.file,
        "head": result.head,
        "fields": [
            {
                "path": one.path,
                "line": one.line,
                "value": plain(one.value),
                "secret": one.secret,
                "applied": one.applied,
                "tried": one.tried,
                "changes": [_altered(change) for change in one.changes],
            }
            for one in result.fields
        ],
        "resources": [
            {
                "address": one.address,
                "area": one.area,
                "exists": one.exists,
                "changes": [
                    {
                        **_cause(change.cause),
                        "action": change.action,
                        "address": change.address,
                        "attributes": plain(change.attributes),
                        "verdict": change.verdict,
                        "module": change.module,
                    }
                    for change in one.changes
                ],
            }
            for one in result.resources
        ],
        "modules": [
            {"area": one.area, "version": one.version, "changes": [_altered(change) for change in one.changes]}
            for one in result.modules
        ],
    }


def _altered(change: Any) -> Document:
    return {**_cause(change.cause), "before": plain(change.before), "after": plain(change.after)}


def _cause(cause: Cause) -> Document:
    document: Document = plain(cause)
    return document


def verify(result: VerifyResult) -> Document:
    """Each environment's ledger with its findings, and the modules'."""
    return {
        "sound": result.sound,
        "environments": [
            {
                "environment": one.environment,
                "place": one.place,
                "releases": one.releases,
                "mirrored": one.mirrored,
                "findings": [{"release": finding.release, **finding.diagnostic.to_json()} for finding in one.findings],
            }
            for one in result.environments
        ],
        "modules": result.modules,
        "module_findings": [one.to_json() for one in result.module_findings],
    }
