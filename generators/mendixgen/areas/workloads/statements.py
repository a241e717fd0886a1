"""What each workload may do, as statements of IAM policies.

Sources: the installation guides of the AWS Load Balancer Controller (TargetGroupBinding), external-dns ("AWS"),
cert-manager ("Route53"), Cluster Autoscaler ("AWS") and the EBS CSI driver ("Encryption"); Mendix documentation,
"Storage Plans", "Registry Configuration" and "Retrieve Environment-Sensitive Data from a Secret Store". Where the
latter's examples cannot work or allow too much, the comment here says what is done instead.
"""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import Expr, call, expr, render
from mendixgen.authoring.module import ModuleBuilder

OBJECTS = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
]
"""What the Mendix Runtime does with files; all of it is done to objects, so the resource must end in ``/*``."""

PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:ListImages",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]
"""What the Operator's builder needs in a repository that exists; without ListImages it fails after a push."""

DATA_KEYS = ["kms:Decrypt", "kms:GenerateDataKey"]
TAG = "${aws:PrincipalTag/privatecloud.mendix.com/"
"""The Operator tags the roles that it makes with s3-prefix and database-user; IAM fills them in."""


def tagged(name: str) -> str:
    """The value of the Operator's tag ``name`` on the calling role, as a variable of IAM and not of Terraform."""
    return f"$${TAG[1:]}{name}}}"


def controllers(module: ModuleBuilder, zones: Expr) -> dict[str, list[Any]]:
    """Statements by controller."""
    return {
        "ebs-csi": _ebs_csi(module),
        "aws-load-balancer-controller": _load_balancer(module),
        "external-dns": _external_dns(zones),
        "cert-manager": _cert_manager(module, zones),
        "cluster-autoscaler": _cluster_autoscaler(module),
    }


def _ebs_csi(module: ModuleBuilder) -> list[Any]:
    key = module.var.storage_key_arn
    use = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    grants = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
    return [
        allow("EncryptVolumes", use, key),
        allow("GrantVolumes", grants, key, condition={"Bool": {"kms:GrantIsForAWSResource": "true"}}),
    ]


def _load_balancer(module: ModuleBuilder) -> list[Any]:
    var = module.var
    look = [
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
    ]
    return [
        allow("Look", look, "*"),
        allow(
            "BindPods",
            ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
            f"arn:{var.partition}:elasticloadbalancing:{var.region}:{var.account}:targetgroup/*/*",
            condition={"StringEquals": {"aws:ResourceTag/environment": var.environment}},
        ),
    ]


def _external_dns(zones: Expr) -> list[Any]:
    kinds = {"route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME", "TXT"]}
    return [
        allow("Look", ["route53:ListHostedZones"], "*"),
        allow(
            "ReadRecords",
            ["route53:ListResourceRecordSets", "route53:ListTagsForResource", "route53:ListTagsForResources"],
            zones,
        ),
        allow(
            "WriteRecords",
            ["route53:ChangeResourceRecordSets"],
            zones,
            condition={"ForAllValues:StringEquals": kinds, "Null": {next(iter(kinds)): "false"}},
        ),
    ]


def _cert_manager(module: ModuleBuilder, zones: Expr) -> list[Any]:
    kinds, names = (
        "route53:ChangeResourceRecordSetsRecordTypes",
        "route53:ChangeResourceRecordSetsNormalizedRecordNames",
    )
    return [
        allow("Look", ["route53:ListHostedZonesByName"], "*"),
        allow("Wait", ["route53:GetChange"], f"arn:{module.var.partition}:route53:::change/*"),
        allow("ReadRecords", ["route53:ListResourceRecordSets"], zones),
        allow(
            "ProveNames",
            ["route53:ChangeResourceRecordSets"],
            zones,
            condition={
                "ForAllValues:StringEquals": {kinds: ["TXT"]},
                "ForAllValues:StringLike": {names: ["_acme-challenge.*"]},
                "Null": {kinds: "false", names: "false"},
            },
        ),
    ]


def _cluster_autoscaler(module: ModuleBuilder) -> list[Any]:
    var = module.var
    look = [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
    ]
    here = f"{var.region}:{var.account}"
    groups = f"arn:{var.partition}:autoscaling:{here}:autoScalingGroup:*:autoScalingGroupName/*"
    return [
        allow("Look", look, "*"),
        allow("LookAtNodeGroups", ["eks:DescribeNodegroup"], f"arn:{var.partition}:eks:{here}:nodegroup/*/*/*"),
        allow(
            "SizeItsGroups",
            ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
            groups,
            condition={
                # EKS tags every group of the cluster so; the cluster area tags those that are the autoscaler's.
                "StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{var.cluster_name}": "owned"},
                "Null": {"aws:ResourceTag/mendixctl/cluster-autoscaler": "false"},
            },
        ),
    ]


def environment(module: ModuleBuilder, bucket: Expr, databases: Expr, dbuser: str) -> Expr:
    """What a role that the Operator makes for an app may do: its own folder and its own database user, by its tags."""
    prefix = tagged("s3-prefix")
    files = [
        allow(
            "ListOwnFolder",
            ["s3:ListBucket"],
            bucket,
            condition={"StringLike": {"s3:prefix": [prefix, f"{prefix}/*"]}},
        ),
        allow("UseOwnFolder", OBJECTS, f"{bucket}/{prefix}/*"),
        _files_key(module, bucket),
    ]
    database = allow("SignInToDatabase", ["rds-db:connect"], _as_user(databases, dbuser, tagged("database-user")))
    return call("concat", _where_there_is(bucket, files), [database])


def storage_provisioner(
    module: ModuleBuilder, bucket: Expr, environment_policy: str, databases: Expr, dbuser: str
) -> Expr:
    """What the provisioner may do.

    Unlike Mendix's example it attaches to its own roles only, cleans up objects (``/*``; on the bucket's ARN the
    statement allows nothing), and signs in as a user of its own, not as the master.
    """
    var = module.var
    roles = f"arn:{var.partition}:iam::{var.account}:role/mendix-*"
    own = [
        allow("MakeRolesOfApps", ["iam:CreateRole", "iam:DeleteRole", "iam:TagRole"], roles),
        allow(
            "AttachOnlyTheirPolicy",
            ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            roles,
            condition={"ArnEquals": {"iam:PolicyARN": environment_policy}},
        ),
        allow(
            "MakeDatabases",
            ["rds-db:connect"],
            _as_user(databases, dbuser, f"{var.storage_provisioner.database_user}"),
        ),
    ]
    files = [
        allow("ListForCleanUp", ["s3:ListBucket"], bucket),
        allow("CleanUp", OBJECTS, f"{bucket}/*"),
        _files_key(module, bucket),
    ]
    return call("concat", own, _where_there_is(bucket, files))


def _where_there_is(bucket: Expr, files: list[Any]) -> Expr:
    return expr(f'[\nfor statement in {render(files)} : statement\nif {bucket} != ""\n]')


def _as_user(databases: Expr, dbuser: str, user: str) -> Expr:
    user_arn = f"{dbuser}:{Expr('id')}/{user}"
    return expr(f"[for id in values({databases}) : {render(user_arn)}]")


def _files_key(module: ModuleBuilder, bucket: Any) -> dict[str, Any]:
    # With a bucket key, the encryption context is the bucket's ARN and not the object's.
    condition = {
        "StringLike": {
            "kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"],
            "kms:ViaService": f"s3.{module.var.region}.*",
        }
    }
    return allow("EncryptFiles", DATA_KEYS, module.var.storage_key_arn, condition=condition)


def apps(module: ModuleBuilder, selected: Expr, users: Expr, databases: Expr, dbuser: str) -> Expr:
    """Statements by app: its secrets, its folder in its bucket, its user in its database."""
    var = module.var
    app, bucket = Expr("app"), Expr("arn")
    own: list[Any] = [
        allow(
            # Who reads which secret, the secrets' own policies say: the readers of each are named in the YAML.
            "DecryptSecrets",
            ["kms:Decrypt"],
            var.secrets_key_arn,
            condition={"StringLike": {"kms:ViaService": f"secretsmanager.{var.region}.*"}},
        ),
    ]
    folder = f"{Expr('name')}"
    files = [
        allow(
            "ListOwnFolder",
            ["s3:ListBucket"],
            bucket,
            condition={"StringLike": {"s3:prefix": [folder, f"{folder}/*"]}},
        ),
        allow("UseOwnFolder", OBJECTS, f"{bucket}/{folder}/*"),
        _files_key(module, bucket),
    ]
    sign_in = allow("SignInToDatabase", ["rds-db:connect"], f"{dbuser}:{Expr('id')}/{users[Expr('name')]}")
    return expr(
        f"{{\nfor name, app in {selected} : name => concat(\n{render(own)},\n"
        f"flatten([for bucket, arn in var.bucket_arns : {render(files)} if bucket == {app.files}]),\n"
        f"[for database, id in {databases} : {render(sign_in)} if database == {app.database}],\n)\n}}"
    )


def zone_arns(module: ModuleBuilder) -> Expr:
    """ARNs of the zones that controllers may write to."""
    ids = call("compact", call("concat", [module.var.zone_id], module.var.zone_ids))
    return expr(f'[for id in {ids} : "arn:{module.var.partition}:route53:::hostedzone/${{id}}"]')
