"""An apply that fails goes back by itself, on real Terraform; snapshots and health checks on the emulator's RDS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply import snapshots
from mendixctl.engine.apply.results import ApplyError
from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.health.contract import Subject
from mendixctl.engine.health.watching import watch
from mendixctl.engine.history import run as history_run
from mendixctl.engine.rollback import on_failure
from mendixctl.guard.snapshots import PlannedSnapshot
from mendixctl.ledger.release import Health, Kind, Status
from mendixgen.diagnostics import MendixError
from tests.emulator.engine_bench import EngineBench
from tests.support.small_repository import module_json, small_repository
from tests.unit.cli import samples

pytestmark = pytest.mark.emulator
MAIN = """\
resource "aws_cloudwatch_metric_alarm" "note" {
  for_each = var.texts

  alarm_name          = each.key
  alarm_description   = each.value
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Notes"
  namespace           = "Tests"
  period              = 60
  statistic           = "Sum"
  threshold           = 1
}

# Fails once the alarms are made: their ARNs are not known before.
resource "terraform_data" "gate" {
  input = [for name, alarm in aws_cloudwatch_metric_alarm.note : alarm.arn]

  lifecycle {
    postcondition {
      condition     = !contains(values(var.texts), "fail") || join("", self.output) == "never"
      error_message = "One of the notes is to fail."
    }
  }
}
"""
OUTPUTS = 'output "ids" {\n  value = { for name, alarm in aws_cloudwatch_metric_alarm.note : name => alarm.id }\n}\n'


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineBench]:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    repository = small_repository(tmp_path / "platform")
    folder = repository.modules / "notes" / "1.0.0"
    (folder / "main.tf").write_text(MAIN)
    (folder / "outputs.tf").write_text(OUTPUTS)
    files = {path.name: path.read_bytes() for path in folder.glob("*.tf")}
    document = module_json("1.0.0", files, released="2026-11-01", resource="note")
    (folder / "module.json").write_text(
        json.dumps({**document, "addresses": ["aws_cloudwatch_metric_alarm.note", "terraform_data.gate"]})
    )
    made = EngineBench(repository)
    yield made
    made.stop()


def test_what_fails_goes_back_and_a_plan_is_empty(bench: EngineBench) -> None:
    bench.apply("good")
    bench.edit("    first: hello", "    first: good day\n    second: fail\n    first2: more")
    bench.plan()
    with pytest.raises(ApplyError) as error:
        on_failure.execute(bench.session, apply_run.prepare(bench.session), message="bad", checks=timedelta(seconds=10))
    assert error.value.diagnostics[-1].code == "MXB140", error.value.diagnostics
    after = error.value.result.after
    assert after is not None
    assert (after.number, after.status, after.outcome.proven) == (3, Status.SUCCEEDED, True)
    records = history_run.history(bench.session).records
    assert [(record.release.kind, record.status) for record in records] == [
        (Kind.APPLY, Status.SUCCEEDED),
        (Kind.APPLY, Status.FAILED),
        (Kind.ROLLBACK, Status.SUCCEEDED),
    ]
    assert records[1].outcome is not None
    assert records[1].outcome.done, "something was made before it failed"
    assert (records[2].release.rollback_from, records[2].release.rollback_to) == (2, 1)
    assert "v2 failed" in records[2].release.message
    assert "first: hello" in bench.spec.read_text()
    assert "fail" not in bench.spec.read_text()
    assert bench.plan().has_changes is False


def test_databases_have_their_snapshots_and_their_health_from_rds(bench: EngineBench) -> None:
    workplace = open_workplace(bench.session, "dev")
    services = Tools.start(workplace).clients
    rds = services.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="dev-main",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="mendix",
        MasterUserPassword="not-a-real-one",
    )
    subject = Subject("module.database.aws_db_instance.this", "aws_db_instance", {"identifier": "dev-main"})
    gone = replace(subject, attributes={"identifier": "dev-other"})
    found = watch(bench.session, services, [subject, gone], timedelta(0))
    assert [one.health for one in found] == [Health.HEALTHY, Health.UNHEALTHY]
    planned = PlannedSnapshot(subject.address, "aws_db_instance", "dev-main")
    plan = samples.plan(plan_digest="sha256:1f2e3d4c5b6a", snapshots=(planned,))
    snapshots.take(workplace, services, plan, 1)
    (name,) = snapshots.names(plan, 1).values()
    (taken,) = rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
    assert (taken["DBInstanceIdentifier"], taken["Status"]) == ("dev-main", "available")
    missing = replace(plan, snapshots=(replace(planned, identifier="dev-other"),))
    with pytest.raises(MendixError) as error:
        snapshots.take(workplace, services, missing, 1)
    assert "dev-other" in error.value.diagnostics[0].summary
