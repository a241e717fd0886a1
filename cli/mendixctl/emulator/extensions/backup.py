"""AWS Backup beside its vaults: plans, selections, vault policies, tests of restores, reports, jobs, recovery points.

moto 5.2.5 has vaults, their locks and tags, and keeps those; it has no selections, cannot update a plan, keeps the name
of a deleted plan for ever, and gives a report plan no tags. A backup job here is complete at once, and its recovery
point is a record: what is restored is a question of the service that was backed up.

Rules that AWS Backup applies (API reference: Lifecycle, PutBackupVaultLockConfiguration, DeleteBackupVault,
DeleteBackupPlan, CreateRestoreTestingSelection, DeleteRecoveryPoint) hold here too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mendixctl.emulator.extensions import backup_locks
from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service, Table, unique

COLD_DAYS = 90
_PLAIN = re.compile(r"^[A-Za-z0-9_]{1,50}$")
_REPORT = re.compile(r"^[A-Za-z][_A-Za-z0-9]{0,255}$")


def install(account: str) -> Service:
    """Answer AWS Backup's operations that moto does not."""
    backup_locks.install()
    tags = {
        "ListTags": lambda call: {"Tags": _backend(call).list_tags(call["ResourceArn"])},
        "TagResource": lambda call: _backend(call).tag_resource(call["ResourceArn"], call["Tags"]),
        "UntagResource": lambda call: _backend(call).untag_resource(call["ResourceArn"], call["TagKeyList"]),
    }
    return Service(account, "backup", {**tags, **_Plans().operations, **_Tests().operations, **_Vaults().operations})


def _table(*key: str) -> Table:
    """AWS Backup answers 400 where other services answer 404."""
    return Table(*key, missing="ResourceNotFoundException", status=400)


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _backend(call: Call) -> Any:
    """moto's part of AWS Backup, which has the vaults, and the tags of everything."""
    from moto.backup.models import backup_backends

    return backup_backends[call.account][call.region]


def _vault(call: Call, name: str) -> Any:
    try:
        return _backend(call).vaults[name]
    except KeyError:
        raise OperationError("ResourceNotFoundException", f"Backup vault {name} not found", 400) from None


class _Plans:
    """Plans, their selections, and the reports on their jobs."""

    def __init__(self) -> None:
        self.plans = _table("BackupPlanId")
        self.selections = _table("BackupPlanId", "SelectionId")
        self.reports = _table("ReportPlanName")
        self.operations = {
            "CreateBackupPlan": self.create,
            "GetBackupPlan": lambda call: self.shown(self.plans.get(call)),
            "UpdateBackupPlan": self.update,
            "DeleteBackupPlan": self.delete,
            "ListBackupPlans": self.list,
            "CreateBackupSelection": self.select,
            "GetBackupSelection": self.selections.get,
            "ListBackupSelections": self.selected,
            "DeleteBackupSelection": lambda call: self.selections.remove(call) and {},
            "CreateReportPlan": self.report,
            "DescribeReportPlan": lambda call: {"ReportPlan": self.reports.get(call)},
            "UpdateReportPlan": lambda call: self.reports.get(call).update(call.parameters) or self.reports.get(call),
            "DeleteReportPlan": lambda call: self.reports.remove(call) and {},
            "ListReportPlans": lambda call: {"ReportPlans": self.reports.all(call)},
        }

    def create(self, call: Call) -> Record:
        name = call["BackupPlan"]["BackupPlanName"]
        if any(row["BackupPlan"]["BackupPlanName"] == name for row in self.plans.all(call)):
            raise OperationError("AlreadyExistsException", f"Backup plan {name} already exists")
        call.parameters["BackupPlanId"] = unique()
        arn = call.arn("backup", f"backup-plan:{call['BackupPlanId']}")
        row = self.plans.put(
            call, BackupPlanArn=arn, CreationDate=_now(), VersionId=unique(), BackupPlan=self.document(call)
        )
        _backend(call).tag_resource(arn, call.get("BackupPlanTags", {}))
        return self.shown(row)

    def update(self, call: Call) -> Record:
        row = self.plans.get(call)
        row.update(BackupPlan=self.document(call), VersionId=unique())
        return self.shown(row)

    def document(self, call: Call) -> Record:
        """The plan with what AWS fills in.

        Raises:
            OperationError: a vault is not there, or a lifecycle is impossible.
        """
        plan: Record = {**call["BackupPlan"]}
        rules = []
        for rule in plan["Rules"]:
            _vault(call, rule["TargetBackupVaultName"])
            for lifecycle in (rule, *rule.get("CopyActions", ())):
                _check_lifecycle(lifecycle.get("Lifecycle") or {})
            defaults = {
                "ScheduleExpression": "cron(0 5 ? * * *)",
                "ScheduleExpressionTimezone": "Etc/UTC",
                "StartWindowMinutes": 480,
                "CompletionWindowMinutes": 10080,
                "EnableContinuousBackup": False,
            }
            rules.append({**defaults, **rule, "RuleId": unique()})
        plan["Rules"] = rules
        return plan

    def shown(self, row: Record) -> Record:
        keys = ("BackupPlanId", "BackupPlanArn", "CreationDate", "VersionId", "BackupPlan")
        return {key: row[key] for key in keys} | {"AdvancedBackupSettings": []}

    def delete(self, call: Call) -> Record:
        if self.selections.all(call, BackupPlanId=call["BackupPlanId"]):
            raise OperationError("InvalidRequestException", "Related backup plan selections must be deleted prior")
        row = self.plans.remove(call)
        return {key: row[key] for key in ("BackupPlanId", "BackupPlanArn", "VersionId")} | {"DeletionDate": _now()}

    def list(self, call: Call) -> Record:
        return {
            "BackupPlansList": [
                {**self.shown(row), "BackupPlanName": row["BackupPlan"]["BackupPlanName"]}
                for row in self.plans.all(call)
            ]
        }

    def select(self, call: Call) -> Record:
        self.plans.get(call)
        name = call["BackupSelection"]["SelectionName"]
        if any(
            row["BackupSelection"]["SelectionName"] == name
            for row in self.selections.all(call, BackupPlanId=call["BackupPlanId"])
        ):
            raise OperationError("AlreadyExistsException", f"the plan has a selection {name} already")
        call.parameters["SelectionId"] = unique()
        row = self.selections.put(call, CreationDate=_now())
        return {key: row[key] for key in ("SelectionId", "BackupPlanId", "CreationDate")}

    def selected(self, call: Call) -> Record:
        return {
            "BackupSelectionsList": [
                {
                    "SelectionId": row["SelectionId"],
                    "BackupPlanId": row["BackupPlanId"],
                    "CreationDate": row["CreationDate"],
                    "SelectionName": row["BackupSelection"]["SelectionName"],
                    "IamRoleArn": row["BackupSelection"]["IamRoleArn"],
                }
                for row in self.selections.all(call, BackupPlanId=call["BackupPlanId"])
            ]
        }

    def report(self, call: Call) -> Record:
        name = call["ReportPlanName"]
        if not _REPORT.match(name):
            raise OperationError("InvalidParameterValueException", f"{name} is no name of a report plan")
        if self.reports.all(call, ReportPlanName=name):
            raise OperationError("AlreadyExistsException", f"Report plan {name} already exists")
        arn = call.arn("backup", f"report-plan:{name}-{unique()}")
        row = self.reports.put(call, ReportPlanArn=arn, CreationTime=_now(), DeploymentStatus="COMPLETED")
        _backend(call).tag_resource(arn, call.get("ReportPlanTags", {}))
        return row


class _Tests:
    """Tests of restores."""

    def __init__(self) -> None:
        self.plans = _table("RestoreTestingPlanName")
        self.selections = _table("RestoreTestingPlanName", "RestoreTestingSelectionName")
        self.operations = {
            "CreateRestoreTestingPlan": self.create,
            "GetRestoreTestingPlan": lambda call: {"RestoreTestingPlan": self.plans.get(call)},
            "UpdateRestoreTestingPlan": self.update,
            "DeleteRestoreTestingPlan": self.delete,
            "ListRestoreTestingPlans": lambda call: {"RestoreTestingPlans": self.plans.all(call)},
            "CreateRestoreTestingSelection": self.select,
            "GetRestoreTestingSelection": lambda call: {"RestoreTestingSelection": self.selections.get(call)},
            "UpdateRestoreTestingSelection": self.reselect,
            "DeleteRestoreTestingSelection": lambda call: self.selections.remove(call) and {},
            "ListRestoreTestingSelections": lambda call: {
                "RestoreTestingSelections": self.selections.all(
                    call, RestoreTestingPlanName=call["RestoreTestingPlanName"]
                )
            },
        }

    def create(self, call: Call) -> Record:
        given = call["RestoreTestingPlan"]
        name = _named(given["RestoreTestingPlanName"])
        if self.plans.all(call, RestoreTestingPlanName=name):
            raise OperationError("AlreadyExistsException", f"Restore testing plan {name} already exists")
        arn = call.arn("backup", f"restore-testing-plan:{name}-{unique()}")
        keyed = Call(call.account, call.region, {**given})
        row = self.plans.put(keyed, RestoreTestingPlanArn=arn, CreationTime=_now())
        row.setdefault("StartWindowHours", 24)
        row.setdefault("ScheduleExpressionTimezone", "Etc/UTC")
        _backend(call).tag_resource(arn, call.get("Tags", {}))
        return row

    def update(self, call: Call) -> Record:
        row = self.plans.get(call)
        row.update(call["RestoreTestingPlan"], UpdateTime=_now())
        return row

    def delete(self, call: Call) -> None:
        if self.selections.all(call, RestoreTestingPlanName=call["RestoreTestingPlanName"]):
            raise OperationError("InvalidRequestException", "the restore testing plan has selections")
        self.plans.remove(call)

    def select(self, call: Call) -> Record:
        plan = self.plans.get(call)
        given = call["RestoreTestingSelection"]
        name = _named(given["RestoreTestingSelectionName"])
        conditions = given.get("ProtectedResourceConditions") or {}
        if bool(given.get("ProtectedResourceArns")) == any(conditions.values()):
            raise OperationError("InvalidParameterValueException", "either ARNs or conditions have to be given")
        key = {"RestoreTestingPlanName": plan["RestoreTestingPlanName"]}
        if self.selections.all(call, RestoreTestingSelectionName=name, **key):
            raise OperationError("AlreadyExistsException", f"Restore testing selection {name} already exists")
        row = self.selections.put(Call(call.account, call.region, {**given, **key}), CreationTime=_now())
        row.setdefault("RestoreMetadataOverrides", {})
        row.setdefault("ProtectedResourceConditions", {"StringEquals": [], "StringNotEquals": []})
        return {**row, "RestoreTestingPlanArn": plan["RestoreTestingPlanArn"]}

    def reselect(self, call: Call) -> Record:
        row = self.selections.get(call)
        row.update(call["RestoreTestingSelection"], UpdateTime=_now())
        return {**row, "RestoreTestingPlanArn": self.plans.get(call)["RestoreTestingPlanArn"]}


class _Vaults:
    """What is in vaults, and who may do what with it."""

    def __init__(self) -> None:
        self.policies = _table("BackupVaultName")
        self.events = _table("BackupVaultName")
        self.points = _table("BackupVaultName", "RecoveryPointArn")
        self.jobs = _table("BackupJobId")
        self.operations = {
            "PutBackupVaultAccessPolicy": lambda call: _vault(call, call["BackupVaultName"]) and self.keep(call),
            "GetBackupVaultAccessPolicy": self.policies.get,
            "DeleteBackupVaultAccessPolicy": lambda call: self.policies.remove(call) and {},
            "PutBackupVaultNotifications": lambda call: _vault(call, call["BackupVaultName"]) and self.tell(call),
            "GetBackupVaultNotifications": self.events.get,
            "DeleteBackupVaultNotifications": lambda call: self.events.remove(call) and {},
            "DeleteBackupVault": self.delete,
            "StartBackupJob": self.start,
            "DescribeBackupJob": self.jobs.get,
            "ListRecoveryPointsByBackupVault": self.list,
            "ListRecoveryPointsByResource": lambda call: {
                "RecoveryPoints": self.points.all(call, ResourceArn=call["ResourceArn"])
            },
            "DescribeRecoveryPoint": self.points.get,
            "DeleteRecoveryPoint": self.remove,
        }

    def keep(self, call: Call) -> Record:
        self.policies.put(call, BackupVaultArn=_vault(call, call["BackupVaultName"]).backup_vault_arn)
        return {}

    def tell(self, call: Call) -> Record:
        self.events.put(call, BackupVaultArn=_vault(call, call["BackupVaultName"]).backup_vault_arn)
        return {}

    def delete(self, call: Call) -> Record:
        name = call["BackupVaultName"]
        _vault(call, name)
        points = len(self.points.all(call, BackupVaultName=name))
        if points:
            text = f"Backup vault cannot be deleted (contains {points} recovery points)"
            raise OperationError("InvalidRequestException", text)
        _backend(call).delete_backup_vault(name)
        return {}

    def start(self, call: Call) -> Record:
        vault = _vault(call, call["BackupVaultName"])
        lifecycle = call.get("Lifecycle") or {}
        _check_lifecycle(lifecycle)
        days = lifecycle.get("DeleteAfterDays")
        if vault.locked and days is not None and not _is_kept(vault, days):
            # AWS accepts the job, which then fails
            bounds = f"{vault.min_retention_days} to {vault.max_retention_days} days"
            state: Mapping[str, Any] = {"State": "FAILED", "StatusMessage": f"the vault takes what is kept {bounds}"}
        else:
            state = {"State": "COMPLETED", "PercentDone": "100.0"}
        made = _now()
        point = call.arn("backup", f"recovery-point:{unique()}")
        call.parameters["BackupJobId"] = unique()
        row = self.jobs.put(call, CreationDate=made, CompletionDate=made, RecoveryPointArn=point, **state)
        if row["State"] == "COMPLETED":
            self.points.put(
                Call(
                    call.account, call.region, {"BackupVaultName": vault.backup_vault_name, "RecoveryPointArn": point}
                ),
                BackupVaultArn=vault.backup_vault_arn,
                ResourceArn=call["ResourceArn"],
                ResourceType=_type_of(call["ResourceArn"]),
                IamRoleArn=call["IamRoleArn"],
                Status="COMPLETED",
                CreationDate=made,
                CompletionDate=made,
                Lifecycle=lifecycle,
                EncryptionKeyArn=vault.encryption_key_arn,
            )
        return {"BackupJobId": row["BackupJobId"], "RecoveryPointArn": point, "CreationDate": made}

    def list(self, call: Call) -> Record:
        found = self.points.all(call, BackupVaultName=call["BackupVaultName"])
        resource = call.get("ByResourceArn")
        return {"RecoveryPoints": [row for row in found if resource in (None, row["ResourceArn"])]}

    def remove(self, call: Call) -> None:
        vault, point = _vault(call, call["BackupVaultName"]), self.points.get(call)
        age = timedelta(seconds=_now() - float(point["CreationDate"])).days
        if vault.locked and vault.min_retention_days is not None and age < vault.min_retention_days:
            message = f"the vault is locked: backups are kept for {vault.min_retention_days} days"
            raise OperationError("InvalidRequestException", message)
        self.points.remove(call)


def _named(name: str) -> str:
    if not _PLAIN.match(name):
        raise OperationError(
            "InvalidParameterValueException", f"{name} has other characters than letters, digits and _"
        )
    return name


def _is_kept(vault: Any, days: int) -> bool:
    return bool((vault.min_retention_days or 1) <= days <= (vault.max_retention_days or 36500))


def _check_lifecycle(lifecycle: Mapping[str, Any]) -> None:
    cold, delete = lifecycle.get("MoveToColdStorageAfterDays"), lifecycle.get("DeleteAfterDays")
    if cold is not None and delete is not None and delete < cold + COLD_DAYS:
        raise OperationError(
            "InvalidParameterValueException",
            f"Invalid lifecycle. DeleteAfterDays cannot be less than {COLD_DAYS} days apart from"
            " MoveToColdStorageAfterDays",
        )


def _type_of(arn: str) -> str:
    service = arn.split(":")[2]
    return {"ec2": "EBS", "elasticfilesystem": "EFS", "dynamodb": "DynamoDB"}.get(service, service.upper())
