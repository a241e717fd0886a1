"""The keys and their policies.

A key policy here says through which services a key may be used, and lets the account's IAM policies say by
whom. It names no role: a key policy that names one breaks when the role is made anew, because KMS keeps
the role's internal id. Sources: KMS developer guide, "Default key policy", "kms:ViaService",
"kms:GrantIsForAWSResource"; the encryption chapters of CloudWatch Logs, CloudTrail, SNS, S3 inventory,
EC2 Auto Scaling, Elastic Load Balancing, ECR and EKS.
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.encryption import PURPOSES
from mendixgen.authoring.constructs.key import DATA_KEYS, USE, keep_using, key_statement, own_statements
from mendixgen.authoring.constructs.policy import policy
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


def build(module: ModuleBuilder) -> None:
    """Add the keys and their aliases."""
    var = module.var
    module.section("Key policies")
    root = module.local(
        "account_root", f"arn:{var.partition}:iam::{var.account}:root", "The account: its IAM policies decide by whom."
    )
    suffix = module.local(
        "dns_suffix",
        module.dns_suffix,
        "What the names of regional services end in.",
    )
    purposes = module.local(
        "purposes",
        {name: {"description": text, "services": SERVICES[name]} for name, text in PURPOSES.items()},
        "What each key is for, and through which services the account may use it.",
    )
    others = _service_statements(module, suffix, root)
    kept = module.local(
        "resource_grants",
        keep_using(root, var.account),
        "What lets any service have a key granted for a resource of the account. EKS says of no grant for secrets that"
        " it is for one, so that the cluster key has the grants through its services alone.",
    )
    statements = module.local(
        "service_statements",
        {name: others.get(name, []) for name in PURPOSES},
        "Who else may use each key: AWS services that act on their own, for this account only.",
    )

    module.section("Keys")
    key = module.resource(
        "aws_kms_key.this",
        "One key a purpose. Multi-region from the start, because a key cannot become it later; one that was adopted"
        " stays what it is.",
        for_each=expr(
            f"{{ for name, purpose in {purposes} : name => purpose if !contains(keys({var.existing}), name) }}"
        ),
        description=f"{var.environment}: {each.value.description}",
        enable_key_rotation=True,
        rotation_period_in_days=var.rotation_days,
        deletion_window_in_days=var.deletion_window_days,
        multi_region=expr(f"try({var.keys}[{each.key}].multi_region, true)"),
        policy=policy(
            call(
                "concat",
                _own_statements(module, root),
                expr(f'{each.key} == "cluster" ? [] : [{kept}]'),
                statements[each.key],
            )
        ),
        tags={"Name": f"{var.environment}-{each.key}"},
    )
    own_alias = f'try(coalesce({var.keys}[{each.key}].alias), "${{var.environment}}-${{each.key}}")'
    module.resource(
        "aws_kms_alias.this",
        "The name by which people and tools find a key.",
        for_each=key,
        name=f"alias/{expr(own_alias)}",
        target_key_id=each.value.key_id,
    )
    module.local(
        "key_arns",
        expr(f"merge({{ for purpose, it in {key} : purpose => it.arn }}, {var.existing})"),
        "Ours, and those that exist.",
    )


def _own_statements(module: ModuleBuilder, root: Expr) -> list[Any]:
    """The statements that every key has."""
    var = module.var
    services = expr(f'[for service in {each.value.services} : "${{service}}.{var.region}.amazonaws.com"]')
    return own_statements(root, var.account, services)


def _service_statements(module: ModuleBuilder, suffix: Expr, root: Expr) -> dict[str, list[Any]]:
    """The statements of those that call KMS as themselves, by purpose."""
    var = module.var
    arn = f"arn:{var.partition}"
    here = f"{var.region}:{var.account}"
    own_account = {"aws:SourceAccount": var.account}
    return {
        "storage": [
            key_statement(
                "WriteInventories",
                ["kms:GenerateDataKey"],
                {"Service": "s3.amazonaws.com"},
                {
                    "StringEquals": own_account,
                    "ArnLike": {
                        "aws:SourceArn": call(
                            "concat",
                            [f"{arn}:s3:::{var.environment}-*"],
                            expr(f"coalesce({var.named_bucket_arns}, [])"),
                        )
                    },
                },
            ),
            key_statement(
                "DeliverLogs",
                USE,
                {"Service": "delivery.logs.amazonaws.com"},
                {"StringEquals": own_account, "ArnLike": {"aws:SourceArn": f"{arn}:logs:{here}:*"}},
            ),
        ],
        "cluster": [
            key_statement("EncryptNodeVolumes", USE, {"AWS": "*"}, _auto_scaling(module)),
            key_statement(
                "GrantNodeVolumes",
                ["kms:CreateGrant"],
                {"AWS": "*"},
                {**_auto_scaling(module), "Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
            key_statement(
                "EncryptKubernetesSecrets",
                ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"],
                {"AWS": root},
                {"ArnLike": {"aws:PrincipalArn": f"{arn}:iam::{var.account}:role/{var.environment}-*"}},
            ),
        ],
        "logs": [
            key_statement(
                "EncryptLogGroups",
                USE,
                {"Service": f"logs.{var.region}.{suffix}"},
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{arn}:logs:{here}:*"}},
            ),
            key_statement(
                "EncryptTrails",
                ["kms:GenerateDataKey*", "kms:DescribeKey"],
                {"Service": "cloudtrail.amazonaws.com"},
                {"ArnLike": {"aws:SourceArn": f"{arn}:cloudtrail:{here}:trail/{var.environment}-*"}},
            ),
            key_statement(
                "PublishAlarms",
                DATA_KEYS,
                {"Service": ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]},
                {"StringEquals": own_account},
            ),
            # EventBridge says nothing of its source to the key of a topic: such a condition holds back every message.
            key_statement(
                "PublishEvents",
                DATA_KEYS,
                {"Service": "events.amazonaws.com"},
                {"StringLike": {"kms:EncryptionContext:aws:sns:topicArn": f"{arn}:sns:{here}:{var.environment}-*"}},
            ),
        ],
    }


def _auto_scaling(module: ModuleBuilder) -> dict[str, Any]:
    # No IAM policy can be given to a service-linked role, and as a principal it must exist before the key does.
    var = module.var
    role = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"
    return {
        "StringEquals": {"kms:CallerAccount": var.account},
        "ArnLike": {"aws:PrincipalArn": f"arn:{var.partition}:iam::{var.account}:{role}"},
    }
