"""CloudTrail's events on the emulator: who wrote what, after a restart too."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixgen.repository import Repository

pytestmark = pytest.mark.emulator


def session(endpoint: Endpoint, key: str = "emulator", secret: str = "emulator", token: str | None = None):  # noqa: S107
    def client(name: str):
        return boto3.client(
            name,
            endpoint_url=endpoint.url,
            region_name=endpoint.region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
        )

    return client


def test_events_name_the_person_the_operation_and_the_resource(emulator: Endpoint, repository: Repository) -> None:
    admin = session(emulator)
    admin("iam").create_user(UserName="mallory")
    made = admin("iam").create_access_key(UserName="mallory")["AccessKey"]
    person = session(emulator, made["AccessKeyId"], made["SecretAccessKey"])
    admin("iam").create_role(RoleName="night", AssumeRolePolicyDocument="{}")
    taken = admin("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/night", RoleSessionName="eve")
    credentials = taken["Credentials"]
    role = session(emulator, credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])
    person("ssm").put_parameter(Name="/a/b", Value="a-secret-value", Type="SecureString")
    role("sqs").create_queue(QueueName="jobs")
    configuration = {"LocationConstraint": emulator.region}
    person("s3").create_bucket(Bucket="papers", CreateBucketConfiguration=configuration)
    person("s3").put_bucket_versioning(Bucket="papers", VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(ClientError):
        person("ssm").put_parameter(Name="/a/b", Value="again", Type="String", Overwrite=False)
    person("ssm").get_parameter(Name="/a/b")
    control.stop(repository, emulator.account)
    again = control.start(repository, emulator.account, emulator.region)
    trail = session(again)("cloudtrail")

    def events(key: str, value: str, **more: object) -> list[tuple[str, str]]:
        found = trail.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], **more)
        assert "a-secret-value" not in json.dumps(found, default=str)
        return [
            (event["EventName"], json.loads(event["CloudTrailEvent"])["userIdentity"]["arn"])
            for event in found["Events"]
        ]

    mallory = "arn:aws:iam::123456789012:user/mallory"
    assert events("ResourceName", "/a/b") == [("PutParameter", mallory), ("PutParameter", mallory)]
    assert events("ResourceName", "jobs") == [("CreateQueue", "arn:aws:sts::123456789012:assumed-role/night/eve")]
    assert [name for name, _ in events("ResourceName", "papers")] == ["PutBucketVersioning", "CreateBucket"]
    assert events("EventName", "CreateBucket") == [("CreateBucket", mallory)]
    assert events("EventSource", "sqs.amazonaws.com", MaxResults=1)[0][0] == "CreateQueue"
    assert events("ReadOnly", "true") == []
    assert events("ResourceName", "/a/b", StartTime=datetime.now(UTC) + timedelta(hours=1)) == []
    failed = trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": "/a/b"}])
    assert "errorCode" in json.loads(failed["Events"][0]["CloudTrailEvent"])
    pages = trail.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 2})
    assert sum(len(page["Events"]) for page in pages) >= 7
