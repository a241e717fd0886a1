output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "version" {
  description = "Kubernetes version of the control plane."
  value       = aws_eks_cluster.this.version
}

output "endpoint" {
  description = "URL of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Certificate that the Kubernetes API is recognised by, in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "oidc_provider_arn" {
  description = "ARN of the OIDC provider that stands for the cluster in IAM."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "oidc_issuer" {
  description = "Issuer of the service accounts' tokens, without https://, as conditions of IAM policies have it."
  value       = trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")
}

output "security_group_id" {
  description = "ID of the security group of the control plane, with the platform's rules."
  value       = aws_security_group.this.id
}

output "cluster_security_group_id" {
  description = "ID of the security group that EKS makes itself for the control plane."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "log_group_name" {
  description = "Name of the log group of the control plane."
  value       = aws_cloudwatch_log_group.this.name
}

output "log_group_arn" {
  description = "ARN of the log group of the control plane."
  value       = aws_cloudwatch_log_group.this.arn
}

output "node_groups" {
  description = "ARN and name of the Auto Scaling group of each node group."
  value = {
    for name, group in local.made_node_groups :
    name => { arn = group.arn, asg_name = local.asg_names[name] }
  }
}

output "autoscaler_groups" {
  description = "Names of the node groups that the cluster autoscaler sizes; it finds them by the tag mendixctl/cluster-autoscaler of their Auto Scaling groups."
  value       = sort(keys(aws_autoscaling_group_tag.cluster_autoscaler))
}

output "addon_versions" {
  description = "Versions of the add-ons."
  value       = local.addon_versions
}
