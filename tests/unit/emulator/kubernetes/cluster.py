"""A cluster's API in the test's own process, and a client that knows nothing but HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from mendixctl.emulator.exchange import Request
from mendixctl.emulator.kubernetes import patches
from mendixctl.emulator.kubernetes.server import Cluster

APPS = "apis/apps/v1/namespaces/default/deployments"
MENDIX = "apis/privatecloud.mendix.com/v1alpha1/namespaces/default/mendixapps"


@dataclass
class Client:
    """Asks a cluster; ``targets`` is what its load balancers were told."""

    version: str = "1.35"
    targets: dict[str, tuple[list[str], int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cluster = Cluster("prod", self.version, self._target)

    def _target(self, arn: str, addresses: list[str], port: int) -> None:
        self.targets[arn] = (addresses, port)

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json", **query: str) -> Any:
        """Status and body of an answer."""
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/{path}",
            "QUERY_STRING": urlencode(query),
            "CONTENT_TYPE": kind,
            "HTTP_USER_AGENT": "test/1",
        }
        content = b"" if body is None else json.dumps(body).encode()
        response = self.cluster.answer(Request(environ, content), path.split("/"))
        return response.status, json.loads(response.body)

    def get(self, path: str, **query: str) -> Any:
        status, body = self.ask("GET", path, **query)
        assert status == 200, body
        return body

    def post(self, path: str, body: Any) -> Any:
        status, said = self.ask("POST", path, body)
        assert status == 201, said
        return said

    def apply(self, path: str, body: Any, manager: str = "mendixctl", **query: str) -> Any:
        status, said = self.ask("PATCH", path, body, patches.APPLY, fieldManager=manager, **query)
        assert status in {200, 201}, said
        return said


def deployment(name: str = "web", image: str = "nginx:1", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "a", "image": image}]},
            },
            **spec,
        },
    }


def application(name: str = "crm", package: str = "oci-image://registry/crm@sha256:1", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "privatecloud.mendix.com/v1alpha1",
        "kind": "MendixApp",
        "metadata": {"name": name},
        "spec": {"sourceURL": package, **spec},
    }
