"""The vault, who may do what with it, its lock, and the key that encrypts what is in it."""

from __future__ import annotations

from dataclasses import dataclass

from mendixgen.authoring.constructs.key import DATA_KEYS, USE, keep_using, key_statement, own_statements, via
from mendixgen.authoring.constructs.policy import allow, deny, policy
from mendixgen.authoring.expression import Expr, call, expr
from mendixgen.authoring.module import ModuleBuilder

SERVICES = ["backup", "ec2", "eks", "rds", "s3"]
"""Through which services the account uses the key: those whose backups are in the vault."""

COPIER = "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
"""What AWS Backup brings copies of other regions with."""

KEPT = [
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
]
"""What would end a backup before its time."""


@dataclass(frozen=True, slots=True)
class Vault:
    """What other resources refer to."""

    name: Expr
    arn: Expr


def vault(module: ModuleBuilder, reporter: str) -> Vault:
    """Add the key, the vault, its policy and its lock. ``reporter``: path and name of the role that writes reports."""
    var = module.var
    module.section("Key")
    key = module.resource(
        "aws_kms_key.this",
        "The key of the vault, apart from those of what it holds: who loses one does not lose both. Multi-region from"
        " the start, because a key cannot become it later.",
        description=f"{var.environment}: backups in the vault",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        multi_region=True,
        policy=policy(_statements(module, reporter)),
        tags={"Name": f"{var.environment}-backup-vault"},
    )
    module.resource(
        "aws_kms_alias.this",
        "The name by which people and tools find the key.",
        name=f"alias/{var.environment}-backup-vault",
        target_key_id=key.key_id,
    )
    module.section("Vault")
    made = module.resource(
        "aws_backup_vault.this",
        "Where backups are kept. Its name is known beforehand, so that another environment can copy into it.",
        name=f"{var.environment}-main",
        kms_key_arn=key.arn,
        force_destroy=var.teardown,
        tags={"Name": f"{var.environment}-main"},
    )
    protected = module.local(
        "protected",
        [deny("KeepBackups", KEPT, "*", principal={"AWS": "*"})],
        "What the vault's policy denies until everything is to go.",
    )
    module.resource(
        "aws_backup_vault_policy.this",
        "Nobody ends a backup before its time, not even an administrator; the account may copy into the vault.",
        backup_vault_name=made.name,
        policy=policy(
            call(
                "concat",
                [
                    allow(
                        "CopyIntoTheVault",
                        ["backup:CopyIntoBackupVault"],
                        "*",
                        principal={"AWS": f"arn:{var.partition}:iam::{var.account}:root"},
                    )
                ],
                expr(f"{var.teardown} ? [] : {protected}"),
            )
        ),
    )
    lock = var.vault_lock
    module.resource(
        "aws_backup_vault_lock_configuration.this",
        "How long backups are kept, whatever a plan says. In compliance mode it stays for ever once its grace is over.",
        count=expr(f"{lock} == null ? 0 : 1"),
        backup_vault_name=made.name,
        min_retention_days=expr(f"{lock}.min_days"),
        max_retention_days=expr(f"{lock}.max_days"),
        changeable_for_days=expr(f'{lock}.mode == "compliance" ? {lock}.grace_days : null'),
    )
    return Vault(made.name, made.arn)


def _statements(module: ModuleBuilder, reporter: str) -> list[dict[str, object]]:
    var = module.var
    iam = f"arn:{var.partition}:iam::{var.account}"
    root = module.local("account_root", f"{iam}:root", "The account.")
    copies = {"ArnEquals": {"aws:PrincipalArn": f"{iam}:role/{COPIER}"}}
    reports = {"ArnEquals": {"aws:PrincipalArn": f"{iam}:role/{reporter}"}}
    return [
        *own_statements(root, var.account, via(var.region, SERVICES)),
        keep_using(root, var.account),
        key_statement("BringCopies", USE, {"AWS": root}, copies),
        key_statement("WriteReports", DATA_KEYS, {"AWS": root}, reports),
    ]
