"""Drift on real Terraform and a state in S3: told by cause with CloudTrail's name for it, reverted, and adopted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendixctl.emulator import control
from mendixctl.engine import bootstrap
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.drift import adopt, revert
from mendixctl.engine.drift import run as drift_run
from mendixctl.engine.drift.results import DriftResult
from mendixctl.engine.history import verify
from tests.emulator.engine_bench import EngineBench
from tests.support.parameters_repository import MAIN, parameters_repository, write_parameters

pytestmark = pytest.mark.emulator

MALLORY = "arn:aws:iam::123456789012:user/mallory"
FIRST, SECOND = (f'module.parameters.aws_ssm_parameter.text["{key}"]' for key in ("first", "second"))
LIMIT = "module.parameters.aws_ssm_parameter.limit"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineBench]:
    """An environment with three parameters, applied; its state and its ledger are in S3."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    made = EngineBench(parameters_repository(tmp_path / "platform"))
    made.spec.write_text(made.spec.read_text() + "\nstate: {backend: s3}\n")
    bootstrap.bootstrap(made.session, "dev")
    made.apply("the first")
    yield made
    made.stop()


def client(bench: EngineBench, service: str, *credentials: str) -> Any:
    (running,) = control.status(bench.repository)
    key, secret = credentials or ("emulator", "emulator")
    return boto3.client(
        service,
        endpoint_url=running.url,
        region_name="eu-central-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def mallory(bench: EngineBench) -> Any:
    """The parameters' API in the hands of somebody else."""
    iam = client(bench, "iam")
    iam.create_user(UserName="mallory")
    key = iam.create_access_key(UserName="mallory")["AccessKey"]
    return client(bench, "ssm", key["AccessKeyId"], key["SecretAccessKey"])


def drift(bench: EngineBench) -> DriftResult:
    return drift_run.drift(bench.session, "dev")


def told(result: DriftResult) -> dict[str, list[tuple[str, Any, Any]]]:
    """Address -> attribute, value of the release, value in AWS; what is secret left out."""
    return {
        one.address: [(a.path, a.released, a.now) for a in one.attributes if not a.sensitive] for one in result.drifted
    }


def files(bench: EngineBench) -> dict[str, bytes]:
    """All that a drift must not touch: the repository, the saved plan, and the state in its bucket."""
    root = bench.repository.root
    private = bench.repository.private
    found = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and (private not in path.parents or "plans" in path.parts)
    }
    s3 = client(bench, "s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for version in s3.list_object_versions(Bucket=bucket["Name"]).get("Versions", ()):
            found[f"s3://{version['Key']} {version['VersionId']}"] = version["ETag"].encode()
    return found


def test_drift_by_cause_back_and_forth(bench: EngineBench) -> None:
    ssm = mallory(bench)
    ssm.put_parameter(Name="/dev/text/first", Value="tampered", Overwrite=True)
    # a new version of the module that describes the limit, and an edit of the YAML, both not applied
    untouched = bench.spec.read_text(), bench.repository.lock("dev").read_text()
    described = MAIN.replace('"aws_ssm_parameter" "limit" {', '"aws_ssm_parameter" "limit" {\n  description = "New."\n')
    write_parameters(bench.repository.modules, "1.1.0", main=described)
    bench.repository.lock("dev").write_text(untouched[1].replace("1.0.0", "1.1.0"))
    bench.edit("second: there", "second: elsewhere")
    before = files(bench)
    result = drift(bench)
    assert files(bench) == before
    assert told(result) == {FIRST: [("insecure_value", "hello", "tampered")]}
    assert [(event.name, event.who) for event in result.aws[0].events] == [("PutParameter", MALLORY)]
    assert [(one.change.address, one.why) for one in result.generator] == [(LIMIT, "parameters 1.0.0 -> 1.1.0")]
    assert [one.change.address for one in result.yaml] == [SECOND]
    assert (result.exit_code, result.plans) == (2, 3)

    # back: the edits are undone, and the plan takes AWS to what the release made
    bench.spec.write_text(untouched[0])
    bench.repository.lock("dev").write_text(untouched[1])
    back = revert.revert(bench.session, "dev")
    assert {judged.change.address for judged in back.changes} == {FIRST}
    apply_run.execute(bench.session, apply_run.prepare(bench.session))
    assert ssm.get_parameter(Name="/dev/text/first")["Parameter"]["Value"] == "hello"
    result = drift(bench)
    assert (result.aws, result.exit_code, result.plans) == ((), 0, 1)

    # forth: one field drives the limit alone; the description of all texts is no field for that of one
    ssm.put_parameter(Name="/dev/limit", Value="9", Overwrite=True)
    ssm.put_parameter(Name="/dev/text/second", Value="there", Description="Mine.", Overwrite=True)
    prepared = adopt.prepare(bench.session, "dev")
    assert [(one.path, one.before, one.after) for one in prepared.adoptions] == [("parameters.limit", 5, 9)]
    assert [(rest.address, rest.attribute) for rest in prepared.rest] == [(SECOND, "description")]
    ssm.put_parameter(Name="/dev/text/second", Value="there", Description="Kept by the tests.", Overwrite=True)
    result_of_it = adopt.execute(bench.session, prepared)
    assert "first: hello    # the oldest" in bench.spec.read_text()
    assert "limit: 9" in bench.spec.read_text()
    assert result_of_it.plan is not None
    assert not result_of_it.plan.has_changes
    applied = apply_run.execute(bench.session, apply_run.prepare(bench.session), message="adopted")
    assert applied.record.release.changes == ()
    result = drift(bench)
    assert (result.head, result.aws, result.exit_code) == (3, (), 0)
    assert verify.verify(bench.session, "dev").exit_code == 0
