"""The emulator's Kubernetes API in the test's own process, behind the calls that a deployment makes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import urllib3

from mendixctl.cluster.access import Access
from mendixctl.cluster.api import Api
from tests.unit.emulator.kubernetes.cluster import Client


@dataclass
class InProcess:
    """``away``: it cannot be reached. ``asked``: methods and paths, as they came. ``there``: AWS has it."""

    client: Client = field(default_factory=Client)
    away: bool = False
    there: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)

    def api(self, cluster: str = "dev") -> Api:
        made = Api(Access("http://cluster", "", lambda: "k8s-aws-v1.x"), cluster)
        made._pool = SimpleNamespace(request=self._answer)  # type: ignore[assignment]
        return made

    def _answer(self, method: str, url: str, *, body: bytes | None, headers: dict[str, str], timeout: Any) -> Any:
        path, _, query = url.removeprefix("http://cluster/").partition("?")
        if self.away:
            raise urllib3.exceptions.ConnectTimeoutError(None, "timed out")
        self.asked.append((method, path))
        given = json.loads(body) if body else None
        status, content = self.client.ask(
            method, path, given, headers.get("Content-Type", ""), **dict(parse_qsl(query))
        )
        return SimpleNamespace(status=status, data=json.dumps(content).encode())

    def changed(self) -> list[tuple[str, str]]:
        """What was asked for beside looking, trials included."""
        return [(method, path) for method, path in self.asked if method != "GET"]

    def names(self, path: str) -> list[str]:
        """The names of the objects below a path: ``apis/apps/v1/deployments``."""
        return [one["metadata"]["name"] for one in self.client.get(path)["items"]]
