"""The ingress area: what may be said of the load balancer and its names, and what it offers.

Who may reach it is said in `network.allow_from`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Strict, context, setting, wired
from mendixgen.areas.fields import CertificateArn, HostedZoneId, Port
from mendixgen.areas.ingress.outputs import OUTPUTS

LEAST_TARGET_PORT = 1024
"""The network lets the load balancer reach nodes and pods from this port on; below it a process needs root."""

TargetPort = Annotated[int, Field(ge=LEAST_TARGET_PORT, le=65535)]
Protocol = Literal["TCP", "UDP", "TCP_UDP", "TLS"]
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


class Distribution(Strict):
    """What stands in front of the load balancer."""

    dns_name: str = Field(description="Its DNS name.")
    zone_id: str = Field(description="Zone of that name, for alias records.")
    ipv6: bool = Field(description="Whether it is reached by IPv6.")


class Ingress(Area):
    """Network Load Balancer across zones with its target groups, certificate, DNS zone and access logs."""

    name = "ingress"
    version = "1.4.0"

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
        delegated: bool = setting(
            True,
            description=(
                "Whether the zone above refers to this domain, which ACM looks for before it issues a certificate."
                " false makes the zone and no certificate: TLS listeners wait until the output name_servers is written"
                " above and this is true."
            ),
        )
        zone_id: HostedZoneId | None = setting(
            None,
            description="Public Route 53 zone that holds the domain; by default a zone of its own is made.",
            create_only="the records; and the zone that was made, when one is given",
        )
        parent_zone_id: HostedZoneId | None = setting(
            None,
            description=(
                "Zone above the one that is made, in the same account: the delegation is written there. Otherwise the"
                " output name_servers is for whoever has it; begin with delegated: false then."
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
        public_network_acl_id: str | None = wired(
            "network.public_network_acl_id", "Network ACL of the public subnets; null where it is somebody else's."
        )
        private_network_acl_id: str | None = wired(
            "network.private_network_acl_id", "Network ACL of the private subnets; null where it is somebody else's."
        )
        network_is_ours: bool = wired(
            "network.is_ours", "Whether the network ACLs are the platform's own, which rules may be added to."
        )
        security_group_id: str = wired(
            "network.load_balancer_security_group_id", "Security group of the load balancer."
        )
        allow_from: list[str] = wired("network.allow_from", "IPv4 blocks that may reach the load balancer.")
        distribution: Distribution | None = wired(
            "edge.records", "Where the names lead in the place of the load balancer, if anywhere.", optional=True
        )
        kms_key_arn: str = wired("encryption.storage_key_arn", "ARN of the KMS key that encrypts the access logs.")
        logs_bucket_name: str = wired(
            "storage.access_logs_bucket_name", "Bucket that records who reads the access logs."
        )

    outputs = OUTPUTS
