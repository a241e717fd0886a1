output "boundary_arn" {
  description = "ARN of the permissions boundary that every role of the platform carries."
  value       = local.boundary_arn
}

output "cluster_role_arn" {
  description = "ARN of the role that the cluster works as."
  value       = aws_iam_role.cluster.arn
}

output "cluster_role_name" {
  description = "Name of the role that the cluster works as."
  value       = aws_iam_role.cluster.name
}

output "node_role_arn" {
  description = "ARN of the role that the nodes work as."
  value       = aws_iam_role.node.arn
}

output "node_role_name" {
  description = "Name of the role that the nodes work as."
  value       = aws_iam_role.node.name
}

output "admin_role_arn" {
  description = "ARN of the role that the platform's admins assume."
  value       = aws_iam_role.admin.arn
}

output "admin_role_name" {
  description = "Name of the role that the platform's admins assume."
  value       = aws_iam_role.admin.name
}

output "auditor_role_arn" {
  description = "ARN of the role that auditors assume."
  value       = aws_iam_role.auditor.arn
}

output "auditor_role_name" {
  description = "Name of the role that auditors assume."
  value       = aws_iam_role.auditor.name
}
