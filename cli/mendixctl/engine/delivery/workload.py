"""An app in the cluster: what it runs, how many of it there are, and whether it is ready.

Which image runs is no part of what is rendered. It is applied by a field manager of its own, so that a deployment of
the manifests neither knows nor changes it: what ``render`` writes stays true whatever was delivered, and a rollback of
the platform does not take an app along, whose database could not follow. What was delivered last, the ledger says.

Sources: Kubernetes, "Server-Side Apply" (a field that a manager does not name stays with whoever does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mendixctl.cluster.api import Api, Resource
from mendixctl.engine.delivery.application import Application
from mendixctl.engine.deployment.readiness import readiness
from mendixctl.engine.deployment.results import State
from mendixctl.engine.polling import rounds
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.kubernetes.apps import API as MENDIX

MANAGER = "mendixctl-delivery"
KIND = "MendixApp"
SCHEME = "oci-image://"
SETTLE = timedelta(minutes=1)
"""How long an Operator may take to see a change, where it does not say which one its status is about."""

Object = Mapping[str, Any]


def kind_of(api: Api, version: str, kind: str) -> Resource:
    """Where the objects of a kind are.

    Raises:
        MendixError: MXV134, the cluster does not know it.
    """
    found = api.resource(version, kind)
    if found is None:
        raise MendixError(
            Diagnostic(
                "MXV134",
                f"the cluster does not know {kind} ({version})",
                hint="its chart is in helmfile.yaml of the environment's manifests: helmfile apply, then deploy",
            )
        )
    return found


@dataclass(frozen=True)
class Workload:
    """One MendixApp, by name: the app's own, or the one that stands beside it."""

    session: Session
    api: Api
    namespace: str
    name: str

    @classmethod
    def of(cls, session: Session, api: Api, app: Application) -> Workload:
        return cls(session, api, app.namespace, app.name)

    @property
    def resource(self) -> Resource:
        return kind_of(self.api, MENDIX, KIND)

    @property
    def place(self) -> dict[str, Any]:
        """The object without anything that is asked of it."""
        return {"apiVersion": MENDIX, "kind": KIND, "metadata": {"name": self.name, "namespace": self.namespace}}

    def live(self) -> dict[str, Any]:
        """The object as it is.

        Raises:
            MendixError: MXV134, it is not in the cluster.
        """
        found = self.api.get(self.resource, self.place)
        if found is None:
            raise MendixError(
                Diagnostic(
                    "MXV134",
                    f"{self.namespace}/{KIND}/{self.name} is not in the cluster",
                    hint="mendixctl deploy brings the manifests of the newest release there, and the app among them",
                )
            )
        return found

    def reference(self) -> str:
        """The image that it is asked to run, without its scheme; empty where it is asked to run none."""
        return str((self.live().get("spec") or {}).get("sourceURL") or "").removeprefix(SCHEME)

    def run(self, reference: str) -> None:
        """Ask it to run an image, ``host/repository@sha256:...``."""
        spec = {"sourceURL": f"{SCHEME}{reference}"} if reference else {}
        self.api.apply(self.resource, {**self.place, "spec": spec}, manager=MANAGER)

    def scale(self, replicas: int) -> None:
        """Ask for so many replicas; none stops it, and an autoscaler lets one that is stopped alone."""
        self.api.scale(self.resource, self.place, replicas, manager=MANAGER)

    def wait(self, deadline: timedelta, renew: Any = None) -> tuple[State, str]:
        """How it stands once it is ready, has failed, or the deadline has come. ``renew`` is called each round."""
        asked = self.session.clock()
        state, message = State.WAITING, ""
        for _ in rounds(self.session, deadline):
            if renew is not None:
                renew()
            state, message = self._seen(asked)
            if state is not State.WAITING:
                break
        return state, message

    def stopped(self, deadline: timedelta, renew: Any = None) -> bool:
        """Wait until no replica is left; whether that was in time."""
        for _ in rounds(self.session, deadline):
            if renew is not None:
                renew()
            status = self.live().get("status") or {}
            if int(status.get("readyReplicas") or 0) == 0 and self._said(status):
                return True
        return False

    def _said(self, status: Object) -> bool:
        generation = int(self.live()["metadata"].get("generation", 0))
        return int(status.get("observedGeneration", generation)) >= generation

    def _seen(self, asked: datetime) -> tuple[State, str]:
        live = self.live()
        state, message = readiness(live, KIND)
        says = "observedGeneration" in (live.get("status") or {})
        if state is State.READY and not says and self.session.clock() - asked < SETTLE:
            return State.WAITING, "the Operator may not have seen it yet"
        return state, message
