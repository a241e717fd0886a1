"""The resources of the edge module, chapter by chapter.

Sources: Amazon CloudFront developer guide: "Requirements for using SSL/TLS certificates with CloudFront" (us-east-1),
"Restrict access with VPC origins", "Understand the cache key", "Use managed origin request policies", "Use WebSockets",
"Configure standard logging (v2)"; AWS WAF developer guide: "Sending web ACL traffic logs to CloudWatch Logs".
"""

from __future__ import annotations

from mendixgen.areas.edge.alarms import alarms
from mendixgen.areas.edge.firewall import firewall
from mendixgen.areas.edge.logs import access_logs, deliver
from mendixgen.areas.edge.names import certificate, origin_record
from mendixgen.authoring.expression import Expr, dynamic, expr
from mendixgen.authoring.module import ModuleBuilder

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
"""Managed policies, the same in every account ("Use managed cache policies", "Use managed origin request policies")."""

YEAR = 31_536_000
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def build(module: ModuleBuilder) -> None:
    """Add all of the area's resources."""
    var = module.var
    made = module.local("made", expr(f"{var.cloudfront} ? 1 : 0"), "Whether there is a distribution.")
    module.local(
        "open",
        expr(f'contains({var.allow_from}, "0.0.0.0/0")'),
        "Whether everybody may use the platform.",
    )
    module.local(
        "ipv6", expr(f"local.open || length({var.allow_from_ipv6}) > 0"), "Whether the platform is reached by IPv6."
    )
    module.local("aliases", expr(f"distinct(concat({var.names}, {var.further_names}))"), "Names that it answers to.")
    issued = certificate(module, made)
    acl, key = firewall(module, made)
    vpc_origin = _origin(module, made)
    origin_record(module)
    cached, headers = _policies(module, made)
    distribution = _distribution(module, made, issued, acl, vpc_origin, cached, headers)
    deliver(module, made, distribution, access_logs(module, made))
    alarms(module, made, distribution, acl, key)


def _origin(module: ModuleBuilder, made: Expr) -> Expr:
    var = module.var
    module.section("Origin")
    module.resource(
        "aws_vpc_security_group_ingress_rule.cloudfront",
        "Inbound: CloudFront to the load balancer, on one port: its list counts as 55 of a group's 60 rules.",
        count=made,
        security_group_id=var.security_group_id,
        description="CloudFront, for the clients of the platform",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        prefix_list_id=var.origin_prefix_list,
    )
    return module.resource(
        "aws_cloudfront_vpc_origin.this",
        "The way to an internal load balancer; AWS takes a quarter of an hour to make it.",
        count=expr(f'{var.cloudfront} && {var.origin} == "vpc" ? 1 : 0'),
        vpc_origin_endpoint_config={
            "name": f"{var.environment}-ingress",
            "arn": var.load_balancer_arn,
            "http_port": 80,
            "https_port": 443,
            "origin_protocol_policy": "https-only",
            "origin_ssl_protocols": {"items": ["TLSv1.2"], "quantity": 1},
        },
        tags={"Name": f"{var.environment}-ingress"},
        timeouts={"create": "30m", "update": "30m", "delete": "30m"},
    )


def _policies(module: ModuleBuilder, made: Expr) -> tuple[Expr, Expr]:
    var = module.var
    module.section("Caching and headers")
    cached = module.resource(
        "aws_cloudfront_cache_policy.static",
        "Static files: kept by host and query string, because each application has its own at the same paths.",
        count=made,
        name=f"{var.environment}-static",
        comment=f"Static files of {var.environment}",
        min_ttl=0,
        default_ttl=3600,
        max_ttl=YEAR,
        parameters_in_cache_key_and_forwarded_to_origin={
            "enable_accept_encoding_brotli": True,
            "enable_accept_encoding_gzip": True,
            "cookies_config": {"cookie_behavior": "none"},
            "headers_config": {"header_behavior": "whitelist", "headers": {"items": ["Host"]}},
            "query_strings_config": {"query_string_behavior": "all"},
        },
    )
    headers = module.resource(
        "aws_cloudfront_response_headers_policy.this",
        "What browsers are told, unless the application tells them otherwise.",
        count=made,
        name=f"{var.environment}-security",
        comment=f"Security headers of {var.environment}",
        security_headers_config={
            "content_type_options": {"override": True},
            "frame_options": {"frame_option": var.frames, "override": False},
            "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": False},
            "strict_transport_security": dynamic(
                for_each=expr(f"{var.hsts_days} > 0 ? [{var.hsts_days}] : []"),
                content={
                    "access_control_max_age_sec": expr("strict_transport_security.value * 86400"),
                    "include_subdomains": True,
                    "override": True,
                },
            ),
        },
    )
    return cached, headers


def _distribution(
    module: ModuleBuilder, made: Expr, issued: Expr, acl: Expr, vpc_origin: Expr, cached: Expr, headers: Expr
) -> Expr:
    var = module.var
    module.section("Distribution")
    is_vpc = f'{var.origin} == "vpc"'
    behaviour = {
        "target_origin_id": "ingress",
        "viewer_protocol_policy": "redirect-to-https",
        "response_headers_policy_id": headers[0].id,
        "compress": True,
    }
    return module.resource(
        "aws_cloudfront_distribution.this",
        "What clients reach in the place of the load balancer: static files are kept, everything else passes through,"
        " websockets too.",
        count=made,
        comment=f"Applications of {var.environment}",
        enabled=True,
        aliases=expr("local.aliases"),
        price_class=var.price_class,
        http_version=var.http_version,
        is_ipv6_enabled=expr("local.ipv6"),
        web_acl_id=acl[0].arn,
        wait_for_deployment=True,
        origin={
            "origin_id": "ingress",
            "domain_name": expr(f"{is_vpc} ? {var.load_balancer_dns_name} : local.origin_name"),
            "custom_origin_config": dynamic(
                for_each=expr(f"{is_vpc} ? [] : [{var.origin_timeout}]"),
                content={
                    "http_port": 80,
                    "https_port": 443,
                    "origin_protocol_policy": "https-only",
                    "origin_ssl_protocols": ["TLSv1.2"],
                    "origin_read_timeout": expr("custom_origin_config.value"),
                    "origin_keepalive_timeout": 60,
                },
            ),
            "vpc_origin_config": dynamic(
                for_each=vpc_origin,
                content={
                    "vpc_origin_id": expr("vpc_origin_config.value.id"),
                    "origin_read_timeout": var.origin_timeout,
                    "origin_keepalive_timeout": 60,
                },
            ),
        },
        default_cache_behavior={
            **behaviour,
            "allowed_methods": METHODS,
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": CACHING_DISABLED,
            "origin_request_policy_id": ALL_VIEWER,
        },
        ordered_cache_behavior=dynamic(
            for_each=var.static_paths,
            content={
                "path_pattern": expr("ordered_cache_behavior.value"),
                **behaviour,
                "allowed_methods": ["GET", "HEAD", "OPTIONS"],
                "cached_methods": ["GET", "HEAD"],
                "cache_policy_id": cached[0].id,
            },
        ),
        viewer_certificate={
            "acm_certificate_arn": issued,
            "ssl_support_method": "sni-only",
            "minimum_protocol_version": var.minimum_tls,
        },
        restrictions={
            "geo_restriction": {
                "restriction_type": expr(f'length({var.countries}) > 0 ? "whitelist" : "none"'),
                "locations": var.countries,
            }
        },
        tags={"Name": f"{var.environment}-edge"},
        lifecycle={
            "precondition": [
                {
                    "condition": expr(f'{var.partition} == "aws"'),
                    "error_message": "CloudFront of this module needs us-east-1, which this partition has no part of.",
                },
                {
                    "condition": expr(f'contains(["TLS", "TCP"], lookup({var.protocols}, "443", ""))'),
                    "error_message": "CloudFront needs a listener of protocol TLS or TCP on port 443.",
                },
                {
                    "condition": expr(f'({var.scheme} == "internal") == ({is_vpc})'),
                    "error_message": "An internal load balancer needs origin: vpc, and a public one origin: public.",
                },
                {
                    "condition": expr(f'!({is_vpc}) || !contains(values({var.protocols}), "TLS")'),
                    "error_message": "A load balancer with a TLS listener cannot be a VPC origin.",
                },
            ]
        },
    )
