"""The documents of ``release``, as documented in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.views.json.documents import scope

if TYPE_CHECKING:
    from mendixctl.engine.delivery.artifact import Artifact
    from mendixctl.engine.delivery.results import AppVerification, BuildResult, DeliveryResult, PushResult


def artifact(found: Artifact) -> dict[str, Any]:
    """What was built."""
    return {
        "folder": str(found.folder),
        "app": found.app,
        "form": found.form.value,
        "name": found.name,
        "mendix": found.mendix,
        "version": found.version,
        "domain_model": found.domain_model,
        "commit": found.commit,
        "source": found.source,
        "digest": found.digest,
        "sbom_digest": found.sbom_digest,
    }


def built(result: BuildResult) -> dict[str, Any]:
    """What was built, and where it is."""
    return {**scope(result.scope), "artifact": artifact(result.artifact)}


def pushed(result: PushResult) -> dict[str, Any]:
    """The image as it stands in the registry."""
    scan = result.scan
    return {
        **scope(result.scope),
        "artifact": artifact(result.artifact),
        "image": result.reference,
        "digest": result.digest,
        "tag": result.tag,
        "existed": result.existed,
        "uploaded": result.uploaded,
        "scan": {"status": scan.status, "findings": dict(scan.counts)} if scan else None,
        "signed_by": result.signed_by,
        "sbom": result.sbom_digest,
        "warnings": [one.to_json() for one in result.warnings],
    }


def delivered(result: DeliveryResult) -> dict[str, Any]:
    """What a deployment or a rollback of an app did."""
    return {
        **scope(result.scope),
        "app": result.app,
        "action": result.action,
        "release": result.number,
        "strategy": result.strategy.value,
        "model": result.model.value,
        "image": result.image,
        "digest": result.digest,
        "previous": result.previous,
        "announcement": result.announcement,
        "errors": list(result.errors),
        "returned": result.returned,
        "done": list(result.done),
        "kept": list(result.kept),
        "next": list(result.next),
        "seconds": round(result.seconds, 3),
        "warnings": [one.to_json() for one in result.warnings],
    }


def verified(result: AppVerification) -> dict[str, Any]:
    """Whether an app is as it was delivered."""
    return {
        **scope(result.scope),
        "app": result.app,
        "release": result.release,
        "digest": result.digest,
        "image": result.image,
        "state": result.state,
        "message": result.message,
        "alarms": list(result.alarms),
        "url": result.url,
        "smoke": result.smoke,
        "problems": list(result.problems),
    }
