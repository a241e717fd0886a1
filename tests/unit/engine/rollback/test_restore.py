"""What a rollback does about data that it creates again: found, judged, brought back, or asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.environment import tools
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.results import Judged, Restore, RestoreAction, Scope
from mendixctl.engine.rollback import restore, restore_sources
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.engine.rollback.restore import check_no_worse, find, judged, settings
from mendixctl.guard.verdict import REVERSIBLE, Judgement, Verdict
from mendixctl.ledger.release import Author, Kind, Outcome, Record, RecordedChange, Release, Status
from mendixctl.terraform.plan import Action, ResourceChange
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.versions.store import ModuleStore
from tests.unit.engine.conftest import Bench

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRET = 'module.secrets.aws_secretsmanager_secret.this["license"]'
KEY = 'module.encryption.aws_kms_key.this["storage"]'
DATABASE = 'module.database.aws_db_instance.this["mendix"]'
BUCKET = 'module.storage.aws_s3_bucket.this["files"]'


class Missing(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


@dataclass
class Api:
    """Clients of an account: what is in it, and what was asked to be changed."""

    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    instances: dict[str, str] = field(default_factory=dict)
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    policy: str = ""
    done: list[str] = field(default_factory=list)
    who: str = "arn:aws:sts::123456789012:assumed-role/deployer/mendixctl"

    def client(self, service: str) -> Api:
        return self

    def caller(self) -> str:
        return self.who

    def describe_secret(self, **given: str) -> dict[str, Any]:
        if given["SecretId"] not in self.secrets:
            raise Missing("ResourceNotFoundException")
        return self.secrets[given["SecretId"]]

    def restore_secret(self, **given: str) -> None:
        self.done.append(f"restore {given['SecretId']}")

    def get_resource_policy(self, **given: str) -> dict[str, Any]:
        return {"ResourcePolicy": self.policy} if self.policy else {}

    def put_resource_policy(self, **given: str) -> None:
        self.done.append("policy")
        self.policy = given["ResourcePolicy"]

    def describe_key(self, **given: str) -> dict[str, Any]:
        if given["KeyId"] not in self.keys:
            raise Missing("NotFoundException")
        return {"KeyMetadata": {"KeyId": given["KeyId"], **self.keys[given["KeyId"]]}}

    def cancel_key_deletion(self, **given: str) -> None:
        self.done.append(f"cancel {given['KeyId']}")

    def enable_key(self, **given: str) -> None:
        self.done.append(f"enable {given['KeyId']}")

    def describe_db_instances(self, **given: str) -> dict[str, Any]:
        if given["DBInstanceIdentifier"] not in self.instances:
            raise Missing("DBInstanceNotFound")
        return {"DBInstances": [{"DBInstanceStatus": self.instances[given["DBInstanceIdentifier"]]}]}

    def describe_db_snapshots(self, **question: str) -> dict[str, Any]:
        (key, value), *_ = question.items()
        found = [one for one in self.snapshots if one[key] == value]
        if not found and key == "DBSnapshotIdentifier":
            raise Missing("DBSnapshotNotFound")
        return {"DBSnapshots": found}


@dataclass
class Releases:
    """A ledger in memory."""

    records: list[Record] = field(default_factory=list)

    def numbers(self) -> list[int]:
        return [record.number for record in self.records]

    def read(self, number: int) -> Record:
        return self.records[number - 1]

    def add(self, *changes: RecordedChange, done: bool = True, snapshots: dict[str, str] | None = None) -> None:
        release = Release(
            number=len(self.records) + 1,
            environment="dev",
            account="123456789012",
            region="eu-central-1",
            target="aws",
            kind=Kind.APPLY,
            started_at=NOW,
            author=Author("a", "b"),
            spec="",
            lock="",
            archive_digest="",
            changes=changes,
            snapshots=snapshots or {},
        )
        outcome = Outcome(Status.SUCCEEDED, NOW, 1.0, done=tuple(one.address for one in changes) if done else ())
        self.records.append(Record(release, outcome, ""))


def planned(address: str, action: Action = Action.CREATE, judgement: Judgement = REVERSIBLE, **after: Any) -> Judged:
    kind = address.split(".")[2]
    raw = {"change": {"after": after}}
    return Judged(ResourceChange(address, address.split(".")[1], kind, action, raw=raw), judgement)


def plan(*changes: Judged, **more: Any) -> PlanResult:
    scope = Scope("dev", "123456789012", "eu-central-1", "aws")
    return PlanResult(scope=scope, kind=Kind.ROLLBACK, has_changes=True, base=2, changes=changes, **more)


def deleted(address: str, action: str = "delete", **identity: str) -> RecordedChange:
    return RecordedChange(address, address.split(".")[1], action, identity=identity)


def steps(made: PlanResult, ledger: Releases, api: Api) -> list[tuple[str, str, str]]:
    found = find(made, ledger, api, "dev")  # type: ignore[arg-type]
    return [(one.address, one.action.value, one.source) for one in found]


def test_a_secret_in_its_recovery_window_is_undeleted_and_one_that_is_there_imported() -> None:
    ledger = Releases()
    ledger.add(deleted(SECRET, "create"))
    ledger.add(deleted(SECRET, id="arn:1", name="dev/license"))
    made = plan(planned(SECRET, name="dev/license"))
    api = Api(secrets={"arn:1": {"ARN": "arn:1", "DeletedDate": NOW}})
    assert steps(made, ledger, api) == [(SECRET, "undelete", "arn:1")]
    (one,) = find(made, ledger, api, "dev")  # type: ignore[arg-type]
    assert (one.until, one.deleted_by) == (NOW, 2)
    assert steps(made, ledger, Api(secrets={"arn:1": {"ARN": "arn:1"}})) == [(SECRET, "import", "arn:1")]
    assert steps(made, ledger, Api()) == [(SECRET, "create-empty", "")]


def test_a_record_from_before_identities_is_helped_by_the_name_that_is_planned() -> None:
    ledger = Releases()
    ledger.add(deleted(SECRET))
    api = Api(secrets={"dev/license": {"ARN": "arn:7", "DeletedDate": NOW}})
    assert steps(plan(planned(SECRET, name="dev/license")), ledger, api) == [(SECRET, "undelete", "arn:7")]
    assert steps(plan(planned(SECRET)), ledger, api) == [(SECRET, "create-empty", "")]


def test_another_environments_secret_is_not_taken() -> None:
    tags = [{"Key": "environment", "Value": "prod"}]
    api = Api(secrets={"dev/license": {"ARN": "arn:7", "Tags": tags}})
    assert steps(plan(planned(SECRET, name="dev/license")), Releases(), api) == []


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("PendingDeletion", "undelete"),
        ("PendingReplicaDeletion", "undelete"),
        ("Disabled", "import"),
        ("Enabled", "import"),
        ("Unavailable", "create-empty"),
    ],
)
def test_a_key_comes_back_as_itself(state: str, action: str) -> None:
    ledger = Releases()
    ledger.add(deleted(KEY, id="k-1"))
    found = steps(plan(planned(KEY)), ledger, Api(keys={"k-1": {"KeyState": state}}))
    assert found == [(KEY, action, "k-1" if action != "create-empty" else "")]


def test_what_was_deleted_outside_of_terraform_is_known_from_the_drift() -> None:
    gone = ResourceChange(KEY, "encryption", "aws_kms_key", Action.DELETE, identity={"id": "k-2"})
    api = Api(keys={"k-2": {"KeyState": "PendingDeletion"}})
    assert steps(plan(planned(KEY), drift=(gone,)), Releases(), api) == [(KEY, "undelete", "k-2")]


def test_data_that_nobody_ever_had_is_just_created() -> None:
    changes = [planned(one, name="n", identifier="i", engine="postgres") for one in (SECRET, KEY, DATABASE, BUCKET)]
    assert steps(plan(*changes), Releases(), Api()) == []
    ledger = Releases()
    ledger.add(deleted(BUCKET), done=False)
    assert steps(plan(planned(BUCKET)), ledger, Api()) == [], "it was never done"
    ledger.add(deleted(BUCKET, "create"))
    assert steps(plan(planned(BUCKET)), ledger, Api()) == [(BUCKET, "create-empty", "")]


def shot(name: str, day: int, engine: str = "postgres", status: str = "available") -> dict[str, Any]:
    return {
        "DBSnapshotIdentifier": name,
        "DBInstanceIdentifier": "dev-mendix" if not name.startswith("kept") else "other",
        "SnapshotCreateTime": datetime(2026, 11, day, tzinfo=UTC),
        "Engine": engine,
        "EngineVersion": "17.4",
        "AllocatedStorage": 50,
        "Status": status,
    }


def test_a_database_comes_from_the_newest_snapshot_of_its_engine() -> None:
    ledger = Releases()
    ledger.add(
        deleted(DATABASE, id="db-1", final_snapshot_identifier="kept-final"), snapshots={DATABASE: "kept-before"}
    )
    made = plan(planned(DATABASE, identifier="dev-mendix", engine="postgres"))
    shots = [
        shot("kept-before", 3),
        shot("kept-final", 4),
        shot("a", 2),
        shot("b", 9, "mysql"),
        shot("c", 8, status="x"),
    ]
    (one,) = find(made, ledger, Api(snapshots=shots), "dev")  # type: ignore[arg-type]
    assert (one.action, one.source, one.deleted_by) == (RestoreAction.SNAPSHOT, "kept-final", 1)
    assert one.data_until == datetime(2026, 11, 4, tzinfo=UTC)
    assert steps(made, ledger, Api(snapshots=[shot("a", 2)])) == [(DATABASE, "from-snapshot", "a")]
    assert steps(made, ledger, Api()) == [(DATABASE, "create-empty", "")]
    assert steps(made, ledger, Api(instances={"dev-mendix": "available"})) == [(DATABASE, "import", "dev-mendix")]
    assert steps(made, ledger, Api(instances={"dev-mendix": "deleting"})) == [(DATABASE, "create-empty", "")]


def test_a_database_that_is_replaced_back_gets_the_data_of_its_own_engine() -> None:
    ledger = Releases()
    ledger.add(deleted(DATABASE, "replace", final_snapshot_identifier="kept-final"))
    lossy = Judgement(Verdict.IRREVERSIBLE, "it holds data")
    made = plan(planned(DATABASE, Action.REPLACE, lossy, identifier="dev-mendix", engine="postgres"))
    restores = find(made, ledger, Api(snapshots=[shot("kept-final", 4)]), "dev")  # type: ignore[arg-type]
    assert [one.action for one in restores] == [RestoreAction.SNAPSHOT]
    (after,) = judged(made, restores).changes
    assert after.judgement.loses, "what it holds now is lost all the same"
    assert "snapshot" in after.judgement.reason
    assert find(made, Releases(), Api(snapshots=[shot("a", 4)]), "dev") == ()  # type: ignore[arg-type]
    replica = planned('module.database.aws_db_instance.replica["mendix-1"]', identifier="x", engine="postgres")
    assert steps(plan(replica), ledger, Api(snapshots=[shot("a", 4)])) == []


def test_what_is_brought_back_needs_no_acceptance_and_what_is_made_empty_does() -> None:
    made = plan(*(planned(one) for one in (SECRET, KEY, BUCKET)), planned('module.x.aws_sqs_queue.this["a"]'))
    restores = (
        Restore(SECRET, "aws_secretsmanager_secret", RestoreAction.UNDELETE, "arn:1", deleted_by=3),
        Restore(KEY, "aws_kms_key", RestoreAction.IMPORT, "k-1"),
        Restore(BUCKET, "aws_s3_bucket", RestoreAction.EMPTY, deleted_by=3),
    )
    found = {one.change.address: one.judgement for one in judged(made, restores).changes}
    assert [found[one].verdict for one in (SECRET, KEY)] == [Verdict.RESTORE_NEEDED] * 2
    assert [found[one].loses for one in (SECRET, KEY, BUCKET)] == [False, False, True]
    assert "v3" in found[BUCKET].reason
    assert found['module.x.aws_sqs_queue.this["a"]'] == Judgement()


def test_a_key_is_freed_and_enabled_and_again_nothing_happens() -> None:
    wanted = [Restore(KEY, "aws_kms_key", RestoreAction.UNDELETE, "k-1")]
    api = Api(keys={"k-1": {"KeyState": "PendingDeletion"}})
    restore.undelete(api, wanted)  # type: ignore[arg-type]
    assert api.done == ["cancel k-1", "enable k-1"]
    api = Api(keys={"k-1": {"KeyState": "Enabled"}})
    restore.undelete(api, wanted)  # type: ignore[arg-type]
    assert api.done == []


def policy(*readers: str, effect: str = "Deny") -> str:
    condition = {"ArnNotEquals": {"aws:PrincipalArn": list(readers)}}
    return json.dumps(
        {"Statement": [{"Effect": effect, "Action": "secretsmanager:GetSecretValue", "Condition": condition}]}
    )


def test_whoever_brings_a_secret_back_may_read_the_version_that_terraform_makes() -> None:
    api = Api(policy=policy("arn:aws:iam::123456789012:role/app"))
    restore.undelete(api, [Restore(SECRET, "aws_secretsmanager_secret", RestoreAction.UNDELETE, "arn:1")])  # type: ignore[arg-type]
    assert api.done == ["restore arn:1", "policy"]
    (statement,) = json.loads(api.policy)["Statement"]
    assert statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] == [
        "arn:aws:iam::123456789012:role/app",
        "arn:aws:iam::123456789012:role/deployer",
        "arn:aws:iam::123456789012:role/*/deployer",
    ]
    assert restore_sources.with_reader(api.policy, api.who) is None, "once is enough"
    assert restore_sources.with_reader(policy("a", effect="Allow"), api.who) is None
    assert restore_sources.with_reader(policy("a"), "nobody") is None


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    store = ModuleStore(Path(__file__).parents[4] / "modules")
    return {"database": store.manifest("database", "1.0.0").section}


def written(data: dict[str, Any], schemas: dict[str, Any], **facts: Any) -> dict[str, Any]:
    from mendixgen.spec.merge import placed

    one = Restore(DATABASE, "aws_db_instance", RestoreAction.SNAPSHOT, "final-1", facts=facts)
    found = settings([one], data, schemas)
    return placed(data.get("database"), list(found), schemas["database"])


def test_a_snapshot_is_written_into_the_yaml_with_the_size_and_version_that_it_has(schemas: dict[str, Any]) -> None:
    made = {"restore_from": {"snapshot": "final-1"}}
    assert written({}, schemas) == {"instances": {"mendix": made}}
    facts = {"AllocatedStorage": 50, "EngineVersion": "18.1"}
    assert written({}, schemas, **facts) == {"instances": {"mendix": {**made, "storage_gb": 50, "version": "18"}}}
    said = {"database": {"instances": {"mendix": {"storage_gb": 90, "version": "18.1"}, "b": {}}}}
    assert written(said, schemas, **facts) == {
        "instances": {"mendix": {**made, "storage_gb": 90, "version": "18.1"}, "b": {}}
    }


@given(st.lists(st.integers(0, 30), min_size=1, max_size=3), st.lists(st.integers(0, 30), min_size=1, max_size=3))
def test_versions_are_compared_as_far_as_both_say(one: list[int], two: list[int]) -> None:
    from mendixctl.engine.rollback.restore import _older

    length = min(len(one), len(two))
    texts = [".".join(map(str, version)) for version in (one, two)]
    assert _older(*texts) is (one[:length] < two[:length])


def test_a_plan_with_imports_may_do_no_more_than_was_shown() -> None:
    shown = plan(planned(SECRET), planned(KEY), planned(BUCKET, Action.UPDATE))
    imported = [Restore(SECRET, "aws_secretsmanager_secret", RestoreAction.UNDELETE, "arn:1")]

    def check(*changes: Judged) -> None:
        check_no_worse(shown, plan(*changes), imported, "again")

    check(planned(SECRET, Action.IMPORT), planned(KEY), planned(BUCKET, Action.UPDATE))
    check(planned(SECRET, Action.UPDATE))
    check()
    for worse in (
        planned(SECRET, Action.REPLACE),
        planned(BUCKET, Action.DELETE),
        planned(KEY, Action.REPLACE),
        planned('module.x.aws_sqs_queue.this["a"]'),
        planned('module.x.aws_sqs_queue.this["a"]', Action.UPDATE),
    ):
        with pytest.raises(Refused) as error:
            check(worse)
        assert error.value.diagnostics[0].code == "MXP156"
        assert worse.change.address in error.value.diagnostics[0].summary


@pytest.fixture
def deleted_since(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Two releases, and something of the first that can be undeleted; gives what was."""
    from tests.support.play_terraform import ADDRESS

    done: list[str] = []
    one = Restore(ADDRESS, "aws_kms_key", RestoreAction.UNDELETE, "k-1", deleted_by=2)
    monkeypatch.setattr(rollback_run, "_restores", lambda *_: (one,))
    monkeypatch.setattr(tools, "clients", lambda *_: None)
    monkeypatch.setattr(restore, "undelete", lambda _, wanted: done.extend(each.source for each in wanted))
    bench.apply()
    bench.edit("hello", "good day")
    bench.apply()
    return lambda: done


def test_nothing_is_undeleted_before_the_rollback_is_confirmed(
    bench: Bench, deleted_since: Callable[[], list[str]]
) -> None:
    before = bench.snapshot()
    prepared = rollback_run.prepare(bench.session, None, 1)
    assert [one.source for one in prepared.restores] == ["k-1"]
    rollback_run.abandon(bench.session, prepared)
    assert deleted_since() == []
    assert bench.snapshot() == before
    planned_with: list[bool] = []
    prepared = rollback_run.prepare(bench.session, None, 1)
    bench.play.during_plan = lambda: planned_with.append(any(bench.root.glob("*import*")))
    result = rollback_run.execute(bench.session, prepared)
    assert deleted_since() == ["k-1"]
    assert planned_with == [True, False], "once with imports, and once to prove that nothing is left"
    assert result.apply.record.release.extra["restores"] == [
        {"address": prepared.restores[0].address, "action": "undelete", "from": "k-1"}
    ]


def test_a_refused_rollback_brings_nothing_back(
    bench: Bench, deleted_since: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.play_terraform import ADDRESS

    lost = Restore(ADDRESS, "aws_s3_bucket", RestoreAction.EMPTY, deleted_by=2)
    found = (Restore(KEY, "aws_kms_key", RestoreAction.UNDELETE, "k-1", deleted_by=2), lost)
    monkeypatch.setattr(rollback_run, "_restores", lambda *_: found)
    prepared = rollback_run.prepare(bench.session, None, 1)
    with pytest.raises(Refused) as error:
        rollback_run.execute(bench.session, prepared)
    assert [one.code for one in error.value.diagnostics] == ["MXG101"]
    assert deleted_since() == []
    assert "good day" in bench.spec.read_text()
    assert rollback_run.execute(bench.session, rollback_run.prepare(bench.session, None, 1, [ADDRESS])).proven
    assert deleted_since() == ["k-1"]


def test_a_rollback_that_stops_after_undeleting_says_what_is_there_again(
    bench: Bench, deleted_since: Callable[[], list[str]]
) -> None:
    prepared = rollback_run.prepare(bench.session, None, 1)

    def fail() -> None:
        raise KeyboardInterrupt

    bench.play.during_plan = fail
    with pytest.raises(KeyboardInterrupt):
        rollback_run.execute(bench.session, prepared)
    assert "good day" in bench.spec.read_text(), "the files are as before"
    assert [found.code for found in bench.listener.notices] == ["MXP157"]
    assert prepared.restores[0].address in bench.listener.notices[0].summary
    assert not list(bench.root.glob("*import*"))
    bench.play.during_plan = lambda: None
    (bench.root / "mendixctl_imports.tf").write_text("# left by one that was killed\n")
    assert rollback_run.execute(bench.session, rollback_run.prepare(bench.session, None, 1)).proven


def test_a_rollback_that_was_killed_with_its_files_written_can_be_asked_for_again(
    bench: Bench, deleted_since: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mendixctl.engine.environment import git

    monkeypatch.setattr(git, "uncommitted", lambda *_: None)
    prepared = rollback_run.prepare(bench.session, None, 1)
    again = rollback_run.prepare(bench.session, None, 1)
    assert again.spec == prepared.spec
    assert rollback_run.execute(bench.session, again).proven
    bench.edit("hello", "an edit of somebody")
    with pytest.raises(Refused) as error:
        rollback_run.prepare(bench.session, None, 2)
    assert error.value.diagnostics[0].code == "MXP153"


def test_what_is_not_accepted_today_is_refused_with_the_reasons(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from mendixgen.diagnostics import Diagnostic

    bench.apply()
    bench.edit("hello", "good day")
    bench.apply()
    before = bench.snapshot()

    def refuse(*_: Any, gate: bool = False, **more: Any) -> Any:
        raise MendixError(Diagnostic("MXS510", "PostgreSQL 11 has ended"))

    real = rollback_run.open_workplace
    monkeypatch.setattr(rollback_run, "open_workplace", lambda *a, **k: refuse() if k.get("gate") else real(*a, **k))
    with pytest.raises(Refused) as error:
        rollback_run.prepare(bench.session, None, 1)
    assert [found.code for found in error.value.diagnostics] == ["MXP155", "MXS510"]
    assert bench.snapshot() == before
