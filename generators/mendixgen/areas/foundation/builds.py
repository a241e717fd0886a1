"""Where plan and apply run instead of on a machine: two projects of CodeBuild, and who may start a build of them.

A build's own role reaches its log, its part of the bucket, the passphrase and one role more, as which the command in it
works. Who starts builds reaches the project and its part of the bucket, and overrides nothing but the source: no
buildspec, image, role or variable. He chooses the commit, though: who may start applies can have the deployer do what a
commit says.

Sources: CodeBuild user guide, "Use CodeBuild with Amazon VPC", "Allow CodeBuild to interact with other AWS services",
"AWS CodeBuild condition keys", "Build specification reference"; Service Authorization Reference, "Actions, resources,
and condition keys for AWS CodeBuild" (which keys StartBuild has); S3 API reference (HeadObject answers 404
only to who may list).
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.foundation.keys import key
from mendixgen.areas.foundation.record import log_context, logs_service
from mendixgen.authoring.constructs.bucket import Bucket, expiry, private_bucket
from mendixgen.authoring.constructs.build_network import network_statements
from mendixgen.authoring.constructs.key import DATA_KEYS, USE, key_statement
from mendixgen.authoring.constructs.policy import allow, policy, trust_of_service
from mendixgen.authoring.expression import Expr, call, dynamic, each, expr, render
from mendixgen.authoring.module import ModuleBuilder

BUILDSPEC = """\
# All of it is said in the source: request.json, which mendixctl wrote there with the commit.
version: 0.2

env:
  shell: bash

phases:
  install:
    commands:
      - if [ -n "${MENDIXCTL_PACKAGE:-}" ]; then python3 -m pip install --quiet "$MENDIXCTL_PACKAGE"; fi
  build:
    on-failure: ABORT
    commands:
      - mendixctl pipelines build
"""
NOT_OVERRIDDEN = (
    "codebuild:artifacts",
    "codebuild:encryptionKey",
    "codebuild:environment.environmentVariables.name",
    "codebuild:environment.image",
    "codebuild:environment.privilegedMode",
    "codebuild:environment.registryCredential",
    "codebuild:logsConfig",
    "codebuild:secondaryArtifacts",
    "codebuild:secondarySources",
    "codebuild:serviceRole",
    "codebuild:source.buildspec",
)
"""Keys that StartBuild has where the caller overrides that."""


def build(module: ModuleBuilder) -> None:
    """Add the bucket, the roles, the projects, and the policies of those who start builds."""
    var = module.var
    module.section("Builds: where sources and sealed plans are kept")
    on = module.local("build_count", expr(f"{var.builds} == null ? 0 : 1"), "Whether commands run in builds.")
    steps = module.local(
        "build_steps",
        expr(
            "{ for step, role in {\n"
            'plan = try(var.builds.plan_role, "")\n'
            f'apply = "{var.environment}-deployer"\n'
            f"}} : step => role if {on} > 0 }}"
        ),
        "The steps, and the role that the command of each works as.",
    )
    made = key(
        module,
        "builds",
        "The key of sources, sealed plans and logs of builds.",
        on,
        ["s3", "logs"],
        [
            key_statement(
                "EncryptLogs",
                USE,
                logs_service(module),
                log_context(module, f"/aws/codebuild/{var.environment}-builds-*"),
            )
        ],
    )
    bucket = _bucket(module, on, made)
    module.section("Builds: what they are")
    _projects(module, steps, made, bucket)
    module.section("Builds: who may start one")
    _starters(module, steps, made, bucket)


def _bucket(module: ModuleBuilder, on: Expr, made: Expr) -> Bucket:
    var = module.var
    bucket = private_bucket(
        module,
        "builds",
        "What a build is made from, and what it leaves: a commit, a sealed plan, a document.",
        bucket=f"{var.account}-{var.region}-mendix-builds",
        kms_key_arn=made.arn,
        count=on,
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.builds",
        "They go when no plan of them can be applied any more.",
        count=on,
        bucket=bucket.bucket[0].id,
        rule=expiry(expr("var.builds.keep_days")),
        depends_on=[bucket.versioning],
    )
    return bucket


def _projects(module: ModuleBuilder, steps: Expr, made: Expr, bucket: Bucket) -> None:
    var = module.var
    name = f"{var.environment}-builds-{each.key}"
    role = module.resource(
        "aws_iam_role.builds",
        "What a build is, before its command becomes another role.",
        for_each=steps,
        name=name,
        description="Runs mendixctl in builds.",
        assume_role_policy=trust_of_service(
            "codebuild.amazonaws.com",
            var.account,
            f"arn:{var.partition}:codebuild:{var.region}:{var.account}:project/{name}",
        ),
        tags={"Name": name},
    )
    permissions = module.resource(
        "aws_iam_role_policy.builds",
        "Its log, its part of the bucket, what seals plans, its network, and the one role that its command works as.",
        for_each=steps,
        name="build",
        role=role[each.key].id,
        policy=policy(call("concat", _own(module, made, bucket), _network_statements(module))),
    )
    logs = module.resource(
        "aws_cloudwatch_log_group.builds",
        "What builds say.",
        for_each=steps,
        name=f"/aws/codebuild/{name}",
        retention_in_days=expr("var.builds.log_days"),
        kms_key_id=made.arn,
        tags={"Name": f"/aws/codebuild/{name}"},
    )
    module.file("buildspec.yml", BUILDSPEC)
    variables = expr(
        "{ for name, value in {\n"
        f'MENDIXCTL_PACKAGE = {{ type = "PLAINTEXT", value = var.builds.package }}\n'
        f'MENDIXCTL_PLAN_PASSPHRASE = {{ type = "SECRETS_MANAGER", value = var.builds.passphrase_secret }}\n'
        f'MENDIXCTL_ROLE_ARN = {{ type = "PLAINTEXT", value = {render(_working_role(module))} }}\n'
        f'MENDIXCTL_STEP = {{ type = "PLAINTEXT", value = {each.key} }}\n'
        "} : name => value if value.value != null }"
    )
    module.resource(
        "aws_codebuild_project.builds",
        "One command of mendixctl for one environment, without privileges.",
        for_each=steps,
        name=name,
        description="Started by mendixctl --on codebuild.",
        service_role=role[each.key].arn,
        encryption_key=made.arn,
        build_timeout=expr("var.builds.build_minutes"),
        queued_timeout=480,
        concurrent_build_limit=expr("var.builds.concurrent_builds"),
        source={
            "type": "S3",
            "location": f"{bucket.bucket[0].id}/{each.key}/none/source.zip",
            "buildspec": expr('file("${path.module}/buildspec.yml")'),
        },
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "compute_type": expr('"BUILD_GENERAL1_${upper(var.builds.compute)}"'),
            "image": expr("var.builds.image"),
            "image_pull_credentials_type": expr(
                'startswith(var.builds.image, "aws/codebuild/") ? "CODEBUILD" : "SERVICE_ROLE"'
            ),
            "privileged_mode": False,
            "environment_variable": dynamic(
                for_each=variables,
                content={
                    "name": expr("environment_variable.key"),
                    "type": expr("environment_variable.value.type"),
                    "value": expr("environment_variable.value.value"),
                },
            ),
        },
        vpc_config=dynamic(
            for_each=expr("var.builds.network[*]"),
            content={
                "vpc_id": expr("vpc_config.value.vpc_id"),
                "subnets": expr("vpc_config.value.subnet_ids"),
                "security_group_ids": expr("vpc_config.value.security_group_ids"),
            },
        ),
        logs_config={"cloudwatch_logs": {"group_name": logs[each.key].name}},
        tags={"Name": name},
        # CodeBuild tries the interfaces with the role when the project is made.
        depends_on=[permissions],
    )


def _working_role(module: ModuleBuilder) -> str:
    return f"arn:{module.var.partition}:iam::{module.var.account}:role/{each.value}"


def _own(module: ModuleBuilder, made: Expr, bucket: Bucket) -> list[dict[str, Any]]:
    var = module.var
    here = f"{var.region}:{var.account}"
    return [
        allow(
            "WriteLogs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            f"arn:{var.partition}:logs:{here}:log-group:/aws/codebuild/{var.environment}-builds-{each.key}:*",
        ),
        *_objects(module, made, bucket),
        allow(
            "OpenPlans",
            ["secretsmanager:GetSecretValue"],
            expr(f'"arn:{var.partition}:secretsmanager:{here}:secret:${{var.builds.passphrase_secret}}-*"'),
        ),
        allow("BecomeWhoMay", ["sts:AssumeRole"], _working_role(module)),
        allow("SignInToTheRegistry", ["ecr:GetAuthorizationToken"], "*"),
        allow(
            "PullTheImage",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            f"arn:{var.partition}:ecr:{here}:repository/*",
        ),
    ]


def _objects(module: ModuleBuilder, made: Expr, bucket: Bucket) -> list[dict[str, Any]]:
    """The step's own part of the bucket: what a plan's build may write, no apply takes."""
    arn = bucket.bucket[0].arn
    return [
        allow("FindObjects", ["s3:ListBucket"], arn, condition={"StringLike": {"s3:prefix": f"{each.key}/*"}}),
        allow("PassObjectsOn", ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], f"{arn}/{each.key}/*"),
        allow("EncryptObjects", DATA_KEYS, made.arn, condition=module.via("s3")),
    ]


def _network_statements(module: ModuleBuilder) -> Expr:
    statements = network_statements(module, "network.subnet_ids")
    return expr(f"flatten([for network in var.builds.network[*] : {render(statements)}])")


def _starters(module: ModuleBuilder, steps: Expr, made: Expr, bucket: Bucket) -> None:
    var = module.var
    name = f"{var.environment}-builds-{each.key}"
    here = f"{var.region}:{var.account}"
    project = f"arn:{var.partition}:codebuild:{here}:project/{name}"
    module.resource(
        "aws_iam_policy.builds_start",
        "For those who may start builds of a step: to be attached to their roles. It reads nothing else.",
        for_each=steps,
        name=f"{var.environment}-start-{each.key}",
        description="Starts builds of mendixctl, and follows them.",
        policy=policy(
            [
                allow(
                    "StartFromTheOwnPartOfTheBucket",
                    ["codebuild:StartBuild"],
                    project,
                    condition={
                        "StringLike": {"codebuild:source.location": f"{bucket.bucket[0].id}/{each.key}/*"},
                        "Null": dict.fromkeys(NOT_OVERRIDDEN, "true"),
                    },
                ),
                allow("FollowAndStop", ["codebuild:BatchGetBuilds", "codebuild:StopBuild"], project),
                allow(
                    "ReadTheLog",
                    ["logs:GetLogEvents"],
                    f"arn:{var.partition}:logs:{here}:log-group:/aws/codebuild/{name}:*",
                ),
                *_objects(module, made, bucket),
            ]
        ),
        tags={"Name": f"{var.environment}-start-{each.key}"},
    )
