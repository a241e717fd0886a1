"""What an account has once and an environment refers to: the settings of its trail, its costs and its backups."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Strict, setting
from mendixgen.areas.fields import LongRetentionDays, MailAddress, RetentionDays, arn

MOST_DAYS = 36500

TagKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/=+@-]+$", max_length=127)]
BackupKind = Literal["aurora", "dynamodb", "ebs", "ec2", "efs", "rds", "s3"]


class ManagementTrail(Strict):
    """The one trail that records who changes what in the account, in all regions."""

    existing: str | None = setting(
        None,
        description=(
            "Log group of a multi-region trail that the account (or its organization) has already: no second one is"
            " made, and the benchmark's filters count over it."
        ),
        pattern=r"^[A-Za-z0-9._/#-]+$",
        max_length=512,
    )
    cis_filters: bool = setting(
        True, description="Count what the CIS benchmark wants to be told of; environments have the alarms (audit)."
    )
    retention_days: int = setting(
        2557, description="How long the record is kept; shorter deletes older files.", unit="days", ge=365, le=MOST_DAYS
    )
    archive_after_days: int = setting(
        90,
        description=(
            "Move files to Glacier Instant Retrieval: cheaper to keep, dearer to read, still read at once. 0: never."
        ),
        unit="days",
        ge=0,
        le=MOST_DAYS,
    )
    log_retention_days: LongRetentionDays = setting(
        365, description="How long the log group has the same, for alarms and searches.", unit="days"
    )
    object_lock_days: int = setting(
        365,
        description=(
            "Nothing in the bucket can be deleted or overwritten for so long after it was written. S3 never takes"
            " object lock off a bucket, and files stay locked for as long as they were. 0: no lock."
        ),
        unit="days",
        ge=0,
        le=MOST_DAYS,
    )
    object_lock_mode: Literal["governance", "compliance"] = setting(
        "governance",
        description=(
            "governance: whoever has s3:BypassGovernanceRetention may still delete;"
            " compliance: nobody may, not even the account's root."
        ),
    )


class AnomalyMonitor(Strict):
    """The one monitor of what is unusual in the costs of services; environments have monitors of their own tag."""

    existing: str | None = setting(
        None,
        description=(
            "ARN of the monitor of services that the account has already (AWS makes one in new accounts); only its"
            " notices are made then."
        ),
        pattern=arn("ce", "anomalymonitor/[a-z0-9-]+", region=""),
    )
    above: float = setting(100, description="Tell of what is this much above what is usual.", unit="USD", gt=0, le=1e9)
    notify: list[MailAddress] = setting(description="Who gets a mail, once a day at most.", min_length=1, max_length=10)


class CostExport(Strict):
    """The account's bill, line by line, written to a bucket every day: what environments' cost.reports read."""

    format: Literal["parquet", "csv"] = setting(
        "parquet",
        description="What the files are; Athena looks through less of parquet, spreadsheets read csv.",
    )
    retention_days: int = setting(
        1096, description="How long bills are kept; shorter deletes older ones.", unit="days", ge=90, le=MOST_DAYS
    )


class BackupSettings(Strict):
    """What AWS Backup may protect in this region, and whether backups may be copied to other accounts."""

    protect: list[BackupKind] = setting(
        ["dynamodb", "ebs", "ec2", "efs", "rds", "s3", "aurora"],
        description="Kinds of resources that plans of AWS Backup protect; of all others a plan does nothing.",
        min_length=1,
        max_length=7,
    )
    cross_account: bool | None = setting(
        None,
        description=(
            "Let backups be copied to other accounts of the organization. For its management account only; null leaves"
            " it as it is."
        ),
    )


class BuildNetwork(Strict):
    """Where builds run that have to reach a private API."""

    vpc_id: str = setting(description="The VPC.", pattern=r"^vpc-[0-9a-f]{8,17}$")
    subnet_ids: list[Annotated[str, Field(pattern=r"^subnet-[0-9a-f]{8,17}$")]] = setting(
        description="Private subnets with a way out, by NAT or endpoints.", min_length=1, max_length=16
    )
    security_group_ids: list[Annotated[str, Field(pattern=r"^sg-[0-9a-f]{8,17}$")]] = setting(
        description="Security groups that let them out to AWS, and that the cluster lets in.",
        min_length=1,
        max_length=5,
    )


class Builds(Strict):
    """Two projects of CodeBuild in which plan and apply run instead of on a machine (--on codebuild)."""

    plan_role: Annotated[str, Field(pattern=r"^[A-Za-z0-9+=,.@_-]{1,64}$")] = setting(
        "mendixctl-planner",
        description=(
            "Name of the role that plans work as: it reads, and is not made here. It has to trust the role"
            " <foundation>-builds-plan."
        ),
    )
    passphrase_secret: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_+=.@-]{1,200}$")] = setting(
        "mendixctl/passphrase",
        description="Secret of Secrets Manager, made by hand, that seals plans on their way between builds.",
    )
    image: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]+$", max_length=300)] = setting(
        "aws/codebuild/standard:7.0",  # Ubuntu: the wheel of Terraform wants glibc 2.35, and Amazon Linux 2023 has 2.34
        description="Image that builds run in: CodeBuild's, or one of this account's ECR.",
    )
    package: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@\[\],=<>!~-]*$", max_length=300)] | None = (
        setting(
            "mendixctl[aws,embedded]",
            description=(
                "What pip installs before each build; null where the image has mendixctl. It has to be the version of"
                " those who start builds."
            ),
        )
    )
    compute: Literal["small", "medium", "large", "2xlarge"] = setting(
        "medium", description="Machine of a build: 2 CPUs and 4 GB, 4 and 8, 8 and 16, or 72 and 144."
    )
    build_minutes: int = setting(180, description="How long one command may take.", unit="minutes", ge=5, le=480)
    concurrent_builds: int = setting(
        10, description="How many builds of one project run at the same time; others wait.", unit="builds", ge=1, le=100
    )
    keep_days: int = setting(
        8, description="How long sources and sealed plans stay in the bucket.", unit="days", ge=2, le=365
    )
    log_days: RetentionDays = setting(
        365, description="How long the logs of builds are kept; shorter deletes older ones.", unit="days"
    )
    network: BuildNetwork | None = setting(
        None,
        description=(
            "Where builds run; outside of any VPC if not written, from where a private cluster cannot be reached"
            " (--no-deploy)."
        ),
    )
