"""The permissions boundary and the roles that need no cluster.

Sources: IAM user guide, "Permissions boundaries for IAM entities" and "AWS global condition context keys"; EKS
user guide, "Amazon EKS cluster IAM role", "Amazon EKS node IAM role" and "Cross-service confused deputy prevention
in Amazon EKS"; Systems Manager user guide, "Sample IAM policies for Session Manager"; Mendix documentation,
"Storage Plans" (the roles that the Operator makes).
"""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.policy import allow, deny, policy, trust_of_service
from mendixgen.authoring.expression import Expr, call, each, expr, render
from mendixgen.authoring.module import ModuleBuilder

WHO_IS_WHO = ["account:*", "iam:*", "identitystore:*", "organizations:*", "sso:*", "sso-directory:*"]
"""What decides who anybody is: no role of the platform has it but for what the boundary names one by one."""

FORWARDING = "AWS-StartPortForwardingSessionToRemoteHost"
"""AWS's document of sessions that forward a port through an instance to another host."""

OPERATOR_ROLES = ["iam:CreateRole", "iam:DeleteRole", "iam:TagRole"]
"""What the Mendix Operator does to the role of an environment that it makes (Storage Plans, "ManageRoles")."""

OPERATOR_GRANTS = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
"""How it lets that role do something: by the one policy that the workloads area makes for such roles. Those roles carry
no boundary, so that any other policy would be a way around this one."""

WATCH = [
    "access-analyzer:DeleteAnalyzer",
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "ec2:DeleteFlowLogs",
    "ec2:DisableEbsEncryptionByDefault",
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "s3:PutAccountPublicAccessBlock",
    "securityhub:DisableSecurityHub",
]
"""What would switch off the account's record of itself, or make all of its data unreadable at once."""

WITHOUT_REGION = [
    "budgets:*",
    "ce:*",
    "cloudfront:*",
    "health:*",
    "iam:*",
    "route53:*",
    "shield:*",
    "sts:*",
    "support:*",
    "trustedadvisor:*",
    "wafv2:*",
]
"""Services that answer for all regions from one (IAM user guide, "Deny access based on the requested Region")."""

DATA = [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "kms:Decrypt",
    "lambda:GetFunction",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:StartQuery",
    "rds-db:connect",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
]
"""What reads content and not set-up; AWS's policies for auditors give some of it, and change."""


def build(module: ModuleBuilder) -> None:
    """Add all of the area's resources."""
    boundary = _boundary(module)
    _cluster(module, boundary)
    _node(module, boundary)
    _people(module, boundary)


def _boundary(module: ModuleBuilder) -> Expr:
    var = module.var
    module.section("Permissions boundary")
    iam = f"arn:{var.partition}:iam::{var.account}"
    elsewhere = render(
        {
            "Sid": "StayInTheRegions",
            "Effect": "Deny",
            "NotAction": WITHOUT_REGION,
            "Resource": "*",
            "Condition": {
                "StringNotEquals": {"aws:RequestedRegion": call("concat", [var.region], Expr("regions"))},
            },
        }
    )
    limits = module.local(
        "region_limits",
        expr(f"[\nfor regions in var.regions == null ? [] : [var.regions] :\n{elsewhere}\n]"),
        "No statement where any region will do.",
    )
    statements = [
        {"Sid": "AllButWhoIsWho", "Effect": "Allow", "NotAction": WHO_IS_WHO, "Resource": "*"},
        allow("SeeWhoIsWho", ["iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*"], "*"),
        allow("PassOwnRoles", ["iam:PassRole"], f"{iam}:role/{var.environment}-*"),
        allow("LetServicesMakeTheirOwn", ["iam:CreateServiceLinkedRole"], f"{iam}:role/aws-service-role/*"),
        allow("LetTheMendixOperatorMakeRoles", OPERATOR_ROLES, f"{iam}:role/mendix-*"),
        allow(
            "LetItAttachTheirPolicyOnly",
            OPERATOR_GRANTS,
            f"{iam}:role/mendix-*",
            condition={"ArnEquals": {"iam:PolicyARN": f"{iam}:policy/{var.environment}-mendix-environment"}},
        ),
        deny("KeepTheWatchOn", WATCH, "*"),
    ]
    own = module.resource(
        "aws_iam_policy.boundary",
        "The most that any role of the platform can do, whatever else is attached to it. It gives nothing by itself.",
        count=expr(f"{var.boundary_policy_arn} == null ? 1 : 0"),
        name=f"{var.environment}-boundary",
        description=f"Permissions boundary of every role of {var.environment}. It gives nothing by itself.",
        policy=policy(call("concat", statements, limits)),
        tags={"Name": f"{var.environment}-boundary"},
    )
    return module.local(
        "boundary_arn",
        expr(f"{var.boundary_policy_arn} == null ? one({own}[*].arn) : {var.boundary_policy_arn}"),
        "The boundary of every role: ours, or the one that exists.",
    )


def _cluster(module: ModuleBuilder, boundary: Expr) -> None:
    var = module.var
    module.section("The cluster")
    role = _role(
        module,
        "cluster",
        "What the control plane of the cluster works as. Another one would replace the cluster, so this name stays.",
        "The control plane of the cluster works as this.",
        boundary,
        trust_of_service(
            "eks.amazonaws.com",
            var.account,
            f"arn:{var.partition}:eks:{var.region}:{var.account}:cluster/{var.environment}",
        ),
    )
    module.resource(
        "aws_iam_role_policy_attachment.cluster",
        "What EKS asks for: network interfaces, security groups and load balancers of the cluster.",
        role=role.name,
        policy_arn=f"arn:{var.partition}:iam::aws:policy/AmazonEKSClusterPolicy",
    )
    module.resource(
        "aws_iam_role_policy.cluster_secrets",
        "Kubernetes secrets are encrypted with the platform's key.",
        name="secrets",
        role=role.id,
        policy=policy(
            [allow("EncryptSecrets", ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"], var.cluster_key_arn)]
        ),
    )


def _node(module: ModuleBuilder, boundary: Expr) -> None:
    var = module.var
    module.section("The nodes")
    service = module.local(
        "ec2_service",
        expr(f'{var.partition} == "aws-cn" ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com"'),
        "EC2's name as a principal, which is China's own there.",
    )
    role = _role(
        module,
        "node",
        "What nodes work as. Pods cannot: the metadata service answers a node's own network only.",
        "The nodes of the cluster work as this.",
        boundary,
        policy([allow("Assume", ["sts:AssumeRole"], principal={"Service": service})]),
    )
    aws = f"arn:{var.partition}:iam::aws:policy"
    needed = [f"{aws}/{name}" for name in ("AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy")]
    network = f"{aws}/AmazonEKS_CNI_Policy"
    sessions = render(f"{aws}/AmazonSSMManagedInstanceCore")
    policies = module.local(
        "node_policies",
        call("concat", [*needed, network], expr(f"{var.node_sessions} ? [{sessions}] : []")),
        "Join the cluster, pull images, give pods addresses (before any pod with a role of its own can run), and be"
        " reached without SSH.",
    )
    module.resource(
        "aws_iam_role_policy_attachment.node",
        "AWS's own policies, which follow what EKS needs.",
        for_each=call("toset", policies),
        role=role.name,
        policy_arn=each.value,
    )


def _people(module: ModuleBuilder, boundary: Expr) -> None:
    var = module.var
    module.section("People")
    root = module.local(
        "account_root", f"arn:{var.partition}:iam::{var.account}:root", "The account: its IAM policies say who."
    )
    admin = _person(
        module, "admin", "platform-admin", "operates the platform", "Whoever operates the platform.", boundary, root
    )
    auditor = _person(
        module, "auditor", "auditor", "audits the platform", "Whoever audits the platform.", boundary, root
    )
    aws = f"arn:{var.partition}:iam::aws:policy"
    see = [f"{aws}/SecurityAudit", f"{aws}/job-function/ViewOnlyAccess"]
    for name, role, given in (("admin", admin, var.admins), ("auditor", auditor, var.auditors)):
        module.resource(
            f"aws_iam_role_policy_attachment.{name}",
            "How everything is set up, and what the environment's YAML adds.",
            for_each=call("toset", call("concat", see, given.policies)),
            role=role.name,
            policy_arn=each.value,
        )
    module.resource(
        "aws_iam_role_policy.admin",
        "To operate what is there. What there is, is mendixctl's to say.",
        name="operate",
        role=admin.id,
        policy=policy(_operate(module)),
    )
    module.resource(
        "aws_iam_role_policy.auditor",
        "No content, whatever else is attached.",
        name="no-data",
        role=auditor.id,
        policy=policy([deny("SeeNoData", DATA, "*")]),
    )


def _operate(module: ModuleBuilder) -> list[Any]:
    var = module.var
    here = f"{var.region}:{var.account}"
    arn = f"arn:{var.partition}"
    own = {"StringEquals": {"aws:ResourceTag/environment": var.environment}}
    ec2, rds, ssm = f"{arn}:ec2:{here}", f"{arn}:rds:{here}", f"{arn}:ssm:{here}"
    return [
        allow("UseTheCluster", ["eks:AccessKubernetesApi"], f"{arn}:eks:{here}:cluster/{var.environment}"),
        allow("OpenSessionsOnNodes", ["ssm:StartSession"], f"{ec2}:instance/*", condition=own),
        allow("OpenShells", ["ssm:StartSession"], f"{ssm}:document/SSM-SessionManagerRunShell"),
        # Through a node to the private API of the cluster; who has a shell on a node gets there anyway.
        allow("ForwardPorts", ["ssm:StartSession"], f"{arn}:ssm:{var.region}::document/{FORWARDING}"),
        allow(
            "EndOwnSessions",
            ["ssm:ResumeSession", "ssm:TerminateSession"],
            f"{arn}:ssm:*:*:session/$${{aws:userid}}-*",
        ),
        allow(
            "RestartDatabases",
            ["rds:DownloadDBLogFilePortion", "rds:RebootDBInstance", "rds:StartDBInstance", "rds:StopDBInstance"],
            f"{rds}:db:{var.environment}-*",
        ),
        allow(
            "TakeSnapshots",
            ["rds:AddTagsToResource", "rds:CreateDBSnapshot"],
            [f"{rds}:db:{var.environment}-*", f"{rds}:snapshot:{var.environment}-*"],
        ),
        allow(
            "SetAndRotateSecrets",
            ["secretsmanager:CancelRotateSecret", "secretsmanager:PutSecretValue", "secretsmanager:RotateSecret"],
            f"{arn}:secretsmanager:{here}:secret:{var.environment}/*",
        ),
        # Secrets Manager asks it of whoever starts a rotation (API reference, RotateSecret).
        allow("StartRotations", ["lambda:InvokeFunction"], f"{arn}:lambda:{here}:function:{var.environment}-rotate-*"),
        allow(
            "EncryptSecrets",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            var.secrets_key_arn,
            condition={"StringLike": {"kms:ViaService": f"secretsmanager.{var.region}.*"}},
        ),
        allow(
            "ReadLogs",
            ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetQueryResults", "logs:StartQuery"],
            f"{arn}:logs:{here}:log-group:*",
        ),
        allow("StopQueries", ["logs:StopQuery"], "*"),
        allow(
            "SilenceAlarms",
            ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"],
            f"{arn}:cloudwatch:{here}:alarm:{var.environment}-*",
        ),
    ]


def _person(module: ModuleBuilder, name: str, title: str, does: str, comment: str, boundary: Expr, root: Expr) -> Expr:
    access = module.var[f"{name}s"]
    factor = render({"aws:MultiFactorAuthPresent": "true"})
    principals = module.local(
        f"{name}_principals",
        expr(f"length({access.principals}) == 0 ? [{root}] : {access.principals}"),
        f"Who may become {title}.",
    )
    secure = module.local(
        f"{name}_sign_in",
        call("merge", {"aws:SecureTransport": "true"}, expr(f"{access.require_mfa} ? {factor} : {{}}")),
        f"How one has to have signed in to become {title}.",
    )
    return _role(
        module,
        name,
        comment,
        f"Assumed by whoever {does}.",
        boundary,
        policy([allow("Assume", ["sts:AssumeRole"], principal={"AWS": principals}, condition={"Bool": secure})]),
        title=title,
        max_session_duration=expr(f"{access.session_hours} * 3600"),
    )


def _role(
    module: ModuleBuilder,
    name: str,
    comment: str,
    description: str,
    boundary: Expr,
    trust: Expr,
    title: str = "",
    **arguments: Any,
) -> Expr:
    """A role as every one of this area is: named after the environment, bounded, and gone with what hangs on it."""
    var = module.var
    full = f"{var.environment}-{title or name}"
    return module.resource(
        f"aws_iam_role.{name}",
        comment,
        name=full,
        description=description,
        assume_role_policy=trust,
        permissions_boundary=boundary,
        force_detach_policies=var.teardown,
        **arguments,
        tags={"Name": full},
    )
