"""A database that was deleted comes back with a rollback, from the snapshot that mendixctl took before the deletion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from mendixctl.emulator.journal import Entry
from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.plan import gate
from mendixctl.engine.results import RestoreAction
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.guard.verdict import Verdict
from mendixctl.ledger.release import Status
from tests.emulator.engine_bench import NETWORK, EngineBench, vendored

pytestmark = pytest.mark.emulator

DATABASE = 'module.database.aws_db_instance.this["ledger"]'
INSTANCE = """\
    ledger:
      class: db.t4g.micro
      multi_az: false
      database_name: entries    # said to RDS at birth only: after a restore, the snapshot alone knows it
      deletion_protection: false
      final_snapshot: false     # so that the snapshot which mendixctl takes is the only one
"""
SPEC = f"""\
{NETWORK}
encryption: {{}}
identity: {{}}

database:
  instances:
{INSTANCE}"""
LEFT = SPEC.replace(f"  instances:\n{INSTANCE}", "  instances: {}\n")
GROWN = 30
"""GB; it began with 20."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    areas = ("encryption", "identity", "network", "database")
    made = EngineBench(vendored(tmp_path / "platform", *areas, text=SPEC))
    yield made
    made.stop()


def databases(bench: EngineBench) -> Any:
    """A client of RDS in the environment's account."""
    return Tools.start(open_workplace(bench.session, "dev", refresh=False)).clients.client("rds")


def asked(bench: EngineBench, action: str) -> list[dict[str, str]]:
    """What the emulator was asked with one of RDS's actions: the parameters of each request."""
    (journal,) = (bench.repository.private / "emulator").glob("*/journal.ndjson")
    lines = [line for line in journal.read_bytes().splitlines() if f"Action={action}&".encode() in line]
    requests = (parse_qs(Entry.from_line(line).body.decode()) for line in lines)
    return [{name: value for name, (value,) in request.items()} for request in requests]


def test_a_deleted_database_comes_back_from_the_snapshot_that_was_taken_before(bench: EngineBench) -> None:
    bench.apply("with its database")
    assert asked(bench, "ModifyDBInstance") == [], "it is born as it is to be: the provider would wait for a change"
    rds = databases(bench)
    rds.modify_db_instance(DBInstanceIdentifier="dev-ledger", AllocatedStorage=GROWN)  # as RDS grows it by itself
    (before,) = rds.describe_db_instances(DBInstanceIdentifier="dev-ledger")["DBInstances"]

    bench.spec.write_text(LEFT)
    lost = sorted(gate.acceptable(bench.plan()))
    assert DATABASE in lost
    deleting = apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev", lost))
    assert rds.describe_db_instances()["DBInstances"] == []
    (kept,) = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    snapshot = kept["DBSnapshotIdentifier"]
    assert deleting.record.release.snapshots == {DATABASE: snapshot}

    logs = [address for address in lost if ".aws_cloudwatch_log_group." in address]
    prepared = rollback_run.prepare(bench.session, "dev", 1, logs)
    restores = {one.address: one for one in prepared.restores}
    assert sorted(restores) == sorted([DATABASE, *logs])
    assert (restores[DATABASE].action, restores[DATABASE].source) == (RestoreAction.SNAPSHOT, snapshot)
    assert restores[DATABASE].data_until == kept["SnapshotCreateTime"]
    assert {one.change.address: one.verdict for one in prepared.plan.changes}[DATABASE] is Verdict.RESTORE_NEEDED
    assert {one.path: one.kept for one in prepared.held_forward} == {"database.instances.ledger.storage_gb": GROWN}
    result = rollback_run.execute(bench.session, prepared)
    assert (result.apply.number, result.apply.status, result.proven) == (3, Status.SUCCEEDED, True)

    (request,) = asked(bench, "RestoreDBInstanceFromDBSnapshot")
    assert (request["DBSnapshotIdentifier"], request["DBInstanceIdentifier"]) == (snapshot, "dev-ledger")
    assert "DBName" not in request
    assert len(asked(bench, "CreateDBInstance")) == 1, "that of the first release"
    (after,) = rds.describe_db_instances(DBInstanceIdentifier="dev-ledger")["DBInstances"]
    same = ("DBName", "AllocatedStorage", "Engine", "EngineVersion", "KmsKeyId", "MasterUsername", "DBInstanceClass")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert (after["DBName"], after["AllocatedStorage"]) == ("entries", GROWN)
    assert after["DbiResourceId"] != before["DbiResourceId"]
    assert f"snapshot: {snapshot}" in bench.spec.read_text()
    assert bench.plan().has_changes is False

    gone = destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    assert gone.destroy is not None
    assert gone.destroy.status is Status.SUCCEEDED
    assert rds.describe_db_instances()["DBInstances"] == []
