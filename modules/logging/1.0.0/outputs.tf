output "engine" {
  description = "none, opensearch or elastic."
  value       = var.engine
}

output "domain_name" {
  description = "Name of the domain (dimension DomainName of metrics in AWS/ES); null without one."
  value       = one(aws_opensearch_domain.this[*].domain_name)
}

output "client_id" {
  description = "Account of the domain (dimension ClientId of metrics in AWS/ES); null without one."
  value       = length(aws_opensearch_domain.this) > 0 ? var.account : null
}

output "domain_arn" {
  description = "ARN of the domain; null without one."
  value       = one(aws_opensearch_domain.this[*].arn)
}

output "endpoint" {
  description = "Host name of the domain within the VPC; null without one."
  value       = one(aws_opensearch_domain.this[*].endpoint)
}

output "dashboard_endpoint" {
  description = "Where OpenSearch Dashboards answers within the VPC; null without a domain."
  value       = one(aws_opensearch_domain.this[*].dashboard_endpoint)
}

output "storage_gb" {
  description = "Storage of each data node of the domain in GiB, for thresholds of alarms; null without one."
  value       = length(aws_opensearch_domain.this) > 0 ? var.nodes.storage_gb : null
}

output "has_masters" {
  description = "Whether the domain has dedicated masters, which have metrics of their own."
  value       = length(aws_opensearch_domain.this) > 0 && var.nodes.master > 0
}

output "security_group_id" {
  description = "ID of the domain's security group; null without one."
  value       = one(aws_security_group.domain[*].id)
}

output "delivery_role_arn" {
  description = "ARN of the role that the delivering pods work as; null if engine is none."
  value       = one(aws_iam_role.delivery[*].arn)
}

output "master_role_arn" {
  description = "ARN of the role that is the domain's master: the installer's; null without a domain."
  value       = one(aws_iam_role.installer[*].arn)
}

output "installer_function_name" {
  description = "Name of the installing function; null without a domain."
  value       = one(aws_lambda_function.installer[*].function_name)
}

output "key_arn" {
  description = "ARN of the key of the logs; null if engine is none."
  value       = one(aws_kms_key.this[*].arn)
}

output "log_group_names" {
  description = "Names of the domain's own log groups, by log."
  value       = { for log, group in aws_cloudwatch_log_group.this : log => group.name }
}

output "topic_arn" {
  description = "ARN of the topic that failed installations are told; null without one."
  value       = one(aws_sns_topic.installer[*].arn)
}

output "snapshot_bucket_name" {
  description = "Bucket of the snapshots of elastic; null otherwise."
  value       = one(aws_s3_bucket.snapshots[*].id)
}

output "snapshot_role_arn" {
  description = "ARN of the role by which Elasticsearch keeps snapshots; null otherwise."
  value       = one(aws_iam_role.snapshots[*].arn)
}
