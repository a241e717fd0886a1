output "exclusive" {
  description = "Whether clients reach the load balancer's ports 80 and 443 through CloudFront alone."
  value       = var.cloudfront && var.serve && !var.direct
}

output "records" {
  description = "Where the ingress' names lead; null while that is the load balancer."
  value = var.cloudfront && var.serve ? {
    dns_name = aws_cloudfront_distribution.this[0].domain_name
    zone_id  = aws_cloudfront_distribution.this[0].hosted_zone_id
    ipv6     = local.ipv6
  } : null
}

output "distribution_id" {
  description = "ID of the distribution."
  value       = one(aws_cloudfront_distribution.this[*].id)
}

output "distribution_arn" {
  description = "ARN of the distribution."
  value       = one(aws_cloudfront_distribution.this[*].arn)
}

output "distribution_domain_name" {
  description = "Name that CloudFront gave the distribution."
  value       = one(aws_cloudfront_distribution.this[*].domain_name)
}

output "aliases" {
  description = "Names that the distribution answers to."
  value       = local.aliases
}

output "certificate_arn" {
  description = "ARN of its certificate, once that is issued."
  value       = local.certificate_arn
}

output "web_acl_arn" {
  description = "ARN of the firewall's web ACL, in us-east-1."
  value       = one(aws_wafv2_web_acl.this[*].arn)
}

output "web_acl_name" {
  description = "What CloudWatch knows the firewall by."
  value       = one(aws_wafv2_web_acl.this[*].name)
}

output "waf_log_group_name" {
  description = "Log group of the firewall, in us-east-1."
  value       = one(aws_cloudwatch_log_group.waf[*].name)
}

output "watched" {
  description = "What the edge's alarms are of, by kind."
  value       = local.watched
}

output "alarm_arns" {
  description = "ARNs of its alarms, which are in us-east-1."
  value = concat(
    aws_cloudwatch_metric_alarm.edge_down[*].arn,
    aws_cloudwatch_metric_alarm.edge_errors[*].arn,
    aws_cloudwatch_metric_alarm.edge_refused[*].arn,
    aws_cloudwatch_metric_alarm.edge_origin_latency[*].arn,
    aws_cloudwatch_metric_alarm.edge_blocked[*].arn,
    aws_cloudwatch_metric_alarm.edge_counted[*].arn,
    aws_cloudwatch_metric_alarm.edge_names_switched[*].arn,
  )
}

output "access_logs_bucket_name" {
  description = "Bucket of the access logs."
  value       = one(aws_s3_bucket.this[*].id)
}
