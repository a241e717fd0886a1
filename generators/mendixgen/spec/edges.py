"""What the edge asks of the load balancer behind it: rules that go across the sections ``edge`` and ``ingress``.

Sources: Amazon CloudFront developer guide, "Restrict access with VPC origins" (a Network Load Balancer with a TLS
listener, or of dual-stack, cannot be one), "Use various origins"; the module refuses the same by preconditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mendixgen.diagnostics import Severity
from mendixgen.spec.lifecycle import Concern

HTTPS = 443


def concerns(settings: Mapping[str, Any], domain: str = "") -> Iterator[Concern]:
    """What does not go together. ``settings``: the sections with their defaults; nothing without a distribution."""
    edge = settings.get("edge", {})
    if not edge.get("cloudfront"):
        return
    ingress = settings.get("ingress", {})
    protocols = {int(one["port"]): str(one["protocol"]) for one in ingress.get("listeners", ())}
    yield from _origin(edge, ingress, protocols)
    yield from _names(edge, ingress)
    yield from _outsiders(edge, settings.get("apps", {}), domain)


def _origin(edge: Mapping[str, Any], ingress: Mapping[str, Any], protocols: Mapping[int, str]) -> Iterator[Concern]:
    origin, scheme = edge.get("origin"), ingress.get("scheme")
    if protocols.get(HTTPS) not in ("TLS", "TCP"):
        hint = "give the ingress a listener of protocol TLS or TCP on port 443"
        yield Concern(("edge", "cloudfront"), "MXS685", "CloudFront finds no listener on port 443", hint)
    if origin == "vpc" and scheme != "internal":
        hint = "ingress.scheme: internal (it makes a new load balancer), or origin: public"
        yield Concern(("edge", "origin"), "MXS685", "the origin is in the VPC, and the load balancer is public", hint)
    elif origin == "public" and scheme == "internal":
        hint = "origin: vpc, or ingress.scheme: internet-facing (it makes a new load balancer)"
        yield Concern(("edge", "origin"), "MXS685", "CloudFront cannot reach a load balancer that is internal", hint)
    tls = [port for port, protocol in protocols.items() if protocol == "TLS"]
    if origin == "vpc" and tls:
        summary = f"a load balancer with a TLS listener (port {tls[0]}) cannot be an origin in the VPC"
        hint = "protocol: TCP in ingress.listeners, with the certificate at the pods; or origin: public"
        yield Concern(("edge", "origin"), "MXS685", summary, hint)


def _names(edge: Mapping[str, Any], ingress: Mapping[str, Any]) -> Iterator[Concern]:
    name = edge.get("origin_name")
    if edge.get("origin") == "public" and name in ingress.get("records", ()):
        summary = f"{name} leads to CloudFront, and CloudFront would ask itself by it"
        hint = "take another origin_name, or take the name out of ingress.records"
        yield Concern(("edge", "origin_name"), "MXS686", summary, hint)


def _outsiders(edge: Mapping[str, Any], apps: Mapping[str, Any], domain: str) -> Iterator[Concern]:
    if not domain or edge.get("direct"):
        return
    for name, app in apps.items():
        host = str(app.get("hostname") or "")
        if host and not host.endswith(f".{domain}") and host != domain and host not in edge.get("further_names", ()):
            summary = f"{host} is not below {domain}: CloudFront does not answer to it, and lets nobody past itself"
            hint = "a certificate_arn in us-east-1 with all names, and this one in edge.further_names; or direct: true"
            yield Concern(("apps", name, "hostname"), "MXS687", summary, hint, Severity.WARNING)
