"""The ingress area: what may be said of the load balancer and its names, what it offers, and what must hold.

Its resources are in `mendixgen.areas.ingress_resources`. Who may reach it is said in `network.allow_from`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Check, Header, Strict, context, independent, setting, wired
from mendixgen.areas.ingress_outputs import OUTPUTS

if TYPE_CHECKING:
    from mendixgen.authoring.module import ModuleBuilder

LEAST_TARGET_PORT = 1024
"""The network lets the load balancer reach nodes and pods from this port on; below it a process needs root."""

ADMINISTRATION = {22: "SSH", 3389: "remote desktop"}
"""Ports that are no application's: nodes are reached through Systems Manager, which needs no open port."""

LONGEST_SUBJECT = 64
"""Characters of the first name of a certificate (ACM API reference, RequestCertificate, DomainName: the common name of
X.509)."""

RESERVED_NAME = "internal-"
"""No load balancer's name may begin so (CreateLoadBalancer, parameter Name)."""

Port = Annotated[int, Field(ge=1, le=65535)]
TargetPort = Annotated[int, Field(ge=LEAST_TARGET_PORT, le=65535)]
Protocol = Literal["TCP", "UDP", "TCP_UDP", "TLS"]
ZoneId = Annotated[str, Field(pattern=r"^Z[A-Z0-9]{1,31}$")]
CertificateArn = Annotated[
    str, Field(pattern=r"^arn:aws(-cn|-us-gov)?:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$")
]
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
RecordName = Annotated[str, Field(pattern=rf"^(@|\*|{_LABEL}(\.{_LABEL})*)$", max_length=200)]
CertificateName = Annotated[str, Field(pattern=rf"^(\*\.)?{_LABEL}(\.{_LABEL})+$", max_length=253)]
TlsPolicy = Literal[
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
]
# Those without TLS 1.0 and 1.1, the recommended one first.
# Source: Elastic Load Balancing, Network Load Balancers, "Security policies for your Network Load Balancer".


class HealthCheck(Strict):
    """How the load balancer finds out which targets can serve."""

    protocol: Literal["TCP", "HTTP", "HTTPS"] = setting(
        "TCP", description="TCP: the port accepts a connection; HTTP and HTTPS: path answers with one of codes."
    )
    port: TargetPort | None = setting(
        None, description="Port that is asked; the target's own by default. A UDP listener needs one: UDP says nothing."
    )
    path: Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=1024)] | None = setting(
        None, description="Path that is asked for, of HTTP and HTTPS only; / by default."
    )
    codes: Annotated[str, Field(pattern=r"^[2-5][0-9]{2}([-,][2-5][0-9]{2})*$", max_length=100)] | None = setting(
        None, description="Status codes that are healthy, of HTTP and HTTPS only; 200-399 by default."
    )
    interval: int = setting(
        10, description="Time from one check of a target to the next.", unit="seconds", ge=5, le=300
    )
    timeout: int = setting(6, description="How long an answer may take.", unit="seconds", ge=2, le=120)
    healthy: int = setting(
        3, description="Checks in a row that must succeed before a target gets traffic.", unit="checks", ge=2, le=10
    )
    unhealthy: int = setting(
        3, description="Checks in a row that must fail before a target gets no more.", unit="checks", ge=2, le=10
    )


class Listener(Strict):
    """A port of the load balancer, and the target group behind it."""

    port: Port = setting(description="Port that clients connect to; one listener each.")
    protocol: Protocol = setting(
        description="TCP and UDP pass through; TCP_UDP is both on one port; TLS ends here, with the certificate."
    )
    target_port: TargetPort = setting(description="Port of the pods, 1024 or higher.")
    target_protocol: Literal["TLS", "TCP"] | None = setting(
        None,
        description=(
            "Of a TLS listener: TLS (the default) encrypts to the pods too, with whatever certificate they have; TCP"
            " does not."
        ),
    )
    health_check: HealthCheck = setting(HealthCheck(), description="How healthy targets are told from others.")
    proxy_protocol: bool = setting(
        False, description="Send the client's address ahead of each connection (proxy protocol 2); pods must expect it."
    )
    preserve_client_ip: bool | None = setting(
        None,
        description="Let pods see the client's address as source. Off for TCP and TLS by default; always on for UDP.",
    )
    sticky: bool = setting(False, description="Send a client to the same target each time; not for TLS.")
    idle_timeout: int | None = setting(
        None,
        description="How long a TCP connection may be silent, of TCP only; 350 by default.",
        unit="seconds",
        ge=60,
        le=6000,
    )
    alpn: Literal["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"] | None = setting(
        None, description="Which HTTP a TLS listener negotiates (ALPN); none by default."
    )


DEFAULT_LISTENERS = [
    Listener(port=443, protocol="TLS", target_port=8443),
    Listener(port=80, protocol="TCP", target_port=8080),
]


class Ingress(Area):
    """Network Load Balancer across zones with its target groups, certificate, DNS zone and access logs."""

    name = "ingress"
    version = "1.0.0"

    class Inputs(AreaInputs):
        """What an environment may say of its way in."""

        scheme: Literal["internet-facing", "internal"] = setting(
            "internet-facing",
            description="internet-facing: public addresses; internal: reached from the VPC and what is joined to it.",
            create_only="the load balancer, and with it its addresses and DNS name",
        )
        listeners: list[Listener] = setting(
            DEFAULT_LISTENERS,
            description="Ports of the load balancer, and what is behind them; network.allow_from says for whom.",
            max_length=50,
        )
        cross_zone: bool = setting(
            True, description="Spread over the targets of all zones, and not only over those of the client's."
        )
        deregistration_delay: int = setting(
            120,
            description="How long connections to a target that leaves may go on; pods should take as long to stop.",
            unit="seconds",
            ge=0,
            le=3600,
        )
        deletion_protection: bool = setting(True, description="Whether AWS refuses to delete the load balancer.")
        zonal_shift: bool = setting(
            True, description="Whether traffic may be moved out of an impaired zone (Application Recovery Controller)."
        )
        client_routing: Literal[
            "any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"
        ] = setting(
            "any_availability_zone",
            description="Which zones' addresses clients inside the VPC get: any, their own, or mostly their own.",
        )
        access_logs: bool = setting(
            True, description="Log TLS connections, to a bucket of their own; off keeps the bucket and what is in it."
        )
        access_logs_days: int = setting(
            400, description="How long access logs are kept; shorter deletes older ones.", unit="days", ge=1, le=36500
        )
        tls_policy: TlsPolicy = setting(
            "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
            description="TLS versions and ciphers that TLS listeners accept; every choice begins with TLS 1.2.",
        )
        certificate_arn: CertificateArn | None = setting(
            None, description="A certificate that exists; by default one is made for the domain and *.domain."
        )
        certificate_names: list[CertificateName] = setting(
            [], description="Further names of the certificate that is made, below the domain.", max_length=98
        )
        further_certificate_arns: list[CertificateArn] = setting(
            [],
            description="Certificates for names outside of the domain, chosen by what clients ask for (SNI).",
            max_length=24,
        )
        zone_id: ZoneId | None = setting(
            None,
            description="Public Route 53 zone that holds the domain; by default a zone of its own is made.",
            create_only="the records; and the zone that was made, when one is given",
        )
        parent_zone_id: ZoneId | None = setting(
            None,
            description=(
                "Zone above the one that is made, in the same account: the delegation is written there. Otherwise the"
                " output name_servers is for whoever has it; the certificate waits for that."
            ),
        )
        delegation_set_id: Annotated[str, Field(pattern=r"^N[A-Z0-9]{1,31}$")] | None = setting(
            None,
            description="Reusable delegation set of the zone that is made: its name servers are known beforehand.",
            create_only="the zone with all of its records",
        )
        records: list[RecordName] = setting(
            ["@", "*"],
            description="Names that lead to the load balancer: @ is the domain itself, others stand below it.",
            max_length=100,
        )
        account: str = context("account", "Account of the load balancer.")
        region: str = context("region", "Region of the load balancer.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        domain: str = context("domain", "Domain below which the applications are reached.")
        vpc_id: str = wired("network.vpc_id", "ID of the VPC.")
        public_subnet_ids: list[str] = wired(
            "network.public_subnet_ids", "Subnets of an internet-facing load balancer."
        )
        private_subnet_ids: list[str] = wired("network.private_subnet_ids", "Subnets of an internal load balancer.")
        public_network_acl_id: str = wired("network.public_network_acl_id", "Network ACL of the public subnets.")
        private_network_acl_id: str = wired("network.private_network_acl_id", "Network ACL of the private subnets.")
        security_group_id: str = wired(
            "network.load_balancer_security_group_id", "Security group of the load balancer."
        )
        allow_from: list[str] = wired("network.allow_from", "IPv4 blocks that may reach the load balancer.")
        kms_key_arn: str = wired("encryption.storage_key_arn", "ARN of the KMS key that encrypts the access logs.")
        logs_bucket_name: str = wired(
            "storage.access_logs_bucket_name", "Bucket that records who reads the access logs."
        )

    outputs = OUTPUTS

    @classmethod
    def check(cls, section: Any, header: Header) -> list[Check]:
        """Listeners that a Network Load Balancer cannot have, settings that do not go together, foreign names."""
        inputs: Ingress.Inputs = section
        return independent(
            lambda: _check_ports(inputs.listeners),
            lambda: _check_listeners(inputs.listeners),
            lambda: _check_names(inputs, header),
            lambda: _check_own_name(header.name),
        )

    @classmethod
    def resources(cls, module: ModuleBuilder) -> None:
        """Add the load balancer and all that belongs to it."""
        from mendixgen.areas.ingress_resources import build

        build(module)


def _check_own_name(name: str) -> Iterator[Check]:
    if f"{name}-".startswith(RESERVED_NAME):
        summary = f"AWS keeps names of load balancers that begin with {RESERVED_NAME} for itself"
        yield Check((), "MXS380", summary, "give the environment another name")


def _check_listeners(listeners: list[Listener]) -> Iterator[Check]:
    for index, listener in enumerate(listeners):
        path = ("listeners", index)
        yield from _check_listener(path, listener)
        yield from _check_health((*path, "health_check"), listener)


def _check_ports(listeners: list[Listener]) -> Iterator[Check]:
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


def _check_listener(path: tuple[str | int, ...], listener: Listener) -> Iterator[Check]:
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


def _check_health(path: tuple[str | int, ...], listener: Listener) -> Iterator[Check]:
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


def _check_names(inputs: Ingress.Inputs, header: Header) -> Iterator[Check]:
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
    lists: tuple[tuple[str, list[str]], ...] = (
        ("records", inputs.records),
        ("certificate_names", inputs.certificate_names),
        ("further_certificate_arns", inputs.further_certificate_arns),
    )
    for key, values in lists:
        for index, value in enumerate(values):
            if value in values[:index]:
                yield Check((key, index), "MXS389", f"{value} is listed twice", "list it once")
