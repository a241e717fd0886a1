"""Encryption of volumes, passwords, and what watches over the account.

Sources: EBS user guide, "Encryption by default"; Security Hub user guide, "Standards reference" (the ARNs);
ECR user guide, "Enhanced scanning".
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.foundation import builds, config, costs, deployer, planner, record
from mendixgen.areas.foundation.keys import key
from mendixgen.authoring.constructs.key import USE, key_statement
from mendixgen.authoring.expression import dynamic, each, expr
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
    """Add what the account has once, its record by Config and CloudTrail, its costs, and who may deploy."""
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
    config.build(module)
    record.build(module)
    costs.build(module)
    _backups(module)
    builds.build(module)
    planner.build(module, *deployer.build(module))


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


BACKUP_KINDS = {
    "aurora": "Aurora",
    "dynamodb": "DynamoDB",
    "ebs": "EBS",
    "ec2": "EC2",
    "efs": "EFS",
    "rds": "RDS",
    "s3": "S3",
}
FURTHER_KINDS = [
    "CloudFormation",
    "DocumentDB",
    "FSx",
    "Neptune",
    "Redshift",
    "Redshift Serverless",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
]
"""Kinds that no environment of this platform has: said, because AWS answers all of them."""


def _backups(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Backups: what the account lets AWS Backup do")
    module.resource(
        "aws_backup_region_settings.this",
        "What plans may protect: of a kind that is off, a plan does nothing and says nothing.",
        count=expr(f"{var.backup_settings} == null ? 0 : 1"),
        resource_type_opt_in_preference={
            **{it: expr(f'contains(var.backup_settings.protect, "{name}")') for name, it in BACKUP_KINDS.items()},
            **dict.fromkeys(FURTHER_KINDS, False),
        },
    )
    module.resource(
        "aws_backup_global_settings.this",
        "Whether backups may be copied to other accounts of the organization.",
        count=expr("try(var.backup_settings.cross_account, null) == null ? 0 : 1"),
        global_settings={"isCrossAccountBackupEnabled": expr("tostring(var.backup_settings.cross_account)")},
    )


def _listed(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
