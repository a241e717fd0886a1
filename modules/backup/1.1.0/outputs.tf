output "vault_name" {
  description = "Name of the vault."
  value       = aws_backup_vault.this.name
}

output "vault_arn" {
  description = "ARN of the vault."
  value       = aws_backup_vault.this.arn
}

output "key_arn" {
  description = "ARN of the key that encrypts the vault."
  value       = aws_kms_key.this.arn
}

output "plan_arns" {
  description = "ARNs of the plans."
  value       = { for name, plan in aws_backup_plan.this : name => plan.arn }
}

output "plan_ids" {
  description = "IDs of the plans."
  value       = { for name, plan in aws_backup_plan.this : name => plan.id }
}

output "role_arn" {
  description = "ARN of the role that makes backups and restores."
  value       = aws_iam_role.this.arn
}

output "copy_vault_arn" {
  description = "ARN of the vault that takes copies; null without copies."
  value       = local.copy_vault_arn
}

output "restore_testing_plan_name" {
  description = "Name of the plan of restore tests; null without any."
  value       = one(aws_backup_restore_testing_plan.this[*].name)
}

output "reports_bucket_name" {
  description = "Bucket of the reports; null without any."
  value       = one(aws_s3_bucket.this[*].id)
}
