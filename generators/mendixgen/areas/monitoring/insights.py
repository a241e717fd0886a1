"""Container Insights: the add-on that reports nodes and pods, the role of its agent, and the logs that it writes.

Sources: Amazon CloudWatch user guide, "Install the CloudWatch agent with the Amazon CloudWatch Observability EKS
add-on" and "Container Insights performance log events"; the policy CloudWatchAgentServerPolicy, of which the role has
what the agent needs for this cluster.
"""

from __future__ import annotations

from mendixgen.areas.monitoring.watched import local_of
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, trust_of_pods
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

ADDON = "amazon-cloudwatch-observability"
SERVICE_ACCOUNT = "cloudwatch-agent"
SERVICE_NAMESPACE = "amazon-cloudwatch"


def container_insights(module: ModuleBuilder) -> None:
    """Add the log groups, the role and the add-on."""
    var = module.var
    module.section("Container Insights")
    kinds = module.local(
        "insights_logs",
        expr(
            f'{local_of("insights")} ? concat(["performance"],'
            f' {var.container_insights}.logs ? ["application", "dataplane", "host"] : []) : []'
        ),
        "What the agent writes: measurements, and the logs of containers, of Kubernetes on the node, and of the node.",
    )
    groups = log_group(
        module,
        "insights",
        "They stand before the agent, which would make them without a key and for ever.",
        for_each=expr(f"toset({kinds})"),
        path=f"/aws/containerinsights/{var.cluster_name}/{each.key}",
        retention_days=var.retention_days,
        tags={"Name": f"/aws/containerinsights/{var.cluster_name}/{each.key}"},
    )
    logs = f"arn:{var.partition}:logs:{var.region}:{var.account}"
    agent = service_role(
        module,
        "agent",
        "Taken on by the agent's service account in this cluster, and nothing else.",
        count=expr(f"{local_of('insights')} ? 1 : 0"),
        role_name=f"{var.environment}-cloudwatch-agent",
        description="The CloudWatch agent of the cluster reports nodes and pods.",
        trust=trust_of_pods(var.cluster_arn, SERVICE_NAMESPACE, SERVICE_ACCOUNT),
        policy_name="report",
        permissions=[
            allow(
                "WriteLogs",
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                f"{logs}:log-group:/aws/containerinsights/{var.cluster_name}/*",
            ),
            allow("FindLogGroups", ["logs:DescribeLogGroups"], f"{logs}:*"),
            allow(
                "ReportMetrics",
                ["cloudwatch:PutMetricData"],
                "*",
                condition={"StringEquals": {"cloudwatch:namespace": ["ContainerInsights", "CWAgent"]}},
            ),
            allow("SeeNodes", ["ec2:DescribeTags", "ec2:DescribeVolumes"], "*"),
        ],
        permissions_comment="Metrics of two namespaces, the log groups of this cluster, and what a node is called.",
        tags={"Name": f"{var.environment}-cloudwatch-agent"},
    )
    module.resource(
        "aws_eks_addon.insights",
        "The agent on every node, and what ships logs. It comes after the node groups, which its pods need.",
        count=expr(f"{local_of('insights')} ? 1 : 0"),
        cluster_name=var.cluster_name,
        addon_name=ADDON,
        addon_version=var.container_insights.version,
        configuration_values=jsonencode({"containerLogs": {"enabled": var.container_insights.logs}}),
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        pod_identity_association={"service_account": SERVICE_ACCOUNT, "role_arn": agent.role.arn},
        lifecycle={
            "precondition": [
                {
                    "condition": expr(f"length({local_of('node_groups')}) > 0"),
                    "error_message": "Container Insights needs nodes to run on.",
                }
            ]
        },
        depends_on=[groups, agent.permissions],
    )
