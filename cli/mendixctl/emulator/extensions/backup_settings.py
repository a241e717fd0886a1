"""AWS Backup's settings of a region and of the account, for aws_backup_region_settings and aws_backup_global_settings.

moto 5.2.5 has neither. Source: AWS Backup API reference, UpdateRegionSettings and UpdateGlobalSettings.
"""

from __future__ import annotations

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service

KINDS = (
    "Aurora",
    "CloudFormation",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "Redshift Serverless",
    "S3",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
)
MANAGED = ("DynamoDB", "EFS")
"""Kinds of which somebody may say that AWS Backup manages them wholly."""


def install(account: str) -> Service:
    """Answer the operations of settings."""
    regions: dict[str, dict[str, dict[str, bool]]] = {}
    everywhere: dict[str, str] = {"isCrossAccountBackupEnabled": "false"}

    def of(call: Call) -> dict[str, dict[str, bool]]:
        default = {
            "ResourceTypeOptInPreference": dict.fromkeys(KINDS, True),
            "ResourceTypeManagementPreference": dict.fromkeys(MANAGED, True),
        }
        return regions.setdefault(call.region, default)

    def update(call: Call) -> None:
        for name, known in of(call).items():
            given = call.get(name, {})
            unknown = sorted(set(given) - set(known))
            if unknown:
                raise OperationError("InvalidParameterValueException", f"Unknown resource type: {unknown[0]}")
            known.update(given)

    def update_everywhere(call: Call) -> None:
        everywhere.update(call.get("GlobalSettings", {}))

    def describe(call: Call) -> Record:
        return dict(of(call))

    return Service(
        account,
        "backup",
        {
            "DescribeRegionSettings": describe,
            "UpdateRegionSettings": update,
            "DescribeGlobalSettings": lambda call: {"GlobalSettings": everywhere},
            "UpdateGlobalSettings": update_everywhere,
        },
    )
