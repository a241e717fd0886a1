"""Whether the other side of a recovery already has what this environment replicates to, or from.

S3 replicates only to a bucket that exists and is versioned, and RDS only the backups of a database that exists. Either
belongs to another root, of which a plan knows nothing; where it is missing, an apply fails in the middle. So it does
where Elastic Disaster Recovery was never initialised, which a person does once an account and region.

Sources: Amazon S3 User Guide, "Requirements and considerations for replication"; Amazon RDS API Reference,
StartDBInstanceAutomatedBackupsReplication (DBInstanceNotFound); Elastic Disaster Recovery API Reference,
DescribeReplicationConfigurationTemplates (UninitializedAccountException).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mendixctl.aws import error_code, is_missing
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject

if TYPE_CHECKING:
    from mendixgen.spec.header import Neighbour

BUCKETS = "aws_s3_bucket_replication_configuration"
SERVERS = "aws_drs_replication_configuration_template"
BACKUPS = "aws_db_instance_automated_backups_replication"
NO_BUCKET = frozenset({"404", "NoSuchBucket"})
UNINITIALISED = "UninitializedAccountException"
NO_DATABASE = frozenset({"DBInstanceNotFound", "DBInstanceNotFoundFault"})


def _concerns(subject: Subject) -> Any:
    wanted = {"buckets": _buckets(subject), "databases": _databases(subject), "servers": _servers(subject)}
    return wanted if any(wanted.values()) else None


def _buckets(subject: Subject) -> list[str]:
    """The standby's buckets, by the names that every environment gives its own."""
    section = subject.section("recovery")
    standby = section.get("standby")
    there = _neighbour(subject, standby)
    if not there or not section.get("replicate_buckets", True) or not _makes(subject, BUCKETS):
        return []
    names = {"files", *subject.section("storage").get("buckets", {})}
    return [f"{standby}-{there.account}-{name}" for name in sorted(names)]


def _databases(subject: Subject) -> list[str]:
    """The primary's databases, by the names that every environment gives its own."""
    section = subject.section("recovery")
    there = _neighbour(subject, section.get("primary"))
    if not there or not _makes(subject, BACKUPS):
        return []
    return [f"{section['primary']}-{name}" for name in sorted(subject.section("database").get("instances", {}))]


def _servers(subject: Subject) -> bool:
    """Whether this standby makes ready for servers beside the cluster."""
    section = subject.section("recovery")
    asked = section.get("primary") and section.get("elastic_disaster_recovery")
    return bool(asked) and _makes(subject, SERVERS)


def _makes(subject: Subject, kind: str) -> bool:
    """Whether the plan makes one; without a plan, whether there is one is all that counts."""
    return subject.changes is None or subject.adds(kind) > 0


def _neighbour(subject: Subject, name: str | None) -> Neighbour | None:
    return subject.header.neighbours.get(name) if name else None


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    section = subject.section("recovery")
    before = len(inquiry.missed)
    missing = [
        *_missing_buckets(inquiry, section.get("standby", ""), _buckets(subject)),
        *_missing_databases(inquiry, subject, _databases(subject)),
        *(_uninitialised(inquiry, subject) if _servers(subject) else ()),
    ]
    yield from missing
    if not missing and len(inquiry.missed) == before:
        yield Finding("MXF220", Grade.OK, "the other environment has what this one replicates")


def _missing_buckets(inquiry: Inquiry, standby: str, buckets: list[str]) -> Iterator[Finding]:
    unfit: list[str] = []
    with inquiry.asking("s3:GetBucketVersioning"):
        unfit = [name for name in buckets if not _takes_replicas(inquiry, name)]
    if unfit:
        yield Finding(
            "MXF221",
            Grade.ERROR,
            f"{standby} has no versioned bucket {', '.join(unfit)}, to which this environment replicates",
            evidence="InvalidRequest: Destination bucket must exist.",
            hint=f"recovery: {{replicate_buckets: false}} for this apply; then apply {standby}, and this one anew",
            path=("recovery", "standby"),
        )


def _takes_replicas(inquiry: Inquiry, bucket: str) -> bool:
    try:
        answer = inquiry.client("s3").get_bucket_versioning(Bucket=bucket)
    except Exception as error:
        if error_code(error) in NO_BUCKET or is_missing(error):
            return False
        raise
    return bool(answer.get("Status") == "Enabled")


def _missing_databases(inquiry: Inquiry, subject: Subject, databases: list[str]) -> Iterator[Finding]:
    primary = subject.section("recovery").get("primary")
    there = _neighbour(subject, primary)
    region = there.region if there else ""
    gone: list[str] = []
    with inquiry.asking("rds:DescribeDBInstances"):
        gone = [name for name in databases if not _is_there(inquiry, region, name)]
    if gone:
        yield Finding(
            "MXF222",
            Grade.ERROR,
            f"{primary} has no database {', '.join(gone)}, whose backups this environment replicates",
            evidence="DBInstanceNotFound",
            hint=f"apply {primary} first, with recovery: {{replicate_buckets: false}} where this one is new",
            path=("standby_of",),
        )


def _is_there(inquiry: Inquiry, region: str, name: str) -> bool:
    try:
        inquiry.client("rds", region).describe_db_instances(DBInstanceIdentifier=name)
    except Exception as error:
        if error_code(error) in NO_DATABASE:
            return False
        raise
    return True


def _uninitialised(inquiry: Inquiry, subject: Subject) -> Iterator[Finding]:
    refused = ""
    with inquiry.asking("drs:DescribeReplicationConfigurationTemplates"):
        try:
            inquiry.client("drs").describe_replication_configuration_templates()
        except Exception as error:
            if error_code(error) != UNINITIALISED:
                raise
            refused = str(error)
    if refused:
        yield Finding(
            "MXF223",
            Grade.ERROR,
            f"Elastic Disaster Recovery is not initialised in {subject.region}",
            evidence=refused,
            hint=f"aws drs initialize-service --region {subject.region}, once; or elastic_disaster_recovery: false",
            path=("recovery", "elastic_disaster_recovery"),
        )


QUESTION = Question("partner", "what the other environment of a pair has", _concerns, _ask)
