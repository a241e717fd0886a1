"""The resources of the ingress module, chapter by chapter.

Sources: Elastic Load Balancing, Network Load Balancers: "Access logs" (the bucket's policy; SSE-KMS is allowed),
"Edit target group attributes", "Health checks", "Security groups"; Route 53 and ACM developer guides.
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.fields import LOAD_BALANCER_LOGS
from mendixgen.areas.ingress.names import certificate, dns_records, dns_zone
from mendixgen.authoring.constructs.bucket import Bucket, expiry, private_bucket
from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import Expr, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder

ACL_NUMBERS = {"tcp": 20000, "udp": 22000}
"""Where this area's numbers begin in the network's ACLs; the port is added. Only ports below 1024 need a rule."""


def build(module: ModuleBuilder) -> None:
    """Add all of the area's resources."""
    logs = _access_logs(module)
    balancer = _load_balancer(module, logs)
    _traffic(module)
    groups = _target_groups(module)
    zone, delegation = dns_zone(module)
    issued = certificate(module, zone, delegation)
    _listeners(module, balancer, groups, issued)
    dns_records(module, balancer, zone)


def _access_logs(module: ModuleBuilder) -> Bucket:
    var = module.var
    module.section("Access logs")
    name = f"{var.environment}-{var.account}-{LOAD_BALANCER_LOGS}"
    delivery = {"Service": "delivery.logs.amazonaws.com"}
    own = {"aws:SourceAccount": var.account}
    source = {"ArnLike": {"aws:SourceArn": f"arn:{var.partition}:logs:{var.region}:{var.account}:*"}}
    logs = private_bucket(
        module,
        "this",
        "Who connected to the load balancer, from where and with which TLS.",
        bucket=name,
        kms_key_arn=var.kms_key_arn,
        statements=lambda arn: [
            allow(
                "CheckTheBucket",
                ["s3:GetBucketAcl"],
                arn,
                principal=delivery,
                condition={"StringEquals": own, **source},
            ),
            allow(
                "DeliverAccessLogs",
                ["s3:PutObject"],
                f"{arn}/AWSLogs/{var.account}/*",
                principal=delivery,
                condition={"StringEquals": {**own, "s3:x-amz-acl": "bucket-owner-full-control"}, **source},
            ),
        ],
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.this",
        "Access logs go when they have served.",
        bucket=logs.bucket.id,
        rule=[expiry(var.access_logs_days)],
        depends_on=[logs.versioning],
    )
    module.resource(
        "aws_s3_bucket_logging.this",
        "Who read them, by the day on which it happened.",
        bucket=logs.bucket.id,
        target_bucket=var.logs_bucket_name,
        target_prefix=f"s3/{LOAD_BALANCER_LOGS}/",
        target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
    )
    return logs


def _load_balancer(module: ModuleBuilder, logs: Bucket) -> Expr:
    var = module.var
    module.section("Load balancer")
    name = f"{var.environment}-ingress"
    return module.resource(
        "aws_lb.this",
        "The way in, with an address in every zone.",
        name=name,
        load_balancer_type="network",
        internal=expr(f'{var.scheme} == "internal"'),
        ip_address_type="ipv4",
        subnets=expr(f'{var.scheme} == "internal" ? {var.private_subnet_ids} : {var.public_subnet_ids}'),
        security_groups=[var.security_group_id],
        enforce_security_group_inbound_rules_on_private_link_traffic="on",
        enable_cross_zone_load_balancing=var.cross_zone,
        enable_zonal_shift=var.zonal_shift,
        dns_record_client_routing_policy=var.client_routing,
        enable_deletion_protection=expr(f"{var.deletion_protection} && !{var.teardown}"),
        access_logs={"bucket": logs.bucket.id, "enabled": var.access_logs},
        tags={"Name": name},
        # AWS tries the bucket when logging is turned on.
        depends_on=[logs.policy],
    )


def _traffic(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Traffic")
    module.local(
        "listeners",
        expr(f"{{ for listener in {var.listeners} : tostring(listener.port) => listener }}"),
        "Listeners by port, so that their order means nothing.",
    )
    module.local(
        "network_protocols",
        {"TCP": ["tcp"], "TLS": ["tcp"], "UDP": ["udp"], "TCP_UDP": ["tcp", "udp"]},
        "What the network sees of each protocol of a listener.",
    )
    module.local(
        "ports",
        expr(
            """{
              for pair in flatten([
                for listener in var.listeners : [
                  for protocol in local.network_protocols[listener.protocol] : {
                    port     = listener.port
                    protocol = protocol
                  }
                ]
              ]) : "${pair.port} ${pair.protocol}" => pair
            }"""
        ),
        "Ports that are listened on, with the protocol that the network sees.",
    )
    module.local("open_already", ["80 tcp", "443 tcp"], "What the network opens to the clients by itself.")
    module.resource(
        "aws_vpc_security_group_ingress_rule.clients",
        "Inbound: clients to the listeners that the network does not know of.",
        for_each=expr(
            """{
              for pair in setproduct(setsubtract(keys(local.ports), local.open_already), var.allow_from) :
              "${pair[0]} from ${pair[1]}" => {
                port     = local.ports[pair[0]].port
                protocol = local.ports[pair[0]].protocol
                cidr     = pair[1]
              }
            }"""
        ),
        security_group_id=var.security_group_id,
        description="Clients that may use the platform",
        ip_protocol=each.value.protocol,
        from_port=each.value.port,
        to_port=each.value.port,
        cidr_ipv4=each.value.cidr,
    )
    module.resource(
        "aws_network_acl_rule.clients",
        "Inbound: clients to low ports; the network lets those from 1024 up pass. The security group says who.",
        for_each=expr(
            """{
              for key, pair in local.ports : key => pair
              if pair.port < 1024 && !(contains(local.open_already, key) && var.scheme == "internet-facing")
              && var.network_is_ours
            }"""
        ),
        network_acl_id=expr(f'{var.scheme} == "internal" ? {var.private_network_acl_id} : {var.public_network_acl_id}'),
        egress=False,
        rule_number=expr(
            f'{each.value.port} + ({each.value.protocol} == "tcp" ? {ACL_NUMBERS["tcp"]} : {ACL_NUMBERS["udp"]})'
        ),
        rule_action="allow",
        protocol=each.value.protocol,
        cidr_block="0.0.0.0/0",
        from_port=each.value.port,
        to_port=each.value.port,
    )


def _target_groups(module: ModuleBuilder) -> Expr:
    var = module.var
    module.section("Target groups")
    protocols = module.local(
        "target_protocols",
        expr(
            """{
              for port, listener in local.listeners : port =>
              listener.protocol == "TLS" ? coalesce(listener.target_protocol, "TLS") : listener.protocol
            }"""
        ),
        "How the load balancer talks to the targets of each listener.",
    )
    value, health = each.value, each.value.health_check
    datagrams = f'strcontains({value.protocol}, "UDP")'
    asks = f'{health.protocol} == "TCP"'
    fixed = expr('substr(sha1("${local.target_protocols[each.key]} ${each.value.target_port}"), 0, 6)')
    return module.resource(
        "aws_lb_target_group.this",
        "The pods behind a listener; Kubernetes registers them. What cannot be changed is in the name, so that a new"
        " group is there before the old one goes.",
        for_each=expr("local.listeners"),
        name=f"{var.environment}-{each.key}-{fixed}",
        vpc_id=var.vpc_id,
        target_type="ip",
        ip_address_type="ipv4",
        protocol=protocols[each.key],
        port=value.target_port,
        deregistration_delay=var.deregistration_delay,
        connection_termination=expr(datagrams),
        proxy_protocol_v2=value.proxy_protocol,
        preserve_client_ip=expr(f"coalesce({value.preserve_client_ip}, {datagrams})"),
        health_check={
            "enabled": True,
            "protocol": health.protocol,
            "port": expr(f'coalesce({health.port}, "traffic-port")'),
            "path": expr(f'{asks} ? null : coalesce({health.path}, "/")'),
            "matcher": expr(f'{asks} ? null : coalesce({health.codes}, "200-399")'),
            "interval": health.interval,
            "timeout": health.timeout,
            "healthy_threshold": health.healthy,
            "unhealthy_threshold": health.unhealthy,
        },
        stickiness=dynamic(
            for_each=expr(f'{value.protocol} == "TLS" ? [] : [{value.sticky}]'),
            content={"type": "source_ip", "enabled": expr("stickiness.value")},
        ),
        tags={"Name": f"{var.environment}-{each.key}"},
        lifecycle={"create_before_destroy": True},
    )


def _listeners(module: ModuleBuilder, balancer: Expr, groups: Expr, issued: Expr) -> None:
    var = module.var
    module.section("Listeners")
    value = each.value

    heard = module.local(
        "heard",
        expr(
            "{\nfor port, listener in local.listeners : port => listener\n"
            f'if listener.protocol != "TLS" || {var.delegated} || {var.certificate_arn} != null\n}}'
        ),
        "The listeners that can be made: one with TLS needs a certificate that is issued.",
    )

    def of_tls(argument: Any) -> Expr:
        return expr(f'{value.protocol} == "TLS" ? {argument} : null')

    listener = module.resource(
        "aws_lb_listener.this",
        "Ports of the load balancer.",
        for_each=heard,
        load_balancer_arn=balancer.arn,
        port=value.port,
        protocol=value.protocol,
        ssl_policy=of_tls(var.tls_policy),
        certificate_arn=of_tls(issued),
        alpn_policy=of_tls(value.alpn),
        tcp_idle_timeout_seconds=value.idle_timeout,
        default_action={"type": "forward", "target_group_arn": groups[each.key].arn},
        tags={"Name": f"{var.environment}-{each.key}"},
    )
    module.resource(
        "aws_lb_listener_certificate.further",
        "Certificates for names outside of the domain.",
        for_each=expr(
            f"""{{
              for pair in setproduct(
                [for port, listener in {heard} : port if listener.protocol == "TLS"],
                {var.further_certificate_arns}
              ) : join(" ", pair) => {{
                port        = pair[0]
                certificate = pair[1]
              }}
            }}"""
        ),
        listener_arn=listener[expr("each.value.port")].arn,
        certificate_arn=value.certificate,
    )
