"""The audit area: what may be said of the record of who did what, of its alarms, and of the review of permissions.

The account's management trail is the foundation's; an environment records what happens to its own data.
"""

from __future__ import annotations

from typing import Literal

from mendixgen.areas.contract import Area, AreaInputs, Output, Strict, context, setting, wired
from mendixgen.areas.fields import LongRetentionDays, MailAddress, RegionName

MOST_DAYS = 36500
CRON = r"^[0-9]{1,2} [0-9]{1,2} [0-9,*?LW/-]+ [A-Z0-9,*/-]+ [A-Z0-9,*?L#/-]+ [0-9,*/-]+$"
"""Six fields of EventBridge; minute and hour are numbers, because a review is none of every minute."""


class Trail(Strict):
    """What is recorded of the environment's own data, and how long."""

    data_events: list[Literal["s3", "lambda"]] = setting(
        [],
        description=(
            "Record who wrote which object of the environment's buckets (s3), who called its functions (lambda)."
            " CloudTrail bills every event: USD 0.10 per 100,000."
        ),
        max_length=2,
    )
    reads: bool = setting(
        False,
        description="Record who read objects too. Billed as writes are, and there are far more of them.",
    )
    management_events: bool = setting(
        False,
        description=(
            "Record who changed the account's set-up here too, for an account whose foundation has no management"
            " trail. Every copy beside the account's first bills USD 2.00 per 100,000 events."
        ),
    )
    insights: list[Literal["call-rate", "error-rate"]] = setting(
        [],
        description="Look for unusual rates of calls and errors, in management_events; USD 0.35 per 100,000 looked at.",
        max_length=2,
    )
    retention_days: int = setting(
        400, description="How long the record is kept; shorter deletes older files.", unit="days", ge=90, le=MOST_DAYS
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
        90,
        description="Nothing in the bucket can be deleted or overwritten for so long after it was written. 0: no lock.",
        unit="days",
        one_way="S3 never takes object lock off a bucket, and files stay locked for as long as they were",
        ge=0,
        le=MOST_DAYS,
    )
    object_lock_mode: Literal["governance", "compliance"] = setting(
        "governance",
        description=(
            "governance: whoever has s3:BypassGovernanceRetention may still delete;"
            " compliance: nobody may, not even the account's root, and no environment can be destroyed meanwhile."
        ),
        one_way="in compliance mode nothing shortens the retention of what is there already",
    )


class Review(Strict):
    """The regular review of who may do what, and who ever does."""

    cron: str = setting(
        "0 4 1 * ? *",
        description="When it is made: EventBridge's six fields, UTC. By default on the first of each month.",
        pattern=CRON,
        max_length=80,
    )
    unused_after_days: int = setting(
        90, description="From when on a permission, a password or a key counts as unused.", unit="days", ge=1, le=400
    )


class Audit(Area):
    """Who did what: a trail of data events, CIS alarms, queries with Athena, and the review of permissions."""

    name = "audit"
    version = "1.0.0"

    class Inputs(AreaInputs):
        """What an environment may say of its audit."""

        trail: Trail = setting(Trail(), description="What is recorded of the environment's own data, and how long.")
        alarms: Literal["cis", "none"] = setting(
            "cis",
            description=(
                "cis: an alarm for each thing that the CIS benchmark wants to be told of, on the metrics of the"
                " foundation's management trail (or of this one, with management_events)."
            ),
        )
        management_records: str | None = setting(
            None,
            description=(
                "Where the files of the account's management trail are, up to the folder CloudTrail, for queries; the"
                " bucket of the foundation in this region if not given."
            ),
            pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.*'()-]+/)*CloudTrail/$",
            max_length=300,
        )
        query_regions: list[RegionName] = setting(
            description="Further regions whose records queries look through; its own and us-east-1 are always.",
            default_factory=list,
            max_length=20,
        )
        query_limit_gb: int = setting(
            10,
            description="How much one query may look through before it is ended; Athena bills by that.",
            unit="GB",
            ge=1,
            le=1000,
        )
        review: Review = setting(Review(), description="The regular review of who may do what, and who ever does.")
        notify: list[MailAddress] = setting(
            description="Who gets a mail of failed reviews, and of alarms where there is no support area.",
            default_factory=list,
            max_length=20,
        )
        region: str = context("region", "Region of the records.")
        account: str = context("account", "Account of the records; a part of the buckets' names.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the key that encrypts records, logs and topics.")
        boundary_arn: str = wired("identity.boundary_arn", "ARN of the permissions boundary of the roles.")
        support_topic_arns: dict[str, str] | None = wired(
            "support.topic_arns", "ARNs of the topics of the priorities p1 to p4, if there are any.", optional=True
        )

    outputs = {
        "bucket_name": Output("aws_s3_bucket.records.id", "Bucket of the records and of the reviews (reviews/)."),
        "bucket_arn": Output("aws_s3_bucket.records.arn", "ARN of the bucket of the records."),
        "trail_arn": Output("one(aws_cloudtrail.this[*].arn)", "ARN of the trail; null where nothing is recorded."),
        "log_group_name": Output(
            "one(aws_cloudwatch_log_group.trail[*].name)", "Log group of the trail; null where nothing is recorded."
        ),
        "alarm_names": Output(
            "[for it in aws_cloudwatch_metric_alarm.cis : it.alarm_name]", "Names of the alarms of the benchmark."
        ),
        "topic_arn": Output("aws_sns_topic.audit.arn", "ARN of the topic that failed reviews are published to."),
        "workgroup_name": Output("aws_athena_workgroup.this.name", "Athena's workgroup, which queries are made in."),
        "database_name": Output("aws_glue_catalog_database.this.name", "Database of the records' tables."),
        "results_bucket_name": Output("aws_s3_bucket.results.id", "Bucket of what queries found."),
        "review_function_name": Output("aws_lambda_function.review.function_name", "Function that makes the reviews."),
    }
