"""The monitoring area: what may be said of alarms, dashboards and queries, and what it watches.

The catalogue of alarms is in `mendixgen.alarms.rows`; which area is watched by what is said there alone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import AppFacts, Area, AreaInputs, Output, Strict, context, setting, wired
from mendixgen.areas.fields import MailAddress, RetentionDays

AlarmName = Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$", max_length=64)]
LogGroup = Annotated[str, Field(pattern=r"^(apps/[a-z0-9-]+|/[A-Za-z0-9_./#-]+)$", max_length=512)]
QueryName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*(/[A-Za-z0-9][A-Za-z0-9 _.-]*)*$", max_length=200)
]
QueryText = Annotated[str, Field(min_length=1, max_length=10000)]
AddonVersion = Annotated[str, Field(pattern=r"^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$")]


class LogAlarm(Strict):
    """An alarm on how often a pattern stands in a log."""

    name: AlarmName = setting(description="Name of the alarm, behind <environment>-<priority>-monitoring-.")
    log_group: LogGroup = setting(
        description=(
            "The log that is searched: apps/<app> of an application, or the full name of a log group that exists"
            " (/aws/eks/<environment>/cluster). Not one of class INFREQUENT_ACCESS, which has no metric filters."
        )
    )
    pattern: str = setting(
        description='Filter pattern of CloudWatch Logs: { $.level = "ERROR" }, "timed out", [ip, ..., code = 5*].',
        min_length=1,
        max_length=1024,
    )
    above: int = setting(
        0, description="How many lines in a period are still no alarm.", unit="lines", ge=0, le=1000000000
    )
    period: Literal[60, 300, 900, 3600, 21600, 86400] = setting(
        300, description="Over how long lines are counted.", unit="seconds"
    )
    priority: Literal["P1", "P2", "P3", "P4"] = setting("P3", description="How urgent it is, and so who is told.")
    description: str | None = setting(
        None,
        description="What it means and what to do, for whoever is told; by default what is counted.",
        min_length=1,
        max_length=700,
    )


class ContainerInsights(Strict):
    """What the CloudWatch agent on every node reports of nodes and pods."""

    enabled: bool = setting(
        True,
        description="Whether the cluster has the add-on amazon-cloudwatch-observability; its metrics cost by the node.",
    )
    logs: bool = setting(
        True,
        description="Whether it also ships the containers' logs; off where something else does, so that none is twice.",
    )
    version: AddonVersion | None = setting(
        None, description="Version of the add-on (v4.7.0-eksbuild.1); by default the one that EKS gives new clusters."
    )


class Synthetics(Strict):
    """Calls of the applications' addresses, as a user's browser makes them."""

    enabled: bool = setting(
        True,
        description=(
            "Whether each application's address is called by a canary of CloudWatch Synthetics, from the private"
            " subnets over a NAT gateway; without one there are none. A canary costs about 10 USD a month at 5 minutes,"
            " 52 USD at 1."
        ),
    )
    every_minutes: Literal[1, 5] = setting(5, description="How often an address is called.", unit="minutes")
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9/._~%?&=+-]*$", max_length=255)] = setting(
        "/",
        description="What is asked for. / is the login page of Mendix; redirections are followed within the address.",
    )
    admit: bool = setting(
        True,
        description=(
            "Whether the load balancer, or the firewall of the edge, lets the NAT gateways' addresses in. False where"
            " network.allow_from has them already: a security group takes an address once."
        ),
    )
    keep_days: int = setting(
        31, description="How long the log and the timings of each call are kept.", unit="days", ge=1, le=455
    )


class WatchedDatabase(Strict):
    """What an alarm needs to know of a database."""

    identifier: str
    """Its name in AWS."""
    kind: str
    """postgres, mysql or oracle."""
    instance_class: str
    """Its instance class (db.m7g.large)."""
    storage_gb: int
    """The storage that it was given, in GiB."""
    replica: bool
    """Whether it is a read replica."""
    insights: bool
    """Whether Performance Insights measures its load."""


class WatchedReplica(Strict):
    """What an alarm needs to know of a bucket that is replicated."""

    source: str
    """Its name in AWS."""
    target: str
    """The bucket of the standby that takes its objects."""


class WatchedNodeGroup(Strict):
    """What an alarm needs to know of a node group."""

    arn: str
    """Its ARN."""
    asg_name: str
    """Its Auto Scaling group."""


class Monitoring(Area):
    """Alarms of every area by priority, with runbooks; dashboards, saved queries, log alarms and Container Insights."""

    name = "monitoring"
    version = "1.2.0"

    class Inputs(AreaInputs):
        """What an environment may say of how it is watched."""

        dashboards: bool = setting(True, description="Whether there is a dashboard of each area, and one of all.")
        retention_days: RetentionDays = setting(
            365,
            description="How long the logs that this area makes (of applications, nodes and events) are kept; shorter"
            " deletes older ones.",
            unit="days",
        )
        alarms: list[LogAlarm] = setting(
            [], description="Alarms on logs, beside those that each area brings.", max_length=100
        )
        queries: dict[QueryName, QueryText] = setting(
            {},
            description="Queries of CloudWatch Logs Insights that are kept as <environment>/<name>, over the"
            " applications' logs.",
            max_length=200,
        )
        container_insights: ContainerInsights = setting(
            ContainerInsights(), description="Metrics and logs of nodes and pods."
        )
        synthetics: Synthetics = setting(Synthetics(), description="Calls of the applications' addresses.")
        bucket_metrics: bool = setting(
            True, description="Whether S3 counts requests and errors of each bucket, which it bills as metrics."
        )
        notify: list[MailAddress] = setting(
            [],
            description="Who gets a mail of every alarm, where the area support is off; that one tells by priority.",
            max_length=20,
        )
        account: str = context("account", "Account that is watched.")
        region: str = context("region", "Region that is watched.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        domain: str = context("domain", "Domain below which the applications are reached.")
        apps: dict[str, AppFacts] = context("apps", "The applications; each has a log group here.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the KMS key that encrypts logs and the topic.")
        boundary_arn: str | None = wired("identity.boundary_arn", "Permissions boundary of every role.", optional=True)
        topic_arns: dict[str, str] | None = wired(
            "support.topic_arns", "ARNs of the topics of alarms by priority (p1 to p4).", optional=True
        )
        key_ids: dict[str, str] | None = wired("encryption.key_ids", "IDs of the keys by purpose.", optional=True)
        key_arns: dict[str, str] | None = wired("encryption.key_arns", "ARNs of the keys by purpose.", optional=True)
        nat_gateway_ids: dict[str, str] | None = wired(
            "network.nat_gateway_ids", "IDs of the NAT gateways by zone letter.", optional=True
        )
        nat_public_ips: dict[str, str] | None = wired(
            "network.nat_public_ips", "Public addresses of the NAT gateways by zone letter.", optional=True
        )
        vpc_id: str | None = wired("network.vpc_id", "VPC that addresses are called from.", optional=True)
        private_subnet_ids: list[str] | None = wired(
            "network.private_subnet_ids", "Subnets that addresses are called from.", optional=True
        )
        load_balancer_security_group_id: str | None = wired(
            "network.load_balancer_security_group_id", "Security group of the load balancer.", optional=True
        )
        flow_log_group_name: str | None = wired(
            "network.flow_log_group_name", "Log group of the flow logs.", optional=True
        )
        cluster_name: str | None = wired("cluster.name", "Name of the cluster.", optional=True)
        cluster_arn: str | None = wired("cluster.arn", "ARN of the cluster.", optional=True)
        cluster_log_group_name: str | None = wired(
            "cluster.log_group_name", "Log group of the control plane.", optional=True
        )
        node_groups: dict[str, WatchedNodeGroup] | None = wired(
            "cluster.node_groups", "ARN and Auto Scaling group of each node group.", optional=True
        )
        load_balancer_arn_suffix: str | None = wired(
            "ingress.load_balancer_arn_suffix", "What CloudWatch knows the load balancer by.", optional=True
        )
        target_group_arn_suffixes: dict[str, str] | None = wired(
            "ingress.target_group_arn_suffixes", "What CloudWatch knows the target groups by, by port.", optional=True
        )
        load_balancer_scheme: str | None = wired(
            "ingress.scheme", "Whether the load balancer is internet-facing or internal.", optional=True
        )
        listener_protocols: dict[str, str] | None = wired(
            "ingress.listener_protocols", "Protocols of the listeners by port.", optional=True
        )
        certificate_arns: dict[str, str] | None = wired(
            "ingress.certificate_arns", "ARNs of the certificates by name.", optional=True
        )
        bucket_names: dict[str, str] | None = wired("storage.bucket_names", "Buckets by name.", optional=True)
        access_logs_bucket_name: str | None = wired(
            "storage.access_logs_bucket_name", "Bucket that records who reads buckets.", optional=True
        )
        snapshot_policy_arn: str | None = wired(
            "storage.snapshot_policy_arn", "Policy that makes snapshots of volumes.", optional=True
        )
        databases: dict[str, WatchedDatabase] | None = wired(
            "database.watched", "Databases and read replicas by name.", optional=True
        )
        database_log_group_names: dict[str, str] | None = wired(
            "database.log_group_names", "Log groups of the databases, by name in AWS and log.", optional=True
        )
        proxy_names: dict[str, str] | None = wired(
            "database.proxy_names", "Database proxies by instance.", optional=True
        )
        repository_names: dict[str, str] | None = wired(
            "registry.repository_names", "Repositories by app or image.", optional=True
        )
        logging_engine: str | None = wired("logging.engine", "What logs are searched in.", optional=True)
        search_domain_name: str | None = wired("logging.domain_name", "Domain that logs are in.", optional=True)
        search_storage_gb: int | None = wired(
            "logging.storage_gb", "Storage of each data node of the domain in GiB.", optional=True
        )
        search_has_masters: bool | None = wired(
            "logging.has_masters", "Whether the domain has dedicated masters.", optional=True
        )
        secret_names: dict[str, str] | None = wired("secrets.secret_names", "Secrets by name.", optional=True)
        backup_vault_name: str | None = wired("backup.vault_name", "Vault of the backups.", optional=True)
        backup_vault_arn: str | None = wired("backup.vault_arn", "ARN of the vault of the backups.", optional=True)
        backup_plan_arns: dict[str, str] | None = wired("backup.plan_arns", "Plans of backups by name.", optional=True)
        backup_copy_vault_arn: str | None = wired(
            "backup.copy_vault_arn", "ARN of the vault that takes copies.", optional=True
        )
        restore_testing_plan_name: str | None = wired(
            "backup.restore_testing_plan_name", "Plan of the tests of restores.", optional=True
        )
        replicas: dict[str, WatchedReplica] | None = wired(
            "recovery.replicas", "Buckets that are replicated to a standby, by name.", optional=True
        )
        edge_watched: dict[str, str] | None = wired(
            "edge.watched", "What the edge's alarms are of, by kind.", optional=True
        )
        edge_alarm_arns: list[str] | None = wired("edge.alarm_arns", "Alarms of the edge, in us-east-1.", optional=True)
        edge_exclusive: bool | None = wired(
            "edge.exclusive", "Whether clients reach the load balancer through CloudFront alone.", optional=True
        )

    outputs = {
        "topic_arns": Output("local.topic_arns", "ARNs of the topics that alarms go to, by priority (p1 to p4)."),
        "app_log_group_names": Output(
            "{ for app, group in aws_cloudwatch_log_group.apps : app => group.name }",
            "Log groups of the applications by name: where what ships their logs writes them, line by line.",
        ),
        "insights_log_group_names": Output(
            "{ for kind, group in aws_cloudwatch_log_group.insights : kind => group.name }",
            "Log groups of Container Insights by kind; empty where it is off.",
        ),
        "checked_from": Output(
            "local.checked_from", "IPv4 blocks that the applications' addresses are called from, to be let in."
        ),
        "dashboard_names": Output(
            "{ for area, dashboard in aws_cloudwatch_dashboard.this : area => dashboard.dashboard_name }",
            "Dashboards by area, and overview.",
        ),
    }
