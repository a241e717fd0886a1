"""The builds: a project a step, their network, their log and where sources and packages are kept."""

from __future__ import annotations

from dataclasses import dataclass

from mendixgen.areas.delivery.access import builds_own, push
from mendixgen.areas.delivery.scope import Scope
from mendixgen.areas.delivery.steps import STEPS, buildspec
from mendixgen.authoring.constructs.bucket import Bucket, expiry, private_bucket
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, trust_of_service
from mendixgen.authoring.constructs.service_role import ServiceRole, service_role
from mendixgen.authoring.expression import Expr, call, dynamic, each, expr, render
from mendixgen.authoring.module import ModuleBuilder


@dataclass(frozen=True, slots=True)
class Builds:
    """What pipelines refer to: the projects by step, and the bucket."""

    projects: Expr
    artifacts: Bucket


def build(module: ModuleBuilder, scope: Scope, deploying: ServiceRole, signer: Expr) -> Builds:
    """Add the bucket, the network and the projects."""
    artifacts = _artifacts(module, scope)
    group = _network(module, scope)
    return Builds(_projects(module, scope, deploying, signer, group), artifacts)


def _artifacts(module: ModuleBuilder, scope: Scope) -> Bucket:
    var = module.var
    module.section("Sources and packages")
    made = private_bucket(
        module,
        "artifacts",
        "What one step hands to the next: sources and packages of a release.",
        bucket=f"{var.environment}-{var.account}-delivery",
        kms_key_arn=var.storage_key_arn,
        count=scope.pipelined,
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.artifacts",
        "They go after their time. A release is in the registry, and never taken back from here.",
        count=scope.pipelined,
        bucket=made.bucket[0].id,
        rule=expiry(var.artifact_days, noncurrent=30, uploads=7),
        depends_on=[made.versioning],
    )
    module.resource(
        "aws_s3_bucket_logging.artifacts",
        "Who reads sources and packages.",
        count=scope.pipelined,
        bucket=made.bucket[0].id,
        target_bucket=var.access_logs_bucket_name,
        target_prefix="s3/delivery/",
        target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
    )
    return made


def _network(module: ModuleBuilder, scope: Scope) -> Expr:
    var = module.var
    module.section("The network of builds")
    description = "Builds: out to AWS, to the cluster and to package indexes, nothing in"
    group = module.resource(
        "aws_security_group.builds",
        f"{description}.",
        count=scope.pipelined,
        name_prefix=f"{var.environment}-builds-",
        description=description,
        vpc_id=var.vpc_id,
        revoke_rules_on_delete=True,
        tags={"Name": f"{var.environment}-builds"},
        lifecycle={"create_before_destroy": True},
    )
    module.resource(
        "aws_vpc_security_group_egress_rule.builds",
        "Outbound: builds to AWS, to the cluster's API and to where packages come from, over TLS.",
        count=scope.pipelined,
        security_group_id=group[0].id,
        description="Builds to AWS, the cluster and package indexes",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4="0.0.0.0/0",
    )
    others = module.local(
        "reached_groups",
        expr(
            f"{{ for name, id in {{ cluster = {var.cluster_security_group_id},"
            f" endpoints = {var.endpoints_security_group_id} }} : name => id if {scope.pipelined} > 0 }}"
        ),
        "Whose security groups let builds in.",
    )
    module.resource(
        "aws_vpc_security_group_ingress_rule.builds",
        "Inbound there: builds to the Kubernetes API and to interface endpoints.",
        for_each=others,
        security_group_id=each.value,
        description="Builds of the delivery",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        referenced_security_group_id=group[0].id,
    )
    return group


def _projects(module: ModuleBuilder, scope: Scope, deploying: ServiceRole, signer: Expr, group: Expr) -> Expr:
    var = module.var
    module.section("Builds")
    compiler = expr(
        f"[for it in var.mxbuild[*] : {render(allow('FetchTheCompiler', ['s3:GetObject'], _compiler(module)))}]"
    )
    role = service_role(
        module,
        "build",
        "What packages are built and pushed as: it knows no cluster.",
        role_name=f"{var.environment}-delivery-build",
        description=f"Builds and pushes the apps of {var.environment}.",
        trust=trust_of_service("codebuild.amazonaws.com", var.account, scope.project_arns),
        policy_name="build",
        permissions=call("concat", [*builds_own(module), *push(scope, signer)], compiler),
        permissions_comment="Its log, its artifacts, its network, and the repositories of the apps.",
        count=scope.pipelined,
        tags={"Name": f"{var.environment}-delivery-build"},
    )
    for name in STEPS:
        module.file(f"buildspecs/{name}.yml", buildspec(name))
    steps = module.local(
        "steps",
        expr(
            "{ for name, it in {\n"
            + "".join(
                f'{name} = {{ does = "{step.does}", deploys = {str(step.deploys).lower()} }}\n'
                for name, step in STEPS.items()
            )
            + f"}} : name => it if {scope.pipelined} > 0 }}"
        ),
        "The steps of a delivery.",
    )
    variables = module.local(
        "variables",
        expr(
            "{ for name, value in {\n"
            f"ENVIRONMENT = {var.environment}\n"
            f"MENDIXCTL_PACKAGE = {var.package}\n"
            "MENDIXCTL_MXBUILD = try(var.mxbuild.archive, null)\n"
            "MENDIXCTL_MXBUILD_SHA256 = try(var.mxbuild.sha256, null)\n"
            "} : name => value if value != null }"
        ),
        "What every step is told; of what is not given, nothing.",
    )
    logs = log_group(
        module,
        "builds",
        "What the builds of a step say.",
        path=f"/aws/codebuild/{var.environment}-release-{each.key}",
        retention_days=var.log_days,
        for_each=steps,
        tags={"Name": f"/aws/codebuild/{var.environment}-release-{each.key}"},
    )
    return module.resource(
        "aws_codebuild_project.step",
        "A step: one call of mendixctl, in the private subnets, without privileges.",
        for_each=steps,
        name=f"{var.environment}-release-{each.key}",
        description=f"{each.value.does}.",
        service_role=expr(f"each.value.deploys ? {deploying.role.arn} : {role.role.arn}"),
        encryption_key=var.storage_key_arn,
        build_timeout=var.build_minutes,
        queued_timeout=480,
        concurrent_build_limit=expr(f"coalesce({var.concurrent_builds}, max(1, length({var.releases})))"),
        source={"type": "CODEPIPELINE", "buildspec": expr('file("${path.module}/buildspecs/${each.key}.yml")')},
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "compute_type": f"BUILD_GENERAL1_{call('upper', var.compute)}",
            "image": var.image,
            "image_pull_credentials_type": expr(
                f'startswith({var.image}, "aws/codebuild/") ? "CODEBUILD" : "SERVICE_ROLE"'
            ),
            "privileged_mode": False,
            "environment_variable": dynamic(
                for_each=variables,
                content={
                    "name": expr("environment_variable.key"),
                    "value": expr("environment_variable.value"),
                },
            ),
        },
        vpc_config={
            "vpc_id": var.vpc_id,
            "subnets": var.private_subnet_ids,
            "security_group_ids": [group[0].id],
        },
        logs_config={"cloudwatch_logs": {"group_name": logs[each.key].name}},
        tags={"Name": f"{var.environment}-release-{each.key}"},
        # CodeBuild tries the interfaces with the role when the project is made.
        depends_on=[role.permissions, deploying.permissions],
    )


def _compiler(module: ModuleBuilder) -> Expr:
    return expr(f'"arn:{module.var.partition}:s3:::${{trimprefix(it.archive, "s3://")}}"')
