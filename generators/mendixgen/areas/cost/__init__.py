"""The cost area: what may be said of an environment's budgets, of surprises, and of what is reserved.

What an account has once (cost allocation tags, the monitor of services, the export of the bill) is the foundation's.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Output, Strict, context, setting, wired
from mendixgen.areas.fields import MailAddress

MOST_NOTICES = 5
"""Notices that a budget can have (Budgets user guide, "Quotas")."""
MOST_MAILS = 10
"""Mail addresses that a notice can have (the same)."""

Percent = Annotated[int, Field(ge=1, le=1000)]
Amount = Annotated[float, Field(gt=0, le=1e9)]
AreaName = Annotated[str, Field(pattern="^[a-z]+$", max_length=20)]
Share = Annotated[float, Field(ge=0, le=1)]


class MonthlyBudget(Strict):
    """What an environment may cost a month, and when somebody is told."""

    amount: Amount = setting(description="What a month may cost.", unit="currency")
    currency: Literal["USD"] = setting("USD", description="AWS's budgets of costs are in USD.")
    alert_at: list[Percent] = setting(
        [80, 100], description="Told when so much of it is spent.", unit="percent", max_length=MOST_NOTICES
    )
    forecast_at: int = setting(
        100,
        description="Told when the month is forecast to cost so much of it (AWS forecasts after five weeks). 0: never.",
        unit="percent",
        ge=0,
        le=1000,
    )


class Reserved(Strict):
    """Which share of the steady load commitments should cover. Nothing is bought; `mendixctl cost recommend` says what.

    With a share above 0 a budget of coverage tells when less is covered.
    """

    database: Share = setting(0.0, description="Of the databases, by reserved instances.")
    nodes: Share = setting(0.0, description="Of the nodes of groups on demand at their least number, by Savings Plans.")


class Reports(Strict):
    """Tables and queries over the export of the bill, which is the foundation's."""

    format: Literal["parquet", "csv"] = setting(
        "parquet", description="What the export's files are; as the foundation says (cost_export.format)."
    )
    records: str | None = setting(
        None,
        description=(
            "Where the export's files are, up to the folder data; the bucket of the foundation of us-east-1 if not"
            " given."
        ),
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.*'()-]+/)*data/$",
        max_length=300,
    )


class Cost(Area):
    """What the environment costs: budgets, anomalies, coverage by commitments, and reports over the bill."""

    name = "cost"
    version = "1.0.0"

    class Inputs(AreaInputs):
        """What an environment may say of its costs."""

        monthly_budget: MonthlyBudget | None = setting(
            None, description="What all that has the environment's tag may cost a month."
        )
        by_area: dict[AreaName, Amount] = setting(
            description="What an area may cost a month, by its name; told as monthly_budget says.",
            default_factory=dict,
            max_length=20,
            unit="USD",
        )
        anomaly_above: Amount | None = setting(
            None,
            description="Tell of costs that are unusual and this much above what is usual; null: no monitor.",
            unit="USD",
        )
        reserved: Reserved = setting(Reserved(), description="Which share of the steady load commitments should cover.")
        reports: Reports | None = setting(
            None, description="Tables and queries over the export of the bill, which is the foundation's."
        )
        notify: list[MailAddress] = setting(
            description="Who gets mails of budgets and anomalies; nobody has to confirm them.",
            default_factory=list,
            max_length=MOST_MAILS,
        )
        account: str = context("account", "Account that pays.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the key that encrypts what queries found.")
        support_topic_arns: dict[str, str] | None = wired(
            "support.topic_arns", "ARNs of the topics of the priorities p1 to p4, if there are any.", optional=True
        )

    outputs = {
        "budget_names": Output(
            "concat(aws_budgets_budget.environment[*].name, [for it in aws_budgets_budget.area : it.name],"
            " [for it in aws_budgets_budget.coverage : it.name])",
            "Names of the budgets.",
        ),
        "anomaly_monitor_arn": Output(
            "one(aws_ce_anomaly_monitor.this[*].arn)", "ARN of the monitor of the environment's tag; null if off."
        ),
        "workgroup_name": Output(
            "one(aws_athena_workgroup.this[*].name)", "Athena's workgroup of the reports; null if there are none."
        ),
        "database_name": Output(
            "one(aws_glue_catalog_database.this[*].name)", "Database of the bill's table; null if there is none."
        ),
    }
