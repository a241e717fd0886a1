output "ebs_key_arn" {
  description = "ARN of the default key of volumes; null if off."
  value       = one(aws_kms_key.ebs[*].arn)
}

output "deployer_role_arn" {
  description = "ARN of the role that CI deploys as; null without ci."
  value       = one(aws_iam_role.deployer[*].arn)
}

output "deployer_boundary_arn" {
  description = "ARN of the deployer's permissions boundary."
  value       = one(aws_iam_policy.deployer_boundary[*].arn)
}

output "oidc_provider_arns" {
  description = "ARNs of CI's identity providers."
  value       = { for name, it in aws_iam_openid_connect_provider.ci : name => it.arn }
}

output "analyzer_arns" {
  description = "ARNs of the analyzers."
  value       = { for name, it in aws_accessanalyzer_analyzer.this : name => it.arn }
}

output "detector_id" {
  description = "ID of GuardDuty's detector; null if off."
  value       = one(aws_guardduty_detector.this[*].id)
}

output "config_bucket" {
  description = "Bucket of Config's records; null if off."
  value       = one(aws_s3_bucket.config[*].id)
}

output "config_rule_arns" {
  description = "ARNs of Config's rules by name."
  value       = { for name, it in aws_config_config_rule.this : name => it.arn }
}
