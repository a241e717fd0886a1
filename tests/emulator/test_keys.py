"""Key policies decide who uses a key: single calls, and the keys of the encryption module for all that use them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mendixctl.emulator.endpoint import Endpoint
from tests.emulator.area_root import AreaRoot

pytestmark = pytest.mark.emulator

ACCOUNT, REGION = "123456789012", "eu-central-1"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
MANAGE = {"Effect": "Allow", "Principal": ROOT, "Action": ["kms:Describe*", "kms:Put*"], "Resource": "*"}
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/some"


def client(name: str, endpoint: Endpoint) -> Any:
    return boto3.client(
        name,
        endpoint_url=endpoint.url,
        region_name=REGION,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


@contextmanager
def refused(code: str, text: str = "") -> Iterator[None]:
    with pytest.raises(ClientError) as raised:
        yield
    assert raised.value.response["Error"]["Code"] == code
    assert text in raised.value.response["Error"]["Message"]


def statement(action: Any, principal: Any = ROOT, **condition: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {**found, "Condition": condition} if condition else found


@pytest.fixture
def key(emulator: Endpoint) -> Callable[..., str]:
    """Makes a key with these statements beside the one that manages it; its ARN."""
    kms = client("kms", emulator)

    def make(*statements: dict[str, Any]) -> str:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [MANAGE, *statements]})
        return str(kms.create_key(Policy=policy)["KeyMetadata"]["Arn"])

    return make


def subnets(emulator: Endpoint) -> list[str]:
    return [it["SubnetId"] for it in client("ec2", emulator).describe_subnets()["Subnets"]][:2]


def cluster(emulator: Endpoint, name: str, arn: str) -> None:
    client("eks", emulator).create_cluster(
        name=name,
        roleArn=ROLE,
        resourcesVpcConfig={"subnetIds": subnets(emulator)},
        encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": arn}}],
    )


def node_group(emulator: Endpoint, of: str, arn: str) -> None:
    data = {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "KmsKeyId": arn}}]}
    name = arn[-12:]
    client("ec2", emulator).create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
    client("eks", emulator).create_nodegroup(
        clusterName=of,
        nodegroupName=name,
        nodeRole=ROLE,
        subnets=subnets(emulator),
        launchTemplate={"name": name, "version": "1"},
    )


def instance(emulator: Endpoint, arn: str) -> None:
    client("rds", emulator).create_db_instance(
        DBInstanceIdentifier=f"db-{arn[-12:]}",
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="mendix",
        MasterUserPassword="password",
        StorageEncrypted=True,
        KmsKeyId=arn,
    )


def alarm(emulator: Endpoint, arn: str) -> None:
    topic = client("sns", emulator).create_topic(Name=f"t-{arn[-12:]}", Attributes={"KmsMasterKeyId": arn})["TopicArn"]
    client("cloudwatch", emulator).put_metric_alarm(
        AlarmName="full",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Sum",
        Threshold=1,
        AlarmActions=[topic],
    )


def test_a_key_is_used_by_those_whom_its_policy_lets(emulator: Endpoint, key: Callable[..., str]) -> None:
    for_resources = statement("kms:CreateGrant", Bool={"kms:GrantIsForAWSResource": "true"})
    use = statement(USE)

    with refused("InvalidRequestException", "not authorized to perform kms:CreateGrant"):
        cluster(emulator, "prod", key(use, for_resources))
    cluster(emulator, "prod", key(use, statement("kms:CreateGrant")))

    scaling = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"
    nodes = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:{scaling}"}}
    with refused("InvalidRequestException", "AsgInstanceLaunchFailures"):
        node_group(emulator, "prod", key(use, for_resources))
    node_group(emulator, "prod", key(statement([*USE, "kms:CreateGrant"], {"AWS": "*"}, **nodes)))

    with refused("KMSKeyNotAccessibleFault"):
        instance(emulator, key(use))
    via = {"StringEquals": {"kms:ViaService": f"rds.{REGION}.amazonaws.com"}}
    instance(emulator, key(statement("kms:CreateGrant", **via)))

    logs = client("logs", emulator)
    service = {"Service": f"logs.{REGION}.amazonaws.com"}
    context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app/*"}}
    writing = key(statement(USE, service, **context))
    with refused("AccessDeniedException", "The specified KMS key does not exist or is not allowed to be used with Arn"):
        logs.create_log_group(logGroupName="/app/a", kmsKeyId=key(use))
    with refused("AccessDeniedException"):
        logs.create_log_group(logGroupName="/other", kmsKeyId=writing)
    logs.create_log_group(logGroupName="/app/a", kmsKeyId=writing)

    with refused("ValidationError", "the alarm would reach nobody"):
        alarm(emulator, key(use))
    sending = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    alarm(
        emulator,
        key(statement(["kms:Decrypt", "kms:GenerateDataKey*"], {"Service": "cloudwatch.amazonaws.com"}, **sending)),
    )

    secrets = client("secretsmanager", emulator)
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        secrets.create_secret(Name="a", SecretString="x", KmsKeyId=key())
    usable = key(use)
    secrets.create_secret(Name="a", SecretString="x", KmsKeyId=usable)
    client("kms", emulator).schedule_key_deletion(KeyId=usable.rpartition("/")[2], PendingWindowInDays=7)
    with refused("AccessDeniedException"):
        secrets.create_secret(Name="b", SecretString="x", KmsKeyId=usable)
    secrets.create_secret(Name="b", SecretString="x", KmsKeyId="alias/aws/secretsmanager")


def test_the_keys_of_the_encryption_module_let_in_all_that_use_them(
    emulator: Endpoint, area_root: Callable[..., AreaRoot]
) -> None:
    root = area_root("encryption")
    root.apply()
    arns = {name.removesuffix("_key_arn"): it for name, it in root.outputs().items() if isinstance(it, str)}

    cluster(emulator, "dev", arns["cluster"])
    node_group(emulator, "dev", arns["cluster"])
    instance(emulator, arns["database"])
    alarm(emulator, arns["logs"])
    client("logs", emulator).create_log_group(logGroupName="/dev/a", kmsKeyId=arns["logs"])
    client("secretsmanager", emulator).create_secret(Name="a", SecretString="x", KmsKeyId=arns["secrets"])
    client("ecr", emulator).create_repository(
        repositoryName="dev/a", encryptionConfiguration={"encryptionType": "KMS", "kmsKey": arns["storage"]}
    )
    client("backup", emulator).create_backup_vault(BackupVaultName="dev", EncryptionKeyArn=arns["backup"])
