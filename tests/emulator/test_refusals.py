"""What the emulator refuses of a state that it has itself: the questions that the rules ask of it, and real Terraform.

One emulator serves the table; each line makes what it needs, is refused, and is taken after what is said to do instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.extensions.windows import SETTLED_PATH
from mendixctl.engine.plan.verdicts import judge_file
from mendixctl.guard.refusals import rulebook
from tests.emulator.terraform_root import Root

RULES = {rule.id: rule for rule in rulebook.every_rule()}
ASSUME = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


class Account:
    """An account with a VPC of four subnets in two zones, and two in a third."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.region = endpoint.region
        ec2 = self("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = {
            name: ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{self.region}{name[0]}"
            )["Subnet"]["SubnetId"]
            for number, name in enumerate(("a", "b", "c", "a2"))
        }
        iam = self("iam")
        self.role = iam.create_role(RoleName="cluster", AssumeRolePolicyDocument=ASSUME)["Role"]["Arn"]

    def __call__(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._endpoint.url,
            region_name=self.region,
            aws_access_key_id="emulator",
            aws_secret_access_key="emulator",
            config=Config(parameter_validation=False),
        )

    def settle(self) -> None:
        """Say that all that was going on is over."""
        with urlopen(Request(self._endpoint.url + SETTLED_PATH, b"", method="POST"), timeout=30) as answer:
            assert answer.status == 200

    def refuses(self, rule: str, ask: Callable[[], Any]) -> str:
        """Whether what is asked is refused with the rule's code; AWS's text."""
        with pytest.raises(ClientError) as refused:
            ask()
        error = refused.value.response["Error"]
        assert (rule, error["Code"]) == (rule, RULES[rule].code)
        return str(error["Message"])


def test_the_emulator_knows_what_it_has(emulator: Endpoint) -> None:
    account = Account(emulator)
    clusters(account)
    databases(account)
    networks(account)
    balancers(account)
    policies(account)
    buckets(account)


def clusters(account: Account) -> None:
    eks, at = account("eks"), account.subnets

    def create(name: str, *zones: str, version: str = "1.33") -> Any:
        network = {"subnetIds": [at[zone] for zone in zones]}
        return eks.create_cluster(name=name, version=version, roleArn=account.role, resourcesVpcConfig=network)

    account.refuses("eks.one-zone", lambda: create("narrow", "a", "a2"))
    create("prod", "a", "b")
    eks.create_nodegroup(
        clusterName="prod",
        nodegroupName="old",
        version="1.30",
        nodeRole=account.role,
        subnets=[at["a"]],
        scalingConfig={"minSize": 2, "maxSize": 4, "desiredSize": 2},
    )

    def config(*zones: str) -> Any:
        return eks.update_cluster_config(name="prod", resourcesVpcConfig={"subnetIds": [at[zone] for zone in zones]})

    text = account.refuses("eks.other-zones", lambda: config("a", "b", "c"))
    assert f"exact set of AZs '{account.region}a,{account.region}b'" in text
    config("a2", "b")
    account.settle()
    account.refuses("eks.nodes-too-old", lambda: eks.update_cluster_version(name="prod", version="1.34"))
    account.refuses("eks.version-skips", lambda: eks.update_cluster_version(name="prod", version="1.35"))
    text = account.refuses(
        "eks.nodes-ahead",
        lambda: eks.update_nodegroup_version(clusterName="prod", nodegroupName="old", version="1.34"),
    )
    assert "[1.33, 1.32, 1.31, 1.30]" in text
    eks.update_nodegroup_version(clusterName="prod", nodegroupName="old", version="1.33")
    account.settle()
    eks.update_cluster_version(name="prod", version="1.34")
    account.settle()
    text = account.refuses(
        "eks.min-above-desired",
        lambda: eks.update_nodegroup_config(
            clusterName="prod", nodegroupName="old", scalingConfig={"minSize": 3, "maxSize": 4}
        ),
    )
    assert text == "Minimum capacity 3 can't be greater than desired size 2"
    eks.create_access_entry(clusterName="prod", principalArn=account.role)
    account.refuses(
        "eks.access-entry-twice", lambda: eks.create_access_entry(clusterName="prod", principalArn=account.role)
    )
    pod = {"clusterName": "prod", "namespace": "apps", "serviceAccount": "mendix", "roleArn": account.role}
    eks.create_pod_identity_association(**pod)
    account.refuses("eks.pod-identity-twice", lambda: eks.create_pod_identity_association(**pod))


def databases(account: Account) -> None:
    rds, at = account("rds"), account.subnets

    def group(name: str, *zones: str) -> Any:
        return rds.create_db_subnet_group(
            DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=[at[zone] for zone in zones]
        )

    account.refuses("rds.subnet-group-one-zone", lambda: group("narrow", "a", "a2"))
    group("wide", "a", "b")
    rds.create_db_parameter_group(DBParameterGroupName="pg16", DBParameterGroupFamily="postgres16", Description="x")
    static = [{"ParameterName": "max_connections", "ParameterValue": "9", "ApplyMethod": "immediate"}]
    foreign = [{"ParameterName": "sql_mode", "ParameterValue": "x", "ApplyMethod": "immediate"}]

    def parameters(sent: list[dict[str, str]]) -> Any:
        return rds.modify_db_parameter_group(DBParameterGroupName="pg16", Parameters=sent)

    account.refuses("rds.static-at-once", lambda: parameters(static))
    account.refuses("rds.parameter-unknown", lambda: parameters(foreign))

    def create(name: str, **more: Any) -> Any:
        return rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t4g.medium",
            MasterUsername="mendix_admin",
            MasterUserPassword="long-enough-1",
            AllocatedStorage=100,
            **more,
        )

    account.refuses("rds.family-of-another", lambda: create("db", EngineVersion="17.2", DBParameterGroupName="pg16"))
    create("db", EngineVersion="16.4", DBParameterGroupName="pg16", BackupRetentionPeriod=0)

    def modify(**changes: Any) -> Any:
        return rds.modify_db_instance(DBInstanceIdentifier="db", ApplyImmediately=True, **changes)

    text = account.refuses("rds.version-down", lambda: modify(EngineVersion="15.7"))
    assert text == "Cannot upgrade postgres from 16.4 to 15.7"
    account.refuses("rds.major-unallowed", lambda: modify(EngineVersion="17.2"))
    account.refuses("rds.storage-shrinks", lambda: modify(AllocatedStorage=50))
    account.refuses(
        "rds.replica-without-backups",
        lambda: rds.create_db_instance_read_replica(DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="db"),
    )
    modify(BackupRetentionPeriod=7)
    rds.create_db_instance_read_replica(DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="db")
    account.refuses("rds.retention-zero-with-replicas", lambda: modify(BackupRetentionPeriod=0))
    account.refuses("rds.parameter-group-in-use", lambda: rds.delete_db_parameter_group(DBParameterGroupName="pg16"))


def networks(account: Account) -> None:
    ec2, at = account("ec2"), account.subnets
    account.refuses(
        "ec2.secondary-overlaps",
        lambda: ec2.associate_vpc_cidr_block(VpcId=account.vpc, CidrBlock="10.0.128.0/17"),
    )
    ec2.associate_vpc_cidr_block(VpcId=account.vpc, CidrBlock="100.64.0.0/16")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=at["c"], AllocationId=address)["NatGateway"]["NatGatewayId"]
    account.refuses("ec2.subnet-in-use", lambda: ec2.delete_subnet(SubnetId=at["c"]))
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.delete_subnet(SubnetId=at["c"])

    def endpoint(*zones: str) -> Any:
        return ec2.create_vpc_endpoint(
            VpcId=account.vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{account.region}.ecr.api",
            SubnetIds=[at[zone] for zone in zones],
        )

    account.refuses("ec2.endpoint-zone-twice", lambda: endpoint("a", "a2"))
    endpoint("a", "b")
    volume = ec2.create_volume(AvailabilityZone=f"{account.region}a", Size=20, VolumeType="gp3")["VolumeId"]
    account.refuses("ec2.volume-shrinks", lambda: ec2.modify_volume(VolumeId=volume, Size=10))


def balancers(account: Account) -> None:
    elb, at = account("elbv2"), account.subnets

    def create(kind: str, *zones: str) -> Any:
        return elb.create_load_balancer(Name=f"apps-{kind[:3]}", Type=kind, Subnets=[at[zone] for zone in zones])

    account.refuses("elasticloadbalancing.one-zone", lambda: create("application", "a"))
    account.refuses("elasticloadbalancing.zone-twice", lambda: create("network", "a", "a2"))
    arn = create("network", "a", "b")["LoadBalancers"][0]["LoadBalancerArn"]

    def target(protocol: str) -> str:
        made = elb.create_target_group(Name=protocol.lower(), Protocol=protocol, Port=80, VpcId=account.vpc)
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def listener(protocol: str) -> Any:
        forward = {"Type": "forward", "TargetGroupArn": target(protocol)}
        return elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[forward])

    account.refuses("elasticloadbalancing.tcp-to-http", lambda: listener("HTTP"))
    listener("TCP")

    def protect(word: str) -> None:
        attributes = [{"Key": "deletion_protection.enabled", "Value": word}]
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)

    protect("true")
    text = account.refuses(
        "elasticloadbalancing.deletion-protected", lambda: elb.delete_load_balancer(LoadBalancerArn=arn)
    )
    assert arn in text
    protect("false")
    elb.delete_load_balancer(LoadBalancerArn=arn)


def policies(account: Account) -> None:
    iam = account("iam")
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    )
    arns = [
        iam.create_policy(PolicyName=f"p{number}", PolicyDocument=document)["Policy"]["Arn"] for number in range(26)
    ]
    for arn in arns[:25]:
        iam.attach_role_policy(RoleName="cluster", PolicyArn=arn)
    account.refuses("iam.many-policies", lambda: iam.attach_role_policy(RoleName="cluster", PolicyArn=arns[25]))
    iam.attach_role_policy(RoleName="cluster", PolicyArn=arns[0])


def buckets(account: Account) -> None:
    s3 = account("s3")
    place = {"LocationConstraint": account.region}
    s3.create_bucket(Bucket="files", CreateBucketConfiguration=place)
    lock = {"ObjectLockEnabled": "Enabled"}

    def versions(status: str) -> Any:
        return s3.put_bucket_versioning(Bucket="files", VersioningConfiguration={"Status": status})

    account.refuses(
        "s3.lock-unversioned",
        lambda: s3.put_object_lock_configuration(Bucket="files", ObjectLockConfiguration=lock),
    )
    s3.create_bucket(Bucket="locked", CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
    account.refuses(
        "s3.versions-of-locked",
        lambda: s3.put_bucket_versioning(Bucket="locked", VersioningConfiguration={"Status": "Suspended"}),
    )
    versions("Enabled")
    versions("Suspended")


def test_a_plan_knew_what_a_forced_apply_hears(root_of: Callable[..., Root]) -> None:
    root = root_of("refusals")
    root.apply()
    bad = {"storage_gb": 30, "check_timeout": 10, "buckets": 200}
    root.run("plan", "-input=false", "-out=tfplan", *(f"-var={name}={value}" for name, value in bad.items()))
    shown = root.folder / "plan.json"
    shown.write_text(root.run("show", "-json", "tfplan").stdout)
    known = {one.rule: one for one in judge_file(shown).refusals if one.certain}
    assert {rule: one.address for rule, one in known.items()} == {
        "elasticloadbalancing.check-timeout": "aws_lb_target_group.this",
        "iam.policy-large": "aws_iam_policy.this",
        "rds.storage-shrinks": "aws_db_instance.this",
    }
    failed = root.run("apply", "-input=false", "tfplan", codes=(1,))
    heard = " ".join(failed.stderr.replace("│", " ").split())
    for one in known.values():
        assert f"{one.code}: {one.text}" in heard
    assert root.changes() == {}
