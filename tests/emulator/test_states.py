"""What AWS refuses because of what is there or still going on: zones, updates, storage that rests, subnets in use."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request as RealRequest
from urllib.request import urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.extensions.eks_clusters import UPDATE_SECONDS
from mendixctl.emulator.extensions.windows import SETTLED_PATH
from mendixgen.repository import Repository

REGION = "eu-central-1"
ROLE = "arn:aws:iam::123456789012:role/some"


def client(name: str, endpoint: Endpoint) -> Any:
    return boto3.client(
        name,
        endpoint_url=endpoint.url,
        region_name=REGION,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


@contextmanager
def refused(code: str, text: str) -> Iterator[None]:
    with pytest.raises(ClientError) as raised:
        yield
    assert raised.value.response["Error"]["Code"] == code
    assert text in raised.value.response["Error"]["Message"]


def settle(emulator: Endpoint) -> None:
    """Say that all that was going on is over."""
    with urlopen(RealRequest(emulator.url + SETTLED_PATH, b"", method="POST"), timeout=30) as answer:
        assert answer.status == 200


def zones(emulator: Endpoint) -> dict[str, list[str]]:
    """Two new subnets in each zone of a new VPC, by the zone's letter."""
    ec2 = client("ec2", emulator)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made: dict[str, list[str]] = {}
    for number, letter in enumerate("aabbcc"):
        answer = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{letter}")
        made.setdefault(letter, []).append(answer["Subnet"]["SubnetId"])
    return made


def test_a_control_plane_keeps_its_zones_and_does_one_thing_at_a_time(emulator: Endpoint) -> None:
    eks, subnets = client("eks", emulator), zones(emulator)
    two = [subnets["a"][0], subnets["b"][0]]
    eks.create_cluster(name="prod", version="1.33", roleArn=ROLE, resourcesVpcConfig={"subnetIds": two})
    for other in ([*two, subnets["c"][0]], two[:1], [two[0], subnets["c"][0]]):
        with refused("InvalidParameterException", f"exact set of AZs '{REGION}a,{REGION}b'"):
            eks.update_cluster_config(name="prod", resourcesVpcConfig={"subnetIds": other})
    moved = [subnets["a"][1], subnets["b"][1]]
    update = eks.update_cluster_config(name="prod", resourcesVpcConfig={"subnetIds": moved})["update"]
    with refused("ResourceInUseException", f"cluster prod currently has update {update['id']} in progress"):
        eks.update_cluster_version(name="prod", version="1.34")
    assert eks.describe_update(name="prod", updateId=update["id"])["update"]["status"] == "InProgress"
    time.sleep(UPDATE_SECONDS + 0.1)
    assert eks.describe_update(name="prod", updateId=update["id"])["update"]["status"] == "Successful"
    with refused("InvalidParameterException", "Unsupported Kubernetes minor version update from 1.33 to 1.35"):
        eks.update_cluster_version(name="prod", version="1.35")
    eks.update_cluster_version(name="prod", version="1.34")


def test_storage_grows_by_a_tenth_and_rests_even_over_a_restart(emulator: Endpoint, repository: Repository) -> None:
    rds = client("rds", emulator)
    rds.create_db_instance(
        DBInstanceIdentifier="crm",
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        AllocatedStorage=100,
        StorageType="gp3",
        MasterUsername="mendix",
        MasterUserPassword="password",
    )

    def grow(size: int) -> None:
        rds.modify_db_instance(DBInstanceIdentifier="crm", AllocatedStorage=size, ApplyImmediately=True)

    for size in (50, 109):
        with refused("InvalidParameterCombination", f"engine name postgres and storage type gp3: {size}"):
            grow(size)
    grow(110)
    resting = "the previous storage change is being optimized"
    with refused("InvalidParameterCombination", resting):
        grow(200)
    rds.modify_db_instance(DBInstanceIdentifier="crm", BackupRetentionPeriod=7, AllocatedStorage=110)
    control.stop(repository, emulator.account)
    restarted = control.start(repository, emulator.account, REGION)
    rds = client("rds", restarted)
    with refused("InvalidParameterCombination", resting):
        grow(200)
    settle(restarted)
    grow(200)
    assert rds.describe_db_instances()["DBInstances"][0]["AllocatedStorage"] == 200


def test_a_subnet_goes_after_what_stands_in_it(emulator: Endpoint) -> None:
    ec2, eks, rds = client("ec2", emulator), client("eks", emulator), client("rds", emulator)
    balancers, subnets = client("elbv2", emulator), zones(emulator)
    a, b, c = (subnets[letter][0] for letter in "abc")
    vpc = ec2.describe_subnets(SubnetIds=[a])["Subnets"][0]["VpcId"]

    def kept(subnet: str) -> None:
        with refused("DependencyViolation", f"The subnet '{subnet}' has dependencies and cannot be deleted."):
            ec2.delete_subnet(SubnetId=subnet)

    gateway = ec2.create_nat_gateway(SubnetId=c, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    kept(c)
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    service = f"com.amazonaws.{REGION}.sts"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, VpcEndpointType="Interface", SubnetIds=[c])
    kept(c)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpoint"]["VpcEndpointId"]])
    interface = ec2.create_network_interface(SubnetId=c)["NetworkInterface"]["NetworkInterfaceId"]
    kept(c)
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.delete_subnet(SubnetId=c)

    eks.create_cluster(name="prod", roleArn=ROLE, resourcesVpcConfig={"subnetIds": [a, b]})
    kept(a)
    eks.delete_cluster(name="prod")
    balancer = balancers.create_load_balancer(Name="l", Type="network", Subnets=[a, b])["LoadBalancers"][0]
    kept(b)
    balancers.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    rds.create_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="g", SubnetIds=[a, b])
    rds.create_db_instance(
        DBInstanceIdentifier="crm",
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="mendix",
        MasterUserPassword="password",
        DBSubnetGroupName="g",
    )
    kept(a)
    rds.delete_db_instance(DBInstanceIdentifier="crm", SkipFinalSnapshot=True)
    ec2.delete_subnet(SubnetId=a)
    ec2.delete_subnet(SubnetId=b)
