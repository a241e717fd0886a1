"""The recovery area: how an environment comes back in another region, seen from either side.

A primary names its ``standby``: its buckets are replicated there, and its names can be switched to it. A standby names
its ``primary`` (its file says ``standby_of``, from which that follows): the automated backups of the primary's
databases are replicated into it, because such a replication is made in the region that it goes to. Data never fail over
by themselves; docs/recovery.md says who does it and how.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import AppFacts, Area, AreaInputs, Neighbour, Output, context, setting, wired

EnvironmentName = Annotated[str, Field(pattern=r"^[a-z](-?[a-z0-9]){1,15}$")]


class Recovery(Area):
    """Recovery in another region: buckets and backups replicated, names that are switched, servers made ready."""

    name = "recovery"
    version = "1.2.0"

    class Inputs(AreaInputs):
        """What an environment may say of its recovery."""

        standby: EnvironmentName | None = setting(
            None, description="The environment of another region in which this one comes back."
        )
        primary: EnvironmentName | None = setting(
            None, description="The environment that this one stands by for; it follows from standby_of."
        )
        rpo_minutes: int | None = setting(
            None,
            description="Of how much time data may be lost (RPO). What cannot keep that is refused.",
            unit="minutes",
            ge=1,
            le=525600,
        )
        rto_minutes: int | None = setting(
            None,
            description="After how long it has to be back (RTO). What cannot keep that is refused.",
            unit="minutes",
            ge=1,
            le=525600,
        )
        failover: Literal["dns", "none"] = setting(
            "none",
            description=(
                "dns: each application's name leads here, or to the standby once mendixctl recovery failover says so."
                " none: names are switched by hand."
            ),
        )
        automatic: bool = setting(
            False,
            description=(
                "Names are switched too while the load balancer has no healthy target. Data do not follow by"
                " themselves: only where the standby shows a page that says so."
            ),
        )
        alarm_port: int = setting(
            443, description="Listener whose healthy targets are counted for that.", ge=1, le=65535
        )
        backup_days: int = setting(
            7,
            description="How far back a point in time may lie to which the primary's databases can be restored here.",
            unit="days",
            ge=1,
            le=35,
        )
        replicate_buckets: bool = setting(
            True,
            description=(
                "Replicate the buckets to the standby. False for the first apply of a primary whose standby is not"
                " there yet: S3 replicates only to buckets that exist."
            ),
        )
        elastic_disaster_recovery: bool = setting(
            False,
            description=(
                "Make ready for servers beside the cluster (a licence server, a Mendix server that is being migrated)"
                " to be replicated by AWS Elastic Disaster Recovery: the template of its replication, in the standby."
                " It covers no node of the cluster, no database and no bucket, and first has to be initialised in the"
                " standby's region, once an account, by a person."
            ),
        )
        region: str = context("region", "Region of the environment.")
        account: str = context("account", "Account of the environment.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        domain: str = context("domain", "Domain below which the applications are reached.")
        apps: dict[str, AppFacts] = context("apps", "The applications; each has a name that is switched.")
        neighbours: dict[str, Neighbour] = context("neighbours", "Where the other environment is.")
        boundary_arn: str = wired("identity.boundary_arn", "Permissions boundary of every role.")
        bucket_names: dict[str, str] = wired("storage.bucket_names", "Buckets by name.")
        named_bucket_arns: list[str] = wired(
            "storage.named_bucket_arns", "ARNs of the buckets that have names of their own."
        )
        storage_key_arn: str = wired("encryption.storage_key_arn", "ARN of the key that encrypts the buckets.")
        database_key_arn: str = wired(
            "encryption.database_key_arn", "ARN of the key that encrypts backups of databases here."
        )
        instance_identifiers: dict[str, str] | None = wired(
            "database.instance_identifiers", "Databases here, which are those of the primary by name.", optional=True
        )
        vpc_id: str = wired("network.vpc_id", "ID of the VPC.")
        staging_subnets: dict[str, str] = wired(
            "network.private_subnets",
            "IDs of the private subnets by zone letter; the first takes replication servers.",
        )
        zone_id: str | None = wired("ingress.zone_id", "ID of the zone that holds the domain.", optional=True)
        load_balancer_dns_name: str | None = wired(
            "ingress.load_balancer_dns_name", "DNS name that AWS gave the load balancer.", optional=True
        )
        load_balancer_arn_suffix: str | None = wired(
            "ingress.load_balancer_arn_suffix", "What CloudWatch knows the load balancer by.", optional=True
        )
        target_group_arn_suffixes: dict[str, str] | None = wired(
            "ingress.target_group_arn_suffixes", "What CloudWatch knows the target groups by.", optional=True
        )
        topic_arns: dict[str, str] | None = wired(
            "support.topic_arns", "ARNs of the topics of support by priority.", optional=True
        )

    outputs = {
        "replicated_buckets": Output(
            "{ for name, it in aws_s3_bucket_replication_configuration.this : name => it.bucket }",
            "Buckets that are replicated to the standby, by name.",
        ),
        "replicas": Output(
            "local.replicas", "Buckets that are replicated, by name: source, and the target in the standby."
        ),
        "replicated_backup_arns": Output(
            "{ for name, it in aws_db_instance_automated_backups_replication.this : name => it.id }",
            "ARNs of the primary's automated backups here, by database: what restore_from.backup_arn takes.",
        ),
        "latch_id": Output(
            "one([for it in aws_route53_health_check.latch : it.id])",
            "Health check that is turned over to switch names to the standby; null without failover by DNS.",
        ),
        "switched_names": Output(
            "[for name, it in aws_route53_record.primary : it.fqdn]", "Names that lead here or to the standby."
        ),
    }
