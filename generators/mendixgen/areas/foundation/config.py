"""AWS Config: a record of every resource's configuration, and rules that it is held against.

Sources: Config developer guide, "Using service-linked roles" (Security Hub's Config.1 asks for it), "Permissions for
the S3 bucket", "Permissions for the KMS key", "List of AWS Config Managed Rules".
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.foundation.keys import key
from mendixgen.authoring.constructs.bucket import private_bucket
from mendixgen.authoring.constructs.key import key_statement
from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

RULES = {
    "access-keys-rotated": ("ACCESS_KEYS_ROTATED", "No access key is older than 90 days."),
    "cloud-trail-enabled": ("CLOUD_TRAIL_ENABLED", "A trail records the API."),
    "cmk-backing-key-rotation-enabled": ("CMK_BACKING_KEY_ROTATION_ENABLED", "Keys are rotated."),
    "ec2-ebs-encryption-by-default": ("EC2_EBS_ENCRYPTION_BY_DEFAULT", "New volumes are encrypted."),
    "ec2-imdsv2-check": ("EC2_IMDSV2_CHECK", "Instances ask for tokens at their metadata service."),
    "ecr-private-image-scanning-enabled": ("ECR_PRIVATE_IMAGE_SCANNING_ENABLED", "Images are scanned."),
    "eks-endpoint-no-public-access": ("EKS_ENDPOINT_NO_PUBLIC_ACCESS", "Clusters have no public endpoint."),
    "eks-secrets-encrypted": ("EKS_SECRETS_ENCRYPTED", "Secrets of clusters are encrypted with a key."),
    "encrypted-volumes": ("ENCRYPTED_VOLUMES", "Attached volumes are encrypted."),
    "iam-policy-no-statements-with-admin-access": (
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
        "No policy of the account allows everything.",
    ),
    "iam-root-access-key-check": ("IAM_ROOT_ACCESS_KEY_CHECK", "The root user has no access key."),
    "mfa-enabled-for-iam-console-access": ("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", "Users with a password have MFA."),
    "rds-instance-public-access-check": ("RDS_INSTANCE_PUBLIC_ACCESS_CHECK", "Databases are not public."),
    "rds-storage-encrypted": ("RDS_STORAGE_ENCRYPTED", "Databases are encrypted."),
    "restricted-ssh": ("INCOMING_SSH_DISABLED", "No security group opens SSH to the world."),
    "root-account-mfa-enabled": ("ROOT_ACCOUNT_MFA_ENABLED", "The root user has MFA."),
    "s3-bucket-level-public-access-prohibited": (
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
        "Buckets block public access.",
    ),
    "s3-bucket-ssl-requests-only": ("S3_BUCKET_SSL_REQUESTS_ONLY", "Buckets answer over TLS only."),
    "secretsmanager-rotation-enabled-check": ("SECRETSMANAGER_ROTATION_ENABLED_CHECK", "Secrets are rotated."),
    "vpc-default-security-group-closed": ("VPC_DEFAULT_SECURITY_GROUP_CLOSED", "Default groups let nothing pass."),
    "vpc-flow-logs-enabled": ("VPC_FLOW_LOGS_ENABLED", "Networks have flow logs."),
}
"""Managed rules that only judge what is there: name -> AWS's identifier, what it says when all is well."""

KEPT_DAYS = 2557


def build(module: ModuleBuilder) -> None:
    """Add the recorder, its bucket and key, and the rules."""
    var = module.var
    module.section("Config: where its records are kept")
    on = module.local("config_count", expr(f"{var.config_rules} ? 1 : 0"), "Whether there is a recorder.")
    own = {"StringEquals": {"aws:SourceAccount": var.account}}
    config: dict[str, Any] = {"Service": "config.amazonaws.com"}
    made = key(
        module,
        "config",
        "The key of Config's records.",
        on,
        ["s3"],
        [key_statement("WriteRecords", ["kms:Decrypt", "kms:GenerateDataKey"], config, own)],
    )
    bucket = private_bucket(
        module,
        "config",
        "Config's records: what every resource looked like, and when.",
        bucket=f"{var.environment}-{var.account}-{var.region}-config",
        kms_key_arn=made.arn,
        count=on,
        statements=lambda arn: [
            allow("FindTheBucket", ["s3:GetBucketAcl", "s3:ListBucket"], arn, principal=config, condition=own),
            allow(
                "WriteRecords",
                ["s3:PutObject"],
                f"{arn}/AWSLogs/{var.account}/Config/*",
                principal=config,
                condition=own,
            ),
        ],
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.config",
        "Records get cheaper after a quarter, and go after seven years.",
        count=on,
        bucket=bucket.bucket[0].id,
        rule={
            "id": "age",
            "status": "Enabled",
            "filter": {},
            "transition": {"days": 90, "storage_class": "GLACIER_IR"},
            "expiration": {"days": KEPT_DAYS},
            "noncurrent_version_expiration": {"noncurrent_days": 90},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
        },
        depends_on=[bucket.versioning],
    )
    _recorder(module, on, bucket.policy, made)
    _rules(module)


def _recorder(module: ModuleBuilder, on: Expr, bucket_policy: Expr, made: Expr) -> None:
    var = module.var
    module.section("Config: the recorder")
    role = module.resource(
        "aws_iam_service_linked_role.config",
        "What Config reads with: a role that only Config can use, and whose policy is AWS's.",
        count=expr(f"{var.config_rules} && {var.global_settings} ? 1 : 0"),
        aws_service_name="config.amazonaws.com",
        description="AWS Config reads the configuration of every resource.",
    )
    path = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    recorder = module.resource(
        "aws_config_configuration_recorder.this",
        "Everything in this region; what is global only where the foundation has it.",
        count=on,
        name=var.environment,
        role_arn=f"arn:{var.partition}:iam::{var.account}:{path}",
        recording_group={"all_supported": True, "include_global_resource_types": var.global_settings},
        depends_on=[role],
    )
    channel = module.resource(
        "aws_config_delivery_channel.this",
        "A whole picture once a day, beside every change.",
        count=on,
        name=var.environment,
        s3_bucket_name=expr("aws_s3_bucket.config[0].id"),
        s3_kms_key_arn=made.arn,
        snapshot_delivery_properties={"delivery_frequency": "TwentyFour_Hours"},
        depends_on=[bucket_policy, recorder],
    )
    module.resource(
        "aws_config_configuration_recorder_status.this",
        "On.",
        count=on,
        name=recorder[0].name,
        is_enabled=True,
        depends_on=[channel],
    )


def _rules(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Config: the rules")
    rules = module.local(
        "rules",
        {name: {"identifier": identifier, "description": text} for name, (identifier, text) in RULES.items()},
        "AWS's own rules by name.",
    )
    module.resource(
        "aws_config_config_rule.this",
        "Rules that judge, and change nothing.",
        for_each=expr(f"{var.config_rules} ? {rules} : {{}}"),
        name=f"{var.environment}-{each.key}",
        description=each.value.description,
        input_parameters=expr('each.key == "access-keys-rotated" ? jsonencode({ maxAccessKeyAge = "90" }) : null'),
        source={"owner": "AWS", "source_identifier": each.value.identifier},
        tags={"Name": f"{var.environment}-{each.key}"},
        depends_on=[expr("aws_config_configuration_recorder_status.this")],
    )
