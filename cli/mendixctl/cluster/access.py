"""How the API of a cluster is reached: its address, whose authority signs for it, and a token that says who asks.

A token of EKS is a call to STS that was signed and not sent, good for fifteen minutes. Source: EKS user guide, "Grant
IAM users access to Kubernetes with a ConfigMap or access entries"; aws-iam-authenticator, "API Authorization from
Outside a Cluster".
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mendixctl.aws import Clients, guarded
from mendixctl.emulator.endpoint import Endpoint
from mendixgen.diagnostics import Diagnostic, MendixError

if TYPE_CHECKING:
    from mendixctl.cluster.tunnel import Tunnel, Tunnels

NODES = "nodes"
"""What stands for "any node of the cluster" where an instance to go through is named."""
PREFIX = "k8s-aws-v1."
HEADER = "x-k8s-aws-id"
SECONDS = 60
"""How long the signature of the call counts; EKS takes the token for fifteen minutes."""


@dataclass(frozen=True, slots=True)
class Access:
    """``authority`` is a PEM certificate, empty for the emulator's plain HTTP; ``token`` makes a fresh one.

    ``tunnel`` leads there from this machine; the server is still known, and checked, by the name in ``server``.
    """

    server: str
    authority: str
    token: Callable[[], str]
    tunnel: Tunnel | None = None

    @property
    def host(self) -> str:
        """The name that the server's certificate is for."""
        return urlsplit(self.server).hostname or ""

    def url(self) -> str:
        """What to connect to. Errors as for `Tunnel.port`."""
        if self.tunnel is None:
            return self.server
        return urlsplit(self.server)._replace(netloc=f"127.0.0.1:{self.tunnel.port()}").geturl()


def of_cluster(clients: Clients, name: str, region: str, emulator: Endpoint | None) -> Access:
    """The access to a cluster that exists, with the rights of the environment's own credentials.

    Raises:
        MendixError: MXA1xx, AWS cannot be asked; MXK110, there is no such cluster.
    """
    eks = clients.client("eks")
    with guarded(f"look at the cluster {name}"):
        try:
            found = eks.describe_cluster(name=name)["cluster"]
        except eks.exceptions.ResourceNotFoundException as error:
            summary = f"there is no cluster {name} in {region}"
            raise MendixError(Diagnostic("MXK110", summary, hint="plan and apply it first")) from error
    if emulator is not None:
        from mendixctl.emulator.kubernetes.endpoint import url

        return Access(url(emulator.url, region, name), "", lambda: f"{PREFIX}emulator")
    authority = base64.b64decode(found["certificateAuthority"]["data"]).decode()
    return Access(found["endpoint"], authority, lambda: _token(clients, name))


def through(access: Access, via: str, tunnels: Tunnels, clients: Clients, cluster: str) -> Access:
    """The same access by way of an instance: ``via`` is its ID, or `NODES`. The session begins with the first call.

    It is the caller's own session, and not one of the role that deploys, which is let onto no machine.

    Raises:
        MendixError: MXK121, no node can be gone through; MXA1xx.
    """
    from mendixctl.cluster.tunnel import nodes

    there = urlsplit(access.server)
    host, port = there.hostname or "", there.port or (443 if there.scheme == "https" else 80)
    tunnel = tunnels.known(host, port)
    if tunnel is None:
        own = clients.own()
        tunnel = tunnels.to(own, nodes(own, cluster) if via == NODES else [via], host, port)
    return replace(access, tunnel=tunnel)


def _token(clients: Clients, name: str) -> str:
    sts = clients.client("sts")

    def name_it(request: object, **_: object) -> None:
        request.headers[HEADER] = name  # type: ignore[attr-defined]

    with guarded("sign a call to STS"):
        event = "before-sign.sts.GetCallerIdentity"
        sts.meta.events.register(event, name_it)
        try:
            url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=SECONDS, HttpMethod="GET")
        finally:
            sts.meta.events.unregister(event, name_it)
    return PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
