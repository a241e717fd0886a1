output "topic_arns" {
  description = "ARNs of the topics that alarms go to, by priority (p1 to p4)."
  value       = local.topic_arns
}

output "app_log_group_names" {
  description = "Log groups of the applications by name: where what ships their logs writes them, line by line."
  value       = { for app, group in aws_cloudwatch_log_group.apps : app => group.name }
}

output "insights_log_group_names" {
  description = "Log groups of Container Insights by kind; empty where it is off."
  value       = { for kind, group in aws_cloudwatch_log_group.insights : kind => group.name }
}

output "checked_from" {
  description = "IPv4 blocks that the applications' addresses are called from, to be let in."
  value       = local.checked_from
}

output "dashboard_names" {
  description = "Dashboards by area, and overview."
  value       = { for area, dashboard in aws_cloudwatch_dashboard.this : area => dashboard.dashboard_name }
}
