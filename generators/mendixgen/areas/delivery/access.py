"""Who deploys and who approves: roles, whose word about a job is believed, and the way into the cluster."""

from __future__ import annotations

from typing import Any

from mendixgen.areas.delivery import GROUP
from mendixgen.areas.delivery.scope import Scope
from mendixgen.areas.delivery.signing import signing, verifying
from mendixgen.authoring.constructs.build_network import network_statements
from mendixgen.authoring.constructs.policy import allow, policy
from mendixgen.authoring.constructs.service_role import ServiceRole, service_role
from mendixgen.authoring.expression import Expr, call, expr, render
from mendixgen.authoring.module import ModuleBuilder

DATA_KEYS = ["kms:Decrypt", "kms:GenerateDataKey"]
PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImageScanFindings",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:GetDownloadUrlForLayer",
    "ecr:GetLifecyclePolicy",
    "ecr:InitiateLayerUpload",
    "ecr:ListImages",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]
LOOK = [
    "ecr:BatchGetImage",
    "ecr:DescribeImageScanFindings",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:GetDownloadUrlForLayer",
    "ecr:ListImages",
    "ecr:PutImage",
]
"""Looking at an image and its signature, and marking it as released, which is a further tag of the same image."""


def deploying(module: ModuleBuilder, scope: Scope, signer: Expr) -> ServiceRole:
    """Add the role that deploys, and let it into the cluster."""
    var = module.var
    module.section("Who deploys")
    trust = _trust(module, scope)
    # A job of another tool also builds and pushes, and CodeBuild has a network and a log.
    statements = call(
        "concat",
        [*_deploy_statements(module, scope), verifying(signer)],
        _ledger_statements(module),
        expr(f"[for it in {render(builds_own(module))} : it if {scope.pipelined} > 0]"),
        expr(f"[for it in {render(push(scope, signer))} : it if {scope.pipelined} == 0]"),
    )
    role = service_role(
        module,
        "deploy",
        "What a release is deployed as: of the cluster it may change the apps and nothing else.",
        role_name=f"{var.environment}-delivery",
        description=f"Delivers the apps of {var.environment}.",
        trust=trust,
        policy_name="deliver",
        permissions=statements,
        permissions_comment="Images, the app's release in the ledger, a snapshot of its database, and the alarms.",
        count=scope.delivered,
        tags={"Name": f"{var.environment}-delivery"},
    )
    module.resource(
        "aws_eks_access_entry.this",
        "Lets it into the cluster, as a member of a group whose rights the manifests say.",
        count=scope.delivered,
        cluster_name=var.cluster_name,
        principal_arn=role.role.arn,
        kubernetes_groups=[GROUP],
        tags={"Name": f"{var.environment}-delivery"},
    )
    return role


def _trust(module: ModuleBuilder, scope: Scope) -> Expr:
    var = module.var
    issuer = module.local(
        "issuer",
        expr(
            'var.tool == "github" ? coalesce(var.oidc.issuer, "token.actions.githubusercontent.com") :'
            ' var.tool == "gitlab" ? coalesce(var.oidc.issuer, "gitlab.com") :'
            ' coalesce(var.oidc.issuer, "none.invalid")'
        ),
        "Who vouches for a job of another tool.",
    )
    audience = module.local(
        "audience",
        expr(f'coalesce(var.oidc.audience, var.tool == "gitlab" ? "https://{issuer}" : "sts.amazonaws.com")'),
        "Whom its token is for.",
    )
    subject = module.local(
        "subject",
        expr(
            "var.oidc.subject != null || var.source_code == null ? var.oidc.subject :"
            ' var.tool == "github" ? "repo:${var.source_code.repository}:ref:refs/heads/${var.source_code.branch}" :'
            ' "project_path:${var.source_code.repository}:ref_type:branch:ref:${var.source_code.branch}"'
        ),
        "What the token calls the one job that is believed.",
    )
    provider = module.resource(
        "aws_iam_openid_connect_provider.this",
        "Whose word is believed. Its certificate is one that AWS itself knows, so no thumbprint is needed.",
        count=expr("var.oidc.create ? 1 : 0"),
        url=f"https://{issuer}",
        client_id_list=[audience],
        tags={"Name": f"{var.environment}-delivery"},
    )
    known = f"arn:{var.partition}:iam::{var.account}:oidc-provider/{issuer}"
    federated = module.local(
        "federated",
        expr(f"length({provider}) > 0 ? {provider}[0].arn : {render(known)}"),
        "The identity provider: the account's, which is known before it is there, or the own.",
    )
    of_a_job = allow(
        "AssumeByToken",
        ["sts:AssumeRoleWithWebIdentity"],
        principal={"Federated": federated},
        condition={"StringEquals": {f"{issuer}:aud": audience, f"{issuer}:sub": subject}},
    )
    of_a_build = allow(
        "AssumeByBuild",
        ["sts:AssumeRole"],
        principal={"Service": "codebuild.amazonaws.com"},
        condition={
            "StringEquals": {"aws:SourceAccount": var.account},
            "ArnLike": {"aws:SourceArn": scope.project_arns},
        },
    )
    return policy(
        expr(
            f"[for it in [{render(of_a_build)}, {render(of_a_job)}] : it if"
            f' (it.Action == "sts:AssumeRole") == ({scope.pipelined} > 0)]'
        )
    )


def push(scope: Scope, signer: Expr) -> list[dict[str, Any]]:
    """What pushing an image asks for."""
    return [
        allow("SignInToTheRegistry", ["ecr:GetAuthorizationToken"], "*"),
        allow("PushImages", PUSH, scope.images),
        signing(signer),
    ]


def _deploy_statements(module: ModuleBuilder, scope: Scope) -> list[dict[str, Any]]:
    var = module.var
    rds = f"arn:{var.partition}:rds:{var.region}:{var.account}"
    return [
        allow("FindTheCluster", ["eks:DescribeCluster"], var.cluster_arn),
        allow("LookAtImages", LOOK, scope.images),
        allow("LookAtAlarms", ["cloudwatch:DescribeAlarms"], "*"),
        allow("LookAtDatabases", ["rds:DescribeDBInstances", "rds:DescribeDBSnapshots"], "*"),
        allow(
            "SnapshotBeforeARelease",
            ["rds:AddTagsToResource", "rds:CreateDBSnapshot"],
            [f"{rds}:db:{var.environment}-*", f"{rds}:snapshot:{var.environment}-*"],
        ),
        allow(
            "CopyBesideARelease",
            ["rds:RestoreDBInstanceFromDBSnapshot"],
            [
                *(f"{rds}:{kind}:{var.environment}-*" for kind in ("db", "snapshot", "subgrp", "pg", "og")),
                f"{rds}:og:default:*",
                f"{rds}:pg:default.*",
            ],
        ),
    ]


def _ledger_statements(module: ModuleBuilder) -> Expr:
    """The ledger of the environment in the state's bucket, and not the state: that has every secret."""
    var = module.var
    bucket = f"arn:{var.partition}:s3:::{Expr('place.bucket')}"
    prefix = f"{Expr('place.prefix')}"
    statements = [
        allow(
            "FindReleases",
            ["s3:ListBucket"],
            bucket,
            condition={"StringLike": {"s3:prefix": [f"{prefix}releases/*", f"{prefix}archives/*"]}},
        ),
        allow(
            "KeepReleases",
            ["s3:GetObject", "s3:PutObject"],
            [f"{bucket}/{prefix}releases/*", f"{bucket}/{prefix}archives/*"],
        ),
        allow(
            "EncryptReleases",
            DATA_KEYS,
            expr(f'coalesce(place.kms_key, "arn:{var.partition}:kms:*:{var.account}:key/*")'),
            condition={"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
        ),
    ]
    return expr(f'flatten([for place in [{var.state_place}] : {render(statements)} if place.bucket != ""])')


def builds_own(module: ModuleBuilder) -> list[dict[str, Any]]:
    """What every build of CodeBuild needs: its log, its artifacts, and interfaces in the private subnets."""
    var = module.var
    here = f"{var.region}:{var.account}"
    log = f"arn:{var.partition}:logs:{here}:log-group:/aws/codebuild/{var.environment}-release-*"
    bucket = f"arn:{var.partition}:s3:::{var.environment}-{var.account}-delivery"
    return [
        allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log}:*"),
        allow("PassArtifactsOn", ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], f"{bucket}/*"),
        allow("EncryptArtifacts", DATA_KEYS, var.storage_key_arn, condition=module.via("s3")),
        *network_statements(module, var.private_subnet_ids),
    ]


def approving(module: ModuleBuilder, scope: Scope) -> None:
    """Add the role that approves."""
    var = module.var
    module.section("Who approves")
    on = module.local(
        "approver_count",
        expr(f"length({var.approver_roles}) > 0 ? {scope.asks} : 0"),
        "Whether anybody but an administrator approves.",
    )
    here = f"arn:{var.partition}:codepipeline:{var.region}:{var.account}:{var.environment}-*"
    service_role(
        module,
        "approver",
        "Approves or rejects a release, looks at pipelines, and starts or takes one back.",
        role_name=f"{var.environment}-approver",
        description=f"Approves releases of {var.environment}.",
        trust=policy([allow("Assume", ["sts:AssumeRole"], principal={"AWS": call("sort", var.approver_roles)})]),
        policy_name="approve",
        permissions=[
            allow("Approve", ["codepipeline:PutApprovalResult"], f"{here}/Gate/Approve"),
            allow(
                "Look",
                [
                    "codepipeline:GetPipeline",
                    "codepipeline:GetPipelineExecution",
                    "codepipeline:GetPipelineState",
                    "codepipeline:ListActionExecutions",
                    "codepipeline:ListPipelineExecutions",
                ],
                here,
            ),
            allow("Find", ["codepipeline:ListPipelines"], "*"),
            allow("StartAndTakeBack", ["codepipeline:StartPipelineExecution"], here),
        ],
        permissions_comment="Of this environment's pipelines.",
        count=on,
        tags={"Name": f"{var.environment}-approver"},
    )
