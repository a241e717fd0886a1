"""Budgets, the monitor of anomalies, coverage by commitments, and reports.

Tags of cost allocation are the foundation's to activate; a filter on a tag that is not active counts nothing.

Sources: AWS Cost Management user guide, "Budget filters" (user:<key>$<value>), "Managing your budgets", "Quotas",
"Getting started with AWS Cost Anomaly Detection" (mails daily or weekly; at once for a topic only, and one).
"""

from __future__ import annotations

from mendixgen.areas.cost.queries import QUERIES
from mendixgen.areas.fields import COST_BUCKET
from mendixgen.authoring.constructs import billing
from mendixgen.authoring.constructs.queries import workgroup
from mendixgen.authoring.expression import Expr, call, dynamic, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

FURTHER_SERVICES = {
    "database": ("RI_COVERAGE", "Amazon Relational Database Service"),
    "nodes": ("SAVINGS_PLANS_COVERAGE", "Amazon Elastic Compute Cloud - Compute"),
}


def build(module: ModuleBuilder) -> None:
    """Add everything of the area."""
    var = module.var
    topic = module.local(
        "topic_arns",
        expr(f'{var.support_topic_arns} == null ? [] : [{var.support_topic_arns}["p3"]]'),
        "Topics that notices go to beside mails: what costs money waits for the morning. How many is known before they"
        " are there.",
    )
    told = module.local(
        "is_told",
        expr(f"length({topic}) > 0 || length({var.notify}) > 0"),
        "Whether anybody is told; a budget without is one to look at.",
    )
    _budgets(module, told, topic)
    _coverage(module, told, topic)
    _anomalies(module, topic)
    _reports(module)


def _budgets(module: ModuleBuilder, told: Expr, topic: Expr) -> None:
    var = module.var
    module.section("Budgets")
    notices = module.local(
        "notices",
        expr(
            f"{told} ? concat(\n"
            '[for percent in try(var.monthly_budget.alert_at, [80, 100]) : { type = "ACTUAL", percent = percent }],\n'
            "[for percent in [try(var.monthly_budget.forecast_at, 100)] :"
            ' { type = "FORECASTED", percent = percent } if percent > 0],\n'
            ") : []"
        ),
        "When somebody is told: five times a month at most.",
    )
    own = module.local(
        "own_tag",
        call("format", "user:environment$%s", var.environment),
        "How a budget names the environment's tag: a tag that people give begins with user.",
    )
    module.resource(
        "aws_budgets_budget.environment",
        "What all that has the environment's tag may cost a month.",
        count=expr(f"{var.monthly_budget} == null ? 0 : 1"),
        name=var.environment,
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=expr(f'format("%.2f", {var.monthly_budget}.amount)'),
        limit_unit=expr("var.monthly_budget.currency"),
        cost_filter={"name": "TagKeyValue", "values": [own]},
        notification=_notification(notices, topic),
        tags={"Name": var.environment},
    )
    module.resource(
        "aws_budgets_budget.area",
        "What one area of the environment may cost a month: the tags are two keys, and both have to be there.",
        for_each=var.by_area,
        name=f"{var.environment}-{each.key}",
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=expr(f'format("%.2f", {each.value})'),
        limit_unit=expr('try(var.monthly_budget.currency, "USD")'),
        cost_filter={"name": "TagKeyValue", "values": [own, call("format", "user:area$%s", each.key)]},
        notification=_notification(notices, topic),
        tags={"Name": f"{var.environment}-{each.key}"},
    )


def _notification(notices: Expr, topic: Expr) -> object:
    return dynamic(
        for_each=notices,
        content={
            "comparison_operator": "GREATER_THAN",
            "notification_type": expr("notification.value.type"),
            "threshold": expr("notification.value.percent"),
            "threshold_type": "PERCENTAGE",
            "subscriber_email_addresses": expr("var.notify"),
            "subscriber_sns_topic_arns": topic,
        },
    )


def _coverage(module: ModuleBuilder, told: Expr, topic: Expr) -> None:
    var = module.var
    module.section("Coverage by commitments")
    wanted = module.local(
        "coverage",
        expr(
            "{ for name, it in {\n"
            + "".join(
                f'{name} = {{ type = "{kind}", service = "{service}", share = var.reserved.{name} }}\n'
                for name, (kind, service) in FURTHER_SERVICES.items()
            )
            + "} : name => it if it.share > 0 }"
        ),
        "What commitments should cover, of which service. AWS counts the whole account: it knows no tags here.",
    )
    module.resource(
        "aws_budgets_budget.coverage",
        "Tells when commitments cover less than they should: one has ended, or what it covered has changed.",
        for_each=wanted,
        name=f"{var.environment}-{each.key}-coverage",
        budget_type=each.value.type,
        time_unit="MONTHLY",
        limit_amount="100.0",
        limit_unit="PERCENTAGE",
        cost_filter={"name": "Service", "values": [each.value.service]},
        # Budgets of coverage take no other: the defaults are those of budgets of costs.
        cost_types={
            "include_credit": False,
            "include_discount": False,
            "include_other_subscription": False,
            "include_recurring": False,
            "include_refund": False,
            "include_subscription": True,
            "include_support": False,
            "include_tax": False,
            "include_upfront": False,
            "use_amortized": False,
            "use_blended": False,
        },
        notification=dynamic(
            for_each=expr(f"{told} ? [floor({each.value.share} * 100)] : []"),
            content={
                "comparison_operator": "LESS_THAN",
                "notification_type": "ACTUAL",
                "threshold": expr("notification.value"),
                "threshold_type": "PERCENTAGE",
                "subscriber_email_addresses": expr("var.notify"),
                "subscriber_sns_topic_arns": topic,
            },
        ),
        tags={"Name": f"{var.environment}-{each.key}-coverage"},
    )


def _anomalies(module: ModuleBuilder, topic: Expr) -> None:
    var = module.var
    module.section("Anomalies")
    on = expr(f"{var.anomaly_above} == null ? 0 : 1")
    monitor = module.resource(
        "aws_ce_anomaly_monitor.this",
        "What of the environment's costs is unusual. The monitor of services is one an account, and the foundation's.",
        count=on,
        name=var.environment,
        monitor_type="CUSTOM",
        # AWS says all of an expression, so that leaving a part out would be a difference for ever.
        monitor_specification=jsonencode(
            {
                "And": None,
                "CostCategories": None,
                "Dimensions": None,
                "Not": None,
                "Or": None,
                "Tags": {"Key": "environment", "MatchOptions": None, "Values": [var.environment]},
            }
        ),
        tags={"Name": var.environment},
    )
    told = module.local(
        "anomaly_subscribers",
        expr(
            "{ for name, it in {\n"
            'mail = { frequency = "DAILY", type = "EMAIL", addresses = var.notify }\n'
            f'topic = {{ frequency = "IMMEDIATE", type = "SNS", addresses = {topic} }}\n'
            f"}} : name => it if {var.anomaly_above} != null && length(it.addresses) > 0 }}"
        ),
        "Who is told, and how soon: AWS tells a topic at once, and mails once a day.",
    )
    module.resource(
        "aws_ce_anomaly_subscription.this",
        "Tells of what is unusual and costs enough to be looked at.",
        for_each=told,
        name=f"{var.environment}-{each.key}",
        frequency=each.value.frequency,
        monitor_arn_list=[monitor[0].arn],
        threshold_expression={
            "dimension": {
                "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                "match_options": ["GREATER_THAN_OR_EQUAL"],
                "values": [call("tostring", var.anomaly_above)],
            }
        },
        subscriber=dynamic(
            for_each=each.value.addresses,
            content={"type": each.value.type, "address": expr("subscriber.value")},
        ),
        tags={"Name": f"{var.environment}-{each.key}"},
    )


def _reports(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Reports")
    on = module.local("reports_count", expr(f"{var.reports} == null ? 0 : 1"), "Whether there are reports.")
    group = workgroup(
        module,
        "cost",
        results_comment="What queries found.",
        comment="Queries of the bill: what they find is encrypted, and how much one may look through is limited.",
        description=f"What {var.environment} costs",
        limit_bytes=10 * 1024**3,
        count=on,
    )
    database = module.resource(
        "aws_glue_catalog_database.this",
        "The bill's table. A name of Athena's has no hyphens.",
        count=on,
        name='${replace(var.environment, "-", "_")}_cost',
        description=f"What {var.environment} costs",
        tags={"Name": f"{var.environment}-cost"},
    )
    table = _table(module, on, database)
    questions = module.local("questions", {name: it.question for name, it in QUERIES.items()}, "What queries ask.")
    for name, it in QUERIES.items():
        module.file(f"queries/{name}.sql", it.sql)
    module.resource(
        "aws_athena_named_query.this",
        "Questions about the bill, ready to be run.",
        for_each=expr(f"{on} > 0 ? {questions} : {{}}"),
        name=each.key,
        description=each.value,
        workgroup=group[0].name,
        database=database[0].name,
        query=call(
            "templatefile",
            expr('"${path.module}/queries/${each.key}.sql"'),
            {"table": "bill", "environment": var.environment},
        ),
        depends_on=[table],
    )


def _table(module: ModuleBuilder, on: Expr, database: Expr) -> Expr:
    var = module.var
    bucket = f"s3://{var.account}-{COST_BUCKET}"
    place = module.local(
        "bill_place",
        expr(f'try(coalesce(var.reports.records), "{bucket}/{billing.PREFIX}/{billing.EXPORT}/data/")'),
        "Where the files of the export are.",
    )
    parquet = module.local("is_parquet", expr('try(var.reports.format, "parquet") == "parquet"'), "What they are.")
    columns = module.local(
        "bill_columns",
        [{"name": name, "type": kind} for name, kind in billing.COLUMNS.items()],
        "What a line of a bill has.",
    )
    hive = "org.apache.hadoop.hive.ql.io"
    return module.resource(
        "aws_glue_catalog_table.bill",
        "The bill as a table, divided by month: Athena works the folders out and lists none.",
        count=on,
        name="bill",
        database_name=database[0].name,
        description="The account's bill, line by line",
        table_type="EXTERNAL_TABLE",
        parameters={
            "classification": expr(f'{parquet} ? "parquet" : "csv"'),
            "projection.enabled": "true",
            "projection.billing_period.type": "date",
            "projection.billing_period.format": "yyyy-MM",
            "projection.billing_period.range": "2024-01,NOW",
            "projection.billing_period.interval": "1",
            "projection.billing_period.interval.unit": "MONTHS",
            "storage.location.template": f"{place}BILLING_PERIOD=$${{billing_period}}/",
            "skip.header.line.count": expr(f'{parquet} ? "0" : "1"'),
        },
        partition_keys=[{"name": "billing_period", "type": "string"}],
        storage_descriptor={
            "location": place,
            "input_format": expr(
                f'{parquet} ? "{hive}.parquet.MapredParquetInputFormat" : "org.apache.hadoop.mapred.TextInputFormat"'
            ),
            "output_format": expr(
                f'{parquet} ? "{hive}.parquet.MapredParquetOutputFormat" : "{hive}.HiveIgnoreKeyTextOutputFormat"'
            ),
            "ser_de_info": {
                "serialization_library": expr(
                    f'{parquet} ? "{hive}.parquet.serde.ParquetHiveSerDe"'
                    ' : "org.apache.hadoop.hive.serde2.OpenCSVSerde"'
                )
            },
            "columns": dynamic(
                for_each=columns,
                content={"name": expr("columns.value.name"), "type": expr("columns.value.type")},
            ),
        },
    )
