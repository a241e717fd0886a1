"""The edge area: what may be said of CloudFront and of the web application firewall in front of the load balancer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Strict, context, setting, wired
from mendixgen.areas.edge.outputs import OUTPUTS
from mendixgen.areas.fields import MailAddress

PathPattern = Annotated[str, Field(pattern=r"^/[A-Za-z0-9_.*$/~@:+-]+$", max_length=255)]
Cidr6 = Annotated[str, Field(pattern=r"^[0-9a-f:]*:[0-9a-f:]*/[0-9]{1,3}$", max_length=43)]
HostName = Annotated[
    str, Field(pattern=r"^(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$")
]
CertificateArn = Annotated[
    str, Field(pattern=r"^arn:aws:acm:us-east-1:[0-9]{12}:certificate/[A-Za-z0-9-]+$", max_length=200)
]
CountryCode = Annotated[str, Field(pattern="^[A-Z]{2}$")]
RuleGroup = Literal[
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesAdminProtectionRuleSet",
    "AWSManagedRulesLinuxRuleSet",
    "AWSManagedRulesUnixRuleSet",
]
# Those that cost nothing beyond the web ACL. Source: AWS WAF developer guide, "AWS Managed Rules rule groups list".


class Waf(Strict):
    """The web application firewall: what is looked for in requests, and what happens to those that have it."""

    mode: Literal["count", "block"] = setting(
        "count",
        description=(
            "What happens to a request that a managed rule or the rate finds: it is counted and passes, or it is"
            " blocked. Count for some days first, and read what it would have blocked in the log."
        ),
    )
    groups: list[RuleGroup] = setting(
        [
            "AWSManagedRulesAmazonIpReputationList",
            "AWSManagedRulesCommonRuleSet",
            "AWSManagedRulesKnownBadInputsRuleSet",
            "AWSManagedRulesSQLiRuleSet",
        ],
        description="Managed rule groups of AWS, in the order in which they look at a request.",
        max_length=8,
    )
    counted_rules: dict[RuleGroup, list[Annotated[str, Field(pattern="^[A-Za-z0-9_]+$")]]] = setting(
        {"AWSManagedRulesCommonRuleSet": ["SizeRestrictions_BODY", "CrossSiteScripting_BODY"]},
        description=(
            "Rules of a group that only count whatever the mode is. Those of the default would block uploads of files"
            " and rich text, which Mendix sends in the body."
        ),
    )
    rate: int = setting(
        2000,
        description="Requests of one address in five minutes above which it is found.",
        unit="requests",
        ge=10,
        le=2_000_000_000,
    )
    log_days: Literal[7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] = setting(
        365, description="How long the firewall's log is kept; shorter deletes older entries.", unit="days"
    )


class Edge(Area):
    """CloudFront in front of the load balancer, with its certificate, caching, headers, firewall and logs."""

    name = "edge"
    version = "1.1.0"

    class Inputs(AreaInputs):
        """What an environment may say of its edge."""

        cloudfront: bool = setting(
            True, description="Whether there is a distribution; false takes it and the firewall away."
        )
        serve: bool = setting(
            True,
            description=(
                "Whether the ingress' names lead to CloudFront. false leaves them with the load balancer, and makes the"
                " distribution to be tried by its own name."
            ),
        )
        direct: bool = setting(
            False,
            description=(
                "Whether network.allow_from may still reach the load balancer past CloudFront: true while names move,"
                " for as long as anybody keeps the old addresses."
            ),
        )
        origin: Literal["public", "vpc"] = setting(
            "public",
            description=(
                "How CloudFront reaches the load balancer: by its public addresses, which then let nobody else in; or"
                " inside of the VPC, for a load balancer that is internal and has no TLS listener."
            ),
        )
        origin_name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")] = setting(
            "origin",
            description=(
                "Name below the domain that leads to a public load balancer: for CloudFront, and for clients that do"
                " not speak HTTP."
            ),
        )
        origin_prefix_list: Annotated[str, Field(pattern=r"^(auto|pl-[0-9a-f]{8,17})$")] = setting(
            "auto",
            description=(
                "Managed prefix list of CloudFront's own addresses in this region"
                " (com.amazonaws.global.cloudfront.origin-facing); auto knows it for most regions."
            ),
            resolve="cloudfront_prefix_list",
            terraform_type="string",
        )
        origin_timeout: int = setting(
            60,
            description="How long the application may take to answer; more than 60 needs a quota of CloudFront raised.",
            unit="seconds",
            ge=1,
            le=180,
        )
        price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = setting(
            "PriceClass_100",
            description="Where it serves from: 100 is North America, Europe and Israel; All costs most.",
        )
        http_version: Literal["http2", "http2and3"] = setting(
            "http2and3", description="Newest HTTP that clients may speak; HTTP/1.1 always works."
        )
        minimum_tls: Literal["TLSv1.2_2019", "TLSv1.2_2021"] = setting(
            "TLSv1.2_2021", description="Oldest TLS and ciphers that clients may speak."
        )
        static_paths: list[PathPattern] = setting(
            [
                "/mxclientsystem/*",
                "/dist/*",
                "/widgets/*",
                "/img/*",
                "/styles/*",
                "/css/*",
                "/theme/*",
            ],
            description=(
                "Paths that CloudFront keeps, for as long as the application says (an hour where it says nothing); all"
                " other requests reach the application each time."
            ),
            max_length=24,
        )
        allow_from_ipv6: list[Cidr6] = setting(
            [],
            description=(
                "IPv6 blocks that may use the platform beside network.allow_from; without any, IPv6 is off unless"
                " network.allow_from lets everybody in."
            ),
            max_length=100,
        )
        countries: list[CountryCode] = setting(
            [], description="Countries that may use the platform (ISO 3166); all by default.", max_length=100
        )
        hsts_days: int = setting(
            365,
            description="How long browsers ask for HTTPS alone after a visit (HSTS); 0 says nothing.",
            unit="days",
            ge=0,
            le=730,
        )
        frames: Literal["SAMEORIGIN", "DENY"] = setting(
            "SAMEORIGIN", description="Who may show the applications in a frame, where they do not say it themselves."
        )
        certificate_arn: CertificateArn | None = setting(
            None,
            description=(
                "A certificate in us-east-1 that exists, for all names; by default one is made for the ingress' names."
            ),
        )
        further_names: list[HostName] = setting(
            [],
            description="Names outside of the domain that it answers to, which certificate_arn has to have.",
            max_length=50,
        )
        waf: Waf = setting(Waf(), description="The web application firewall.")
        metrics: bool = setting(
            False,
            description=(
                "Whether CloudFront also measures how long its origin takes, and what its cache spares; without, there"
                " is no alarm on that. AWS bills eight metrics, about 2.40 USD a month."
            ),
        )
        notify: list[MailAddress] = setting(
            [],
            description=(
                "Who also gets a mail of the alarms in us-east-1 from there, the home region lost or not; everybody"
                " else is told at home, by priority."
            ),
            max_length=20,
        )
        log_days: int = setting(
            400, description="How long access logs are kept; shorter deletes older ones.", unit="days", ge=1, le=3653
        )
        region: str = context("region", "Region of the load balancer.")
        account: str = context("account", "Account of the distribution.")
        partition: str = context("partition", "Partition of the region; only aws has CloudFront with us-east-1.")
        security_group_id: str = wired(
            "network.load_balancer_security_group_id", "Security group of the load balancer."
        )
        allow_from: list[str] = wired("network.allow_from", "IPv4 blocks that may use the platform.")
        load_balancer_arn: str = wired("ingress.load_balancer_arn", "ARN of the load balancer.")
        load_balancer_dns_name: str = wired("ingress.load_balancer_dns_name", "DNS name of the load balancer.")
        load_balancer_zone_id: str = wired("ingress.load_balancer_zone_id", "Zone of that name.")
        scheme: str = wired("ingress.scheme", "Whether the load balancer is internet-facing or internal.")
        protocols: dict[str, str] = wired("ingress.protocols", "Protocols of the load balancer's listeners by port.")
        domain: str = wired("ingress.domain", "Domain below which the applications are reached.")
        names: list[str] = wired("ingress.names", "Names that lead to the platform.")
        zone_id: str = wired("ingress.zone_id", "Route 53 zone that holds the domain.")
        checked_from: list[str] | None = wired(
            "monitoring.checked_from", "IPv4 blocks that the applications' addresses are called from.", optional=True
        )
        topic_arns: dict[str, str] | None = wired(
            "monitoring.topic_arns", "ARNs of the topics that alarms go to, by priority.", optional=True
        )
        boundary_arn: str | None = wired("identity.boundary_arn", "Permissions boundary of every role.", optional=True)
        switched_names: list[str] | None = wired(
            "recovery.switched_names", "Names that lead here or to a standby.", optional=True
        )
        latch_id: str | None = wired(
            "recovery.latch_id", "Health check that switches names to a standby.", optional=True
        )
        logs_bucket_name: str = wired(
            "storage.access_logs_bucket_name", "Bucket that records who reads the access logs."
        )

    outputs = OUTPUTS
