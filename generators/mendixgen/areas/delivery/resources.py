"""Everything of the delivery: who works as what, the network of builds, builds, pipelines, and who is told.

Sources: CodePipeline user guide, "Pipeline structure reference", "Stage conditions", "Rule structure reference"
(DeploymentWindow, CloudWatchAlarm), "Add a manual approval action", "Manage the CodePipeline service role"; CodeBuild
user guide, "Use CodeBuild with Amazon VPC", "Allow CodeBuild to interact with other AWS services"; IAM user guide,
"Create a role for OpenID Connect federation"; EKS user guide, "Grant IAM users access to Kubernetes with access
entries".
"""

from __future__ import annotations

from mendixgen.areas.delivery import access, builds, pipelines, signing
from mendixgen.areas.delivery.scope import Scope
from mendixgen.authoring.constructs.topic import topic
from mendixgen.authoring.expression import Expr, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder


def build(module: ModuleBuilder) -> None:
    """Add everything of the area."""
    scope = Scope.of(module)
    signer = signing.key(module, scope)
    deploying = access.deploying(module, scope, signer)
    _alarms(module, scope)
    made = builds.build(module, scope, deploying, signer)
    approvals = _approvals(module, scope)
    pipelines.build(module, scope, made, approvals)
    access.approving(module, scope)
    _failures(module, scope)


def _alarms(module: ModuleBuilder, scope: Scope) -> None:
    """Add the alarm of each app that a release is watched by."""
    var = module.var
    module.section("What a release is watched by")
    critical, errors = "FILL(critical, 0) > 0", "FILL(errors, 0) > ${var.errors_above}"
    module.resource(
        "aws_cloudwatch_metric_alarm.app",
        "Alarming lines in an app's log, as the monitoring counts them.",
        for_each=scope.watched,
        alarm_name=f"{var.environment}-delivery-{each.key}",
        alarm_description=(
            f"{each.key} writes critical lines, or more than {var.errors_above} errors in five minutes."
            " A release that is being watched is taken back."
        ),
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        metric_query=[
            {
                "id": "alarming",
                "expression": f"IF({critical} OR {errors}, 1, 0)",
                "label": "alarming",
                "return_data": True,
            },
            *(
                {
                    "id": name,
                    "metric": {
                        "namespace": f"Mendix/{var.environment}",
                        "metric_name": f"{each.key}-{name}",
                        "stat": "Sum",
                        "period": 300,
                    },
                }
                for name in ("critical", "errors")
            ),
        ],
        alarm_actions=scope.incidents,
        ok_actions=scope.incidents,
        tags={"Name": f"{var.environment}-delivery-{each.key}"},
    )


def _approvals(module: ModuleBuilder, scope: Scope) -> Expr:
    var = module.var
    module.section("Who is told")
    made, _ = topic(
        module,
        "approvals",
        "A release that waits for approval is told here.",
        topic_name=f"{var.environment}-approvals",
        publishers=lambda arn: [
            {
                "Sid": "AskForApproval",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{var.partition}:iam::{var.account}:root"},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:PrincipalArn": scope.pipeline_role_arn}},
            }
        ],
        publishers_comment="CodePipeline asks as its own role.",
        addresses=expr(f"{scope.asks} > 0 ? {var.approvers} : []"),
        count=scope.asks,
    )
    return made


def _failures(module: ModuleBuilder, scope: Scope) -> None:
    var = module.var
    module.section("Failures")
    told = module.local(
        "failures_count", expr(f"length({scope.incidents}) * {scope.pipelined}"), "Whether anybody is told of failures."
    )
    rule = module.resource(
        "aws_cloudwatch_event_rule.failures",
        "An execution that failed: its release did not arrive, or was taken back.",
        count=told,
        name=f"{var.environment}-delivery-failures",
        description=f"Deliveries of {var.environment} that failed",
        event_pattern=jsonencode(
            {
                "source": ["aws.codepipeline"],
                "detail-type": ["CodePipeline Pipeline Execution State Change"],
                "detail": {
                    "state": ["FAILED"],
                    "pipeline": expr("concat(values(aws_codepipeline.app)[*].name, aws_codepipeline.rollback[*].name)"),
                },
            }
        ),
        tags={"Name": f"{var.environment}-delivery-failures"},
    )
    module.resource(
        "aws_cloudwatch_event_target.failures",
        "Becomes an incident.",
        count=told,
        rule=rule[0].name,
        arn=scope.incidents[0],
    )
