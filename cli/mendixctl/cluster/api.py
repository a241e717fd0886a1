"""The calls that a deployment makes to a cluster, by HTTP: what it serves, apply, get, list, delete.

HTTP is urllib3's, which botocore brings. Errors come as ``MendixError`` with the server's own words.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from mendixctl.cluster.access import Access
from mendixgen.diagnostics import Diagnostic, MendixError

MANAGER = "mendixctl"
Object = Mapping[str, Any]
NOT_FOUND, CONFLICT, DENIED = 404, 409, frozenset({401, 403})
CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
QUICK_SECONDS = 3.0
RENEWED_SECONDS = 600.0
"""For how long a token is used: EKS takes one for fifteen minutes, and a deployment may wait longer than that."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Where the objects of a kind are."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    def path(self, namespace: str = "", name: str = "") -> str:
        base = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        scope = f"/namespaces/{quote(namespace)}" if self.namespaced and namespace else ""
        return f"{base}{scope}/{self.plural}" + (f"/{quote(name)}" if name else "")


class Api:
    """One cluster's API, as one user. Not safe for threads."""

    def __init__(self, access: Access, cluster: str, *, quick: bool = False) -> None:
        """``quick``: ask once and not for long: for what can do without the answer."""
        import urllib3

        context = ssl.create_default_context(cadata=access.authority) if access.authority else None
        connect, read = (QUICK_SECONDS, READ_SECONDS / 4) if quick else (CONNECT_SECONDS, READ_SECONDS)
        self._timeout = urllib3.Timeout(connect=connect, read=read)
        # through a tunnel the server is at an address of this machine, and is asked for its own name all the same
        name = access.host if access.tunnel and context else ""
        named: dict[str, Any] = {"server_hostname": name, "assert_hostname": name} if name else {}
        self._pool = urllib3.PoolManager(
            ssl_context=context, retries=urllib3.Retry(0 if quick else 2, backoff_factor=0.5), **named
        )
        self._access = access
        self._cluster = cluster
        self._token, self._taken = "", float("-inf")
        self._served: dict[str, dict[str, Resource]] = {}

    def served(self) -> list[Resource]:
        """Every kind that can be listed and deleted."""
        groups = self._ask("GET", "/apis")["groups"]
        versions = ["v1", *(one["preferredVersion"]["groupVersion"] for one in groups)]
        return [resource for version in versions for resource in self._kinds(version).values()]

    def resource(self, api_version: str, kind: str) -> Resource | None:
        """Where the objects of a kind are; None where the cluster does not know it."""
        return self._kinds(api_version).get(kind)

    def get(self, resource: Resource, value: Object) -> dict[str, Any] | None:
        """What the cluster has of an object; None where it has none."""
        found: dict[str, Any] | None = self._ask("GET", _place(resource, value), missing=True)
        return found

    def apply(
        self, resource: Resource, value: Object, *, dry_run: bool = False, manager: str = MANAGER
    ) -> dict[str, Any]:
        """The object after it was applied on the server's side, or would be. Fields of others become ``manager``'s."""
        query = {"fieldManager": manager, "fieldValidation": "Strict", "force": "true"}
        query |= {"dryRun": "All"} if dry_run else {}
        path = f"{_place(resource, value)}?{urlencode(query)}"
        found: dict[str, Any] = self._ask("PATCH", path, json.dumps(value).encode(), "application/apply-patch+yaml")
        return found

    def create(self, resource: Resource, value: Object) -> bool:
        """Make an object that must not be there yet; whether it was not."""
        path = resource.path(str(value["metadata"].get("namespace", "")))
        made = self._ask("POST", path, json.dumps(value).encode(), "application/json", taken=True)
        return made is not None

    def replace(self, resource: Resource, value: Object) -> dict[str, Any] | None:
        """The object after all of it was replaced; None where somebody else has changed it since it was read."""
        body = json.dumps(value).encode()
        found: dict[str, Any] | None = self._ask("PUT", _place(resource, value), body, "application/json", taken=True)
        return found

    def scale(self, resource: Resource, value: Object, replicas: int, *, manager: str = MANAGER) -> None:
        """Ask for a number of replicas, as an autoscaler does."""
        path = f"{_place(resource, value)}/scale?{urlencode({'fieldManager': manager})}"
        body = json.dumps({"spec": {"replicas": replicas}}).encode()
        self._ask("PATCH", path, body, "application/merge-patch+json")

    def listed(self, resource: Resource, labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """The objects of a kind, of all namespaces, that have these labels."""
        selector = ",".join(f"{name}={value}" for name, value in labels.items())
        found = self._ask("GET", f"{resource.path()}?{urlencode({'labelSelector': selector})}", missing=True)
        for one in (found or {}).get("items", ()):
            yield {"apiVersion": resource.api_version, "kind": resource.kind, **one}

    def delete(self, resource: Resource, value: Object) -> None:
        """Delete an object and what it owns; nothing where it is gone already."""
        self._ask("DELETE", f"{_place(resource, value)}?propagationPolicy=Background", missing=True)

    def _kinds(self, api_version: str) -> dict[str, Resource]:
        if api_version not in self._served:
            path = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
            found = self._ask("GET", path, missing=True) or {}
            self._served[api_version] = {
                one["kind"]: Resource(api_version, one["kind"], one["name"], one["namespaced"])
                for one in found.get("resources", ())
                if "/" not in one["name"] and {"delete", "list"} <= set(one["verbs"])
            }
        return self._served[api_version]

    def _ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "", *, missing: bool = False, taken: bool = False
    ) -> Any:
        """The answer; with ``missing`` None where there is no such thing, with ``taken`` None where there is another.

        Raises:
            MendixError: MXK101, the cluster cannot be reached; MXK102, it does not let us; MXK103, it refuses.
        """
        import urllib3

        if time.monotonic() - self._taken > RENEWED_SECONDS:
            self._token, self._taken = self._access.token(), time.monotonic()
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        headers |= {"Content-Type": kind} if kind else {}
        headers |= {"Host": self._access.host} if self._access.tunnel else {}
        url = self._access.url()
        try:
            response = self._pool.request(
                method, f"{url}{path}", body=body or None, headers=headers, timeout=self._timeout
            )
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(self._cluster, self._access, error) from error
        if (response.status == NOT_FOUND and missing) or (response.status == CONFLICT and taken):
            return None
        try:
            said = json.loads(response.data)
        except ValueError:
            said = {"message": response.data[:500].decode("utf-8", "replace")}
        if response.status < 400:
            return said
        place = path.partition("?")[0]
        if response.status in DENIED:
            raise MendixError(
                Diagnostic(
                    "MXK102",
                    f"the cluster {self._cluster} does not let us {method} {place}: {said.get('message')}",
                    hint="give the caller an access entry: cluster.admins in the YAML, then plan and apply",
                )
            )
        raise MendixError(
            Diagnostic(
                "MXK103",
                f"the cluster {self._cluster} refuses {place}: {said.get('message')}",
                hint="mendixctl explain MXK103",
            )
        )


def _place(resource: Resource, value: Object) -> str:
    metadata = value["metadata"]
    return resource.path(str(metadata.get("namespace", "")), str(metadata["name"]))


def _unreachable(cluster: str, access: Access, error: Exception) -> MendixError:
    summary = f"the API of the cluster {cluster} cannot be reached at {access.server}: {type(error).__name__}"
    if access.tunnel is not None:
        hint = "the instance that --via goes through has to reach it: the nodes do, another needs its security group"
        detail = "\n".join(one for one in (str(error), access.tunnel.said) if one)
        return MendixError(Diagnostic("MXK101", summary, hint=hint, detail=detail))
    return MendixError(
        Diagnostic(
            "MXK101",
            summary,
            hint="a private API answers inside of the VPC alone: run this there, or with --via nodes, which goes "
            "through a node by Session Manager (docs/deploy.md)",
            detail=str(error),
        )
    )
