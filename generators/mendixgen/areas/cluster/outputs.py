"""What the cluster offers to the other areas."""

from __future__ import annotations

from mendixgen.areas.contract import Output

OUTPUTS = {
    "name": Output("aws_eks_cluster.this.name", "Name of the cluster."),
    "arn": Output("aws_eks_cluster.this.arn", "ARN of the cluster."),
    "version": Output("aws_eks_cluster.this.version", "Kubernetes version of the control plane."),
    "endpoint": Output("aws_eks_cluster.this.endpoint", "URL of the Kubernetes API."),
    "certificate_authority": Output(
        "aws_eks_cluster.this.certificate_authority[0].data",
        "Certificate that the Kubernetes API is recognised by, in base64.",
    ),
    "oidc_provider_arn": Output(
        "aws_iam_openid_connect_provider.this.arn", "ARN of the OIDC provider that stands for the cluster in IAM."
    ),
    "oidc_issuer": Output(
        'trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")',
        "Issuer of the service accounts' tokens, without https://, as conditions of IAM policies have it.",
    ),
    "security_group_id": Output(
        "aws_security_group.this.id", "ID of the security group of the control plane, with the platform's rules."
    ),
    "cluster_security_group_id": Output(
        "aws_eks_cluster.this.vpc_config[0].cluster_security_group_id",
        "ID of the security group that EKS makes itself for the control plane.",
    ),
    "log_group_name": Output("aws_cloudwatch_log_group.this.name", "Name of the log group of the control plane."),
    "log_group_arn": Output("aws_cloudwatch_log_group.this.arn", "ARN of the log group of the control plane."),
    "node_groups": Output(
        "{ for name, group in local.made_node_groups : name => { arn = group.arn, asg_name = local.asg_names[name] } }",
        "ARN and name of the Auto Scaling group of each node group.",
    ),
    "autoscaler_groups": Output(
        "sort(keys(aws_autoscaling_group_tag.cluster_autoscaler))",
        "Names of the node groups that the cluster autoscaler sizes; it finds them by the tag"
        " mendixctl/cluster-autoscaler of their Auto Scaling groups.",
    ),
    "addon_versions": Output("local.addon_versions", "Versions of the add-ons."),
}
