output "budget_names" {
  description = "Names of the budgets."
  value = concat(aws_budgets_budget.environment[*].name, [
    for it in aws_budgets_budget.area :
    it.name
  ], [for it in aws_budgets_budget.coverage : it.name])
}

output "anomaly_monitor_arn" {
  description = "ARN of the monitor of the environment's tag; null if off."
  value       = one(aws_ce_anomaly_monitor.this[*].arn)
}

output "workgroup_name" {
  description = "Athena's workgroup of the reports; null if there are none."
  value       = one(aws_athena_workgroup.this[*].name)
}

output "database_name" {
  description = "Database of the bill's table; null if there is none."
  value       = one(aws_glue_catalog_database.this[*].name)
}
