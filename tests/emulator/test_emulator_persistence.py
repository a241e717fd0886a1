"""What the emulator has answered outlives it, whatever ends it and whenever."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository
from tests.emulator.terraform_root import Root

ACCOUNT = "123456789012"
RESOURCES = 120


def folder_of(repository: Repository) -> Path:
    return repository.private / "emulator" / ACCOUNT


def client(name: str, endpoint: Endpoint):
    return boto3.client(
        name,
        endpoint_url=endpoint.url,
        region_name=endpoint.region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def wait_for_end(repository: Repository, endpoint: Endpoint) -> None:
    deadline = time.monotonic() + 10
    while control.is_alive(endpoint) or control.status(repository)[0].running:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_killed_in_the_middle_of_an_apply(
    root_of: Callable[..., Root], repository: Repository, emulator: Endpoint
) -> None:
    root = root_of("many", attached=False)
    journal = folder_of(repository) / "journal.ndjson"
    output = root.folder / "output"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            root.command("apply", "-auto-approve", "-input=false", "-no-color"),
            cwd=root.folder,
            env=root.environment(),
            stdout=stream,
            stderr=stream,
        )
    while journal.read_bytes().count(b"\n") < RESOURCES // 3:
        assert process.poll() is None, "the apply ended before the emulator could be killed"
        time.sleep(0.005)
    os.kill(emulator.pid, signal.SIGKILL)
    wait_for_end(repository, emulator)
    # As the engine does: else Terraform tries each of the remaining resources, for half a minute each.
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 1, output.read_text()

    done = root.addresses()
    assert 0 < len(done) < RESOURCES
    diagnostic = control.died(repository, emulator).diagnostics[0]
    assert diagnostic.code == "MXE103"
    assert "run the same command again" in diagnostic.hint

    root.endpoint = control.start(repository, ACCOUNT, emulator.region)
    assert root.endpoint.port == emulator.port
    planned = root.changes()
    # Those that were being made when the connection broke are tainted, as on AWS.
    assert set(planned.values()) <= {("create",), ("delete", "create")}
    # An answer that was sent and not yet noted as sent is forgotten: of the ten calls that are made at once, no more.
    assert len({address for address, actions in planned.items() if actions == ("create",)} & set(done)) <= 10
    # One that was sent while Terraform was interrupted in hearing it: what was made stands in AWS and in no state.
    unheard = groups(root.endpoint).keys() - set(done)
    assert len(unheard) <= 10
    for address in unheard:
        root.run("import", "-input=false", address, groups(root.endpoint)[address])
    root.apply()
    assert root.changes() == {}
    assert len(root.addresses()) == RESOURCES


def groups(endpoint: Endpoint) -> dict[str, str]:
    """The names of the log groups that AWS has, by their addresses in the root."""
    pages = client("logs", endpoint).get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/many/")
    names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    return {f"aws_cloudwatch_log_group.this[{name.rpartition('/')[2]}]": name for name in names}


def test_state_in_s3_is_kept_and_locked(
    root_of: Callable[..., Root], repository: Repository, emulator: Endpoint
) -> None:
    s3 = client("s3", emulator)
    bucket = "probe-state"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": emulator.region})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    key = client("kms", emulator).create_key(Description="state")["KeyMetadata"]["KeyId"]
    statement = (
        '{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::probe-state/*",'
        ' "Condition": {"Bool": {"aws:SecureTransport": "false"}}}'
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=f'{{"Version": "2012-10-17", "Statement": [{statement}]}}')

    root = root_of("state", f"-backend-config=kms_key_id={key}")
    root.apply()
    root.refresh()
    state = s3.head_object(Bucket=bucket, Key="dev/terraform.tfstate")
    assert state["ServerSideEncryption"] == "aws:kms"

    s3.put_object(Bucket=bucket, Key="dev/terraform.tfstate.tflock", Body=b"{}")
    refused = root.run("plan", "-input=false", codes=(1,))
    assert "Error acquiring the state lock" in refused.stderr
    s3.delete_object(Bucket=bucket, Key="dev/terraform.tfstate.tflock")

    assert control.stop(repository, ACCOUNT)
    root.endpoint = control.start(repository, ACCOUNT, emulator.region)
    assert root.differences() == set()
    with pytest.raises(client("s3", root.endpoint).exceptions.ClientError) as refusal:
        client("s3", root.endpoint).put_object(Bucket=bucket, Key="dev/terraform.tfstate", Body=b"", IfNoneMatch="*")
    assert refusal.value.response["Error"]["Code"] == "PreconditionFailed"


def test_a_read_that_makes_something_is_kept(repository: Repository, emulator: Endpoint) -> None:
    """Asking for an AWS managed key makes it; a restart must not give it another identifier."""
    before = client("kms", emulator).describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    subnets = [each["SubnetId"] for each in client("ec2", emulator).describe_subnets()["Subnets"]]
    control.stop(repository, ACCOUNT)
    again = control.start(repository, ACCOUNT, emulator.region)
    assert client("kms", again).describe_key(KeyId="alias/aws/s3")["KeyMetadata"] == before
    assert [each["SubnetId"] for each in client("ec2", again).describe_subnets()["Subnets"]] == subnets


def test_journal_with_a_torn_end_starts_and_a_damaged_one_is_refused(
    repository: Repository, emulator: Endpoint
) -> None:
    made = client("ec2", emulator).create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client("ec2", emulator).create_tags(Resources=[made], Tags=[{"Key": "a", "Value": "b"}])
    control.stop(repository, ACCOUNT)
    journal = folder_of(repository) / "journal.ndjson"
    whole = journal.read_bytes()
    assert whole.endswith(b'{"answered":2}\n')
    journal.write_bytes(whole[:-30])
    again = control.start(repository, ACCOUNT, emulator.region)
    vpc = client("ec2", again).describe_vpcs(VpcIds=[made])["Vpcs"][0]
    assert vpc.get("Tags", []) == []

    control.stop(repository, ACCOUNT)
    lines = whole.splitlines(keepends=True)
    journal.write_bytes(lines[0] + b"rubbish\n" + b"".join(lines[3:]))
    with pytest.raises(MendixError) as failed:
        control.start(repository, ACCOUNT, emulator.region)
    assert failed.value.diagnostics[0].code == "MXE102"
    assert "MXE106" in failed.value.diagnostics[0].detail
    assert control.reset(repository, ACCOUNT)
    assert control.start(repository, ACCOUNT, emulator.region)


def test_journal_of_another_version_is_refused(repository: Repository, emulator: Endpoint) -> None:
    control.stop(repository, ACCOUNT)
    journal = folder_of(repository) / "journal.ndjson"
    journal.write_bytes(journal.read_bytes().replace(b'"moto": "', b'"moto": "0.'))
    with pytest.raises(MendixError) as failed:
        control.start(repository, ACCOUNT, emulator.region)
    assert failed.value.diagnostics[0].code == "MXE105"
    assert "mendixctl emulator reset" in failed.value.diagnostics[0].hint
