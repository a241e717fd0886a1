"""``recovery drill``: restores each database from its replicated backups beside the others, measures it, takes it away.

Two numbers come of it: how old the newest point is that can be restored to (RPO), and how long it takes until the
restored database answers as available (RTO). Nothing of either environment is changed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mendixctl.engine.environment.site import Site
from mendixctl.engine.operation import operation
from mendixctl.engine.recovery import backups, record, side
from mendixctl.engine.recovery.results import Backup, DrillResult, Measurement
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind
from mendixgen.diagnostics import MendixError

if TYPE_CHECKING:
    from mendixctl.aws import Clients

LONGEST_NAME = 63
"""Characters of an RDS identifier."""


def drill(session: Session, environment: str, *, message: str = "") -> DrillResult:
    """Measure the recovery of a standby's databases and record what was found.

    Raises:
        MendixError: MXP172, the environment is no standby; MXA1xx, AWS cannot be asked.
        Refused: this checkout is not at the newest release.
    """
    with operation(session, environment, "recovery drill") as site:
        workplace = site.workplace
        primary = side.primary_of(workplace)
        names = side.databases(workplace)
        found = backups.find(site.clients, workplace.scope.region, primary, names)
        started = time.monotonic()
        opened = record.begin(site, Kind.DRILL, message, {"primary": primary})
        measured: list[Measurement] = []
        problem = "it was stopped"
        try:
            measured.extend(measure(site, one) for one in found)
            problem = ""
        finally:
            errors = [f"{one.database}: {one.problem}" for one in measured if one.problem]
            record.end(
                site,
                opened,
                time.monotonic() - started,
                errors=[*errors, problem] if problem else errors,
                done=[described(one) for one in measured if not one.problem],
            )
        recovery = workplace.specification.settings.get("recovery", {})
        return DrillResult(
            site.scope, opened.number, tuple(measured), recovery.get("rpo_minutes"), recovery.get("rto_minutes")
        )


def described(one: Measurement) -> str:
    """A measurement as the ledger keeps it."""
    return f"{one.database}: RPO {one.rpo_seconds} s, RTO {one.rto_seconds} s"


def measure(site: Site, backup: Backup) -> Measurement:
    """Restore one database beside the others, and take it away again."""
    if not backup.arn or backup.latest is None:
        return Measurement(backup.database, None, None, "it has no replicated backups in this region")
    environment = site.environment
    site.session.reporter.stage("drill", backup.database)
    rpo = (site.session.clock() - backup.latest).total_seconds()
    target = f"{environment}-drill-{backup.database}"[:LONGEST_NAME]
    started = time.monotonic()
    try:
        _restore(site.clients, environment, side.identifier(site.workplace, backup.database), backup, target)
        rto = time.monotonic() - started
    except BaseException:
        # why it could not be restored is what a person has to know, whatever becomes of what there may be of it
        with contextlib.suppress(MendixError):
            _remove(site.clients, target)
        raise
    _remove(site.clients, target)
    return Measurement(backup.database, round(max(rpo, 0.0), 1), round(rto, 1))


def _restore(clients: Clients, environment: str, beside: str, backup: Backup, target: str) -> None:
    """A database from its backups, where ``beside`` is, the environment's own; back once it is available."""
    from mendixctl.aws import guarded

    with guarded(f"a restore of {backup.database}"):
        rds = clients.client("rds")
        (own,) = rds.describe_db_instances(DBInstanceIdentifier=beside)["DBInstances"]
        groups = [one["VpcSecurityGroupId"] for one in own.get("VpcSecurityGroups", ())]
        subnets = (own.get("DBSubnetGroup") or {}).get("DBSubnetGroupName")
        parameters = _own(one["DBParameterGroupName"] for one in own.get("DBParameterGroups", ()))
        options = _own(one["OptionGroupName"] for one in own.get("OptionGroupMemberships", ()))
        placed: dict[str, Any] = {
            **({"DBSubnetGroupName": subnets} if subnets else {}),
            # the source's groups are in its region; RDS takes its own defaults where nothing is said
            **({"DBParameterGroupName": parameters[0]} if parameters else {}),
            **({"OptionGroupName": options[0]} if options else {}),
            **({"VpcSecurityGroupIds": groups} if groups else {}),
        }
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceAutomatedBackupsArn=backup.arn,
            TargetDBInstanceIdentifier=target,
            UseLatestRestorableTime=True,
            DBInstanceClass=own["DBInstanceClass"],
            PubliclyAccessible=False,
            DeletionProtection=False,
            Tags=[{"Key": "environment", "Value": environment}, {"Key": "purpose", "Value": "recovery-drill"}],
            **placed,
        )
        rds.get_waiter("db_instance_available").wait(
            DBInstanceIdentifier=target, WaiterConfig={"Delay": 15, "MaxAttempts": 480}
        )


def _own(groups: Iterable[str]) -> list[str]:
    """Without RDS's defaults (``default.postgres17``, ``default:mysql-8-4``), which it takes by itself."""
    return [one for one in groups if not one.startswith("default")]


def _remove(clients: Clients, target: str) -> None:
    from mendixctl.aws import guarded

    with guarded(f"the removal of {target}"):
        rds = clients.client("rds")
        try:
            rds.delete_db_instance(DBInstanceIdentifier=target, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
        except rds.exceptions.ClientError as error:
            if not backups.is_no_instance(error):
                raise
