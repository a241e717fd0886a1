"""One delivery of an app at a time, whoever begins it: a Lease in the cluster says who, since when, and to what.

The ledger gets a delivery when it is over, so that hours of a canary keep nobody from changing the platform. What was
begun and cut off is found here.

Source: Kubernetes API reference, Lease (coordination.k8s.io/v1).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mendixctl.cluster.api import Api
from mendixctl.engine.delivery.workload import MANAGER, kind_of
from mendixctl.engine.environment.git import author
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity

VERSION, KIND = "coordination.k8s.io/v1", "Lease"
ANNOTATION = "mendixctl.io/delivery"
SECONDS = 900
"""For how long one that nobody renews keeps others away."""


@dataclass
class Hold:
    """A delivery that is under way."""

    session: Session
    api: Api
    value: dict[str, Any]
    left: Mapping[str, str] = field(default_factory=dict)
    """What an earlier one that was cut off had noted."""

    def renew(self) -> None:
        """Say that it goes on.

        Raises:
            Refused: MXV133, somebody else has taken over.
        """
        now = self.session.clock()
        if now - _moment(self.value["spec"].get("renewTime")) < timedelta(seconds=SECONDS / 10):
            return
        self.value["spec"]["renewTime"] = _written(now)
        self._keep()

    def note(self, facts: Mapping[str, str]) -> None:
        """Keep what one who finds this cut off has to know."""
        self.value["metadata"].setdefault("annotations", {})[ANNOTATION] = json.dumps(dict(facts), sort_keys=True)
        self._keep()

    def _keep(self) -> None:
        kept = self.api.replace(kind_of(self.api, VERSION, KIND), self.value)
        if kept is None:
            raise _taken(self.value["metadata"]["name"], "somebody else, who took over")
        self.value = kept


@contextmanager
def held(session: Session, api: Api, namespace: str, app: str) -> Iterator[Hold]:
    """Deliver an app alone for the length of a ``with`` block.

    Raises:
        Refused: MXV133, somebody delivers it now.
    """
    resource = kind_of(api, VERSION, KIND)
    who = author(session.repository.root)
    now = session.clock()
    value: dict[str, Any] = {
        "apiVersion": VERSION,
        "kind": KIND,
        "metadata": {
            "name": f"{app}-release",
            "namespace": namespace,
            "labels": {"app.kubernetes.io/managed-by": MANAGER},
        },
        "spec": {
            "holderIdentity": f"{who.user}@{who.host}",
            "leaseDurationSeconds": SECONDS,
            "acquireTime": _written(now),
            "renewTime": _written(now),
        },
    }
    left: dict[str, str] = {}
    if not api.create(resource, value):
        there = api.get(resource, value)
        spec = (there or {}).get("spec") or {}
        until = _moment(spec.get("renewTime")) + timedelta(seconds=int(spec.get("leaseDurationSeconds") or SECONDS))
        if there is None or until > now:
            raise _taken(f"{app}-release", str(spec.get("holderIdentity") or "somebody"))
        left = _left(there)
        metadata = {**value["metadata"], "resourceVersion": there["metadata"]["resourceVersion"]}
        if api.replace(resource, {**value, "metadata": metadata}) is None:
            raise _taken(f"{app}-release", "somebody else, at the same moment")
        holder, noted = spec.get("holderIdentity"), left.get("digest", "an image")
        session.reporter.notice(
            Diagnostic(
                "MXV137",
                f"a delivery of {app} by {holder} was cut off: it was bringing {noted[:19]}",
                hint="what stands beside the app is taken away before this one begins",
                severity=Severity.WARNING,
            )
        )
    value = api.get(resource, value) or value
    hold = Hold(session, api, value, left)
    try:
        yield hold
    finally:
        # it ends by itself, if it cannot be given back
        with suppress(MendixError):
            api.delete(resource, value)


def _left(value: Mapping[str, Any]) -> dict[str, str]:
    try:
        said = json.loads(value["metadata"].get("annotations", {}).get(ANNOTATION, "{}"))
    except ValueError:
        return {}
    return {str(name): str(one) for name, one in said.items()} if isinstance(said, dict) else {}


def _moment(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _taken(name: str, who: str) -> Refused:
    return Refused(
        Diagnostic(
            "MXV133",
            f"{name.removesuffix('-release')} is being delivered by {who}",
            hint=f"wait until it is over; one that was cut off lets go after {SECONDS // 60} minutes",
        )
    )
