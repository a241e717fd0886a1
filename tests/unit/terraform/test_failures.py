"""Errors that no recording has, because only AWS itself or a broken machine can make them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendixctl.terraform.events import ChangeEvent, DiagnosticEvent, ResourceEvent
from mendixctl.terraform.failures import Context, diagnose, follows, from_text, interrupted, vanished
from mendixctl.terraform.outcome import Gatherer
from mendixgen.diagnostics import Diagnostic, Severity

CONTEXT = Context(Path("/repository/environments/dev"), "apply", version="1.11.4")


def event(summary: str, detail: str = "", **more: str) -> DiagnosticEvent:
    return DiagnosticEvent("diagnostic", summary=summary, detail=detail, **more)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("api error ExpiredToken: The provided token has expired.", "MXT114"),
        ("api error InvalidClientTokenId: The security token included in the request is invalid.", "MXT114"),
        ("api error AccessDenied: User: x is not authorized to perform: s3:CreateBucket", "MXT120"),
        ("Cannot assume IAM Role", "MXT120"),
        ("operation error S3: PutObject, write /x: no space left on device", "MXT117"),
        ("open terraform.tfstate: permission denied", "MXT117"),
        ("open terraform.tfstate: read-only file system", "MXT117"),
        ("dial tcp: lookup sts.eu-central-1.amazonaws.com: no such host", "MXT112"),
        ("Failed to persist state to backend", "MXT123"),
        ('Backend initialization required: please run "terraform init"', "MXT122"),
        ("Failed to read the given file as a state or plan file", "MXT128"),
        ("Plugin did not respond", "MXT126"),
        ("operation error IAM: CreateRole, EntityAlreadyExists: Role with name prod-node already exists.", "MXT129"),
        ("api error BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded", "MXT129"),
        ("ResourceAlreadyExistsException: The specified log group already exists", "MXT129"),
        ("ResourceInUseException: Cluster already exists with name: prod", "MXT129"),
        ("api error ResourceExistsException: a resource with the ID you requested already exists.", "MXT129"),
        ("DBInstanceAlreadyExists: DB instance already exists", "MXT129"),
        ("DBSnapshotAlreadyExists: Cannot create the snapshot because one of that name is there", "MXT110"),
        ("InvalidRequestException: a secret with this name is already scheduled for deletion.", "MXT134"),
        ("UninitializedAccountException: Account not initialized", "MXT136"),
        ("reading Cost Explorer Cost Allocation Tag (cost-center): empty result", "MXT137"),
        ('Failed to get existing workspaces: S3 bucket "x" does not exist.', "MXT119"),
        ("Error refreshing state: operation error S3: GetObject, NoSuchBucket: gone", "MXT119"),
        ("Error acquiring the state lock: operation error S3: PutObject, NoSuchBucket: gone", "MXT119"),
        ("putting S3 Bucket (prod-files) Policy: operation error S3: PutBucketPolicy, NoSuchBucket: gone", "MXT110"),
        ("something that nobody has seen", "MXT110"),
    ],
)
def test_codes(text: str, code: str):
    (found,) = diagnose([event(text)], CONTEXT)
    assert found.code == code
    assert text in found.detail or text in found.summary


def test_a_lock_of_s3_is_told_by_its_holder_and_not_by_the_failed_call():
    detail = (
        "Error message: operation error S3: PutObject, https response error StatusCode: 412, RequestID: R, HostID: H, "
        "api error PreconditionFailed: At least one of the pre-conditions you specified did not hold\nLock Info:\n"
        "  ID:        1234-5678\n  Path:      bucket/key\n  Operation: OperationTypePlan\n  Who:       a@b\n"
        "  Version:   1.11.4\n  Created:   2026-01-01 00:00:00.5 +0000 UTC\n  Info:      \n"
    )
    (found,) = diagnose([event("Error acquiring the state lock", detail)], CONTEXT)
    assert found.code == "MXT111"
    assert found.summary == "the state is locked by a@b since 2026-01-01 00:00:00 (Plan, lock 1234-5678)"


def test_the_address_is_kept_with_what_is_recognised():
    (found,) = diagnose([event("creating: AccessDenied: no", address="module.a.aws_vpc.this")], CONTEXT)
    assert found.summary.startswith("module.a.aws_vpc.this: ")


def test_equal_errors_are_told_once_and_noise_not_at_all():
    events = [event("same"), event("execution halted"), event("same"), event("other")]
    assert [found.summary for found in diagnose(events, CONTEXT)] == ["same", "other"]


def test_an_emulator_that_died_is_told_once_however_many_resources_noticed():
    context = Context(Path("/r"), "apply", endpoint="http://127.0.0.1:1")
    texts = [f"Post {number}: dial tcp 127.0.0.1:1: connect: connection refused" for number in range(8)]
    (found,) = diagnose([event(text, address=f"a.b[{n}]", file="main.tf") for n, text in enumerate(texts)], context)
    assert found.code == "MXT112"
    assert texts[0] in found.detail
    assert found.detail.endswith("... and 3 more like these")


def test_warnings_stay_warnings():
    (found,) = diagnose([event("AccessDenied is what this warning is about", severity="warning")], CONTEXT)
    assert found.severity is Severity.WARNING
    assert found.code == "MXT127"


def test_braces_in_terraforms_text_are_text():
    (found,) = diagnose([event('S3 bucket "{context}" does not exist {0}')], CONTEXT)
    assert found.code == "MXT119"


def test_plain_text_is_read_without_its_frame_and_colours():
    said = "\x1b[31m╷\x1b[0m\n│ \x1b[1mError: \x1b[0mSaved plan is stale\n│ \n│ Changed.\n╵\n"
    assert from_text(said, 1, CONTEXT).code == "MXT116"


def test_a_frame_that_is_coloured_itself_goes_too():
    said = (
        "\x1b[31m╷\x1b[0m\x1b[0m\n\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[0m\x1b[1mError "
        "acquiring the state lock\x1b[0m\n\x1b[31m│\x1b[0m \x1b[0m\n\x1b[31m│\x1b[0m \x1b[0m\x1b[0mError message: 412\n"
        "\x1b[31m│\x1b[0m \x1b[0mLock Info:\n\x1b[31m│\x1b[0m \x1b[0m  ID:        1\n"
        "\x1b[31m│\x1b[0m \x1b[0m  Operation: OperationTypeApply\n\x1b[31m│\x1b[0m \x1b[0m  Who:       li@host\n"
        "\x1b[31m│\x1b[0m \x1b[0m  Created:   2026-11-23 12:00:00 +0000 UTC\n\x1b[31m╵\x1b[0m\x1b[0m\n"
    )
    found = from_text(said, 1, CONTEXT)
    assert found.code == "MXT111"
    assert "li@host since 2026-11-23 12:00:00" in found.summary
    assert "│" not in found.detail


def test_a_killed_apply_says_what_may_be_lost():
    found = vanished("SIGKILL", "", CONTEXT)
    assert found.code == "MXT104"
    assert "mendixctl recover " in found.hint


def test_an_interruption_is_one_error_with_a_line_for_each_resource_in_flight():
    told = Gatherer(planned={name: ChangeEvent("planned_change", address=name, action="create") for name in "abcd"})
    for name in "abc":
        told.hear(ResourceEvent("apply_start", address=name, action="create", phase="start"))
    for name, said in (("a", "Request cancelled"), ("b", REFUSAL)):
        told.hear(ResourceEvent("apply_errored", address=name, action="create", phase="errored"))
        told.hear(event(said, address=name, file="main.tf"))
    told.hear(event("execution halted"))
    first, refused = interrupted("apply", told, CONTEXT)
    assert (first.code, first.detail) == ("MXT130", "a  was in flight\nc  was in flight")
    assert first.hint.startswith("mendixctl status dev")
    assert first.location is None
    assert (refused.code, refused.summary.startswith("b: ")) == ("MXT120", True)
    nothing = interrupted("plan", Gatherer(), CONTEXT)
    assert [(one.detail, one.hint) for one in nothing] == [("", "run the same command again")]


REFUSAL = (
    "creating IAM Role (r): operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 1, api "
    "error AccessDenied: no"
)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("waiting for KMS Key (mrk-1) rotation update: context canceled", True),
        ("operation error EC2: DescribeVpcs, dial tcp 127.0.0.1:1: connect: connection refused", True),
        ("creating S3 Bucket (x): BucketAlreadyExists", False),
    ],
)
def test_what_only_follows_from_a_stop(summary: str, expected: bool) -> None:
    assert follows(Diagnostic("MXT110", summary)) is expected
