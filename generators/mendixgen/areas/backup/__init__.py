"""The backup area: what may be said of backups, their copies and the tests of restores, and what it offers.

Sources: AWS Backup developer guide, "Backup plan options and configuration", "AWS Backup Vault Lock", "Restore
testing", "Feature availability by resource"; API reference, Lifecycle, CreateRestoreTestingPlan, CreateReportPlan.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Neighbour, Output, Strict, context, setting, wired

MOST_DAYS = 36500
LEAST_COLD_DAYS = 90
"""What has moved to cold storage stays there as long at least: AWS Backup refuses a lifecycle that deletes sooner."""

EnvironmentName = Annotated[str, Field(pattern=r"^[a-z](-?[a-z0-9]){1,15}$")]
_FIELD = r"[0-9A-Z*?,/#-]+"
CronText = Annotated[str, Field(pattern=rf"^{_FIELD}( {_FIELD}){{5}}$", max_length=100)]
"""The six fields of EventBridge's cron: minutes, hours, day of the month, month, day of the week, year."""

Kind = Literal["rds", "ebs", "s3"]
"""What of this platform a restore can be tested of; AWS Backup tests no restore of a cluster."""


class Schedule(Strict):
    """How often a backup is made, and how long it is kept."""

    keep_days: int = setting(
        description="How long a backup is kept. Shorter holds for backups made from then on only.",
        unit="days",
        ge=1,
        le=MOST_DAYS,
    )
    cold_after_days: int | None = setting(
        None,
        description=(
            "Move a backup to cold storage after so long; it stays there 90 days at least and never comes back. Of what"
            " this platform has, only EBS volumes do, and only monthly ones: databases, buckets and clusters ignore it."
        ),
        unit="days",
        one_way="what is in cold storage never goes back to warm storage",
        ge=1,
        le=MOST_DAYS - LEAST_COLD_DAYS,
    )
    cron: CronText | None = setting(
        None,
        description="When, UTC, as EventBridge writes it: 0 1 * * ? *. By default at 5, past the windows of databases.",
    )
    start_hours: int = setting(
        8, description="How late a backup may begin before it counts as missed.", unit="hours", ge=1, le=168
    )
    completion_hours: int = setting(
        24, description="How long a backup may take before it is called off.", unit="hours", ge=2, le=1000
    )


class CopyTo(Strict):
    """Copies in the vault of another environment."""

    environment: EnvironmentName = setting(
        description="The environment whose vault takes the copies; of another region, and of this account."
    )
    keep_days: int = setting(description="How long a copy is kept.", unit="days", ge=1, le=MOST_DAYS)


class VaultLock(Strict):
    """What nobody may shorten: how long backups in the vault are kept."""

    min_days: int = setting(
        description="No backup may be kept for less; jobs that would fail.", unit="days", ge=1, le=MOST_DAYS
    )
    max_days: int = setting(
        description="No backup may be kept for longer; jobs that would fail.", unit="days", ge=1, le=MOST_DAYS
    )
    mode: Literal["governance", "compliance"] = setting(
        "governance",
        description=(
            "governance: whoever may change locks may take it off. compliance: after grace_days nobody may, AWS"
            " included, and no backup in the vault can be deleted before its time."
        ),
        one_way="once its grace is over, a lock in compliance mode stays for ever",
    )
    grace_days: int = setting(
        3,
        description="How long a lock in compliance mode can still be taken off.",
        unit="days",
        ge=3,
        le=MOST_DAYS,
    )


class RestoreTests(Strict):
    """Restores that are made on a schedule and thrown away, to know that they can be made."""

    cron: CronText = setting("0 9 ? * SUN *", description="When, UTC, as EventBridge writes it.")
    resources: list[Kind] = setting(
        ["rds", "ebs", "s3"], description="What is restored, newest backup first.", min_length=1, max_length=3
    )
    within_days: int = setting(30, description="How old a backup that is tested may be.", unit="days", ge=1, le=365)
    keep_hours: int = setting(
        4, description="How long what was restored stays, to be looked at.", unit="hours", ge=1, le=168
    )


class Backup(Area):
    """AWS Backup: a locked vault with a key of its own, plans, copies in another region, tests of restores, reports."""

    name = "backup"
    version = "1.1.0"

    class Inputs(AreaInputs):
        """What an environment may say of its backups."""

        daily: Schedule | None = setting(Schedule(keep_days=35), description="A backup a day.")
        weekly: Schedule | None = setting(None, description="A backup a week; none by default.")
        monthly: Schedule | None = setting(None, description="A backup a month; none by default.")
        copy_to: CopyTo | None = setting(
            None, description="Each backup is copied to the vault of another environment, in another region."
        )
        vault_lock: VaultLock | None = setting(None, description="What nobody may shorten; nothing by default.")
        restore_tests: RestoreTests | None = setting(None, description="Tests of restores; none by default.")
        reports: bool = setting(
            True, description="A list of all jobs of backup, copy and restore each day, in a bucket of its own."
        )
        report_days: int = setting(
            400, description="How long reports are kept; shorter deletes older ones.", unit="days", ge=1, le=MOST_DAYS
        )
        notify: Literal["p1", "p2", "p3", "p4"] = setting(
            "p2", description="Whose topic of support hears of jobs that failed; where support is on."
        )
        region: str = context("region", "Region of the vault.")
        account: str = context("account", "Account of the vault.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        neighbours: dict[str, Neighbour] = context("neighbours", "Where the environment is that takes copies.")
        boundary_arn: str = wired("identity.boundary_arn", "Permissions boundary of every role.")
        access_logs_bucket_name: str = wired(
            "storage.access_logs_bucket_name", "Bucket that takes the access log of the reports' bucket."
        )
        bucket_arns: dict[str, str] = wired("storage.bucket_arns", "Bucket ARNs by name.")
        instance_arns: dict[str, str] | None = wired(
            "database.instance_arns", "ARNs of the databases by name.", optional=True
        )
        incidents_table_name: str | None = wired(
            "support.table_name", "Name of the table of incidents, where support is on.", optional=True
        )
        cluster_name: str | None = wired("cluster.name", "Name of the cluster.", optional=True)
        database_security_group_id: str | None = wired(
            "network.database_security_group_id", "Security group of databases that a test restores.", optional=True
        )
        topic_arns: dict[str, str] | None = wired(
            "support.topic_arns", "ARNs of the topics of support by priority.", optional=True
        )

    outputs = {
        "vault_name": Output("aws_backup_vault.this.name", "Name of the vault."),
        "vault_arn": Output("aws_backup_vault.this.arn", "ARN of the vault."),
        "key_arn": Output("aws_kms_key.this.arn", "ARN of the key that encrypts the vault."),
        "plan_arns": Output("{ for name, plan in aws_backup_plan.this : name => plan.arn }", "ARNs of the plans."),
        "plan_ids": Output("{ for name, plan in aws_backup_plan.this : name => plan.id }", "IDs of the plans."),
        "role_arn": Output("aws_iam_role.this.arn", "ARN of the role that makes backups and restores."),
        "copy_vault_arn": Output("local.copy_vault_arn", "ARN of the vault that takes copies; null without copies."),
        "restore_testing_plan_name": Output(
            "one(aws_backup_restore_testing_plan.this[*].name)", "Name of the plan of restore tests; null without any."
        ),
        "reports_bucket_name": Output("one(aws_s3_bucket.this[*].id)", "Bucket of the reports; null without any."),
    }
