"""The app that stands beside an app while a new version takes its place, and the route that shares the traffic out.

The twin is the app under another name: the same role, secrets and database, another image, and never the leader. Its
route is more particular than the one that the Operator gives the app: for the same name and path, a match that names
the method goes before one that does not. So nothing of the Operator's is edited, and to take the route away is to give
all traffic back. People stay where they are by a cookie, since a browser with two versions at once has neither.

Sources: Gateway API 1.4, "HTTPRouteMatch" (precedence: path, method, headers) and GEP-1619, "Session Persistence";
Envoy Gateway 1.9, "Session Persistence" and "Traffic Splitting"; Mendix on Kubernetes, "runtimeLeaderSelection".
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from mendixctl.cluster.api import Api
from mendixctl.engine.delivery.application import Application
from mendixctl.engine.delivery.workload import KIND, MANAGER, SCHEME, Workload, kind_of
from mendixctl.engine.polling import rounds
from mendixctl.engine.session import Session
from mendixgen.kubernetes.diff import key_of
from mendixgen.kubernetes.namespaces import APP_PORT, MX_APP
from mendixgen.kubernetes.objects import MANAGED_BY
from mendixgen.kubernetes.platform import GATEWAY, GATEWAY_NAMESPACE
from mendixgen.kubernetes.render import objects

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
COOKIE = "mx-release"
PERSISTS = "12h"
GATEWAY_API = "gateway.networking.k8s.io/v1"
GONE = timedelta(minutes=10)
Object = dict[str, Any]


def name_of(app: str) -> str:
    """What stands beside an app is called."""
    return f"{app}-next"


class Twin:
    """What stands beside one app."""

    def __init__(self, session: Session, api: Api, app: Application) -> None:
        self._session = session
        self._api = api
        self._app = app
        self.workload = Workload(session, api, app.namespace, name_of(app.name))

    def start(self, reference: str) -> None:
        """Put the twin there, with an image; it gets no traffic yet."""
        for one in made(self._app, reference):
            self._apply(one)

    def share(self, percent: int) -> None:
        """Let the twin have a share of the traffic, and the app the rest of it."""
        for one in routing(self._app, percent):
            self._apply(one)

    def unshare(self) -> None:
        """Give all traffic back to the app."""
        self._delete(list(routing(self._app, 0))[::-1])

    def clear(self) -> bool:
        """Take everything away that stands beside the app; whether anything did."""
        route = self._delete(list(routing(self._app, 0))[::-1])
        rest = self._delete([*made(self._app, "")][::-1])
        if not route and not rest:
            return False
        for _ in rounds(self._session, GONE):
            if self._api.get(self.workload.resource, self.workload.place) is None:
                break
        return True

    def _apply(self, value: Object) -> None:
        resource = kind_of(self._api, value["apiVersion"], value["kind"])
        self._api.apply(resource, value, manager=MANAGER)

    def _delete(self, values: list[Object]) -> bool:
        """Delete what is there of some objects, if it is a delivery's; whether anything was."""
        found = False
        for value in values:
            resource = self._api.resource(value["apiVersion"], value["kind"])
            live = self._api.get(resource, value) if resource is not None else None
            if resource is None or live is None or live["metadata"].get("labels", {}).get(MANAGED_BY) != MANAGER:
                continue
            self._api.delete(resource, value)
            found = True
        return found


def made(app: Application, reference: str) -> Iterator[Object]:
    """The twin, in the order in which its objects are applied: who it is, what it reads, what it may reach, itself."""
    own = [copy.deepcopy(one.body) for one in objects(app.platform) if _is_own(app, one.body)]
    for value in sorted(own, key=lambda one: one["kind"] == KIND):
        key = key_of(value)
        value["metadata"]["name"] = renamed(key.name, app.name)
        value["metadata"]["labels"][MANAGED_BY] = MANAGER
        if value["kind"] == "NetworkPolicy":
            value["spec"]["podSelector"] = {"matchLabels": {MX_APP: name_of(app.name)}}
        elif value["kind"] == KIND:
            _as_twin(app, value["spec"], reference)
        yield value


def renamed(name: str, app: str) -> str:
    """What an object of an app, whose name ends with the app's, is called beside it."""
    return f"{name.removesuffix(app)}{name_of(app)}"


def _is_own(app: Application, value: Object) -> bool:
    key = key_of(value)
    if key.namespace != app.namespace:
        return False
    if key.kind == "NetworkPolicy":
        return key.name == f"allow-database-of-{app.name}"
    return key.name == app.name and key.kind in {"ServiceAccount", "SecretProviderClass", KIND}


def _as_twin(app: Application, spec: Object, reference: str) -> None:
    """Make a MendixApp's wishes those of a twin."""
    spec["appURL"] = f"{name_of(app.name)}.{app.workplace.specification.header.domain}"
    spec["sourceURL"] = f"{SCHEME}{reference}"
    spec["runtimeLeaderSelection"] = "none"
    spec.setdefault("replicas", app.app.autoscale.min if app.app.autoscale else app.app.replicas)
    for one in spec.get("topologySpreadConstraints", ()):
        one["labelSelector"] = {"matchLabels": {MX_APP: name_of(app.name)}}
    runtime = spec["runtime"]
    runtime.pop("myScheduledEvents", None)
    # they are the leader's, who is the app
    runtime["scheduledEventExecution"] = "NONE"


def routing(app: Application, percent: int) -> Iterator[Object]:
    """The services of both, and the route that shares the traffic out: ``percent`` of it to the twin."""
    parts = (("current", app.name, 100 - percent), ("next", name_of(app.name), percent))
    for role, pods, _ in parts:
        yield _object(
            app,
            "v1",
            "Service",
            f"{app.name}-release-{role}",
            {
                "type": "ClusterIP",
                "selector": {MX_APP: pods},
                "ports": [{"name": "http", "port": APP_PORT, "targetPort": APP_PORT, "protocol": "TCP"}],
            },
        )
    backends = [{"name": f"{app.name}-release-{role}", "port": APP_PORT, "weight": weight} for role, _, weight in parts]
    path = {"type": "PathPrefix", "value": "/"}
    rule = {
        "matches": [{"path": path, "method": method} for method in METHODS],
        "backendRefs": backends,
        "sessionPersistence": {
            "sessionName": COOKIE,
            "type": "Cookie",
            "absoluteTimeout": PERSISTS,
            "cookieConfig": {"lifetimeType": "Permanent"},
        },
    }
    spec = {
        "parentRefs": [{"name": GATEWAY, "namespace": GATEWAY_NAMESPACE}],
        "hostnames": [app.platform.hostname(app.name)],
        "rules": [rule],
    }
    yield _object(app, GATEWAY_API, "HTTPRoute", f"{app.name}-release", spec)


def _object(app: Application, version: str, kind: str, name: str, spec: Object) -> Object:
    metadata = {"name": name, "namespace": app.namespace, "labels": {MANAGED_BY: MANAGER}}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}
