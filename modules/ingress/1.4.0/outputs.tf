output "load_balancer_arn" {
  description = "ARN of the load balancer."
  value       = aws_lb.this.arn
}

output "load_balancer_arn_suffix" {
  description = "What CloudWatch knows the load balancer by."
  value       = aws_lb.this.arn_suffix
}

output "load_balancer_dns_name" {
  description = "DNS name that AWS gave the load balancer."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zone_id" {
  description = "Zone of that name, for alias records."
  value       = aws_lb.this.zone_id
}

output "listener_arns" {
  description = "Listener ARNs by port."
  value       = { for port, listener in aws_lb_listener.this : port => listener.arn }
}

output "target_group_arns" {
  description = "Target group ARNs by port of their listener, for the TargetGroupBindings of Kubernetes."
  value       = { for port, group in aws_lb_target_group.this : port => group.arn }
}

output "target_group_arn_suffixes" {
  description = "What CloudWatch knows the target groups by, by port of their listener."
  value       = { for port, group in aws_lb_target_group.this : port => group.arn_suffix }
}

output "target_ports" {
  description = "Ports of the pods by port of their listener."
  value       = { for port, listener in local.listeners : port => listener.target_port }
}

output "listener_protocols" {
  description = "Protocols of the listeners by port."
  value       = { for port, listener in local.listeners : port => listener.protocol }
}

output "certificate_arns" {
  description = "ARNs of all certificates of the TLS listeners, issued or not: main, and further ones by their ID."
  value = merge({
    for certificate in aws_acm_certificate.this :
    "main" => certificate.arn
  }, { for arn in var.certificate_arn[*] : "main" => arn }, { for arn in var.further_certificate_arns : reverse(split("/", arn))[0] => arn })
}

output "certificate_arn" {
  description = "ARN of the certificate of the TLS listeners, once it is issued; null without any."
  value       = local.certificate_arn
}

output "domain" {
  description = "Domain below which the applications are reached."
  value       = var.domain
}

output "names" {
  description = "Names that lead to the platform."
  value       = values(local.names)
}

output "scheme" {
  description = "Whether the load balancer is internet-facing or internal."
  value       = var.scheme
}

output "protocols" {
  description = "Protocols of the listeners by port."
  value       = { for port, listener in local.listeners : port => listener.protocol }
}

output "zone_id" {
  description = "ID of the Route 53 zone that holds the domain."
  value       = local.zone_id
}

output "zone_arn" {
  description = "ARN of the Route 53 zone that holds the domain."
  value       = "arn:${var.partition}:route53:::hostedzone/${local.zone_id}"
}

output "name_servers" {
  description = "Name servers of the zone that was made: what the zone above it must name. Empty for a zone that was given."
  value       = try(aws_route53_zone.this[0].name_servers, [])
}

output "access_logs_bucket_name" {
  description = "Bucket of the access logs."
  value       = aws_s3_bucket.this.id
}

output "access_logs_bucket_arn" {
  description = "ARN of the bucket of the access logs."
  value       = aws_s3_bucket.this.arn
}
