output "storage_key_arn" {
  description = "ARN of the key for storage."
  value       = local.key_arns["storage"]
}

output "database_key_arn" {
  description = "ARN of the key for database."
  value       = local.key_arns["database"]
}

output "cluster_key_arn" {
  description = "ARN of the key for cluster."
  value       = local.key_arns["cluster"]
}

output "logs_key_arn" {
  description = "ARN of the key for logs."
  value       = local.key_arns["logs"]
}

output "secrets_key_arn" {
  description = "ARN of the key for secrets."
  value       = local.key_arns["secrets"]
}

output "backup_key_arn" {
  description = "ARN of the key for backup."
  value       = local.key_arns["backup"]
}

output "key_arns" {
  description = "Key ARNs by purpose."
  value       = local.key_arns
}

output "key_ids" {
  description = "Key IDs by purpose."
  value = merge({
    for purpose, key in aws_kms_key.this :
    purpose => key.key_id
  }, { for purpose, arn in var.existing : purpose => element(split("/", arn), 1) })
}

output "alias_names" {
  description = "Alias names by purpose, of the keys that are ours."
  value       = { for purpose, alias in aws_kms_alias.this : purpose => alias.name }
}
