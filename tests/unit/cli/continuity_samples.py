"""Results of ``backup`` and ``recovery`` as the views are given them."""

from __future__ import annotations

from mendixctl.engine.backup.covered import Coverage
from mendixctl.engine.backup.run import CoverageResult
from mendixctl.engine.recovery.results import (
    Backup,
    DrillResult,
    Measurement,
    PreparedSwitch,
    RecoveryPlan,
    SwitchResult,
)
from tests.unit.cli.samples import NOW, SCOPE

COVERED = CoverageResult(
    SCOPE,
    (
        Coverage("module.database.aws_db_instance.this", "RDS", "arn:db", ("prod-daily",), newest=NOW),
        Coverage("module.storage.aws_s3_bucket.this", "S3", "arn:bucket"),
        Coverage("module.storage.aws_s3_bucket.access_logs", "S3", "arn:logs", reason="logs that AWS writes"),
    ),
)
RECOVERY_PLAN = RecoveryPlan("prod", "en", "# Recovery plan of prod\n")
DRILL = DrillResult(
    SCOPE, 4, (Measurement("crm", 300.0, 1500.0), Measurement("erp", None, None, "it has no backups")), 60, 240
)
PREPARED_SWITCH = PreparedSwitch(
    SCOPE,
    "failover",
    "prod",
    "prod-dr",
    5,
    backups=(Backup("crm", "arn:backup", NOW),),
    existing=("crm",),
    spec_diff="+ restore_from: {backup_arn: arn:backup}",
    latch="latch",
    to_standby=True,
)
SWITCHED = SwitchResult(SCOPE, "failover", 5, ("names lead to prod-dr",), ("mendixctl plan prod-dr",))
