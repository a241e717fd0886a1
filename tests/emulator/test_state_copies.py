"""Copies of the state on real Terraform: kept around each apply, and put back where the state is old, or gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl.aws import Clients
from mendixctl.engine import bootstrap
from mendixctl.engine.environment.tools import api
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.history import run as history_run
from mendixctl.engine.state_restore import run as state_restore_run
from mendixctl.engine.state_restore.run import StateListResult
from mendixctl.ledger.release import Kind, Status
from mendixgen.diagnostics import MendixError, Refused
from tests.emulator.engine_bench import EngineBench
from tests.support.small_repository import small_repository

pytestmark = pytest.mark.emulator
NOTE = 'module.notes.terraform_data.note["first"]'


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineBench]:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    made = EngineBench(small_repository(tmp_path / "platform"))
    yield made
    made.stop()


def in_place(bench: EngineBench) -> list[int]:
    """The releases whose copies are what is in place."""
    found = listed(bench)
    return [copy.release for copy in found.copies if found.is_current(copy)]


def listed(bench: EngineBench) -> StateListResult:
    return state_restore_run.list_copies(bench.session, "dev")


def test_local_copies_are_private_and_bring_back_a_state_that_is_gone_or_damaged(bench: EngineBench) -> None:
    bench.apply("one")
    bench.edit("hello", "good day")
    bench.apply("two")
    folder = bench.repository.workspace("dev") / "state-copies"
    copies = listed(bench).copies
    assert [copy.release for copy in copies] == [1, 2]
    assert in_place(bench) == [2]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [bench.state.read_bytes()] == [(folder / copies[1].name).read_bytes()]
    for damage in (bench.state.unlink, lambda: bench.state.write_text('{"lineage": "x", "ser')):
        damage()
        assert listed(bench).current is None
        prepared = state_restore_run.prepare(bench.session, "dev", 2)
        assert NOTE in prepared.back
        result = state_restore_run.execute(bench.session, prepared)
        content = json.loads(bench.state.read_text())
        assert (content["serial"], content["lineage"]) == (result.serial, copies[1].lineage)
        assert in_place(bench) == [result.number]
    kinds = [record.release.kind for record in history_run.history(bench.session).records]
    assert kinds == [Kind.APPLY, Kind.APPLY, Kind.RESTORE, Kind.RESTORE]
    assert (bench.state.with_name("terraform.tfstate.damaged")).stat().st_mode & 0o777 == 0o600
    # what an older state does not know is in AWS all the same, and the plan tells
    with pytest.raises(Refused) as refused:
        state_restore_run.prepare(bench.session, "dev", 1)
    assert refused.value.diagnostics[0].code == "MXB117"
    state_restore_run.execute(bench.session, state_restore_run.prepare(bench.session, "dev", 1, over_newer=True))
    assert (NOTE, "update") in bench.actions()


def s3(bench: EngineBench) -> tuple[Any, str]:
    """boto3's client, and the bucket of the state."""
    workplace = open_workplace(bench.session, "dev", refresh=False)
    given = {name: value for name, value in api(workplace)[0].items() if value is not None}
    return Clients("eu-central-1", given).client("s3"), workplace.specification.header.state_bucket


def test_copies_in_s3_are_encrypted_as_the_state_is_pruned_and_bring_back_a_state_that_is_gone(
    bench: EngineBench,
) -> None:
    bench.spec.write_text(bench.spec.read_text() + "\nstate: {backend: s3, keep_copies: 2}\n")
    key = bootstrap.bootstrap(bench.session, "dev").key_arn
    bench.edit("keep_copies: 2", f'keep_copies: 2, kms_key: "{key}"')
    bench.apply("one")
    bench.edit("hello", "good day")
    bench.apply("two")
    client, bucket = s3(bench)
    assert [copy.release for copy in listed(bench).copies] == [1, 2]
    assert in_place(bench) == [2]
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket, Prefix="dev/state-copies/")["Contents"]]
    for name in [*keys, "dev/terraform.tfstate"]:
        head = client.head_object(Bucket=bucket, Key=name)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key), name
    client.delete_object(Bucket=bucket, Key="dev/terraform.tfstate")
    prepared = state_restore_run.prepare(bench.session, "dev", 2)
    assert NOTE in prepared.back
    result = state_restore_run.execute(bench.session, prepared)
    assert result.record.status is Status.SUCCEEDED
    assert json.loads(client.get_object(Bucket=bucket, Key="dev/terraform.tfstate")["Body"].read())["serial"] == (
        result.serial
    )
    assert [copy.release for copy in listed(bench).copies] == [2, 3]
    # a state that somebody holds is not written over, and that is recorded
    lock = {"ID": "1", "Operation": "OperationTypeApply", "Who": "li@host", "Created": "2026-11-23T12:00:00Z"}
    client.put_object(Bucket=bucket, Key="dev/terraform.tfstate.tflock", Body=json.dumps(lock).encode())
    with pytest.raises(MendixError) as error:
        state_restore_run.execute(bench.session, state_restore_run.prepare(bench.session, "dev", 2, over_newer=True))
    assert [one.code for one in error.value.diagnostics] == ["MXT111", "MXB119"]
    client.delete_object(Bucket=bucket, Key="dev/terraform.tfstate.tflock")
    assert bench.plan().has_changes is False
    records = history_run.history(bench.session).records
    assert [record.status for record in records][-2:] == [Status.SUCCEEDED, Status.FAILED]


def test_a_damaged_state_in_s3_gives_way_to_the_newest_whole_version_in_its_bucket(bench: EngineBench) -> None:
    bench.spec.write_text(bench.spec.read_text() + "\nstate: {backend: s3}\n")
    bootstrap.bootstrap(bench.session, "dev")
    bench.apply("one")
    client, bucket = s3(bench)
    key = "dev/terraform.tfstate"
    whole = json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    # what an apply that was cut off wrote last is in no copy, and another environment's state is not this one's
    newer = {**whole, "serial": whole["serial"] + 3}
    for content in (json.dumps(newer), json.dumps({**newer, "lineage": "another"}), '{"lineage": "x", "ser', "[]"):
        client.put_object(Bucket=bucket, Key=key, Body=content.encode())
    assert [one.code for one in listed(bench).warnings] == ["MXB113"]
    prepared = state_restore_run.prepare(bench.session, "dev", None)
    assert (prepared.copy.release, prepared.copy.serial) == (1, newer["serial"])
    assert NOTE in prepared.back
    result = state_restore_run.execute(bench.session, prepared)
    now = json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    assert (now["lineage"], now["serial"] >= result.serial) == (whole["lineage"], True)
    assert client.get_object(Bucket=bucket, Key=f"{key}.damaged")["Body"].read() == b"[]"
    assert bench.plan().has_changes is False
    # a copy of a release can be put over a damaged state as well
    client.put_object(Bucket=bucket, Key=key, Body=b"{")
    state_restore_run.execute(bench.session, state_restore_run.prepare(bench.session, "dev", result.number))
    assert bench.plan().has_changes is False
    with pytest.raises(MendixError) as error:
        state_restore_run.prepare(bench.session, "dev", None)
    assert error.value.diagnostics[0].code == "MXB115"
