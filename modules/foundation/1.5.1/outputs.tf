output "ebs_key_arn" {
  description = "ARN of the default key of volumes; null if off."
  value       = one(aws_kms_key.ebs[*].arn)
}

output "deployer_role_arn" {
  description = "ARN of the role that CI deploys as; null without ci."
  value       = one(aws_iam_role.deployer[*].arn)
}

output "planner_role_arn" {
  description = "ARN of the role that CI plans as; null without ci.planner."
  value       = one(aws_iam_role.planner[*].arn)
}

output "deployer_boundary_arn" {
  description = "ARN of the deployer's permissions boundary."
  value       = one(aws_iam_policy.deployer_boundary[*].arn)
}

output "oidc_provider_arns" {
  description = "ARNs of CI's identity providers."
  value       = local.ci_provider_arns
}

output "analyzer_arns" {
  description = "ARNs of the analyzers."
  value       = { for name, it in aws_accessanalyzer_analyzer.this : name => it.arn }
}

output "detector_id" {
  description = "ID of GuardDuty's detector; null if off."
  value       = one(aws_guardduty_detector.this[*].id)
}

output "trail_arn" {
  description = "ARN of the account's trail; null if it is not here."
  value       = one(aws_cloudtrail.this[*].arn)
}

output "trail_bucket" {
  description = "Bucket of the trail's records; null as above."
  value       = one(aws_s3_bucket.trail[*].id)
}

output "trail_log_group" {
  description = "Log group of the account's trail; null if none is known here."
  value       = try(coalesce(var.trail.existing, one(aws_cloudwatch_log_group.trail[*].name)), null)
}

output "anomaly_monitor_arn" {
  description = "ARN of the monitor of services; null if none is known here."
  value       = try(coalesce(var.anomaly_monitor.existing, one(aws_ce_anomaly_monitor.services[*].arn)), null)
}

output "cost_bucket" {
  description = "Bucket of the bills; null if they are not exported."
  value       = one(aws_s3_bucket.cost[*].id)
}

output "build_projects" {
  description = "Projects in which plan and apply run; empty if off."
  value       = { for step, project in aws_codebuild_project.builds : step => project.name }
}

output "build_start_policy_arns" {
  description = "ARNs of the policies of those who may start plans and applies; empty if off."
  value       = { for step, policy in aws_iam_policy.builds_start : step => policy.arn }
}

output "config_bucket" {
  description = "Bucket of Config's records; null if off."
  value       = one(aws_s3_bucket.config[*].id)
}

output "config_rule_arns" {
  description = "ARNs of Config's rules by name."
  value       = { for name, it in aws_config_config_rule.this : name => it.arn }
}
