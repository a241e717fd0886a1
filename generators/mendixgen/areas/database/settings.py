"""What may be said of a database instance: the settings of the database section, each with its default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, create_model

from mendixgen.areas.contract import Strict, setting
from mendixgen.areas.fields import TIME_OF_DAY, RetentionDays

NAME_LENGTH = 24
"""RDS allows 63 characters; before the name stand the environment (16) and a hyphen, after it ``-replica-15``."""

InstanceName = Annotated[str, Field(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=NAME_LENGTH)]
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=255)]
Window = Annotated[str, Field(pattern=f"^{TIME_OF_DAY}-{TIME_OF_DAY}$")]
Day = "(mon|tue|wed|thu|fri|sat|sun)"
WeeklyWindow = Annotated[str, Field(pattern=f"^{Day}:{TIME_OF_DAY}-{Day}:{TIME_OF_DAY}$")]
InsightsDays = Literal[
    7,
    31,
    62,
    93,
    124,
    155,
    186,
    217,
    248,
    279,
    310,
    341,
    372,
    403,
    434,
    465,
    496,
    527,
    558,
    589,
    620,
    651,
    682,
    713,
    731,
]  # what RDS takes (API reference, CreateDBInstance, PerformanceInsightsRetentionPeriod)
LOST = "the instance and all of its data"
ONCE = "it is taken when the instance is made; what is said later changes nothing"


class Parameter(Strict):
    """One parameter of the engine."""

    value: str = setting(description="The value, as text.", max_length=2048)
    apply: Literal["immediate", "pending-reboot"] = setting(
        "immediate", description="When it takes effect; a static parameter takes pending-reboot only."
    )


class PerformanceInsights(Strict):
    """What loads the database, by statement, wait and user."""

    enabled: bool = setting(True, description="Whether Performance Insights is on.")
    retention_days: InsightsDays = setting(
        7, description="How long its data are kept; 7 are free. Shorter deletes older data.", unit="days"
    )
    advanced: bool = setting(
        False,
        description="Database Insights in its advanced mode (billed): fleets, locks, plans. Needs 465 days or more.",
    )


class Proxy(Strict):
    """RDS Proxy before the instance: it pools connections, and keeps them over a failover."""

    iam_auth: Literal["required", "disabled"] = setting(
        "disabled", description="required: clients bring an IAM token instead of a password."
    )
    secret_arns: list[Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:secretsmanager:")]] = setting(
        [],
        description="Secrets of further users (username, password) that may connect through it, beside the master.",
        max_length=100,
    )
    max_connections_percent: int = setting(
        90, description="Share of the instance's connections that it may use.", unit="percent", ge=1, le=100
    )
    max_idle_connections_percent: int = setting(
        50, description="Share that it keeps open while nobody needs them.", unit="percent", ge=0, le=100
    )
    idle_client_timeout: int = setting(
        1800, description="How long a client may be idle before it is disconnected.", unit="seconds", ge=1, le=28800
    )


class RestoreFrom(Strict):
    """Where the data of a new instance come from: exactly one of snapshot, instance, resource_id and backup_arn."""

    snapshot: str | None = setting(
        None,
        description=(
            "Name or ARN of a snapshot (final snapshots included). An encrypted one: of another, make a copy with the"
            " databases' key first."
        ),
        min_length=1,
        max_length=512,
    )
    instance: InstanceName | None = setting(
        None, description="Name of another instance of this environment, as it was at time."
    )
    resource_id: Annotated[str, Field(pattern="^db-[A-Z0-9]+$")] | None = setting(
        None, description="Resource ID (db-...) of an instance that is gone and whose automated backups were kept."
    )
    backup_arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:auto-backup:.+$")] | None = (
        setting(None, description="ARN of automated backups that were replicated from another region.")
    )
    time: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")] | None = setting(
        None,
        description="The point in time, UTC (2026-11-23T02:00:00Z); without it the latest that can be restored.",
    )


class _Engine(Strict):
    """What an instance runs."""

    engine: Literal["postgres", "mysql", "oracle-se2", "oracle-se2-cdb", "oracle-ee", "oracle-ee-cdb"] = setting(
        "postgres",
        description="The engine. Oracle: Standard or Enterprise Edition, -cdb with the container architecture.",
        create_only=LOST,
    )
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[A-Za-z0-9._-]+)?$", max_length=64)] = setting(
        "17",
        description=(
            "A major version (17, 8.4, 19): AWS applies minor ones in the maintenance window. Or a minor version"
            " (17.6), which stays until it is changed here."
        ),
        one_way="RDS never goes back to an older version",
    )


_CLASS = setting(
    "db.t4g.medium",
    description="The class, which decides on processors and memory.",
    pattern=r"^db\.[a-z0-9]+\.[a-z0-9.]+$",
)

if TYPE_CHECKING:

    class _Sized(_Engine):
        pass

else:  # "class" is the word that people know, and no name in Python's syntax
    _Sized = create_model("_Sized", __base__=_Engine, **{"class": (str, _CLASS)})


class Instance(_Sized):
    """An RDS instance; always encrypted, private, with TLS forced and its master password managed by RDS."""

    name: Annotated[str, Field(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=51)] | None = setting(
        None,
        description="Its identifier in RDS, where it has one of its own: that of an instance that was adopted.",
        one_way="an instance of another name is another instance, or the same one at another address",
    )
    license: Literal["license-included", "bring-your-own-license"] | None = setting(
        None, description="Oracle only: whose licence it is. Enterprise Edition takes bring-your-own-license only."
    )
    database_name: Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]*$", max_length=63)] | None = setting(
        None,
        description="The first database in it, mendix by default; for Oracle the SID, ORCL by default.",
        one_way=ONCE,
    )
    storage_gb: int = setting(
        20, description="Storage at the beginning.", unit="GB", one_way="RDS never shrinks storage", ge=20, le=65536
    )
    max_storage_gb: int | None = setting(
        None,
        description="How far RDS may grow the storage by itself: twice storage_gb by default, as much as it for never.",
        unit="GB",
        held_with="storage_gb",
        ge=20,
        le=65536,
    )
    storage_type: Literal["gp3", "io2"] = setting(
        "gp3", description="gp3: general purpose; io2: provisioned IOPS, for steady load."
    )
    iops: int | None = setting(
        None,
        description="Provisioned IOPS: needed for io2; for gp3 only from 400 GB up (Oracle: 200).",
        unit="IOPS",
        ge=1000,
        le=256000,
    )
    throughput: int | None = setting(
        None, description="Provisioned throughput of gp3 from 400 GB up (Oracle: 200).", unit="MiB/s", ge=500, le=4000
    )
    multi_az: bool = setting(
        True, description="A standby in another zone, to which RDS fails over. Off: an outage lasts until a restore."
    )
    replicas: int = setting(
        0,
        description=(
            "Read replicas; the last ones go first. RDS manages no master password of an instance that has some: from"
            " the first one on it has a secret of its own, which a function renews (output secret_arns)."
        ),
        unit="replicas",
        ge=0,
        le=15,
    )
    replica_class: str | None = setting(
        None,
        description="The class of the replicas; that of the instance by default.",
        pattern=r"^db\.[a-z0-9]+\.[a-z0-9.]+$",
    )
    replica_multi_az: bool = setting(
        True, description="Whether each replica has a standby too, so that it is ready when it is promoted."
    )
    backup_retention_days: int = setting(
        7,
        description="How long automated backups are kept: how far back a point in time may lie. Shorter deletes older.",
        unit="days",
        ge=1,
        le=35,
    )
    backup_window: Window = setting("02:00-03:00", description="When the daily backup is made, UTC.", unit="hh:mm")
    maintenance_window: WeeklyWindow = setting(
        "sun:03:30-sun:04:30", description="When AWS may maintain the instance, UTC.", unit="ddd:hh:mm"
    )
    apply: Literal["immediately", "in-window"] = setting(
        "immediately",
        description=(
            "When changes that interrupt the instance (class, version, ...) happen. in-window: at the next"
            " maintenance; until then every plan shows them again."
        ),
    )
    minor_upgrades: Literal["automatic", "manual"] | None = setting(
        None,
        description=(
            "Whether AWS applies minor versions: automatic for a major version, manual for a minor one. Automatic"
            " with a minor version is refused, since every plan would want to go back."
        ),
        held_with="version",
    )
    deletion_protection: bool = setting(True, description="Whether RDS refuses to delete the instance.")
    final_snapshot: bool = setting(True, description="Whether a snapshot is made when the instance is deleted.")
    iam_authentication: bool | None = setting(
        None, description="Whether users may sign in with IAM tokens: on by default; Oracle does not have it."
    )
    oracle_encryption: Literal["tls", "native"] = setting(
        "tls",
        description=(
            "Oracle only: how connections are encrypted. tls: on port 1521, and clear text on a port that nothing"
            " may reach; native: Oracle's native network encryption, required (nothing to configure in clients)."
        ),
    )
    certificate_authority: Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"] = setting(
        "rds-ca-rsa2048-g1", description="Who signs the server's certificate; clients need the bundle of RDS."
    )
    parameters: dict[ParameterName, Parameter] = setting(
        {},
        description="Further parameters of the engine, by name; those that force TLS cannot be changed.",
        max_length=100,
    )
    logs: list[Annotated[str, Field(pattern="^[a-z-]+$")]] | None = setting(
        None,
        description=(
            "Logs that go to CloudWatch: postgresql and upgrade; error, slowquery, audit (and general, which has every"
            " statement); alert, audit, listener (and trace, oemagent). By default all but those in brackets."
        ),
        max_length=10,
    )
    log_retention_days: RetentionDays = setting(
        365, description="How long logs are kept; shorter deletes older ones.", unit="days"
    )
    monitoring_interval: Literal[0, 1, 5, 10, 15, 30, 60] = setting(
        60, description="How often the operating system is measured (enhanced monitoring); 0 is never.", unit="seconds"
    )
    performance_insights: PerformanceInsights = setting(
        PerformanceInsights(), description="Performance Insights, encrypted with the databases' key."
    )
    password_rotation_days: int = setting(
        30, description="How often RDS makes a new master password.", unit="days", ge=1, le=365
    )
    proxy: Proxy | None = setting(None, description="RDS Proxy; none by default. Not for Oracle.")
    restore_from: RestoreFrom | None = setting(
        None,
        description=(
            "Where the data come from when the instance is made. It may stay here: it does nothing to an instance"
            " that exists. To go back in time, make a second instance from the first one's backups; what a restore"
            " does not take (backup retention, windows, Performance Insights) comes with the apply after it."
        ),
        one_way=ONCE,
    )

    @property
    def instance_class(self) -> str:
        """The setting ``class``."""
        return str(getattr(self, "class"))
