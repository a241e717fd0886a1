output "storage_key_arn" {
  description = "ARN of the key for storage."
  value       = aws_kms_key.this["storage"].arn
}

output "database_key_arn" {
  description = "ARN of the key for database."
  value       = aws_kms_key.this["database"].arn
}

output "cluster_key_arn" {
  description = "ARN of the key for cluster."
  value       = aws_kms_key.this["cluster"].arn
}

output "logs_key_arn" {
  description = "ARN of the key for logs."
  value       = aws_kms_key.this["logs"].arn
}

output "secrets_key_arn" {
  description = "ARN of the key for secrets."
  value       = aws_kms_key.this["secrets"].arn
}

output "backup_key_arn" {
  description = "ARN of the key for backup."
  value       = aws_kms_key.this["backup"].arn
}

output "key_arns" {
  description = "Key ARNs by purpose."
  value       = { for purpose, key in aws_kms_key.this : purpose => key.arn }
}

output "key_ids" {
  description = "Key IDs by purpose."
  value       = { for purpose, key in aws_kms_key.this : purpose => key.key_id }
}

output "alias_names" {
  description = "Alias names by purpose."
  value       = { for purpose, alias in aws_kms_alias.this : purpose => alias.name }
}
