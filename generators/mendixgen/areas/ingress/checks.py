"""What no single field of the ingress' section can say: listeners that a Network Load Balancer cannot have."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.ingress import Ingress, Listener

ADMINISTRATION = {22: "SSH", 3389: "remote desktop"}
"""Ports that are no application's: nodes are reached through Systems Manager, which needs no open port."""

LONGEST_SUBJECT = 64
"""Characters of the first name of a certificate (ACM API reference, RequestCertificate, DomainName: the common name of
X.509)."""

RESERVED_NAME = "internal-"
"""No load balancer's name may begin so (CreateLoadBalancer, parameter Name)."""


def check(inputs: Ingress.Inputs, header: Header) -> list[Check]:
    """Listeners that a Network Load Balancer cannot have, settings that do not go together, foreign names."""
    return independent(
        lambda: _ports(inputs.listeners),
        lambda: _listeners(inputs.listeners),
        lambda: _names(inputs, header),
        lambda: _own_name(header.name),
    )


def _own_name(name: str) -> Iterator[Check]:
    if f"{name}-".startswith(RESERVED_NAME):
        summary = f"AWS keeps names of load balancers that begin with {RESERVED_NAME} for itself"
        yield Check((), "MXS380", summary, "give the environment another name")


def _listeners(listeners: list[Listener]) -> Iterator[Check]:
    for index, listener in enumerate(listeners):
        path = ("listeners", index)
        yield from _listener(path, listener)
        yield from _health((*path, "health_check"), listener)


def _ports(listeners: list[Listener]) -> Iterator[Check]:
    seen: dict[int, int] = {}
    for index, listener in enumerate(listeners):
        path = ("listeners", index, "port")
        if listener.port in seen:
            hint = "one listener a port; protocol: TCP_UDP listens for both"
            yield Check(path, "MXS381", f"port {listener.port} has a listener already", hint)
        seen.setdefault(listener.port, index)
        if listener.port in ADMINISTRATION:
            summary = f"port {listener.port} is for {ADMINISTRATION[listener.port]}, which the platform does not offer"
            yield Check(path, "MXS382", summary, "take another port; nodes are reached through Systems Manager")


def _listener(path: tuple[str | int, ...], listener: Listener) -> Iterator[Check]:
    def only(key: str, protocol: str) -> Check:
        hint = f"leave {key} out, or set protocol: {protocol}"
        return Check((*path, key), "MXS383", f"{key} is of {protocol} listeners, not of {listener.protocol}", hint)

    if listener.target_protocol is not None and listener.protocol != "TLS":
        yield only("target_protocol", "TLS")
    if listener.alpn is not None and listener.protocol != "TLS":
        yield only("alpn", "TLS")
    if listener.idle_timeout is not None and listener.protocol != "TCP":
        yield only("idle_timeout", "TCP")
    if listener.sticky and listener.protocol == "TLS":
        hint = "leave sticky out; the ingress controller behind it can do it by cookie"
        yield Check((*path, "sticky"), "MXS383", "TLS listeners have no stickiness", hint)
    if listener.preserve_client_ip is False and listener.protocol in ("UDP", "TCP_UDP"):
        summary = f"{listener.protocol} always keeps the client's address"
        yield Check((*path, "preserve_client_ip"), "MXS383", summary, "leave preserve_client_ip out")


def _health(path: tuple[str | int, ...], listener: Listener) -> Iterator[Check]:
    health = listener.health_check
    if listener.protocol == "UDP" and health.port is None:
        hint = "name a TCP port of the pods: health_check: {protocol: HTTP, port: 8080, path: /healthz}"
        yield Check(path, "MXS384", "UDP answers no health check, so that one needs a port of its own", hint)
    for key, value in (("path", health.path), ("codes", health.codes)):
        if value is not None and health.protocol == "TCP":
            hint = f"leave {key} out, or set protocol: HTTP"
            yield Check((*path, key), "MXS385", f"a TCP health check has no {key}", hint)
    if health.timeout >= health.interval:
        summary = f"timeout ({health.timeout}) must be less than interval ({health.interval})"
        yield Check((*path, "timeout"), "MXS386", summary, f"{health.interval - 1} or less, or a longer interval")


def _names(inputs: Ingress.Inputs, header: Header) -> Iterator[Check]:
    for index, name in enumerate(inputs.certificate_names):
        if not name.endswith(f".{header.domain}"):
            summary = f"{name} is not below {header.domain}, so that nobody could prove here whose it is"
            hint = "make its certificate where its zone is, and list it under further_certificate_arns"
            yield Check(("certificate_names", index), "MXS387", summary, hint)
    listens = any(listener.protocol == "TLS" for listener in inputs.listeners)
    if listens and inputs.certificate_arn is None and len(header.domain) > LONGEST_SUBJECT:
        summary = f"ACM makes no certificate for {header.domain}: it has more than {LONGEST_SUBJECT} characters"
        yield Check((), "MXS387", summary, "a shorter domain, or a certificate_arn")
    if inputs.certificate_arn is not None and inputs.certificate_names:
        summary = "no certificate is made, because certificate_arn names one"
        yield Check(("certificate_names",), "MXS388", summary, "leave one of the two out")
    for key, value in (("parent_zone_id", inputs.parent_zone_id), ("delegation_set_id", inputs.delegation_set_id)):
        if value is not None and inputs.zone_id is not None:
            yield Check((key,), "MXS388", "no zone is made, because zone_id names one", "leave one of the two out")
    yield from _check_delegated(inputs)
    lists: tuple[tuple[str, list[str]], ...] = (
        ("records", inputs.records),
        ("certificate_names", inputs.certificate_names),
        ("further_certificate_arns", inputs.further_certificate_arns),
    )
    for key, values in lists:
        for index, value in enumerate(values):
            if value in values[:index]:
                yield Check((key, index), "MXS389", f"{value} is listed twice", "list it once")


def _check_delegated(inputs: Ingress.Inputs) -> Iterator[Check]:
    if inputs.delegated:
        return
    hint = "leave delegated out"
    if inputs.parent_zone_id is not None:
        yield Check(("delegated",), "MXS388", "the zone is delegated with it, because parent_zone_id is given", hint)
    if inputs.certificate_arn is not None:
        yield Check(("delegated",), "MXS388", "no certificate waits for it, because certificate_arn names one", hint)
