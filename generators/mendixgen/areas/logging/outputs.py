"""What the logging area offers to other areas."""

from __future__ import annotations

from collections.abc import Mapping

from mendixgen.areas.contract import Output

OUTPUTS: Mapping[str, Output] = {
    "engine": Output("var.engine", "none, opensearch or elastic."),
    "domain_name": Output(
        "one(aws_opensearch_domain.this[*].domain_name)",
        "Name of the domain (dimension DomainName of metrics in AWS/ES); null without one.",
    ),
    "client_id": Output(
        "length(aws_opensearch_domain.this) > 0 ? var.account : null",
        "Account of the domain (dimension ClientId of metrics in AWS/ES); null without one.",
    ),
    "domain_arn": Output("one(aws_opensearch_domain.this[*].arn)", "ARN of the domain; null without one."),
    "endpoint": Output(
        "one(aws_opensearch_domain.this[*].endpoint)", "Host name of the domain within the VPC; null without one."
    ),
    "dashboard_endpoint": Output(
        "one(aws_opensearch_domain.this[*].dashboard_endpoint)",
        "Where OpenSearch Dashboards answers within the VPC; null without a domain.",
    ),
    "storage_gb": Output(
        "length(aws_opensearch_domain.this) > 0 ? var.nodes.storage_gb : null",
        "Storage of each data node of the domain in GiB, for thresholds of alarms; null without one.",
    ),
    "has_masters": Output(
        "length(aws_opensearch_domain.this) > 0 && var.nodes.master > 0",
        "Whether the domain has dedicated masters, which have metrics of their own.",
    ),
    "security_group_id": Output(
        "one(aws_security_group.domain[*].id)", "ID of the domain's security group; null without one."
    ),
    "delivery_role_arn": Output(
        "one(aws_iam_role.delivery[*].arn)", "ARN of the role that the delivering pods work as; null if engine is none."
    ),
    "master_role_arn": Output(
        "one(aws_iam_role.installer[*].arn)",
        "ARN of the role that is the domain's master: the installer's; null without a domain.",
    ),
    "installer_function_name": Output(
        "one(aws_lambda_function.installer[*].function_name)", "Name of the installing function; null without a domain."
    ),
    "key_arn": Output("one(aws_kms_key.this[*].arn)", "ARN of the key of the logs; null if engine is none."),
    "log_group_names": Output(
        "{ for log, group in aws_cloudwatch_log_group.this : log => group.name }",
        "Names of the domain's own log groups, by log.",
    ),
    "topic_arn": Output(
        "one(aws_sns_topic.installer[*].arn)", "ARN of the topic that failed installations are told; null without one."
    ),
    "snapshot_bucket_name": Output(
        "one(aws_s3_bucket.snapshots[*].id)", "Bucket of the snapshots of elastic; null otherwise."
    ),
    "snapshot_role_arn": Output(
        "one(aws_iam_role.snapshots[*].arn)", "ARN of the role by which Elasticsearch keeps snapshots; null otherwise."
    ),
}
