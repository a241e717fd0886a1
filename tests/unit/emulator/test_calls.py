"""What IAM would be asked about a request, from the request alone and from what the emulator holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from mendixctl.emulator.calls import recording
from mendixctl.emulator.calls.actions import UNKNOWN, Call, calls, table
from mendixctl.emulator.contract.judge import judged
from mendixctl.emulator.exchange import Request

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/prod-cluster"
HERE = {"aws:RequestedRegion": "eu-central-1"}
AT_HOME = {"aws:RequestedRegion": "us-east-1"}


def request(service: str, *, method: str = "POST", path: str = "/", body: bytes = b"", **headers: str) -> Request:
    url, _, query = path.partition("?")
    signed = f"AWS4-HMAC-SHA256 Credential=x/20261129/eu-central-1/{service}/aws4_request, SignedHeaders=host"
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": url,
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": signed,
        **headers,
    }
    return Request(environ, body)


def form(service: str, version: str, **parameters: str) -> Request:
    body = urlencode({"Version": version, **parameters}).encode()
    return request(service, body=body, CONTENT_TYPE="application/x-www-form-urlencoded")


def asked(one: Request) -> list[Call]:
    read = judged(one)
    assert read is not None
    return list(calls(one, read, ACCOUNT))


def document(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("method", "path", "action", "resource"),
    [
        ("GET", "/files?list-type=2", "s3:ListBucket", "files"),
        ("HEAD", "/files", "s3:ListBucket", "files"),
        ("GET", "/files?versions", "s3:ListBucketVersions", "files"),
        ("GET", "/files?encryption", "s3:GetEncryptionConfiguration", "files"),
        ("GET", "/files/a/b", "s3:GetObject", "files/a/b"),
        ("GET", "/files/a?versionId=1", "s3:GetObjectVersion", "files/a"),
        ("HEAD", "/files/a", "s3:GetObject", "files/a"),
        ("PUT", "/files?publicAccessBlock", "s3:PutBucketPublicAccessBlock", "files"),
    ],
)
def test_actions_of_s3_are_not_called_as_its_operations(method: str, path: str, action: str, resource: str) -> None:
    assert asked(request("s3", method=method, path=path)) == [Call(action, f"arn:aws:s3:::{resource}", HERE)]


def test_a_role_is_made_with_its_boundary_and_asked_of_the_partition_s_first_region() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/prod-boundary"
    made = form(
        "iam",
        "2010-05-08",
        Action="CreateRole",
        RoleName="prod-cluster",
        AssumeRolePolicyDocument="{}",
        PermissionsBoundary=boundary,
    )
    assert asked(made) == [Call("iam:CreateRole", ROLE, {**AT_HOME, "iam:PermissionsBoundary": boundary})]


def test_a_cluster_passes_its_role_and_brings_a_role_of_its_service() -> None:
    body = {"name": "prod", "roleArn": ROLE, "resourcesVpcConfig": {}, "tags": {"a": "b"}}
    found = asked(request("eks", path="/clusters", body=document(body), CONTENT_TYPE="application/json"))
    assert [it.action for it in found] == [
        "eks:CreateCluster",
        "eks:TagResource",
        "iam:PassRole",
        "iam:CreateServiceLinkedRole",
    ]
    assert found[2] == Call("iam:PassRole", ROLE, {**AT_HOME, "iam:PassedToService": "eks.amazonaws.com"})


def test_a_role_whose_way_the_table_does_not_know_is_passed_to_nobody_that_a_policy_names() -> None:
    body = {"FunctionName": "f", "Role": ROLE, "Code": {}, "DeadLetterConfig": {"TargetArn": ROLE}}
    found = asked(request("lambda", path="/2015-03-31/functions", body=document(body), CONTENT_TYPE="application/json"))
    assert [it.context["iam:PassedToService"] for it in found if it.action == "iam:PassRole"] == [
        "lambda.amazonaws.com",
        UNKNOWN,
    ]


def test_who_one_is_may_be_asked_by_everybody() -> None:
    assert asked(form("sts", "2011-06-15", Action="GetCallerIdentity")) == []


def test_the_services_of_the_table_go_by_the_names_of_botocore() -> None:
    from botocore.session import get_session

    assert set(table()["services"]) <= set(get_session().get_available_services())


def test_calls_are_written_where_a_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "calls"
    one = request("s3", method="HEAD", path="/files")
    monkeypatch.delenv(recording.VARIABLE, raising=False)
    recording.record(one, judged(one), ACCOUNT)
    monkeypatch.setenv(recording.VARIABLE, str(file))
    recording.record(one, judged(one), ACCOUNT)
    recording.record(one, None, ACCOUNT)
    known, unknown = recording.recorded(file)
    assert known == Call("s3:ListBucket", "arn:aws:s3:::files", HERE)
    assert unknown.action.startswith("s3:")  # no policy names that
    monkeypatch.setenv(recording.VARIABLE, str(tmp_path / "missing" / "calls"))
    recording.record(one, judged(one), ACCOUNT)  # a file that cannot be written stops no request


def rpc(service: str, target: str, **parameters: Any) -> Request:
    return request(
        service, body=document(parameters), HTTP_X_AMZ_TARGET=target, CONTENT_TYPE="application/x-amz-json-1.1"
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            rpc("cloudtrail", "CloudTrail_20131101.StartLogging", Name="prod-audit"),
            Call("cloudtrail:StartLogging", f"arn:aws:cloudtrail:eu-central-1:{ACCOUNT}:trail/prod-audit", HERE),
        ),
        (
            rpc("codeconnections", "CodeConnections_20231201.GetConnection", ConnectionArn="arn:x"),
            Call("codeconnections:GetConnection", "*", HERE),
        ),
        (
            rpc("budgets", "AWSBudgetServiceGateway.CreateBudget", AccountId=ACCOUNT, Budget={"BudgetName": "prod"}),
            Call("budgets:ModifyBudget", f"arn:aws:budgets::{ACCOUNT}:budget/prod", AT_HOME),
        ),
        (
            rpc("budgets", "AWSBudgetServiceGateway.DescribeBudget", AccountId=ACCOUNT, BudgetName="prod"),
            Call("budgets:ViewBudget", f"arn:aws:budgets::{ACCOUNT}:budget/prod", AT_HOME),
        ),
        (
            rpc("ce", "AWSInsightsIndexService.DeleteAnomalyMonitor", MonitorArn="arn:aws:ce::1:anomalymonitor/a"),
            Call("ce:DeleteAnomalyMonitor", "arn:aws:ce::1:anomalymonitor/a", AT_HOME),
        ),
    ],
)
def test_what_is_asked_about_is_named_as_policies_name_it(made: Request, expected: Call) -> None:
    """Some SDKs send the last part of a target alone: botocore's model has com.amazonaws.cloudtrail.... before it."""
    assert asked(made)[0] == expected


def test_a_role_of_a_service_is_below_the_service() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/opensearchservice.amazonaws.com"
    named = {"iam:AWSServiceName": "opensearchservice.amazonaws.com"}
    made = form("iam", "2010-05-08", Action="CreateServiceLinkedRole", AWSServiceName=named["iam:AWSServiceName"])
    assert asked(made) == [Call("iam:CreateServiceLinkedRole", f"{role}/AWSServiceRole", {**AT_HOME, **named})]
    task = "task/aws-service-role/opensearchservice.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService/1"
    ended = form("iam", "2010-05-08", Action="GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    assert asked(ended)[0].resource == f"{role}/AWSServiceRoleForAmazonOpenSearchService"


def test_a_distribution_that_is_made_with_tags_is_no_action_of_its_own() -> None:
    made = request("cloudfront", path="/2020-05-31/distribution?WithTags")
    assert [it.action for it in asked(made)] == ["cloudfront:CreateDistribution", "cloudfront:TagResource"]
