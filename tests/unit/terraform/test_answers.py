"""Whether AWS answered: its own errors are recognised, and no other words, known or not, are taken for an answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mendixctl.terraform.answers import Answer, answer, weakest
from mendixctl.terraform.events import ChangeEvent, DiagnosticEvent, ResourceEvent
from mendixctl.terraform.outcome import Gatherer
from mendixgen.diagnostics import Diagnostic

CALL = "creating IAM Role (r): operation error IAM: CreateRole, "
RESPONSE = "https response error StatusCode: {}, RequestID: 4711, "
DELETED = "You can't create this secret because a secret with this name is already scheduled for deletion."

SILENT = [
    # Terraform 1.11.4, internal/plugin/grpc_error.go: what becomes of each status of the plugin protocol
    (
        "Plugin did not respond\nThe plugin encountered an error, and failed to respond to the "
        "plugin.(*GRPCProvider).ApplyResourceChange call. The plugin logs may contain more details."
    ),
    "Request cancelled\nThe plugin.(*GRPCProvider).ApplyResourceChange request was cancelled.",
    (
        "Plugin error\nThe plugin returned an unexpected error from plugin.(*GRPCProvider).ApplyResourceChange: "
        "rpc error: code = Unknown desc = EOF"
    ),
    "Unsupported plugin method\nThe plugin.(*GRPCProvider).ApplyResourceChange method is not supported by this plugin.",
    "rpc error: code = Unavailable desc = error reading from server: EOF",
    "rpc error: code = Canceled desc = context canceled",
    # the same, internal/terraform/node_resource_abstract_instance.go: the provider answered with what cannot be kept
    (
        'Provider produced inconsistent result after apply\nWhen applying changes to aws_vpc.v, provider "aws" '
        "produced an unexpected new value: Root object was present, but now absent."
    ),
    (
        "Provider returned invalid result object after apply\nAfter the apply operation, the provider still indicated "
        "an unknown value for aws_vpc.v.id. All values must be known after apply."
    ),
    'Provider produced invalid object\nProvider "aws" produced an invalid value after apply for aws_vpc.v.',
    # the provider's waits: the thing was made
    (
        "waiting for EKS Cluster (c) create: timeout while waiting for state to become 'ACTIVE' (last state: "
        "'CREATING', timeout: 30m0s)"
    ),
    "waiting for NAT Gateway (n) create: unexpected state 'failed', wanted target 'available'. last error: x",
    "waiting for EC2 VPC (vpc-1) create: couldn't find resource (21 retries)",
    f"waiting for IAM Role (r): {CALL}" + RESPONSE.format(403) + "api error AccessDenied: no",
    "reading EC2 VPC (vpc-1): operation error EC2: DescribeVpcs, "
    + RESPONSE.format(403)
    + "api error UnauthorizedOperation: no",
    # the SDK: a request without a response, or with one of a server that failed
    CALL + "https response error StatusCode: 0, RequestID: , canceled, context canceled",
    CALL + 'exceeded maximum number of attempts, 3, request send failed, Post "https://iam.amazonaws.com/": EOF',
    CALL + RESPONSE.format(500) + "api error InternalFailure: internal error",
    CALL + RESPONSE.format(503) + "api error ServiceUnavailable: slow down",
    "InternalFailure: internal error\n\tstatus code: 500, request id: 4711",
    CALL + "failed to sign request: failed to retrieve credentials: context deadline exceeded",
    CALL + "https response error StatusCode: 0, RequestID: , request send failed; before that " + RESPONSE.format(403),
    "AccessDenied",
    "",
]


@pytest.mark.parametrize("said", SILENT)
def test_silence(said: str) -> None:
    assert answer(said) is Answer.NONE


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (CALL + RESPONSE.format(403) + "api error AccessDenied: User is not authorized", Answer.REFUSED),
        (CALL + RESPONSE.format(400) + "InvalidParameterValue: no such zone", Answer.REFUSED),
        (CALL + RESPONSE.format(400) + "NoSuchEntity: the policy does not exist", Answer.REFUSED),
        (CALL + "exceeded maximum number of attempts, 25, " + RESPONSE.format(429) + "Throttling: x", Answer.REFUSED),
        ("UnauthorizedOperation: no\n\tstatus code: 403, request id: 4711", Answer.REFUSED),
        (CALL + RESPONSE.format(400) + f"InvalidRequestException: {DELETED}", Answer.REFUSED),
        (CALL + RESPONSE.format(409) + "EntityAlreadyExists: Role with name r already exists.", Answer.TAKEN),
        (CALL + RESPONSE.format(400) + "api error NetworkAclEntryAlreadyExists: there is one", Answer.TAKEN),
        (CALL + RESPONSE.format(400) + "api error InvalidPermission.Duplicate: the rule", Answer.TAKEN),
        (CALL + RESPONSE.format(400) + "InvalidSubnet.Conflict: The CIDR overlaps", Answer.TAKEN),
        (CALL + RESPONSE.format(400) + "InvalidRequestException: a resource with the ID already exists", Answer.TAKEN),
        ("EntityAlreadyExists: r\n\tstatus code: 409, request id: 4711", Answer.TAKEN),
    ],
)
def test_an_answer(said: str, expected: Answer) -> None:
    assert answer(said) is expected


WORDS = st.lists(st.text() | st.sampled_from([*SILENT, CALL, "api error X: ", "RequestID: 1, ", "403"])).map(" ".join)


@given(WORDS)
@example("StatusCode: ")
def test_only_the_status_of_a_response_is_an_answer(said: str) -> None:
    """Whatever is said, in words of today or of a version to come: without a response's status nothing is refused."""
    if not re.search(r"StatusCode: 4\d\d|status code: 4\d\d, request id: ", said):
        assert answer(said) is Answer.NONE


@given(st.text(), st.integers(0, 399) | st.integers(500, 999))
def test_a_server_that_failed_has_not_answered(said: str, status: int) -> None:
    assert answer(CALL + RESPONSE.format(status) + said) is Answer.NONE


@given(st.lists(st.sampled_from(Answer), min_size=1))
def test_several_errors_of_one_resource_settle_no_more_than_the_weakest(answers: list[Answer]) -> None:
    order = [Answer.NONE, Answer.TAKEN, Answer.REFUSED]
    assert weakest(answers) is min(answers, key=order.index)
    assert weakest([]) is Answer.NONE


@pytest.mark.parametrize("action", ["create", "update", "delete"])
def test_an_outcome_names_what_was_not_answered(action: str) -> None:
    """Of a change and a deletion too: the state has them as they were, and the next plan's refresh says what is so."""
    told = Gatherer(planned={name: ChangeEvent("planned_change", address=name, action=action) for name in "abcd"})
    for name in "abc":
        told.hear(ResourceEvent("apply_start", address=name, action=action, phase="start"))
    for name in "ab":
        told.hear(ResourceEvent("apply_errored", address=name, action=action, phase="errored"))
    told.hear(DiagnosticEvent("diagnostic", summary="Request cancelled", address="a"))
    refusal = CALL + RESPONSE.format(403) + "api error AccessDenied: no"
    told.hear(DiagnosticEvent("diagnostic", summary=refusal, address="b"))
    outcome = told.outcome(errors=(Diagnostic("MXT110", "no"),), warnings=(), exit_code=1, seconds=1.0)
    assert outcome.unanswered == ("a", "c")
    assert (outcome.failed, outcome.in_flight, outcome.not_started) == (("a", "b"), ("c",), ("d",))
