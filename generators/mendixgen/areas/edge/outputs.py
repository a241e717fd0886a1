"""What the edge offers to other areas."""

from __future__ import annotations

from collections.abc import Mapping

from mendixgen.alarms.rows import rows
from mendixgen.areas.contract import Output

OUTPUTS: Mapping[str, Output] = {
    "exclusive": Output(
        "var.cloudfront && var.serve && !var.direct",
        "Whether clients reach the load balancer's ports 80 and 443 through CloudFront alone.",
    ),
    "records": Output(
        "var.cloudfront && var.serve ? {\n"
        "dns_name = aws_cloudfront_distribution.this[0].domain_name\n"
        "zone_id  = aws_cloudfront_distribution.this[0].hosted_zone_id\n"
        "ipv6     = local.ipv6\n"
        "} : null",
        "Where the ingress' names lead; null while that is the load balancer.",
    ),
    "distribution_id": Output("one(aws_cloudfront_distribution.this[*].id)", "ID of the distribution."),
    "distribution_arn": Output("one(aws_cloudfront_distribution.this[*].arn)", "ARN of the distribution."),
    "distribution_domain_name": Output(
        "one(aws_cloudfront_distribution.this[*].domain_name)", "Name that CloudFront gave the distribution."
    ),
    "aliases": Output("local.aliases", "Names that the distribution answers to."),
    "certificate_arn": Output("local.certificate_arn", "ARN of its certificate, once that is issued."),
    "web_acl_arn": Output("one(aws_wafv2_web_acl.this[*].arn)", "ARN of the firewall's web ACL, in us-east-1."),
    "web_acl_name": Output("one(aws_wafv2_web_acl.this[*].name)", "What CloudWatch knows the firewall by."),
    "waf_log_group_name": Output(
        "one(aws_cloudwatch_log_group.waf[*].name)", "Log group of the firewall, in us-east-1."
    ),
    "watched": Output("local.watched", "What the edge's alarms are of, by kind."),
    "alarm_arns": Output(
        "concat(\n"
        + ",\n".join(
            f"aws_cloudwatch_metric_alarm.{row.name.replace('-', '_')}[*].arn" for row in rows() if row.is_abroad
        )
        + ",\n)",
        "ARNs of its alarms, which are in us-east-1.",
    ),
    "access_logs_bucket_name": Output("one(aws_s3_bucket.this[*].id)", "Bucket of the access logs."),
}
