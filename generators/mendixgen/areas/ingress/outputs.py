"""What the ingress offers to other areas."""

from __future__ import annotations

from collections.abc import Mapping

from mendixgen.areas.contract import Output

OUTPUTS: Mapping[str, Output] = {
    "load_balancer_arn": Output("aws_lb.this.arn", "ARN of the load balancer."),
    "load_balancer_arn_suffix": Output("aws_lb.this.arn_suffix", "What CloudWatch knows the load balancer by."),
    "load_balancer_dns_name": Output("aws_lb.this.dns_name", "DNS name that AWS gave the load balancer."),
    "load_balancer_zone_id": Output("aws_lb.this.zone_id", "Zone of that name, for alias records."),
    "listener_arns": Output(
        "{ for port, listener in aws_lb_listener.this : port => listener.arn }", "Listener ARNs by port."
    ),
    "target_group_arns": Output(
        "{ for port, group in aws_lb_target_group.this : port => group.arn }",
        "Target group ARNs by port of their listener, for the TargetGroupBindings of Kubernetes.",
    ),
    "target_group_arn_suffixes": Output(
        "{ for port, group in aws_lb_target_group.this : port => group.arn_suffix }",
        "What CloudWatch knows the target groups by, by port of their listener.",
    ),
    "target_ports": Output(
        "{ for port, listener in local.listeners : port => listener.target_port }",
        "Ports of the pods by port of their listener.",
    ),
    "listener_protocols": Output(
        "{ for port, listener in local.listeners : port => listener.protocol }", "Protocols of the listeners by port."
    ),
    "certificate_arns": Output(
        "merge("
        '{ for certificate in aws_acm_certificate.this : "main" => certificate.arn },'
        ' { for arn in var.certificate_arn[*] : "main" => arn },'
        ' { for arn in var.further_certificate_arns : reverse(split("/", arn))[0] => arn })',
        "ARNs of all certificates of the TLS listeners, issued or not: main, and further ones by their ID.",
    ),
    "certificate_arn": Output(
        "local.certificate_arn", "ARN of the certificate of the TLS listeners, once it is issued; null without any."
    ),
    "domain": Output("var.domain", "Domain below which the applications are reached."),
    "names": Output("values(local.names)", "Names that lead to the platform."),
    "scheme": Output("var.scheme", "Whether the load balancer is internet-facing or internal."),
    "protocols": Output(
        "{ for port, listener in local.listeners : port => listener.protocol }", "Protocols of the listeners by port."
    ),
    "zone_id": Output("local.zone_id", "ID of the Route 53 zone that holds the domain."),
    "zone_arn": Output(
        '"arn:${var.partition}:route53:::hostedzone/${local.zone_id}"',
        "ARN of the Route 53 zone that holds the domain.",
    ),
    "name_servers": Output(
        "try(aws_route53_zone.this[0].name_servers, [])",
        "Name servers of the zone that was made: what the zone above it must name. Empty for a zone that was given.",
    ),
    "access_logs_bucket_name": Output("aws_s3_bucket.this.id", "Bucket of the access logs."),
    "access_logs_bucket_arn": Output("aws_s3_bucket.this.arn", "ARN of the bucket of the access logs."),
}
