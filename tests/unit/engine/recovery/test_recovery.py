"""Drills and switches of a standby, with RDS and Route 53 in memory: what is done, in which order, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mendixctl.engine.environment import tools
from mendixctl.engine.recovery import backups, drill, side, switch
from mendixctl.engine.recovery.results import Backup, DrillResult, Measurement, SwitchResult
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind, Status
from mendixgen.diagnostics import MendixError, Refused
from tests.unit.engine.conftest import Bench

LATEST = datetime(2026, 11, 23, 11, 55, tzinfo=UTC)
ARN = "arn:aws:rds:eu-central-1:123456789012:auto-backup:ab-1"


@dataclass
class Rds:
    """RDS as far as a recovery uses it, and what was asked of it."""

    replicated: list[str] = field(default_factory=lambda: ["prod-crm"])
    instances: set[str] = field(default_factory=lambda: {"dev-crm"})
    asked: list[str] = field(default_factory=list)
    broken: bool = False
    refused: bool = False
    exceptions: Any = field(default_factory=lambda: SimpleNamespace(ClientError=ClientError))

    def get_paginator(self, name: str) -> Rds:
        assert name == "describe_db_instance_automated_backups"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [
            {
                "DBInstanceAutomatedBackups": [
                    {
                        "DBInstanceIdentifier": one,
                        "Region": "eu-west-1",
                        "DBInstanceAutomatedBackupsArn": ARN,
                        "RestoreWindow": {"LatestTime": LATEST},
                    }
                    for one in self.replicated
                ]
            }
        ]

    def describe_db_instances(self, DBInstanceIdentifier: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        if DBInstanceIdentifier not in self.instances:
            raise ClientError({"Error": {"Code": "DBInstanceNotFound"}}, "DescribeDBInstances")
        own = {
            "DBInstanceClass": "db.t4g.medium",
            "DBSubnetGroup": {"DBSubnetGroupName": "dev"},
            "DBParameterGroups": [{"DBParameterGroupName": "dev-crm-postgres17"}],
        }
        return {"DBInstances": [own]}

    def restore_db_instance_to_point_in_time(self, **given: Any) -> None:
        assert given["SourceDBInstanceAutomatedBackupsArn"] == ARN
        assert (given["DBSubnetGroupName"], given["DBParameterGroupName"]) == ("dev", "dev-crm-postgres17")
        self.asked.append(f"restore {given['TargetDBInstanceIdentifier']}")
        if not self.refused:
            self.instances.add(given["TargetDBInstanceIdentifier"])
        if self.broken or self.refused:
            raise ClientError({"Error": {"Code": "InsufficientDBInstanceCapacity"}}, "RestoreDBInstance")

    def modify_db_instance(self, **given: Any) -> None:
        assert given["DeletionProtection"] is False

    def delete_db_instance(self, DBInstanceIdentifier: str, **given: Any) -> None:  # noqa: N803 - boto3's names
        kept = given.get("FinalDBSnapshotIdentifier", "nothing")
        self.asked.append(f"delete {DBInstanceIdentifier}, keeping {kept}")
        if DBInstanceIdentifier not in self.instances:
            raise ClientError({"Error": {"Code": "DBInstanceNotFound"}}, "DeleteDBInstance")
        self.instances.discard(DBInstanceIdentifier)

    def get_waiter(self, name: str) -> Any:
        return SimpleNamespace(wait=lambda **_: None)


@dataclass
class Route53:
    """Route 53 with one latch."""

    turned: list[dict[str, Any]] = field(default_factory=list)
    latch: str = "prod-recovery-latch"
    mode: str = "manual"

    def get_paginator(self, name: str) -> Any:
        return SimpleNamespace(paginate=lambda: [{"HealthChecks": [{"Id": "one"}, {"Id": "two"}]}])

    def list_tags_for_resources(self, **asked: Any) -> dict[str, Any]:
        tags = [{"Key": "Name", "Value": self.latch}, {"Key": "mode", "Value": self.mode}]
        return {"ResourceTagSets": [{"ResourceId": "one", "Tags": []}, {"ResourceId": "two", "Tags": tags}]}

    def update_health_check(self, **given: Any) -> None:
        self.turned.append(given)


@dataclass
class World:
    bench: Bench
    rds: Rds = field(default_factory=Rds)
    route53: Route53 = field(default_factory=Route53)
    names: tuple[str, ...] = ("crm",)

    def client(self, service: str, region: str = "") -> Any:
        return {"rds": self.rds, "route53": self.route53}[service]

    def switch(self, kind: Kind, *, names: bool = False) -> SwitchResult:
        prepared = switch.prepare(self.bench.session, "dev", kind, names=names)
        return switch.execute(self.bench.session, prepared, message="a test")

    def record(self, number: int) -> Any:
        return LocalLedger("dev", self.bench.root / "releases").read(number)


@pytest.fixture
def world(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> World:
    """``dev`` as a standby of prod, applied once; the areas that it would need are played."""
    found = World(bench)
    bench.apply()
    monkeypatch.setattr(tools, "clients", lambda *_: found)
    monkeypatch.setattr(side, "primary_of", lambda _: "prod")
    monkeypatch.setattr(side, "databases", lambda _: {one: {} for one in found.names})
    return found


def test_a_drill_measures_takes_away_and_is_recorded(world: World) -> None:
    result = drill.drill(world.bench.session, "dev", message="a test")
    (one,) = result.measurements
    assert one.rpo_seconds is not None
    assert 300 <= one.rpo_seconds < 400
    assert world.rds.asked == ["restore dev-drill-crm", "delete dev-drill-crm, keeping nothing"]
    assert result.exit_code == 0
    record = world.record(2)
    assert (record.release.kind, record.status, record.release.message) == (Kind.DRILL, Status.SUCCEEDED, "a test")
    assert record.outcome.done[0].startswith("crm: RPO 3")
    assert "base: 2" in world.bench.lock.read_text()


def test_what_a_drill_could_not_restore_is_taken_away_too(world: World) -> None:
    world.rds.broken = True
    with pytest.raises(MendixError, match="InsufficientDBInstanceCapacity"):
        drill.drill(world.bench.session, "dev")
    assert world.rds.asked[-1] == "delete dev-drill-crm, keeping nothing"
    assert world.record(2).status is Status.FAILED


def test_why_a_drill_could_not_restore_is_said_where_there_is_nothing_to_take_away(world: World) -> None:
    world.rds.refused = True
    with pytest.raises(MendixError, match="InsufficientDBInstanceCapacity"):
        drill.drill(world.bench.session, "dev")


def test_a_standby_whose_databases_are_gone_already_deletes_none(world: World) -> None:
    world.rds.instances.clear()
    assert switch.prepare(world.bench.session, "dev", Kind.FAILOVER, names=False).existing == ()


def test_what_comes_next_after_a_rehearsal_is_a_rehearsal_with_the_edit_in_the_file(world: World) -> None:
    prepared = switch.prepare(world.bench.session, "dev", Kind.FAILOVER, names=False)
    rehearsed = replace(prepared, scope=replace(prepared.scope, rehearsal=True))
    assert [it.endswith(" --emulator") for it in switch._next(rehearsed)] == [False, True, True, True]
    assert switch._next(prepared)[0] == "mendixctl plan dev"


def test_a_failover_of_databases_is_an_edit_and_a_deletion_that_keeps_a_snapshot(world: World) -> None:
    prepared = switch.prepare(world.bench.session, "dev", Kind.FAILOVER, names=False)
    assert prepared.backups == (Backup("crm", ARN, LATEST),)
    assert (prepared.existing, prepared.confirmation, prepared.latch) == (("crm",), "dev", "")
    assert ARN in prepared.spec_diff
    assert world.rds.asked == []
    result = switch.execute(world.bench.session, prepared)
    assert world.rds.asked == ["delete dev-crm, keeping dev-crm-before-v2"]
    assert ARN in world.bench.spec.read_text()
    assert "# the oldest" in world.bench.spec.read_text()
    assert result.next[0] == "mendixctl plan dev"
    assert world.record(2).release.kind is Kind.FAILOVER
    assert world.route53.turned == []


def test_names_are_switched_and_switched_back(world: World) -> None:
    world.switch(Kind.FAILOVER, names=True)
    assert world.route53.turned == [{"HealthCheckId": "two", "Inverted": True, "Disabled": True}]
    world.switch(Kind.FAILBACK)
    assert world.route53.turned[1] == {"HealthCheckId": "two", "Inverted": False, "Disabled": True}
    world.route53.mode = "automatic"
    world.switch(Kind.FAILBACK)
    assert world.route53.turned[2] == {"HealthCheckId": "two", "Inverted": False, "Disabled": False}
    assert [world.record(number).release.kind for number in (2, 3, 4)] == [
        Kind.FAILOVER,
        Kind.FAILBACK,
        Kind.FAILBACK,
    ]


def test_without_backups_or_a_latch_nothing_is_done(world: World) -> None:
    world.rds.replicated = []
    with pytest.raises(Refused) as refused:
        switch.prepare(world.bench.session, "dev", Kind.FAILOVER, names=False)
    assert refused.value.diagnostics[0].code == "MXP175"
    world.route53.latch = "another"
    with pytest.raises(MendixError) as error:
        switch.prepare(world.bench.session, "dev", Kind.FAILOVER, names=True)
    assert error.value.diagnostics[0].code == "MXP174"


def test_an_edit_while_a_person_is_asked_stops_it(world: World) -> None:
    prepared = switch.prepare(world.bench.session, "dev", Kind.FAILOVER, names=False)
    world.bench.edit("hello", "good day")
    with pytest.raises(Refused) as error:
        switch.execute(world.bench.session, prepared)
    assert error.value.diagnostics[0].code == "MXP176"
    assert world.rds.asked == []


def test_a_failback_forgets_where_databases_came_from(world: World) -> None:
    data = switch.with_restores(
        {"name": "dev", "database": {"instances": {"crm": {"storage_gb": 20}}}}, [Backup("crm", ARN)]
    )
    assert data["database"]["instances"]["crm"] == {"storage_gb": 20, "restore_from": {"backup_arn": ARN}}
    assert switch.without_restores(data)["database"]["instances"]["crm"] == {"storage_gb": 20}
    kept = {"database": {"instances": {"crm": {"restore_from": {"snapshot": "mine"}}}}}
    assert switch.without_restores(kept) == kept


def test_backups_of_this_region_are_none_of_the_primarys(world: World) -> None:
    assert backups.find(world, "eu-west-1", "prod", ["crm"]) == [Backup("crm")]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rpo", "rto", "code"), [(60.0, 60.0, 0), (3601.0, 60.0, 2), (60.0, 601.0, 2), (None, None, 2)]
)
def test_what_is_not_kept_is_told_by_the_exit_code(
    world: World, rpo: float | None, rto: float | None, code: int
) -> None:
    scope = switch.prepare(world.bench.session, "dev", Kind.FAILOVER, names=True).scope
    assert DrillResult(scope, 2, (Measurement("crm", rpo, rto),), 60, 10).exit_code == code
