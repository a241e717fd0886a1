"""The bucket of the records, the trail, alarms, queries, and the review of permissions.

Sources: CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail", "Logging data events" (advanced event
selectors), "Role policy document for CloudTrail to use CloudWatch Logs for monitoring"; Athena user guide, "Query AWS
CloudTrail logs"; Security Hub user guide, "Security Hub controls for CloudWatch".
"""

from __future__ import annotations

from mendixgen.areas.audit.queries import COLUMNS, QUERIES
from mendixgen.areas.fields import ACCESS_LOGS, LOAD_BALANCER_LOGS, TRAIL_BUCKET
from mendixgen.authoring.constructs import cis
from mendixgen.authoring.constructs.alarm import PERIOD, alarm
from mendixgen.authoring.constructs.bucket import Bucket, private_bucket
from mendixgen.authoring.constructs.function import Caller, function
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, trust_of_service
from mendixgen.authoring.constructs.queries import workgroup
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.constructs.topic import topic
from mendixgen.authoring.constructs.trail import archive, trail_statements
from mendixgen.authoring.expression import Expr, call, dynamic, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

URGENT = ["config-changes", "key-deletion", "root-use", "sign-in-without-mfa", "trail-changes"]
"""Alarms that somebody looks at at night (p2); what a release may cause itself waits for the morning (p3)."""


def build(module: ModuleBuilder) -> None:
    """Add everything of the area."""
    var = module.var
    recording = module.local(
        "recording",
        expr(f"length({var.trail.data_events}) > 0 || {var.trail.management_events}"),
        "Whether there is anything to record.",
    )
    name = module.local("trail_name", f"{var.environment}-audit", "Name of the trail.")
    itself = f"arn:{var.partition}:cloudtrail:{var.region}:{var.account}:trail/{name}"
    records = _records(module, itself)
    _trail(module, recording, name, itself, records)
    own = _topic(module)
    _alarms(module, own)
    _queries(module, records)
    _review(module, records, own)


def _records(module: ModuleBuilder, trail: str) -> Bucket:
    var = module.var
    module.section("Records")
    made = private_bucket(
        module,
        "records",
        "What CloudTrail recorded, and what reviews of permissions found.",
        bucket=f"{var.environment}-{var.account}-audit",
        kms_key_arn=var.logs_key_arn,
        statements=lambda arn: trail_statements(arn, trail, var.account),
        services_choose=True,
    )
    archive(
        module,
        "records",
        made,
        retention_days=var.trail.retention_days,
        archive_after_days=var.trail.archive_after_days,
        lock_days=var.trail.object_lock_days,
        lock_mode=var.trail.object_lock_mode,
    )
    return made


def _trail(module: ModuleBuilder, recording: Expr, name: Expr, itself: str, records: Bucket) -> None:
    var = module.var
    module.section("The trail")
    on = module.local("trail_count", expr(f"{recording} ? 1 : 0"), "Whether there is a trail.")
    log = log_group(
        module,
        "trail",
        "The same records, to be searched and counted at once.",
        path=f"/aws/cloudtrail/{name}",
        retention_days=var.trail.log_retention_days,
        count=on,
    )
    role = service_role(
        module,
        "trail",
        "What CloudTrail writes to the log group as.",
        role_name=f"{name}-trail",
        description=f"CloudTrail writes the records of {var.environment} to its log group.",
        trust=trust_of_service("cloudtrail.amazonaws.com", var.account, itself),
        policy_name="write",
        permissions=[
            allow("WriteRecords", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log[0].arn}:log-stream:*")
        ],
        permissions_comment="The trail's own log group.",
        count=on,
    )
    selectors = _selectors(module)
    module.resource(
        "aws_cloudtrail.this",
        "Who did what to the environment's data; each file's digest is signed, so that a change of it shows.",
        count=on,
        name=name,
        s3_bucket_name=records.bucket.id,
        kms_key_id=var.logs_key_arn,
        enable_log_file_validation=True,
        is_multi_region_trail=True,
        cloud_watch_logs_group_arn=f"{log[0].arn}:*",
        cloud_watch_logs_role_arn=role.role.arn,
        advanced_event_selector=dynamic(
            for_each=selectors,
            content={
                "name": expr("advanced_event_selector.value.name"),
                "field_selector": dynamic(
                    for_each=expr("advanced_event_selector.value.fields"),
                    content={
                        "field": expr("field_selector.key"),
                        "equals": expr('lookup(field_selector.value, "equals", null)'),
                        "starts_with": expr('lookup(field_selector.value, "starts_with", null)'),
                        "not_starts_with": expr('lookup(field_selector.value, "not_starts_with", null)'),
                    },
                ),
            },
        ),
        insight_selector=dynamic(
            for_each=expr("toset(var.trail.insights)"),
            content={
                "insight_type": expr(
                    'insight_selector.value == "call-rate" ? "ApiCallRateInsight" : "ApiErrorRateInsight"'
                )
            },
        ),
        tags={"Name": name},
        depends_on=[records.policy, role.permissions],
    )


def _selectors(module: ModuleBuilder) -> Expr:
    """What the trail records. Not its own bucket, nor those that S3 and load balancers log to: a loop of records."""
    var = module.var
    bucket = f"arn:{var.partition}:s3:::{var.environment}-{var.account}-"
    functions = f"arn:{var.partition}:lambda:{var.region}:{var.account}:function:{var.environment}-"
    data = {"eventCategory": {"equals": ["Data"]}}
    writes = module.local(
        "writes",
        expr(f'{var.trail.reads} ? {{}} : {{ readOnly = {{ equals = ["false"] }} }}'),
        "No reads, if not asked for.",
    )
    kinds = module.local(
        "event_kinds",
        {
            "management": {
                "name": "management events",
                "fields": {"eventCategory": {"equals": ["Management"]}},
            },
            "s3": {
                "name": "objects of the environment",
                "fields": call(
                    "merge",
                    {
                        **data,
                        "resources.type": {"equals": ["AWS::S3::Object"]},
                        "resources.ARN": {
                            "starts_with": [bucket],
                            "not_starts_with": [
                                f"{bucket}{it}/" for it in ("audit", "audit-results", ACCESS_LOGS, LOAD_BALANCER_LOGS)
                            ],
                        },
                    },
                    writes,
                ),
            },
            "lambda": {
                "name": "calls of the environment's functions",
                "fields": {
                    **data,
                    "resources.type": {"equals": ["AWS::Lambda::Function"]},
                    "resources.ARN": {"starts_with": [functions]},
                },
            },
        },
        "What CloudTrail calls the events that can be recorded.",
    )
    return module.local(
        "selectors",
        expr(
            f'[for kind in concat({var.trail.management_events} ? ["management"] : [],'
            f" sort({var.trail.data_events})) : {kinds}[kind]]"
        ),
        "What is recorded.",
    )


def _topic(module: ModuleBuilder) -> Expr:
    module.section("Notifications")
    services = {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}
    own = {"StringEquals": {"aws:SourceAccount": module.var.account}}
    made, _ = topic(
        module,
        "audit",
        "Where failed reviews are told; alarms too, where there is no support area.",
        topic_name=f"{module.var.environment}-audit",
        publishers=lambda arn: [allow("PublishAlarms", ["sns:Publish"], arn, principal=services, condition=own)],
        publishers_comment="Alarms and events of this account publish, and only over TLS.",
        addresses=module.var.notify,
    )
    return made


def _alarms(module: ModuleBuilder, own: Expr) -> None:
    var = module.var
    module.section("Alarms of the CIS benchmark")
    on = module.local("alarms_on", expr(f'{var.alarms} == "cis"'), "Whether there are alarms.")
    filters = module.local(
        "filters_on",
        expr(f"{on} && {var.trail.management_events}"),
        "Whether this trail counts by itself; otherwise the foundation's does.",
    )
    namespace = module.local(
        "cis_namespace",
        expr(f'{filters} ? "{cis.NAMESPACE}/${{var.environment}}" : "{cis.NAMESPACE}"'),
        "Where what the alarms look at is counted.",
    )
    cis.filters(
        module,
        log_group_name=expr("one(aws_cloudwatch_log_group.trail[*].name)"),
        namespace=f"{namespace}",
        on=filters,
    )
    alarms = module.local(
        "cis_alarms",
        {
            name: {
                "description": f"CIS {it.number}{f', {it.control}' if it.control else ''}: {it.what}",
                "priority": "p2" if name in URGENT else "p3",
            }
            for name, it in cis.CONTROLS.items()
        },
        "What is told, and how soon somebody should look.",
    )
    topics = expr(f"[try({var.support_topic_arns}[{each.value.priority}], {own.arn})]")
    module.resource(
        "aws_cloudwatch_metric_alarm.cis",
        "Tells what the CIS benchmark wants to be told of. A release of mendixctl changes policies, groups and routes"
        " too, and is told as well: the benchmark allows no exception.",
        for_each=expr(f"{{ for name, it in {alarms} : name => it if {on} }}"),
        alarm_name=f"{var.environment}-cis-{each.key}",
        alarm_description=each.value.description,
        namespace=namespace,
        metric_name=each.key,
        statistic="Sum",
        period=PERIOD,
        evaluation_periods=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=1,
        treat_missing_data="notBreaching",
        alarm_actions=topics,
        tags={"Name": f"{var.environment}-cis-{each.key}"},
    )


def _queries(module: ModuleBuilder, records: Bucket) -> None:
    var = module.var
    module.section("Queries")
    group = workgroup(
        module,
        "audit",
        results_comment=(
            "What queries found. Beside the records, because those are locked, and Athena writes here what it likes."
        ),
        comment="Queries of the audit: what they find is encrypted, and how much one may look through is limited.",
        description=f"Who did what in {var.environment}",
        limit_bytes=expr(f"{var.query_limit_gb} * 1024 * 1024 * 1024"),
    )
    database = module.resource(
        "aws_glue_catalog_database.this",
        "The tables of the records. A name of Athena's has no hyphens.",
        name='${replace(var.environment, "-", "_")}_audit',
        description=f"Who did what in {var.environment}",
        tags={"Name": f"{var.environment}-audit"},
    )
    _tables(module, database, records)
    questions = module.local("questions", {name: it.question for name, it in QUERIES.items()}, "What queries ask.")
    for name, it in QUERIES.items():
        module.file(f"queries/{name}.sql", it.sql)
    tables = {"management": "management", "data": "data"}
    module.resource(
        "aws_athena_named_query.this",
        "Questions that auditors ask, ready to be run.",
        for_each=questions,
        name=each.key,
        description=each.value,
        workgroup=group.name,
        database=database.name,
        query=call("templatefile", expr('"${path.module}/queries/${each.key}.sql"'), tables),
        depends_on=[expr("aws_glue_catalog_table.records")],
    )


def _tables(module: ModuleBuilder, database: Expr, records: Bucket) -> None:
    var = module.var
    kept = f"AWSLogs/{var.account}/CloudTrail/"
    foundation = f"s3://{var.account}-{var.region}-{TRAIL_BUCKET}/{kept}"
    places = module.local(
        "record_places",
        {
            "management": expr(f'coalesce({var.management_records}, "{foundation}")'),
            "data": f"s3://{records.bucket.id}/{kept}",
        },
        "Where the files of each table are.",
    )
    regions = module.local(
        "record_regions",
        expr(f'distinct(concat([{var.region}, "us-east-1"], {var.query_regions}))'),
        "Regions that queries look through; what is global is recorded in us-east-1.",
    )
    columns = module.local(
        "record_columns",
        [{"name": name, "type": kind} for name, kind in COLUMNS.items()],
        "What a record has.",
    )
    module.resource(
        "aws_glue_catalog_table.records",
        "The records as a table, divided by region and day: Athena works the folders out and lists none.",
        for_each=places,
        name=each.key,
        database_name=database.name,
        description=f"Records of CloudTrail: {each.key} events",
        table_type="EXTERNAL_TABLE",
        parameters={
            "classification": "cloudtrail",
            "projection.enabled": "true",
            "projection.region.type": "enum",
            "projection.region.values": expr(f'join(",", {regions})'),
            "projection.day.type": "date",
            "projection.day.format": "yyyy/MM/dd",
            "projection.day.range": "2024/01/01,NOW",
            "projection.day.interval": "1",
            "projection.day.interval.unit": "DAYS",
            "storage.location.template": f"{each.value}$${{region}}/$${{day}}",
        },
        partition_keys=[{"name": "region", "type": "string"}, {"name": "day", "type": "string"}],
        storage_descriptor={
            "location": each.value,
            "input_format": "com.amazon.emr.cloudtrail.CloudTrailInputFormat",
            "output_format": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "ser_de_info": {"serialization_library": "org.apache.hive.hcatalog.data.JsonSerDe"},
            "columns": dynamic(
                for_each=columns,
                content={"name": expr("columns.value.name"), "type": expr("columns.value.type")},
            ),
        },
    )


def _review(module: ModuleBuilder, records: Bucket, own: Expr) -> None:
    var = module.var
    module.section("Review of permissions")
    name = f"{var.environment}-review-permissions"
    made = function(
        module,
        "review",
        "Looks who may do what and who ever does, and proposes narrower permissions.",
        source="review_permissions",
        function_name=name,
        description=f"Reviews the permissions of the roles of {var.environment}",
        role_description=f"Reviews the permissions of the roles of {var.environment}.",
        log_comment="What the review did.",
        log_retention_days=var.trail.log_retention_days,
        permissions=[
            allow(
                "SeeWhoIsWho",
                [
                    "access-analyzer:ListAnalyzers",
                    "access-analyzer:ListFindingsV2",
                    "iam:GenerateCredentialReport",
                    "iam:GenerateServiceLastAccessedDetails",
                    "iam:GetCredentialReport",
                    "iam:GetServiceLastAccessedDetails",
                    "iam:ListRoles",
                ],
                "*",
            ),
            allow("WriteReviews", ["s3:PutObject"], f"{records.bucket.arn}/reviews/*"),
            allow("UseTheKey", ["kms:Decrypt", "kms:GenerateDataKey"], var.logs_key_arn, condition=module.via("s3")),
        ],
        permissions_comment="To see who is who, and to write what it found; it changes nothing.",
        topic_arn=own.arn,
        timeout=900,
        caller=Caller("events.amazonaws.com", "EventBridge", "EventBridge calls it, for a schedule of this account."),
        tags={"Name": name},
    )
    rule = module.resource(
        "aws_cloudwatch_event_rule.review",
        "When permissions are reviewed.",
        name=name,
        description=f"Reviews the permissions of {var.environment}",
        schedule_expression=f"cron({var.review.cron})",
        tags={"Name": name},
    )
    module.resource(
        "aws_cloudwatch_event_target.review",
        "What is reviewed, and where what was found is written.",
        rule=rule.name,
        target_id="review",
        arn=made.arn,
        input=jsonencode(
            {
                "bucket": records.bucket.id,
                "environment": var.environment,
                "unused_after_days": var.review.unused_after_days,
            }
        ),
    )
    alarm(
        module,
        "review",
        "A review failed: nobody knows of permissions that nobody uses.",
        alarm_name=f"{name}-errors",
        description=f"The review of the permissions of {var.environment} failed.",
        metric=("AWS/Lambda", "Errors"),
        dimensions={"FunctionName": made.function_name},
        topic_arn=own.arn,
        tags={"Name": f"{name}-errors"},
    )
