"""The names of the edge: its certificate with the proofs of whose the names are, and the origin's own name."""

from __future__ import annotations

from mendixgen.authoring.constructs.certificate import validation_option
from mendixgen.authoring.expression import Expr, expr
from mendixgen.authoring.module import ModuleBuilder

TTL = 300
"""How long others may keep what the records say, in seconds."""


def certificate(module: ModuleBuilder, made: Expr) -> Expr:
    """Add the certificate and its proofs; returns its ARN, known once it is issued."""
    var = module.var
    module.section("Certificate")
    wanted = module.local(
        "certificates",
        expr(f"{made} == 1 && {var.certificate_arn} == null ? 1 : 0"),
        "Whether a certificate is made.",
    )
    names = module.local(
        "certificate_names",
        expr(
            f"""distinct(concat(["*.{var.domain}"], [
              for name in {var.names} : name
              if name != {var.domain} && replace(name, "/^[^.]+[.]/", "") != {var.domain}
            ]))"""
        ),
        "Names of the certificate beside the domain's; the wildcard has all that are right below it.",
    )
    requested = module.resource(
        "aws_acm_certificate.this",
        "CloudFront looks for certificates in us-east-1 alone; AWS renews it while its records stand.",
        count=wanted,
        provider="global",
        domain_name=var.domain,
        subject_alternative_names=names,
        validation_method="DNS",
        options={"certificate_transparency_logging_preference": "ENABLED"},
        tags={"Name": f"{var.environment}-edge"},
        lifecycle={"create_before_destroy": True},
    )
    option = validation_option(module, requested)
    records = module.resource(
        "aws_route53_record.validation",
        "The proof of whose the names are. The load balancer's certificate has the same records: both write the same.",
        for_each=expr(
            f'toset({wanted} == 1 ? [for name in concat([{var.domain}], {names}) : trimprefix(name, "*.")] : [])'
        ),
        zone_id=var.zone_id,
        name=option.resource_record_name,
        type=option.resource_record_type,
        ttl=TTL,
        records=[option.resource_record_value],
        allow_overwrite=True,
    )
    issued = module.resource(
        "aws_acm_certificate_validation.this",
        "Waits until the certificate is issued.",
        count=wanted,
        provider="global",
        certificate_arn=requested[0].arn,
        validation_record_fqdns=expr(f"values({records})[*].fqdn"),
        timeouts={"create": "10m"},
    )
    return module.local(
        "certificate_arn",
        expr(f"{var.certificate_arn} == null ? one({issued['*'].certificate_arn}) : {var.certificate_arn}"),
        "The certificate of the distribution.",
    )


def origin_record(module: ModuleBuilder) -> None:
    """Add the name by which CloudFront reaches a public load balancer."""
    var = module.var
    name = module.local(
        "origin_name",
        f"{var.origin_name}.{var.domain}",
        "A name that always leads to the load balancer.",
    )
    module.resource(
        "aws_route53_record.origin",
        "For CloudFront, and for clients that do not speak HTTP. The wildcard certificate of the load balancer has it.",
        count=expr(f'{var.cloudfront} && {var.origin} == "public" ? 1 : 0'),
        zone_id=var.zone_id,
        name=name,
        type="A",
        alias={
            "name": var.load_balancer_dns_name,
            "zone_id": var.load_balancer_zone_id,
            "evaluate_target_health": True,
        },
    )
