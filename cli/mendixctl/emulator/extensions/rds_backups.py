"""Automated backups of RDS in another region, for aws_db_instance_automated_backups_replication, and restores of them.

moto 5.2.5 has neither. A replication is a record in the region that it goes to; what it holds is the source as it is
when it is restored, or as it was last where that is gone: a region that is lost takes no replicated backup with it.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from mendixctl.emulator.extensions.operations import identifier

Record = dict[str, Any]
LAG = timedelta(minutes=5)
"""RDS sends logs as often: so old is the newest point that can be restored to."""


def install(backend: Any, responses: Any) -> None:
    """Add the operations, and let instances be restored from replicated backups."""
    _mend_restores(backend)
    responses.start_db_instance_automated_backups_replication = _start
    responses.stop_db_instance_automated_backups_replication = _stop
    responses.describe_db_instance_automated_backups = _describe


def _start(self: Any) -> Any:
    from moto.core.responses import ActionResult

    arn = self.params["SourceDBInstanceArn"]
    source = _source(self, arn)
    made = f"{':'.join(arn.split(':')[:3])}:{self.region}:{arn.split(':')[4]}:auto-backup:{identifier('ab-', 26)}"
    shown = {
        "DBInstanceArn": arn,
        "DBInstanceIdentifier": arn.rsplit(":", 1)[1],
        "DBInstanceAutomatedBackupsArn": made,
        "DbiResourceId": source.dbi_resource_id,
        "Region": arn.split(":")[3],
        "Status": "replicating",
        "Engine": source.engine,
        "EngineVersion": source.engine_version,
        "Encrypted": source.storage_encrypted,
        "KmsKeyId": self.params.get("KmsKeyId"),
        "BackupRetentionPeriod": self.params.get("BackupRetentionPeriod", 7),
    }
    record = {"shown": shown, "source": source, "begun": datetime.now(UTC)}
    _records(self.backend)[made] = record
    return ActionResult({"DBInstanceAutomatedBackup": _shown(record)})


def _stop(self: Any) -> Any:
    from moto.core.responses import ActionResult

    arn = self.params["SourceDBInstanceArn"]
    for made, record in list(_records(self.backend).items()):
        if record["shown"]["DBInstanceArn"] == arn:
            del _records(self.backend)[made]
            return ActionResult({"DBInstanceAutomatedBackup": {**_shown(record), "Status": "pending"}})
    raise _error("DBInstanceNotFound", f"There is no replication of {arn}.")


def _describe(self: Any) -> Any:
    from moto.core.responses import ActionResult

    wanted = self.params.get("DBInstanceAutomatedBackupsArn")
    found = [_shown(record) for made, record in _records(self.backend).items() if wanted in (None, made)]
    if wanted and not found:
        raise _error("DBInstanceAutomatedBackupNotFound", f"Automated backup {wanted} not found.")
    return ActionResult({"DBInstanceAutomatedBackups": found})


def _mend_restores(backend: Any) -> None:
    restore = backend.restore_db_instance_to_point_in_time

    def restored(self: Any, source: str | None, target: str, overrides: Any) -> Any:
        arn = overrides.pop("source_db_instance_automated_backups_arn", None)
        if arn is None:
            return restore(self, source, target, overrides)
        if arn not in _records(self):
            raise _error("DBInstanceAutomatedBackupNotFound", f"Automated backup {arn} not found.")
        stand_in = f"{target}-source"
        kept = copy.copy(_records(self)[arn]["source"])
        kept.db_instance_identifier = stand_in
        # groups are of the source's region; without others, RDS takes the engine's defaults (API reference,
        # RestoreDBInstanceToPointInTime, "DBParameterGroupName")
        kept.db_parameter_group_name, kept.option_group_supplied = None, False
        # nor is what is restored protected, unless that is asked for ("DeletionProtection")
        kept.deletion_protection = False
        self.databases[stand_in] = kept
        try:
            return restore(self, stand_in, target, overrides)
        finally:
            self.databases.pop(stand_in, None)

    backend.restore_db_instance_to_point_in_time = restored


def _source(self: Any, arn: str) -> Any:
    """The instance whose backups are wanted.

    Raises:
        RDSClientError: it is in this region, is not there, has no backups, or is encrypted and no key is given.
    """
    from moto.rds.models import rds_backends

    _, _, _, region, account, _, name = arn.split(":", 6)
    if region == self.region:
        raise _error("InvalidParameterValue", "The source is in this region already.")
    source = rds_backends[account][region].databases.get(name)
    if source is None:
        raise _error("DBInstanceNotFound", f"DBInstance {arn} not found.")
    if not source.backup_retention_period:
        raise _error("InvalidDBInstanceState", "Automated backups of the source are off.")
    if source.storage_encrypted and not self.params.get("KmsKeyId"):
        raise _error("InvalidParameterCombination", "KmsKeyId is needed: the source is encrypted.")
    return source


def _records(backend: Any) -> dict[str, Record]:
    found: dict[str, Record] = backend.__dict__.setdefault("replicated_backups", {})
    return found


def _shown(record: Record) -> Record:
    newest = datetime.now(UTC) - LAG
    window = {"EarliestTime": min(record["begun"], newest), "LatestTime": newest}
    return {**record["shown"], "RestoreWindow": window}


def _error(code: str, message: str) -> Exception:
    from moto.rds.exceptions import RDSClientError

    return RDSClientError(code, message)
