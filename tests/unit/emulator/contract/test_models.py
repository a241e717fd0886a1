"""Which operation a request asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.emulator.contract.models import MODELS, asked, of_signing_name, operation_name
from tests.unit.emulator.contract.sending import call, form, rest


@pytest.mark.parametrize(
    ("service", "method", "target", "expected"),
    [
        ("s3", "PUT", "/bucket", "CreateBucket"),
        ("s3", "PUT", "/bucket/", "CreateBucket"),
        ("s3", "PUT", "/bucket?versioning", "PutBucketVersioning"),
        ("s3", "PUT", "/bucket?lifecycle", "PutBucketLifecycleConfiguration"),
        ("s3", "PUT", "/bucket?notification", "PutBucketNotificationConfiguration"),
        ("s3", "PUT", "/bucket?inventory&id=all", "PutBucketInventoryConfiguration"),
        ("s3", "DELETE", "/bucket?publicAccessBlock", "DeletePublicAccessBlock"),
        ("s3", "GET", "/bucket?list-type=2&prefix=a", "ListObjectsV2"),
        ("s3", "GET", "/bucket?prefix=a", "ListObjects"),
        ("s3", "PUT", "/bucket/a/b", "PutObject"),
        ("s3", "PUT", "/bucket/folder/", "PutObject"),
        ("s3", "PUT", "/bucket/a/b?partNumber=1&uploadId=x", "UploadPart"),
        ("s3", "DELETE", "/bucket", "DeleteBucket"),
        ("s3", "PUT", "/v20180820/configuration/publicAccessBlock", "PutPublicAccessBlock"),
        ("eks", "POST", "/clusters/prod/node-groups", "CreateNodegroup"),
        ("eks", "DELETE", "/clusters/prod", "DeleteCluster"),
        ("eks", "POST", "/tags/arn%3Aaws%3Aeks%3Aeu-central-1%3A123456789012%3Acluster%2Fprod", "TagResource"),
        ("lambda", "PUT", "/2015-03-31/functions/rotate/configuration", "UpdateFunctionConfiguration"),
        ("elasticfilesystem", "POST", "/2015-02-01/file-systems", "CreateFileSystem"),
        ("nobody", "PUT", "/x", "PUT /x"),
        ("eks", "PATCH", "/nothing", "PATCH /nothing"),
    ],
)
def test_the_operation_of_a_route(service: str, method: str, target: str, expected: str) -> None:
    assert operation_name(rest(service, method, target)) == expected


def test_a_header_tells_a_copy_from_an_object() -> None:
    copied = rest("s3", "PUT", "/bucket/a", headers={"x-amz-copy-source": "/bucket/b"})
    assert operation_name(copied) == "CopyObject"


def test_parts_of_the_path_are_decoded_and_keep_their_slashes() -> None:
    found = asked(rest("s3", "GET", "/bucket/a%20b/c"))
    assert found is not None
    assert found.labels == {"Bucket": "bucket", "Key": "a b/c"}


def test_versions_and_targets_tell_services_of_one_signing_name_apart() -> None:
    newer = asked(form("elasticloadbalancing", Action="DescribeLoadBalancers", Version="2015-12-01"))
    older = asked(form("elasticloadbalancing", Action="DescribeLoadBalancers", Version="2012-06-01"))
    tables = asked(call("dynamodb", "DynamoDB_20120810.ListTables"))
    streams = asked(call("dynamodb", "DynamoDBStreams_20120810.ListStreams"))
    found = [each and each.service for each in (newer, older, tables, streams)]
    assert found == ["elbv2", "elb", "dynamodb", "dynamodbstreams"]
    assert asked(form("ec2", Action="DescribeVpcs", Version="1999-01-01")) is None
    assert asked(form("ec2", Action="NoSuchThing", Version="2016-11-15")) is None


def test_every_model_that_is_named_exists_and_signs_as_it_is_named() -> None:
    for name, services in MODELS.items():
        assert [model.service for model in of_signing_name(name)] == list(services)
        assert {model.model.signing_name for model in of_signing_name(name)} == {name}


@given(method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]), path=st.text(max_size=30), key=st.text(max_size=10))
def test_any_request_has_a_name(method: str, path: str, key: str) -> None:
    assert operation_name(rest("s3", method, f"/{path}?{key}"))
