"""Encryption of volumes, passwords, and what watches over the account.

Sources: EBS user guide, "Encryption by default"; Security Hub user guide, "Standards reference" (the ARNs);
ECR user guide, "Enhanced scanning".
"""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.key import USE, key_statement, own_statements
from mendixgen.authoring.constructs.policy import policy
from mendixgen.authoring.expression import Expr, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder

STANDARDS = {
    "cis": "cis-aws-foundations-benchmark/v/5.0.0",
    "fsbp": "aws-foundational-security-best-practices/v/1.0.0",
    "nist": "nist-800-53/v/5.0.0",
    "pci": "pci-dss/v/4.0.1",
}
PROTECTIONS = [
    "EBS_MALWARE_PROTECTION",
    "EKS_AUDIT_LOGS",
    "LAMBDA_NETWORK_LOGS",
    "RDS_LOGIN_EVENTS",
    "S3_DATA_EVENTS",
]
"""What GuardDuty looks at beyond flow logs, DNS and CloudTrail, and needs no agent for."""


def build(module: ModuleBuilder) -> None:
    """Add encryption of volumes, the password policy, analyzers, GuardDuty, Security Hub, Inspector and scanning."""
    module.local(
        "dns_suffix",
        expr(f'{module.var.partition} == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"'),
        "What the names of regional services end in.",
    )
    module.local(
        "account_root",
        f"arn:{module.var.partition}:iam::{module.var.account}:root",
        "The account: its IAM policies decide by whom.",
    )
    _volumes(module)
    _passwords(module)
    _analyzers(module)
    _detection(module)
    _images(module)


def key(module: ModuleBuilder, name: str, comment: str, count: Expr, services: list[str], further: list[Any]) -> Expr:
    """Add a key and its alias; ``services`` are those through which the account may use it."""
    var = module.var
    made = module.resource(
        f"aws_kms_key.{name}",
        comment,
        count=count,
        description=f"{var.environment}: {name}",
        enable_key_rotation=True,
        rotation_period_in_days=365,
        deletion_window_in_days=30,
        multi_region=True,
        policy=policy(
            [
                *own_statements(
                    Expr("local.account_root"),
                    var.account,
                    [f"{it}.{var.region}.{Expr('local.dns_suffix')}" for it in services],
                ),
                *further,
            ]
        ),
        tags={"Name": f"{var.environment}-{name}"},
    )
    module.resource(
        f"aws_kms_alias.{name}",
        "The name by which people and tools find the key.",
        count=count,
        name=f"alias/{var.environment}-{name}",
        target_key_id=made[0].key_id,
    )
    return made[0]


def _volumes(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Encryption of volumes")
    on = expr(f"{var.ebs_encryption} ? 1 : 0")
    # No IAM policy can be given to a service-linked role, and as a principal it must exist before the key does.
    role = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"
    auto_scaling: dict[str, Any] = {
        "StringEquals": {"kms:CallerAccount": var.account},
        "ArnLike": {"aws:PrincipalArn": f"arn:{var.partition}:iam::{var.account}:{role}"},
    }
    for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    made = key(
        module,
        "ebs",
        "The key of every new volume and snapshot that names no other. Multi-region: it cannot become it later.",
        on,
        ["ec2"],
        [
            key_statement("EncryptVolumesOfGroups", USE, {"AWS": "*"}, auto_scaling),
            key_statement("GrantVolumesOfGroups", ["kms:CreateGrant"], {"AWS": "*"}, {**auto_scaling, **for_aws}),
        ],
    )
    default = module.resource(
        "aws_ebs_default_kms_key.this",
        "What new volumes are encrypted with.",
        count=on,
        key_arn=made.arn,
    )
    module.resource(
        "aws_ebs_encryption_by_default.this",
        "No new volume without encryption, whoever makes it.",
        count=on,
        enabled=True,
        depends_on=[default],
    )


def _passwords(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Passwords")
    module.resource(
        "aws_iam_account_password_policy.this",
        "For IAM users with a password, of whom there should be none but for emergencies.",
        count=expr(f"{var.global_settings} ? 1 : 0"),
        minimum_password_length=var.password_policy.min_length,
        password_reuse_prevention=var.password_policy.reuse_prevention,
        max_password_age=var.password_policy.max_age_days,
        require_lowercase_characters=True,
        require_uppercase_characters=True,
        require_numbers=True,
        require_symbols=True,
        allow_users_to_change_password=True,
        hard_expiry=False,
    )


def _analyzers(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Access Analyzer")
    analyzers = module.local(
        "analyzers",
        {
            "external": {"on": var.access_analyzer.external, "type": "ACCOUNT", "unused_after_days": []},
            "unused": {
                "on": var.access_analyzer.unused,
                "type": "ACCOUNT_UNUSED_ACCESS",
                "unused_after_days": [var.access_analyzer.unused_after_days],
            },
        },
        "What is looked for.",
    )
    module.resource(
        "aws_accessanalyzer_analyzer.this",
        "Access from outside of the account, and access that nobody uses.",
        for_each=expr(f"{{ for name, analyzer in {analyzers} : name => analyzer if analyzer.on }}"),
        analyzer_name=f"{var.environment}-{each.key}",
        type=each.value.type,
        configuration=dynamic(
            for_each=each.value.unused_after_days,
            content={"unused_access": {"unused_access_age": expr("configuration.value")}},
        ),
        tags={"Name": f"{var.environment}-{each.key}"},
    )


def _detection(module: ModuleBuilder) -> None:
    var = module.var
    module.section("GuardDuty, Security Hub, Inspector")
    on = expr(f"{var.guardduty} ? 1 : 0")
    detector = module.resource(
        "aws_guardduty_detector.this",
        "Threats, from the account's own logs; what is found again is told every quarter of an hour.",
        count=on,
        enable=True,
        finding_publishing_frequency="FIFTEEN_MINUTES",
        tags={"Name": var.environment},
    )
    module.resource(
        "aws_guardduty_detector_feature.this",
        "What else GuardDuty looks at.",
        for_each=expr(f"{var.guardduty} ? toset({_listed(PROTECTIONS)}) : toset([])"),
        detector_id=detector[0].id,
        name=each.value,
        status="ENABLED",
    )
    hub = module.resource(
        "aws_securityhub_account.this",
        "Findings of all services in one place; one finding a control, whatever standards ask for it.",
        count=expr(f"length({var.security_hub.standards}) > 0 ? 1 : 0"),
        enable_default_standards=False,
        control_finding_generator="SECURITY_CONTROL",
        auto_enable_controls=True,
    )
    standards = module.local("standards", STANDARDS, "What Security Hub calls the standards.")
    module.resource(
        "aws_securityhub_standards_subscription.this",
        "What the account is held against.",
        for_each=expr(f"toset({var.security_hub.standards})"),
        standards_arn=f"arn:{var.partition}:securityhub:{var.region}::standards/{standards[each.value]}",
        depends_on=[hub],
    )
    module.resource(
        "aws_inspector2_enabler.this",
        "Vulnerabilities of instances, images and functions.",
        count=expr(f"{var.inspector} ? 1 : 0"),
        account_ids=[var.account],
        resource_types=["EC2", "ECR", "LAMBDA"],
    )


def _images(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Scanning of images")
    kind = module.local(
        "scanning",
        expr(f'coalesce({var.registry_scanning}, {var.inspector} ? "enhanced" : "basic")'),
        "How images are scanned.",
    )
    module.resource(
        "aws_ecr_registry_scanning_configuration.this",
        "Every image of every repository.",
        scan_type=expr(f"upper({kind})"),
        rule={
            "scan_frequency": expr(f'{kind} == "enhanced" ? "CONTINUOUS_SCAN" : "SCAN_ON_PUSH"'),
            "repository_filter": {"filter": "*", "filter_type": "WILDCARD"},
        },
        depends_on=[expr("aws_inspector2_enabler.this")],
    )


def _listed(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
