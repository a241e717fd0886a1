output "role_arns" {
  description = "ARNs of the roles by purpose: controllers, and the Mendix Operator's provisioner and builder."
  value = merge({
    for purpose, role in aws_iam_role.controller :
    purpose => role.arn
  }, { for role in aws_iam_role.storage_provisioner : "mendix-storage-provisioner" => role.arn }, { for role in aws_iam_role.builder : "mendix-builder" => role.arn })
}

output "app_role_arns" {
  description = "ARNs of the apps' roles by app; apps of identity storage-plan have none here."
  value       = { for name, role in aws_iam_role.app : name => role.arn }
}

output "app_database_users" {
  description = "Database user of each app, who signs in by IAM with the app's role."
  value       = local.database_users
}

output "storage_provisioner_role_arn" {
  description = "ARN of the storage provisioner's role; null if it is off."
  value       = one(aws_iam_role.storage_provisioner[*].arn)
}

output "environment_policy_arn" {
  description = "ARN of the policy that the Operator attaches to the roles that it makes; null if the provisioner is off."
  value       = one(aws_iam_policy.environment[*].arn)
}

output "builder_role_arn" {
  description = "ARN of the builder's role; null if it is off."
  value       = one(aws_iam_role.builder[*].arn)
}

output "service_accounts" {
  description = "Namespace and service account of each controller."
  value = {
    for purpose, controller in local.controllers :
    purpose => { namespace = controller.namespace, service_account = controller.service_account }
  }
}

output "namespaces" {
  description = "Kubernetes namespaces of the Mendix Operator and its apps."
  value       = var.namespaces
}
