"""Single answers that Terraform meets only when something went wrong before."""

from __future__ import annotations

from typing import Any
from urllib.request import Request as RealRequest
from urllib.request import urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixgen.repository import Repository


def client(name: str, endpoint: Endpoint):
    return boto3.client(
        name,
        endpoint_url=endpoint.url,
        region_name=endpoint.region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_what_is_gone_is_not_found(emulator: Endpoint) -> None:
    ec2 = client("ec2", emulator)
    acl = ec2.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"]
    with pytest.raises(ClientError) as entry:
        ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=77, Egress=True)
    assert entry.value.response["Error"]["Code"] == "InvalidNetworkAclEntry.NotFound"
    with pytest.raises(ClientError) as association:
        ec2.replace_network_acl_association(AssociationId="aclassoc-1", NetworkAclId=acl)
    assert association.value.response["Error"]["Code"] == "InvalidAssociationID.NotFound"
    with pytest.raises(ClientError) as configuration:
        client("s3", emulator).get_bucket_inventory_configuration(Bucket="none", Id="x")
    assert configuration.value.response["Error"]["Code"] == "NoSuchBucket"


def test_deleting_a_configuration_leaves_the_bucket(emulator: Endpoint) -> None:
    s3 = client("s3", emulator)
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": emulator.region})
    s3.put_bucket_metrics_configuration(Bucket="bucket", Id="all", MetricsConfiguration={"Id": "all"})
    listed = s3.list_bucket_metrics_configurations(Bucket="bucket")["MetricsConfigurationList"]
    assert listed == [{"Id": "all"}]
    s3.delete_bucket_metrics_configuration(Bucket="bucket", Id="all")
    with pytest.raises(ClientError) as gone:
        s3.delete_bucket_metrics_configuration(Bucket="bucket", Id="all")
    assert gone.value.response["Error"]["Code"] == "NoSuchConfiguration"
    assert s3.head_bucket(Bucket="bucket")["ResponseMetadata"]["HTTPStatusCode"] == 200

    s3.put_bucket_metrics_configuration(Bucket="bucket", Id="all", MetricsConfiguration={"Id": "all"})
    s3.delete_bucket(Bucket="bucket")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": emulator.region})
    assert "MetricsConfigurationList" not in s3.list_bucket_metrics_configurations(Bucket="bucket")


def test_a_replica_whose_source_is_gone_stands_alone(emulator: Endpoint) -> None:
    rds = client("rds", emulator)
    rds.create_db_instance(
        DBInstanceIdentifier="source",
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="mendix",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=7,
    )
    rds.create_db_instance_read_replica(DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="source")
    rds.delete_db_instance(DBInstanceIdentifier="source", SkipFinalSnapshot=True)
    (left,) = rds.describe_db_instances()["DBInstances"]
    assert not left.get("ReadReplicaSourceDBInstanceIdentifier")
    rds.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)
    assert rds.describe_db_instances()["DBInstances"] == []


def test_of_two_trails_the_one_is_found_that_is_asked_for(emulator: Endpoint) -> None:
    s3, trails = client("s3", emulator), client("cloudtrail", emulator)
    s3.create_bucket(Bucket="records", CreateBucketConfiguration={"LocationConstraint": emulator.region})
    arns = [trails.create_trail(Name=name, S3BucketName="records")["TrailARN"] for name in ("prod", "prod-dr")]
    for asked, found in (([arns[0]], arns[:1]), (["prod-dr"], arns[1:]), ([], arns), (["none"], [])):
        listed = trails.describe_trails(trailNameList=asked)["trailList"]
        assert [one["TrailARN"] for one in listed] == found


def test_a_bucket_replicates_only_to_one_that_exists_and_keeps_versions(emulator: Endpoint) -> None:
    s3 = client("s3", emulator)
    place = {"LocationConstraint": emulator.region}
    s3.create_bucket(Bucket="source", CreateBucketConfiguration=place)
    s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    rule: dict[str, Any] = {
        "ID": "standby",
        "Status": "Enabled",
        "Priority": 0,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": "arn:aws:s3:::replica"},
    }
    replication = {"Role": "arn:aws:iam::123456789012:role/replication", "Rules": [rule]}
    for message in ("Destination bucket must exist.", "Destination bucket must have versioning enabled."):
        with pytest.raises(ClientError) as refused:
            s3.put_bucket_replication(Bucket="source", ReplicationConfiguration=replication)
        error = refused.value.response["Error"]
        assert (error["Code"], error["Message"]) == ("InvalidRequest", message)
        if "exist" in message:
            s3.create_bucket(Bucket="replica", CreateBucketConfiguration=place)
    s3.put_bucket_versioning(Bucket="replica", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_replication(Bucket="source", ReplicationConfiguration=replication)
    assert s3.get_bucket_replication(Bucket="source")["ReplicationConfiguration"]["Rules"][0]["ID"] == "standby"


def test_logs_reach_only_a_bucket_that_lets_them_in(emulator: Endpoint) -> None:
    s3 = client("s3", emulator)
    for name in ("source", "target"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": emulator.region})
    logging = {"LoggingEnabled": {"TargetBucket": "target", "TargetPrefix": "a/"}}
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        s3.put_bucket_logging(Bucket="source", BucketLoggingStatus=logging)
    allow = (
        '{"Effect": "Allow", "Principal": {"Service": ["logging.s3.amazonaws.com"]},'
        ' "Action": ["s3:Put*"], "Resource": ["arn:aws:s3:::target/a/*"]}'
    )
    s3.put_bucket_policy(Bucket="target", Policy=f'{{"Version": "2012-10-17", "Statement": {allow}}}')
    s3.put_bucket_logging(Bucket="source", BucketLoggingStatus=logging)
    assert s3.get_bucket_logging(Bucket="source")["LoggingEnabled"]["TargetBucket"] == "target"
    s3.put_bucket_logging(Bucket="source", BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="source")


def test_what_was_encrypted_can_be_read_by_its_key_alone(emulator: Endpoint) -> None:
    kms = client("kms", emulator)
    key = kms.create_key(Description="symmetric")["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"
    signer = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    assert kms.sign(KeyId=signer, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")["Signature"]


def test_a_call_whose_answer_was_lost_is_not_carried_out_twice(emulator: Endpoint, repository: Repository) -> None:
    def create(endpoint: Endpoint, attempt: int) -> bytes:
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential=emulator/20260101/{emulator.region}/ec2/aws4_request, "
            "SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-www-form-urlencoded",
            "amz-sdk-invocation-id": "11111111-2222-3333-4444-555555555555",
            "amz-sdk-request": f"attempt={attempt}; max=25",
        }
        body = b"Action=CreateVpc&Version=2016-11-15&CidrBlock=10.9.0.0/16"
        with urlopen(RealRequest(endpoint.url, body, headers), timeout=30) as answer:
            return answer.read()

    first = create(emulator, 1)
    assert create(emulator, 2) == first
    control.stop(repository, emulator.account)
    restarted = control.start(repository, emulator.account, emulator.region)
    assert b"vpcId" in first
    vpc = first.split(b"<vpcId>")[1].split(b"<")[0]
    assert vpc in create(restarted, 2)
    vpcs = client("ec2", restarted).describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.9.0.0/16"]}])["Vpcs"]
    assert [found["VpcId"].encode() for found in vpcs] == [vpc]


def test_mute_rules_are_kept_and_go(emulator: Endpoint) -> None:
    cloudwatch = client("cloudwatch", emulator)
    schedule = {"Expression": "at(2026-11-30T02:00)", "Duration": "PT1H"}
    cloudwatch.put_alarm_mute_rule(
        Name="dev-maintenance-1", Rule={"Schedule": schedule}, MuteTargets={"AlarmNames": ["dev-p2-a"]}
    )
    found = cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName="dev-maintenance-1")
    assert (found["Rule"]["Schedule"], found["MuteTargets"]["AlarmNames"]) == (schedule, ["dev-p2-a"])
    assert len(cloudwatch.list_alarm_mute_rules()["AlarmMuteRuleSummaries"]) == 1
    cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName="dev-maintenance-1")
    assert cloudwatch.list_alarm_mute_rules()["AlarmMuteRuleSummaries"] == []


def test_an_alarm_that_would_never_see_data_is_refused(emulator: Endpoint) -> None:
    cloudwatch = client("cloudwatch", emulator)
    alarm: dict[str, Any] = {
        "AlarmName": "a",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
    }
    simple = {"Namespace": "AWS/RDS", "MetricName": "CPUUtilisation", "Period": 60, "Statistic": "Sum"}
    with pytest.raises(ClientError, match=r"would never see data: AWS/RDS has no metric CPUUtilisation; did you mean"):
        cloudwatch.put_metric_alarm(**alarm, **simple)
    stat = {"Metric": {"Namespace": "AWS/EKS", "MetricName": "scheduler_pending_pods"}, "Period": 60, "Stat": "Sum"}
    with pytest.raises(ClientError, match="is found by ClusterName, not by none"):
        cloudwatch.put_metric_alarm(**alarm, Metrics=[{"Id": "m", "MetricStat": stat}])
    cloudwatch.put_metric_alarm(**alarm, **{**simple, "Namespace": "Mendix/dev"})
    assert len(cloudwatch.describe_alarms()["MetricAlarms"]) == 1
