"""What AWS reports by events and not by metrics: a rule counts it, and a log keeps what was reported.

Sources: Amazon EventBridge user guide, "Monitoring Amazon EventBridge" (TriggeredRules) and "Create event patterns";
KMS developer guide, "Monitoring KMS keys with Amazon EventBridge"; Amazon ECR user guide, "Amazon ECR events and
EventBridge"; Amazon EBS user guide, "Monitor Data Lifecycle Manager policies using EventBridge"; AWS Backup developer
guide, "Monitoring AWS Backup events using Amazon EventBridge" and "Logging AWS Backup API calls with CloudTrail".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendixgen.alarms.rows import Row, rows
from mendixgen.areas.monitoring.watched import local_of
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, policy
from mendixgen.authoring.expression import Expr, call, each, expr, jsonencode, render
from mendixgen.authoring.module import ModuleBuilder

NAMESPACE = "AWS/Events"
FROM_CLOUDTRAIL = "AWS API Call via CloudTrail"
FAILED = ["ABORTED", "EXPIRED", "FAILED"]
"""How a job of AWS Backup ends that did not end well."""
VAULT_CHANGES = [
    "DeleteBackupVault",
    "DeleteBackupVaultAccessPolicy",
    "DeleteBackupVaultLockConfiguration",
    "DeleteRecoveryPoint",
    "PutBackupVaultAccessPolicy",
    "PutBackupVaultLockConfiguration",
    "UpdateRecoveryPointLifecycle",
]
"""What takes a vault's protection, or its backups, away."""


def watched_events() -> Iterator[Row]:
    """The rows whose metric is that of a rule of events."""
    return (row for row in rows() if any(metric.namespace == NAMESPACE for metric in row.metrics.values()))


def events(module: ModuleBuilder) -> None:
    """Add the rules, and where they write what matched."""
    var = module.var
    module.section("Events")
    patterns = _patterns(module)
    rules = [
        f"{{ for on in [{local_of(row.of)}] : {render(row.name)} => "
        f"{render({'name': _rule_name(module, row), 'reports': row.means.en, 'pattern': patterns[row.name]})} if on }}"
        for row in watched_events()
    ]
    known = module.local(
        "events", expr("merge(\n" + ",\n".join(rules) + ",\n)"), "What is watched of the areas that are on."
    )
    rule = module.resource(
        "aws_cloudwatch_event_rule.this",
        "Counts what AWS reports.",
        for_each=known,
        name=each.value.name,
        description=each.value.reports,
        event_pattern=each.value.pattern,
        tags={"Name": each.value.name},
    )
    group = log_group(
        module,
        "events",
        "What was reported, word for word.",
        path=f"/mendix/{var.environment}/alarm-events",
        retention_days=var.retention_days,
    )
    module.resource(
        "aws_cloudwatch_event_target.this",
        "Keep it for whoever is told.",
        for_each=rule,
        rule=each.value.name,
        target_id="log",
        arn=group.arn,
    )
    services = {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
    sources = {
        "ArnLike": {"aws:SourceArn": f"arn:{var.partition}:events:{var.region}:{var.account}:rule/{var.environment}-*"}
    }
    module.resource(
        "aws_cloudwatch_log_resource_policy.this",
        "EventBridge writes to that log group, for rules of this environment only.",
        policy_name=f"{var.environment}-alarm-events",
        policy_document=policy(
            [
                allow("MakeStreams", ["logs:CreateLogStream"], f"{group.arn}:*", principal=services),
                allow("WriteEvents", ["logs:PutLogEvents"], f"{group.arn}:*", principal=services, condition=sources),
            ]
        ),
    )


def _rule_name(module: ModuleBuilder, row: Row) -> str:
    return f"{module.var.environment}-p{row.priority}-{row.name}"


def _patterns(module: ModuleBuilder) -> dict[str, Expr]:
    """The pattern of each event, by the row's name."""
    var = module.var
    here = f"{var.region}:{var.account}"
    repositories = f"arn:{var.partition}:ecr:{here}:repository/{var.environment}/"
    secrets = f"arn:{var.partition}:secretsmanager:{here}:secret:{var.environment}/"
    basic: dict[str, Any] = {
        "source": ["aws.ecr"],
        "detail": {
            "repository-name": [{"prefix": f"{var.environment}/"}],
            "finding-severity-counts": {"CRITICAL": [{"numeric": [">", 0]}]},
        },
    }
    enhanced: dict[str, Any] = {
        "source": ["aws.inspector2"],
        "resources": [{"prefix": repositories}],
        "detail": {"severity": ["CRITICAL"]},
    }
    snapshots = {"source": ["aws.dlm"], "detail-type": ["DLM Policy State Change"], "detail": {"state": ["ERROR"]}}
    return {
        "registry-critical-finding": jsonencode(
            {"detail-type": ["ECR Image Scan", "Inspector2 Finding"], "$or": [basic, enhanced]}
        ),
        "secrets-rotation-failed": jsonencode(
            {
                "source": ["aws.secretsmanager"],
                "detail-type": ["AWS Service Event via CloudTrail"],
                "detail": {
                    "eventName": ["RotationAbandoned", "RotationFailed", "TestRotationFailed"],
                    "additionalEventData": {"SecretId": [{"prefix": secrets}]},
                },
            }
        ),
        "encryption-key-disabled": jsonencode(
            {
                "source": ["aws.kms"],
                "detail-type": [FROM_CLOUDTRAIL],
                "detail": {
                    "eventSource": ["kms.amazonaws.com"],
                    "eventName": ["DisableKey", "ScheduleKeyDeletion"],
                    "requestParameters": {
                        "keyId": expr(f"concat(values({var.key_ids}), values({var.key_arns}))"),
                    },
                },
            }
        ),
        "storage-snapshots-failed": jsonencode(
            call("merge", snapshots, expr(f'{{ for arn in {var.snapshot_policy_arn["*"]} : "resources" => [arn] }}'))
        ),
        **_backups(module),
    }


def _backups(module: ModuleBuilder) -> dict[str, Expr]:
    """The patterns of what AWS Backup reports of this environment's vault, by the row's name."""
    var = module.var
    tests = f"arn:{var.partition}:backup:{var.region}:{var.account}:restore-testing-plan:"
    state = {"state": FAILED}
    return {
        "backup-job-failed": _backup_jobs("Backup", {**state, "backupVaultName": [var.backup_vault_name]}),
        "backup-copy-failed": _backup_jobs("Copy", {**state, "sourceBackupVaultArn": [var.backup_vault_arn]}),
        "backup-restore-failed": _backup_jobs(
            "Restore",
            {
                "status": FAILED,
                "restoreTestingPlanArn": [
                    {"prefix": expr(f'join("", [{render(tests)}, coalesce({var.restore_testing_plan_name}, "-")])')}
                ],
            },
        ),
        "backup-vault-changed": jsonencode(
            {
                "source": ["aws.backup"],
                "detail-type": [FROM_CLOUDTRAIL],
                "detail": {
                    "eventSource": ["backup.amazonaws.com"],
                    "eventName": VAULT_CHANGES,
                    "requestParameters": {"backupVaultName": [var.backup_vault_name]},
                },
            }
        ),
    }


def _backup_jobs(kind: str, detail: dict[str, Any]) -> Expr:
    return jsonencode({"source": ["aws.backup"], "detail-type": [f"{kind} Job State Change"], "detail": detail})
