"""Snapshots before an apply: all of them there, or nothing is applied."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply import snapshots
from mendixctl.engine.apply.results import ApplyError, ApplyInterrupted
from mendixctl.engine.environment import tools
from mendixctl.engine.journal.journal import unsettled
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.results import Judged
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Status
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange
from mendixgen.diagnostics import MendixError
from tests.unit.engine.conftest import Bench

DATABASE = 'module.database.aws_db_instance.this["main"]'
CLUSTER = "module.database.aws_rds_cluster.this"


@dataclass
class Rds:
    """boto3's RDS client: each snapshot goes through these statuses, one a look."""

    statuses: list[str] = field(default_factory=lambda: ["creating", "available"])
    refuse: str = ""
    taken: dict[str, str] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    looks: dict[str, int] = field(default_factory=dict)

    def client(self, service: str) -> Rds:
        assert service == "rds"
        return self

    def create_db_snapshot(self, **given: Any) -> None:
        if self.refuse:
            raise ClientError({"Error": {"Code": self.refuse}}, "CreateDBSnapshot")
        self.taken[given["DBSnapshotIdentifier"]] = given["DBInstanceIdentifier"]
        self.tags = given["Tags"]

    def create_db_cluster_snapshot(self, **given: Any) -> None:
        self.taken[given["DBClusterSnapshotIdentifier"]] = given["DBClusterIdentifier"]

    def _look(self, name: str) -> list[dict[str, str]]:
        seen = self.looks[name] = self.looks.get(name, 0) + 1
        status = self.statuses[min(seen, len(self.statuses)) - 1]
        return [{"Status": status}] if status else []

    def describe_db_snapshots(self, **given: Any) -> dict[str, Any]:
        return {"DBSnapshots": self._look(given["DBSnapshotIdentifier"])}

    def describe_db_cluster_snapshots(self, **given: Any) -> dict[str, Any]:
        return {"DBClusterSnapshots": self._look(given["DBClusterSnapshotIdentifier"])}


def database(address: str = DATABASE, *, type_: str = "aws_db_instance", **before: Any) -> ResourceChange:
    found = {"identifier": "dev-main", "cluster_identifier": "dev-aurora", **before}
    return ResourceChange(address, "database", type_, Action.UPDATE, raw={"change": {"before": found}})


@pytest.fixture
def rds(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Rds:
    """An environment whose plans also change a database and a cluster as no plan takes back."""
    made = Rds()
    monkeypatch.setattr(tools, "clients", lambda *_: made)
    changes = (database(), database(CLUSTER, type_="aws_rds_cluster"))
    judgement = Judgement(Verdict.RESTORE_NEEDED)

    def judged(document: PlanDocument) -> tuple[Judged, ...]:
        return (*(Judged(change) for change in document.changes), *(Judged(one, judgement) for one in changes))

    monkeypatch.setattr(plan_run, "judged", judged)
    bench.session = replace(bench.session, sleep=lambda seconds: _pass(bench, seconds))
    return made


def _pass(bench: Bench, seconds: float) -> None:
    bench.clock.moment += timedelta(seconds=seconds)


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def test_they_are_in_the_plan_taken_before_terraform_begins_and_in_the_release(bench: Bench, rds: Rds) -> None:
    planned = plan_run.plan(bench.session, "dev")
    assert [(one.address, one.identifier) for one in planned.snapshots] == [
        (DATABASE, "dev-main"),
        (CLUSTER, "dev-aurora"),
    ]
    prepared = apply_run.prepare(bench.session)
    assert prepared.plan.snapshots == planned.snapshots
    bench.play.during_apply = lambda: rds.taken.update(terraform="began")
    result = apply_run.execute(bench.session, prepared)
    assert list(rds.taken.values()) == ["dev-main", "dev-aurora", "began"]
    recorded = LocalLedger("dev", bench.root / "releases").read(1).release.snapshots
    assert recorded == dict(zip((DATABASE, CLUSTER), rds.taken, strict=False))
    assert all("-v1-" in name for name in recorded.values())
    assert result.record.release.snapshots == recorded
    assert {"Key": "release", "Value": "v1"} in rds.tags
    assert "snapshot" in bench.listener.stages


@pytest.mark.parametrize(("statuses", "code"), [(["failed"], "MXB122"), ([""], "MXB122"), (["creating"], "MXB123")])
def test_one_that_does_not_come_stops_the_apply_before_terraform_begins(
    bench: Bench, rds: Rds, statuses: list[str], code: str
) -> None:
    rds.statuses = statuses
    began = bench.clock.moment
    with pytest.raises(ApplyError) as error:
        bench.apply()
    assert codes(error) == [code, "MXP141"]
    assert bench.play.count("apply") == 0
    record = LocalLedger("dev", bench.root / "releases").read(1)
    assert record.outcome is not None
    assert (record.status, record.outcome.done) == (Status.FAILED, ())
    assert code in record.outcome.errors[0]
    assert unsettled(bench.repository.workspace("dev")) == [], "nothing was begun that could be missing from the state"
    assert (bench.clock.moment - began >= snapshots.DEADLINE) is (code == "MXB123")


def test_one_that_rds_refuses_stops_the_apply_too(bench: Bench, rds: Rds) -> None:
    rds.refuse = "InvalidDBInstanceState"
    with pytest.raises(ApplyError) as error:
        bench.apply()
    assert codes(error) == ["MXA106", "MXP141"]
    assert "dev-main" in error.value.diagnostics[0].summary
    assert bench.play.count("apply") == 0


def test_a_database_that_has_no_name_stops_it_as_well(bench: Bench, rds: Rds, monkeypatch: pytest.MonkeyPatch) -> None:
    nameless = Judged(database(identifier=None), Judgement(Verdict.RESTORE_NEEDED))
    monkeypatch.setattr(plan_run, "judged", lambda _: (nameless,))
    with pytest.raises(ApplyError) as error:
        bench.apply()
    assert codes(error)[0] == "MXB121"
    assert rds.taken == {}


def test_ctrl_c_while_one_is_taken_is_recorded(bench: Bench, rds: Rds) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    bench.session = replace(bench.session, sleep=interrupt)
    with pytest.raises(ApplyInterrupted):
        bench.apply()
    assert LocalLedger("dev", bench.root / "releases").read(1).status is Status.INTERRUPTED
    assert bench.play.count("apply") == 0


def test_both_steps_of_a_destroy_have_their_own(bench: Bench, rds: Rds) -> None:
    bench.apply()
    destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    store = LocalLedger("dev", bench.root / "releases")
    names = [name for number in (1, 2, 3) for name in store.read(number).release.snapshots.values()]
    assert len(set(names)) == len(names) == 6
