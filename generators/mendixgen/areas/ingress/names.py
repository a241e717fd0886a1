"""The names of the ingress: the DNS zone, the certificate and its proofs, the records.

Sources: Route 53 developer guide, "Routing traffic for subdomains"; ACM user guide, "DNS validation".
"""

from __future__ import annotations

from mendixgen.authoring.constructs.certificate import validation_option
from mendixgen.authoring.expression import Expr, call, each, expr
from mendixgen.authoring.module import ModuleBuilder

TTL = 300
"""How long others may keep what the records say, in seconds: short enough to move, long enough to be cheap."""


def dns_zone(module: ModuleBuilder) -> tuple[Expr, Expr]:
    """Add the zone; returns its ID and the record that delegates it."""
    var = module.var
    module.section("DNS zone")
    zone = module.resource(
        "aws_route53_zone.this",
        "The domain's public zone, unless one was given.",
        count=expr(f"{var.zone_id} == null ? 1 : 0"),
        name=var.domain,
        comment=f"Applications of {var.environment}",
        delegation_set_id=var.delegation_set_id,
        force_destroy=var.teardown,
        tags={"Name": var.domain},
    )
    zone_id = module.local(
        "zone_id",
        expr(f"{var.zone_id} == null ? one({zone['*'].zone_id}) : {var.zone_id}"),
        "The zone that holds the domain.",
    )
    delegation = module.resource(
        "aws_route53_record.delegation",
        "The zone above says where this one is answered.",
        count=expr(f"{var.parent_zone_id} == null || {var.zone_id} != null ? 0 : 1"),
        zone_id=var.parent_zone_id,
        name=var.domain,
        type="NS",
        ttl=TTL,
        records=zone[0].name_servers,
    )
    return zone_id, delegation


def certificate(module: ModuleBuilder, zone_id: Expr, delegation: Expr) -> Expr:
    """Add the certificate and its proofs; returns its ARN, known once it is issued."""
    var = module.var
    module.section("Certificate")
    made = module.local(
        "makes_certificate",
        expr(
            f'{var.delegated} && {var.certificate_arn} == null && contains(values(local.listeners)[*].protocol, "TLS")'
        ),
        "Whether there is a TLS listener that nobody gave a certificate for, and ACM can find the domain's records.",
    )
    names = module.local(
        "certificate_names",
        call("concat", [f"*.{var.domain}"], var.certificate_names),
        "Names of the certificate beside the domain's.",
    )
    requested = module.resource(
        "aws_acm_certificate.this",
        "One certificate for the domain and every name right below it; AWS renews it while its records stand.",
        count=expr(f"{made} ? 1 : 0"),
        domain_name=var.domain,
        subject_alternative_names=names,
        validation_method="DNS",
        options={"certificate_transparency_logging_preference": "ENABLED"},
        tags={"Name": var.domain},
        lifecycle={"create_before_destroy": True},
    )
    option = validation_option(module, requested)
    records = module.resource(
        "aws_route53_record.validation",
        "The proof of whose the names are, at every renewal too.",
        for_each=expr(f'toset({made} ? [for name in concat([{var.domain}], {names}) : trimprefix(name, "*.")] : [])'),
        zone_id=zone_id,
        name=option.resource_record_name,
        type=option.resource_record_type,
        ttl=TTL,
        records=[option.resource_record_value],
        allow_overwrite=True,
    )
    issued = module.resource(
        "aws_acm_certificate_validation.this",
        "Waits until the certificate is issued, for which the zone must be delegated; ACM takes a few minutes then.",
        count=expr(f"{made} ? 1 : 0"),
        certificate_arn=requested[0].arn,
        validation_record_fqdns=expr(f"values({records})[*].fqdn"),
        timeouts={"create": "10m"},
        depends_on=[delegation],
    )
    return module.local(
        "certificate_arn",
        expr(f"{var.certificate_arn} == null ? one({issued['*'].certificate_arn}) : {var.certificate_arn}"),
        "The certificate of the TLS listeners.",
    )


def dns_records(module: ModuleBuilder, balancer: Expr, zone_id: Expr) -> None:
    """Add the names that lead to the load balancer, or to what stands in front of it."""
    var = module.var
    module.section("DNS records")
    names = module.local(
        "names",
        expr(
            f"""{{
              for record in {var.records} : record => record == "@" ? {var.domain} : "${{record}}.{var.domain}"
            }}"""
        ),
        "Names that lead to the platform, by what the environment says.",
    )
    has = f"{var.distribution} == null"
    module.resource(
        "aws_route53_record.this",
        "Names that lead to the load balancer, whose zones without healthy targets are not answered with; or to"
        " CloudFront.",
        for_each=call("toset", var.records),
        zone_id=zone_id,
        name=names[each.key],
        type="A",
        alias={
            "name": expr(f"{has} ? {balancer.dns_name} : {var.distribution.dns_name}"),
            "zone_id": expr(f"{has} ? {balancer.zone_id} : {var.distribution.zone_id}"),
            "evaluate_target_health": expr(has),
        },
    )
    module.resource(
        "aws_route53_record.ipv6",
        "The same names by IPv6, which CloudFront alone speaks.",
        for_each=expr(f"toset(try({var.distribution.ipv6}, false) ? {var.records} : [])"),
        zone_id=zone_id,
        name=names[each.key],
        type="AAAA",
        alias={
            "name": var.distribution.dns_name,
            "zone_id": var.distribution.zone_id,
            "evaluate_target_health": False,
        },
    )
