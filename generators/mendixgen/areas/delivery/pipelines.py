"""The pipelines: the connection to the repository, one an app, and one that takes a release back.

A window is an hour, and less where it does not begin on the hour: a rule has one cron expression. Rules have no timeout
of their own here: provider 5.100.0 does not read it back, so that no plan would ever be empty.

A stage that succeeded is left only when its alarm has not rung for as long as it is watched: a condition has its result
when a rule fails, and the rule fails where the alarm goes into one of ``AlarmStates``, which have to be named, within
``WaitTime`` minutes. Sources: CodePipeline user guide, "CloudWatchAlarm", "How do stage conditions work?"; AWS, What's
New, 1 August 2024, "stage level conditions" (a stage rolled back if an alarm goes into ALARM within 60 minutes).
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.delivery.builds import Builds
from mendixgen.areas.delivery.scope import PROVIDERS, Scope
from mendixgen.authoring.constructs.policy import allow, trust_of_service
from mendixgen.authoring.constructs.service_role import ServiceRole, service_role
from mendixgen.authoring.expression import Expr, call, dynamic, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

SOURCE, PLATFORM = "Source", "Platform"


def build(module: ModuleBuilder, scope: Scope, builds: Builds, approvals: Expr) -> None:
    """Add the connection, the role of the pipelines and the pipelines."""
    module.section("Pipelines")
    connection = _connection(module, scope)
    role = _role(module, scope, builds, connection)
    _of_apps(module, scope, builds, connection, role, approvals)
    _of_rollbacks(module, scope, builds, connection, role)


def _connection(module: ModuleBuilder, scope: Scope) -> Expr:
    var = module.var
    names = module.local("source_providers", dict(PROVIDERS), "What CodeConnections calls who hosts a repository.")
    made = module.resource(
        "aws_codeconnections_connection.this",
        "Begins as PENDING: a person completes it in the console, once, and no pipeline starts before.",
        count=expr(f"try(var.source_code.connection_arn, null) == null ? {scope.pipelined} : 0"),
        name=f"{var.environment}-delivery",
        provider_type=expr(f"var.source_code.host_arn == null ? {names}[var.source_code.provider] : null"),
        host_arn=expr("var.source_code.host_arn"),
        tags={"Name": f"{var.environment}-delivery"},
    )
    return module.local(
        "connection_arn",
        expr(
            f"{scope.pipelined} == 0 ? null : try(coalesce(var.source_code.connection_arn, one({made}[*].arn)), null)"
        ),
        "The connection: the one that is given, or the own.",
    )


def _role(module: ModuleBuilder, scope: Scope, builds: Builds, connection: Expr) -> ServiceRole:
    var = module.var
    bucket = builds.artifacts.bucket[0].arn
    here = f"arn:{var.partition}:codepipeline:{var.region}:{var.account}:{var.environment}-*"
    return service_role(
        module,
        "pipeline",
        "What the pipelines work as: they start builds and hand artifacts on.",
        role_name=f"{var.environment}-delivery-pipeline",
        description=f"Runs the pipelines of {var.environment}.",
        trust=trust_of_service("codepipeline.amazonaws.com", var.account, here),
        policy_name="run",
        permissions=[
            # A connection is known under both names of the service.
            allow(
                "ReadTheRepository", ["codeconnections:UseConnection", "codestar-connections:UseConnection"], connection
            ),
            allow("FindArtifacts", ["s3:GetBucketVersioning"], bucket),
            allow("PassArtifactsOn", ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], f"{bucket}/*"),
            allow(
                "EncryptArtifacts",
                ["kms:Decrypt", "kms:GenerateDataKey"],
                var.storage_key_arn,
                condition=module.via("s3"),
            ),
            allow(
                "RunSteps",
                ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
                expr(f"values({builds.projects})[*].arn"),
            ),
            allow(
                "AskForApproval",
                ["sns:Publish"],
                f"arn:{var.partition}:sns:{var.region}:{var.account}:{var.environment}-approvals",
            ),
            allow(
                "EncryptTheQuestion",
                ["kms:Decrypt", "kms:GenerateDataKey"],
                var.logs_key_arn,
                condition=module.via("sns"),
            ),
            allow("WatchAlarms", ["cloudwatch:DescribeAlarms"], "*"),
        ],
        permissions_comment="The connection, the artifacts, the steps, the question, and the alarms.",
        count=scope.pipelined,
        tags={"Name": f"{var.environment}-delivery-pipeline"},
    )


def _source(name: str, repository: Expr, branch: Expr, connection: Expr, *, waits: bool) -> dict[str, Any]:
    return {
        "name": name,
        "category": "Source",
        "owner": "AWS",
        "provider": "CodeStarSourceConnection",
        "version": "1",
        "output_artifacts": [name],
        "namespace": name,
        "configuration": {
            "ConnectionArn": connection,
            "FullRepositoryId": repository,
            "BranchName": branch,
            # a trigger of the pipeline takes its place
            "DetectChanges": "true" if waits else "false",
        },
    }


def _step(
    name: str,
    builds: Builds,
    inputs: Any,
    variables: Any,
    *,
    category: str = "Build",
    order: int = 1,
    passes_on: str | None = None,
    primary: Any = None,
) -> dict[str, Any]:
    title = name.capitalize()
    configuration = {
        "ProjectName": builds.projects[name].name,
        "EnvironmentVariables": variables,
        **({"PrimarySource": primary} if primary is not None else {}),
    }
    return {
        "name": title,
        "category": category,
        "owner": "AWS",
        "provider": "CodeBuild",
        "version": "1",
        "run_order": order,
        "input_artifacts": inputs,
        **({"output_artifacts": [passes_on]} if passes_on else {}),
        "configuration": configuration,
    }


def _variables(**given: Any) -> Expr:
    return jsonencode([{"name": name, "type": "PLAINTEXT", "value": value} for name, value in given.items()])


def _rule(name: str, provider: str, configuration: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "rule_type_id": {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
    }


def _of_apps(
    module: ModuleBuilder, scope: Scope, builds: Builds, connection: Expr, role: ServiceRole, approvals: Expr
) -> None:
    var = module.var
    windows = module.local(
        "windows",
        expr(
            f"{{\nfor app, it in {scope.apps} : app => [\nfor window in it.window[*] :\n"
            'format("* %s-59 %s ? * %s *", split(":", split(" ", window)[1])[1], split(":", split(" ", window)[1])[0],'
            ' upper(split(" ", window)[0]))\n]\n}'
        ),
        "When a release with downtime may begin, as CodePipeline wants it: seconds first, years last.",
    )
    folders = module.local(
        "folders",
        expr(f"{{ for app in keys({scope.apps}) : app => lookup(var.source_code.folders, app, app) }}"),
        "Where each app is in the repository.",
    )
    places = module.local(
        "places",
        expr(f'{{ for app, folder in {folders} : app => folder == "" ? "." : folder }}'),
        "The same as a path: a variable of a build is never empty.",
    )
    sources = module.local(
        "first_sources",
        expr(f'var.platform == null ? ["{SOURCE}"] : ["{PLATFORM}", "{SOURCE}"]'),
        "What the first step takes; the first of them is where it works.",
    )
    of_app = _variables(
        APP=each.key,
        APP_FOLDER=places[each.key],
        APP_COMMIT=f"#{{{SOURCE}.CommitId}}",
    )
    on_failure = dynamic(
        for_each=expr('contains(var.rollback_on, "deployment_failure") ? ["ROLLBACK"] : []'),
        content={"result": expr("on_failure.value")},
    )
    watching = dynamic(
        for_each=expr(
            f"[for app in {scope.watched} : aws_cloudwatch_metric_alarm.app[app].alarm_name if app == each.key]"
        ),
        content={
            "condition": {
                "result": "ROLLBACK",
                "rule": _rule(
                    "Alarm",
                    "CloudWatchAlarm",
                    {
                        "AlarmName": expr("on_success.value"),
                        "AlarmStates": "ALARM",
                        "WaitTime": call("tostring", expr("each.value.bake_minutes")),
                    },
                ),
            }
        },
    )
    waiting = dynamic(
        for_each=windows[each.key],
        content={
            "condition": {
                "result": "FAIL",
                "rule": _rule(
                    "Window",
                    "DeploymentWindow",
                    {"Cron": expr("before_entry.value"), "TimeZone": "UTC"},
                ),
            }
        },
    )
    platform = dynamic(
        for_each=expr("var.platform[*]"),
        content=_source(
            PLATFORM, expr("action.value.repository"), expr("action.value.branch"), connection, waits=False
        ),
    )
    approval = dynamic(
        for_each=expr(f"range({scope.asks})"),
        content={
            "name": "Approve",
            "category": "Approval",
            "owner": "AWS",
            "provider": "Manual",
            "version": "1",
            "run_order": 2,
            "configuration": {
                "NotificationArn": approvals.arn,
                "CustomData": f"Release of {each.key} to {var.environment}",
            },
        },
    )
    module.resource(
        "aws_codepipeline.app",
        "From a commit to a running app. A newer commit takes the place of an older one that still waits.",
        for_each=scope.apps,
        name=f"{var.environment}-{each.key}",
        pipeline_type="V2",
        execution_mode="SUPERSEDED",
        role_arn=role.role.arn,
        artifact_store=_store(module, builds),
        stage=[
            {
                "name": "Source",
                "action": [
                    _source(
                        SOURCE,
                        expr("var.source_code.repository"),
                        expr("var.source_code.branch"),
                        connection,
                        waits=True,
                    ),
                    platform,
                ],
            },
            {
                "name": "Build",
                "action": _step("build", builds, sources, of_app, passes_on="Built", primary=sources[0]),
            },
            {
                "name": "Gate",
                "action": [
                    _step("push", builds, ["Built"], of_app, category="Test", passes_on="Pushed"),
                    approval,
                ],
            },
            {
                "name": "Deploy",
                "before_entry": waiting,
                "on_failure": on_failure,
                "on_success": watching,
                "action": [
                    _step("deploy", builds, ["Pushed"], of_app),
                    _step("verify", builds, ["Pushed"], of_app, category="Test", order=2),
                ],
            },
        ],
        trigger={
            "provider_type": "CodeStarSourceConnection",
            "git_configuration": {
                "source_action_name": SOURCE,
                "push": {
                    "branches": {"includes": [expr("var.source_code.branch")]},
                    "file_paths": dynamic(
                        for_each=expr(f'[for folder in [{folders}[each.key]] : folder if folder != ""]'),
                        content={"includes": [f"{Expr('file_paths.value')}/**"]},
                    ),
                },
            },
        },
        tags={"Name": f"{var.environment}-{each.key}", "app": each.key},
        depends_on=[role.permissions],
    )


def _of_rollbacks(module: ModuleBuilder, scope: Scope, builds: Builds, connection: Expr, role: ServiceRole) -> None:
    var = module.var
    module.resource(
        "aws_codepipeline.rollback",
        "Takes the last release of an app back, when a person starts it with the app's name.",
        count=scope.pipelined,
        name=f"{var.environment}-rollback",
        pipeline_type="V2",
        execution_mode="QUEUED",
        role_arn=role.role.arn,
        artifact_store=_store(module, builds),
        variable={"name": "APP", "description": "The app whose last release is taken back"},
        stage=[
            {
                "name": "Source",
                "action": _source(
                    SOURCE,
                    expr("var.platform == null ? var.source_code.repository : var.platform.repository"),
                    expr("var.platform == null ? var.source_code.branch : var.platform.branch"),
                    connection,
                    waits=False,
                ),
            },
            {
                "name": "Rollback",
                "action": _step("rollback", builds, [SOURCE], _variables(APP="#{variables.APP}")),
            },
        ],
        tags={"Name": f"{var.environment}-rollback"},
        depends_on=[role.permissions],
    )


def _store(module: ModuleBuilder, builds: Builds) -> dict[str, Any]:
    return {
        "type": "S3",
        "location": builds.artifacts.bucket[0].id,
        "encryption_key": {"type": "KMS", "id": module.var.storage_key_arn},
    }
