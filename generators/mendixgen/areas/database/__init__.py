"""The database area: what may be said of databases, and what it offers to the others.

The settings of an instance are in `mendixgen.areas.database.settings`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Output, Strict, context, setting, wired
from mendixgen.areas.database.settings import Instance, InstanceName

Category = Literal[
    "availability",
    "backup",
    "configuration change",
    "creation",
    "deletion",
    "failover",
    "failure",
    "low storage",
    "maintenance",
    "notification",
    "read replica",
    "recovery",
    "restoration",
    "security",
    "security patching",
]


class Events(Strict):
    """What RDS reports of the instances, to a topic of their own."""

    categories: list[Category] = setting(
        [
            "availability",
            "configuration change",
            "deletion",
            "failover",
            "failure",
            "low storage",
            "maintenance",
            "notification",
            "read replica",
            "recovery",
            "restoration",
            "security",
            "security patching",
        ],
        description="Kinds of events of instances. Those of parameter groups and proxies are reported in any case.",
        min_length=1,
        max_length=15,
    )
    emails: list[Annotated[str, Field(pattern="^[^@ ]+@[^@ ]+$", max_length=320)]] = setting(
        [], description="Addresses that get the events; each must confirm once.", max_length=20
    )


class Database(Area):
    """RDS for PostgreSQL, MySQL and Oracle: redundant, encrypted, backed up, observed, their passwords managed."""

    name = "database"
    version = "1.2.0"

    class Inputs(AreaInputs):
        """What an environment may say of its databases."""

        instances: dict[InstanceName, Instance] = setting(
            {"mendix": Instance()},
            description=(
                "Instances by name; in AWS <environment>-<name>, where they say no other."
                " By default there is one, mendix, with PostgreSQL;"
                " who writes this section lists it too to keep it."
            ),
            max_length=40,
        )
        subnet_group: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9. _-]*$", max_length=255)] | None = setting(
            None,
            description=(
                "Name of the group of subnets that the instances are in, where it has one of its own: that of a group"
                " that was adopted. <environment>-database if not given."
            ),
            create_only="the group, in which no instance may be then",
        )
        events: Events = setting(Events(), description="What RDS reports of the instances.")
        region: str = context("region", "Region of the databases.")
        account: str = context("account", "Account of the databases.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        vpc_id: str = wired("network.vpc_id", "ID of the VPC.")
        database_subnet_ids: list[str] = wired("network.database_subnet_ids", "IDs of the subnets of the databases.")
        private_subnet_ids: list[str] = wired("network.private_subnet_ids", "IDs of the subnets of the proxies.")
        database_security_group_id: str = wired(
            "network.database_security_group_id", "ID of the security group of the databases."
        )
        nodes_security_group_id: str = wired(
            "network.nodes_security_group_id", "ID of the security group of the nodes, which use the proxies."
        )
        kms_key_arn: str = wired(
            "encryption.database_key_arn", "ARN of the KMS key that encrypts storage, backups and performance data."
        )
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the KMS key that encrypts logs and events.")
        secrets_key_arn: str = wired("encryption.secrets_key_arn", "ARN of the KMS key that encrypts passwords.")
        boundary_arn: str = wired("identity.boundary_arn", "ARN of the permissions boundary of the roles.")

    outputs = {
        "endpoints": Output(
            '{ for name, it in local.instances : name => "${aws_db_instance.this[name].address}:${it.client_port}" }',
            "Where clients connect (host:port) by name.",
        ),
        "addresses": Output("{ for name, it in aws_db_instance.this : name => it.address }", "Host names by name."),
        "ports": Output("{ for name, it in local.instances : name => it.client_port }", "Ports for clients by name."),
        "engines": Output("{ for name, it in aws_db_instance.this : name => it.engine }", "Engines by name."),
        "database_names": Output(
            "{ for name, it in aws_db_instance.this : name => it.db_name }", "The first database in each, by name."
        ),
        "instance_identifiers": Output(
            "{ for name, it in aws_db_instance.this : name => it.identifier }", "Names in AWS by name."
        ),
        "instance_arns": Output("{ for name, it in aws_db_instance.this : name => it.arn }", "Instance ARNs by name."),
        "resource_ids": Output(
            "{ for name, it in aws_db_instance.this : name => it.resource_id }",
            "Resource IDs (db-...) by name, for policies on rds-db:connect and for restores.",
        ),
        "secret_arns": Output(
            "local.master_secret_arns",
            "ARNs of the secrets with the master user's name and password, by name.",
        ),
        "watched": Output(
            "merge("
            "{ for name, it in aws_db_instance.this : name => {\n"
            "identifier = it.identifier\n"
            "kind = local.instances[name].kind\n"
            "instance_class = it.instance_class\n"
            "storage_gb = local.instances[name].storage_gb\n"
            "replica = false\n"
            "insights = local.instances[name].performance_insights.enabled\n} },"
            " { for name, it in aws_db_instance.replica : name => {\n"
            "identifier = it.identifier\n"
            "kind = local.replicas[name].kind\n"
            "instance_class = it.instance_class\n"
            "storage_gb = local.replicas[name].storage_gb\n"
            "replica = true\n"
            "insights = local.replicas[name].performance_insights.enabled\n} })",
            "What alarms need to know of each instance and read replica, by name.",
        ),
        "proxy_names": Output(
            "{ for name, it in aws_db_proxy.this : name => it.name }", "Names of the proxies in AWS by instance."
        ),
        "replica_endpoints": Output(
            '{ for name, it in local.replicas : name => "${aws_db_instance.replica[name].address}:${it.client_port}" }',
            "Where clients connect to read replicas (host:port), by name and number.",
        ),
        "replica_identifiers": Output(
            "{ for name, it in aws_db_instance.replica : name => it.identifier }",
            "Names in AWS of the read replicas, by name and number.",
        ),
        "proxy_endpoints": Output(
            '{ for name, it in aws_db_proxy.this : name => "${it.endpoint}:${local.instances[name].client_port}" }',
            "Where clients connect through a proxy (host:port), by name.",
        ),
        "final_snapshot_identifiers": Output(
            "{ for name, it in aws_db_instance.this : name => it.final_snapshot_identifier }",
            "Names that the snapshots will have that are made when the instances are deleted, by name.",
        ),
        "log_group_names": Output(
            "{ for name, it in aws_cloudwatch_log_group.this : name => it.name }",
            "Names of the log groups, by the instance's name in AWS and the log.",
        ),
        "events_topic_arn": Output("aws_sns_topic.this.arn", "ARN of the topic of events."),
    }
