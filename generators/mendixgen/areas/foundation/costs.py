"""What an account has once of its costs: the tags that bills know, the monitor of services, the export of the bill.

A tag can be activated when AWS has seen it in a bill, a day after something has it: ``cost_tags`` is therefore empty
by default and set by a person later. Bills know it from then on, and not before.

Sources: AWS Billing user guide, "Activating user-defined cost allocation tags"; AWS Cost Management user guide,
"Getting started with AWS Cost Anomaly Detection"; AWS Data Exports user guide, "Setting up an Amazon S3 bucket for
data exports", "Cost and Usage Report (CUR) 2.0".
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.fields import COST_BUCKET
from mendixgen.authoring.constructs import billing
from mendixgen.authoring.constructs.bucket import expiry, private_bucket
from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import call, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder


def build(module: ModuleBuilder) -> None:
    """Add the active tags, the monitor and its notices, and the export with its bucket."""
    _tags(module)
    _anomalies(module)
    _export(module)


def _tags(module: ModuleBuilder) -> None:
    module.section("Costs: tags that bills know")
    module.resource(
        "aws_ce_cost_allocation_tag.this",
        "Budgets and reports see a tag from when it is active, and never before.",
        for_each=call("toset", module.var.cost_tags),
        tag_key=each.value,
        status="Active",
    )


def _anomalies(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Costs: what is unusual")
    monitor = module.resource(
        "aws_ce_anomaly_monitor.services",
        "What is unusual in the costs of any service. AWS allows one such monitor an account.",
        count=expr("try(var.anomaly_monitor.existing == null, false) ? 1 : 0"),
        name=f"{var.environment}-services",
        monitor_type="DIMENSIONAL",
        monitor_dimension="SERVICE",
        tags={"Name": f"{var.environment}-services"},
    )
    module.resource(
        "aws_ce_anomaly_subscription.services",
        "Tells of what is unusual and costs enough to be looked at.",
        count=expr(f"{var.anomaly_monitor} == null ? 0 : 1"),
        name=f"{var.environment}-services",
        frequency="DAILY",
        monitor_arn_list=[expr(f"coalesce(var.anomaly_monitor.existing, one({monitor}[*].arn))")],
        threshold_expression={
            "dimension": {
                "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                "match_options": ["GREATER_THAN_OR_EQUAL"],
                "values": [expr("tostring(var.anomaly_monitor.above)")],
            }
        },
        subscriber=dynamic(
            for_each=expr("var.anomaly_monitor.notify"),
            content={"type": "EMAIL", "address": expr("subscriber.value")},
        ),
        tags={"Name": f"{var.environment}-services"},
    )


def _export(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Costs: the bill, line by line")
    on = module.local("export_count", expr(f"{var.cost_export} == null ? 0 : 1"), "Whether the bill is exported.")
    sources = [
        f"arn:{var.partition}:{kind}:{var.region}:{var.account}:{rest}"
        for kind, rest in (("bcm-data-exports", "export/*"), ("cur", "definition/*"))
    ]
    billers: dict[str, Any] = {"Service": ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"]}
    bucket = private_bucket(
        module,
        "cost",
        "The account's bills, line by line.",
        bucket=f"{var.account}-{COST_BUCKET}",
        kms_key_arn=None,  # Data Exports writes with S3's own keys
        count=on,
        statements=lambda arn: [
            allow(
                "WriteBills",
                ["s3:GetBucketPolicy", "s3:PutObject"],
                [arn, f"{arn}/*"],
                principal=billers,
                condition={"StringEquals": {"aws:SourceAccount": var.account}, "ArnLike": {"aws:SourceArn": sources}},
            )
        ],
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.cost",
        "Bills go when nobody asks for them any more.",
        count=on,
        bucket=bucket.bucket[0].id,
        rule=expiry(expr("var.cost_export.retention_days"), noncurrent=30, uploads=7),
        depends_on=[bucket.versioning],
    )
    parquet = 'var.cost_export.format == "parquet"'
    module.resource(
        "aws_bcmdataexports_export.this",
        "Written anew every day until the month is closed. AWS adds the billing view itself, so that it is said here.",
        count=on,
        export={
            "name": billing.EXPORT,
            "data_query": {
                "query_statement": billing.QUERY,
                "table_configurations": {
                    "COST_AND_USAGE_REPORT": {
                        "BILLING_VIEW_ARN": f"arn:{var.partition}:billing::{var.account}:billingview/primary",
                        "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
                        "INCLUDE_RESOURCES": "TRUE",
                        "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "TRUE",
                        "TIME_GRANULARITY": "DAILY",
                    }
                },
            },
            "destination_configurations": {
                "s3_destination": {
                    "s3_bucket": bucket.bucket[0].id,
                    "s3_prefix": billing.PREFIX,
                    "s3_region": var.region,
                    "s3_output_configurations": {
                        "overwrite": "OVERWRITE_REPORT",
                        "format": expr(f'{parquet} ? "PARQUET" : "TEXT_OR_CSV"'),
                        "compression": expr(f'{parquet} ? "PARQUET" : "GZIP"'),
                        "output_type": "CUSTOM",
                    },
                }
            },
            "refresh_cadence": {"frequency": "SYNCHRONOUS"},
        },
        tags={"Name": billing.EXPORT},
        depends_on=[bucket.policy],
    )
