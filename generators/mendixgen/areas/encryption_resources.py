"""The keys and their policies.

A key policy here says through which services a key may be used, and lets the account's IAM policies say by
whom. It names no role: a key policy that names one breaks when the role is made anew, because KMS keeps
the role's internal id. Sources: KMS developer guide, "Default key policy", "kms:ViaService",
"kms:GrantIsForAWSResource"; the encryption chapters of CloudWatch Logs, CloudTrail, SNS, S3 inventory,
EC2 Auto Scaling and Elastic Load Balancing.
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.encryption import PURPOSES
from mendixgen.authoring.constructs.policy import allow, policy
from mendixgen.authoring.expression import Expr, call, each, expr
from mendixgen.authoring.module import ModuleBuilder

SERVICES = {
    "storage": ["s3", "ec2", "ecr"],
    "database": ["rds"],
    "cluster": ["eks", "ec2"],
    "logs": ["logs", "s3", "sns", "sqs"],
    "secrets": ["secretsmanager", "ssm"],
    "backup": ["backup", "ec2", "rds", "s3"],
}
"""Through which services the account's principals may use each key (the first part of ``kms:ViaService``)."""

ADMINISTRATION = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
]
"""All that manages a key, and nothing that encrypts, decrypts or grants."""

USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
DATA_KEYS = ["kms:Decrypt", "kms:GenerateDataKey*"]


def build(module: ModuleBuilder) -> None:
    """Add the keys and their aliases."""
    var = module.var
    module.section("Key policies")
    root = module.local(
        "account_root", f"arn:{var.partition}:iam::{var.account}:root", "The account: its IAM policies decide by whom."
    )
    suffix = module.local(
        "dns_suffix",
        expr(f'{var.partition} == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"'),
        "What the names of regional services end in.",
    )
    purposes = module.local(
        "purposes",
        {name: {"description": text, "services": SERVICES[name]} for name, text in PURPOSES.items()},
        "What each key is for, and through which services the account may use it.",
    )
    others = _service_statements(module, suffix, root)
    statements = module.local(
        "service_statements",
        {name: others.get(name, []) for name in PURPOSES},
        "Who else may use each key: AWS services that act on their own, for this account only.",
    )

    module.section("Keys")
    key = module.resource(
        "aws_kms_key.this",
        "One key a purpose. Multi-region from the start, because a key cannot become it later.",
        for_each=purposes,
        description=f"{var.environment}: {each.value.description}",
        enable_key_rotation=True,
        rotation_period_in_days=var.rotation_days,
        deletion_window_in_days=var.deletion_window_days,
        multi_region=True,
        policy=policy(call("concat", _own_statements(module, suffix, root), statements[each.key])),
        tags={"Name": f"{var.environment}-{each.key}"},
    )
    module.resource(
        "aws_kms_alias.this",
        "The name by which people and tools find a key.",
        for_each=key,
        name=f"alias/{var.environment}-{each.key}",
        target_key_id=each.value.key_id,
    )


def _own_statements(module: ModuleBuilder, suffix: Expr, root: Expr) -> list[Any]:
    """The statements that every key has."""
    var = module.var
    services = expr(f'[for service in {each.value.services} : "${{service}}.{var.region}.{suffix}"]')
    own_account = {"kms:CallerAccount": var.account}
    return [
        _allow("ManageTheKey", ADMINISTRATION, {"AWS": root}),
        _allow(
            "UseTheKeyThroughServices",
            USE,
            {"AWS": root},
            {"StringEquals": {**own_account, "kms:ViaService": services}},
        ),
        _allow(
            "LetServicesKeepUsingTheKey",
            ["kms:CreateGrant"],
            {"AWS": root},
            {"StringEquals": own_account, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def _service_statements(module: ModuleBuilder, suffix: Expr, root: Expr) -> dict[str, list[Any]]:
    """The statements of those that call KMS as themselves, by purpose."""
    var = module.var
    arn = f"arn:{var.partition}"
    here = f"{var.region}:{var.account}"
    own_account = {"aws:SourceAccount": var.account}
    return {
        "storage": [
            _allow(
                "WriteInventories",
                ["kms:GenerateDataKey"],
                {"Service": "s3.amazonaws.com"},
                {"StringEquals": own_account, "ArnLike": {"aws:SourceArn": f"{arn}:s3:::{var.environment}-*"}},
            ),
            _allow(
                "DeliverLogs",
                USE,
                {"Service": "delivery.logs.amazonaws.com"},
                {"StringEquals": own_account, "ArnLike": {"aws:SourceArn": f"{arn}:logs:{here}:*"}},
            ),
        ],
        "cluster": [
            _allow("EncryptNodeVolumes", USE, {"AWS": "*"}, _auto_scaling(module)),
            _allow(
                "GrantNodeVolumes",
                ["kms:CreateGrant"],
                {"AWS": "*"},
                {**_auto_scaling(module), "Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
            _allow(
                "EncryptKubernetesSecrets",
                ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"],
                {"AWS": root},
                {"ArnLike": {"aws:PrincipalArn": f"{arn}:iam::{var.account}:role/{var.environment}-*"}},
            ),
        ],
        "logs": [
            _allow(
                "EncryptLogGroups",
                USE,
                {"Service": f"logs.{var.region}.{suffix}"},
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{arn}:logs:{here}:*"}},
            ),
            _allow(
                "EncryptTrails",
                ["kms:GenerateDataKey*", "kms:DescribeKey"],
                {"Service": "cloudtrail.amazonaws.com"},
                {"ArnLike": {"aws:SourceArn": f"{arn}:cloudtrail:{here}:trail/{var.environment}-*"}},
            ),
            _allow(
                "PublishAlarms",
                DATA_KEYS,
                {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]},
                {"StringEquals": own_account},
            ),
        ],
    }


def _allow(name: str, actions: list[str], principal: Any, condition: Any = None) -> dict[str, Any]:
    # In a key policy the resource is always the key that the policy is on.
    return allow(name, actions, "*", principal=principal, condition=condition)


def _auto_scaling(module: ModuleBuilder) -> dict[str, Any]:
    # No IAM policy can be given to a service-linked role, and as a principal it must exist before the key does.
    var = module.var
    role = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"
    return {
        "StringEquals": {"kms:CallerAccount": var.account},
        "ArnLike": {"aws:PrincipalArn": f"arn:{var.partition}:iam::{var.account}:{role}"},
    }
