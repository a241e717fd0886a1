"""Where the APIs of emulated clusters are, and who may ask them.

``/_kubernetes/<region>/<cluster>`` on the emulator's own port. A token is a presigned call that says who asks,
as on AWS; any such token does here, and none at all too, because kubectl keeps its token to itself without TLS.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from mendixctl.emulator.exchange import KUBERNETES, TOKEN, Request, Response
from mendixctl.emulator.kubernetes import statuses
from mendixctl.emulator.kubernetes.kinds import Kind
from mendixctl.emulator.kubernetes.server import Cluster
from mendixctl.emulator.kubernetes.statuses import StatusError

WATCHES = 60.0
"""Seconds that a watch lasts unless it says how long; a client then asks again."""
LOOK = 0.1


def url(emulator: str, region: str, cluster: str) -> str:
    """The address of a cluster's API."""
    return f"{emulator}/{KUBERNETES}/{region}/{cluster}"


class Clusters:
    """The APIs of all clusters of the emulated account; not safe for threads, but for the watches."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._clusters: dict[tuple[str, str, str], Cluster] = {}

    def serves(self, request: Request) -> bool:
        return request.segments[0] == KUBERNETES

    def is_watch(self, request: Request) -> bool:
        return request.method == "GET" and is_true(request, "watch")

    def answer(self, request: Request) -> Response:
        """The answer to a request that is no watch."""
        try:
            cluster = self._cluster(request)
        except StatusError as error:
            return _said(error)
        return cluster.answer(request, request.segments[3:])

    def watch(self, request: Request, lock: Any) -> tuple[Response, Callable[[], Iterator[bytes]] | None]:
        """The head of a watch's answer, and its lines as they come; ``lock`` is held while the cluster is looked at."""
        said = request.query.get("resourceVersion", [""])[-1]
        initial = is_true(request, "sendInitialEvents")
        from_now = said in {"", "0"} or initial
        with lock:
            try:
                cluster = self._cluster(request)
                target = cluster.target(request.segments[3:])
                backlog = cluster.selected(request, target) if from_now else []
                number = cluster.store.number if from_now else int(said)
            except StatusError as error:
                return _said(error), None
        seconds = float(request.query.get("timeoutSeconds", [str(WATCHES)])[-1])

        def lines() -> Iterator[bytes]:
            last, until = number, time.monotonic() + seconds
            for value in backlog:
                yield _line("ADDED", value)
            if initial:
                yield _line("BOOKMARK", _bookmark(target.kind, number))
            while time.monotonic() < until:
                with lock:
                    events = cluster.since(last, request, target)
                for event in events:
                    last = event.number
                    yield _line(event.type, event.value)
                time.sleep(LOOK)

        return Response(200, b"", (("Content-Type", "application/json"),)), lines

    def _cluster(self, request: Request) -> Cluster:
        """The cluster that a request asks.

        Raises:
            StatusError: 401, with another token than EKS's; 404, there is no such cluster.
        """
        said = str(request.environ.get("HTTP_AUTHORIZATION", ""))
        if said and not said.startswith(f"Bearer {TOKEN}"):
            raise StatusError(401, "Unauthorized", "Unauthorized")
        from moto.eks.models import eks_backends

        region, name = (*request.segments[1:3], "", "")[:2]
        found = eks_backends[self._account][region].clusters.get(name) if region else None
        if found is None:
            raise statuses.no_resource()
        key = (region, name, str(found.created_at))
        if key not in self._clusters:
            self._clusters[key] = Cluster(f"{region} {name}", str(found.version), self._targets(region))
            self._clusters[key].store.pull = lambda reference: pull(self._account, region, reference)
        cluster = self._clusters[key]
        cluster.version = str(found.version)
        return cluster

    def _targets(self, region: str) -> Callable[[str, list[str], int], None]:
        """Registers the pods of a target group binding with the load balancer, and takes those away that are gone."""

        def register(arn: str, addresses: list[str], port: int) -> None:
            from moto.elbv2.models import elbv2_backends

            group = elbv2_backends[self._account][region].target_groups.get(arn)
            if group is None or not port:
                return
            wanted = {(address, port) for address in addresses}
            there = {(one["Id"], int(one["Port"])) for one in group.targets.values()}
            if wanted != there:
                group.targets.clear()
                if wanted:
                    group.register([{"Id": address, "Port": str(at)} for address, at in sorted(wanted)])

        return register


def pull(account: str, region: str, reference: str) -> str:
    """Why an image of the account's own registry cannot be pulled, or does not start; an empty text where it can.

    Images of other registries are taken to be there: nobody here can look.
    """
    from moto.ecr.models import ecr_backends

    place, _, digest = reference.removeprefix("oci-image://").partition("@")
    host, _, name = place.partition("/")
    if not digest or not host.startswith(f"{account}.dkr.ecr.{region}."):
        return ""
    repository = ecr_backends[account][region].repositories.get(name)
    images = repository.images if repository is not None else []
    found = next((one for one in images if one.get_image_digest() == digest), None)
    if found is None:
        return f'Failed to pull image "{place}@{digest}": not found'
    title = (json.loads(found.image_manifest).get("annotations") or {}).get("org.opencontainers.image.title", "")
    return f"Back-off restarting failed container: {title} does not start" if "broken" in title else ""


def is_true(request: Request, name: str) -> bool:
    """Whether a parameter is set, in any of Go's spellings: the Python client says ``True``."""
    return request.query.get(name, [""])[-1].lower() in {"1", "t", "true"}


def _said(error: StatusError) -> Response:
    return Response(error.code, json.dumps(error.body).encode(), (("Content-Type", "application/json"),))


def _bookmark(kind: Kind, number: int) -> Any:
    """What ends the objects that were there when a watch began. Source: KEP-3157, watch-list."""
    metadata = {"resourceVersion": str(number), "annotations": {"k8s.io/initial-events-end": "true"}}
    return {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}


def _line(kind: str, value: Any) -> bytes:
    return json.dumps({"type": kind, "object": value}).encode() + b"\n"
