"""What exists and is used in the place of what we would make: the VPC, keys, names, identities."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mendixctl.preflight.questions import borrowed, borrowed_identities, borrowed_keys, borrowed_names
from tests.support.fake_services import FakeServices, missing
from tests.unit.preflight.conftest import FOUNDATION, codes, subject

VPC, PRIVATE, PUBLIC = "vpc-0000000a", "subnet-0000000a", "subnet-0000000b"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/3fdc55c5-5e30-4fb9-afac-0cd82ad97321"
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/1e06dee9"
BOUNDARY = "arn:aws:iam::123456789012:policy/company-boundary"
YAML = f"""\
name: prod
region: eu-central-1
account: "123456789012"
target: aws
domain: prod.apps.example.com
network:
  cidr: 172.20.0.0/20
  zones: [a, b]
  existing:
    vpc_id: {VPC}
    subnets:
      private: {{a: {PRIVATE}, b: subnet-1000000a}}
      public: {{a: {PUBLIC}, b: subnet-1000000b}}
encryption: {{existing: {{cluster: "{KEY}"}}}}
identity: {{boundary_policy_arn: "{BOUNDARY}"}}
ingress: {{zone_id: Z0123456789, certificate_arn: "{CERTIFICATE}"}}
apps: {{crm: {{mendix: "11.6"}}}}
"""


class Account:
    """An account in which all is as it should be, until a test says otherwise."""

    def __init__(self) -> None:
        self.vpc: dict[str, Any] = {"VpcId": VPC, "OwnerId": "123456789012", "CidrBlock": "172.20.0.0/20"}
        self.dns = True
        self.subnets = {
            f"subnet-{number}00000{tier}": {
                "SubnetId": f"subnet-{number}00000{tier}",
                "VpcId": VPC,
                "AvailabilityZone": f"eu-central-1{zone}",
                "AvailableIpAddressCount": 1000,
                "CidrBlock": "172.20.0.0/24",
                "Tags": [{"Key": f"kubernetes.io/role/{tag}", "Value": "1"}],
            }
            for tier, tag in (("0a", "internal-elb"), ("0b", "elb"))
            for number, zone in ((0, "a"), (1, "b"))
        }
        self.ways: dict[str, dict[str, Any]] = {
            name: {"NatGatewayId": "nat-1"} if name.endswith("0a") else {"GatewayId": "igw-1"} for name in self.subnets
        }

    def services(self) -> FakeServices:
        return FakeServices(
            ec2={
                "describe_vpcs": {"Vpcs": [self.vpc] if self.vpc else []},
                "describe_vpc_attribute": lambda **asked: {
                    key: {"Value": self.dns} for key in ("EnableDnsSupport", "EnableDnsHostnames")
                },
                "describe_subnets": {"Subnets": list(self.subnets.values())},
                "describe_route_tables": {
                    "RouteTables": [
                        {
                            "Associations": [{"SubnetId": subnet}],
                            "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", **way}] if way else [],
                        }
                        for subnet, way in self.ways.items()
                    ]
                },
            }
        )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda account: None, ["MXF230"]),
        (lambda account: account.vpc.clear(), ["MXF231"]),
        (lambda account: account.vpc.update(OwnerId="999999999999"), ["MXF231"]),
        (lambda account: account.vpc.update(CidrBlock="10.0.0.0/16"), ["MXF232"]),
        (lambda account: setattr(account, "dns", False), ["MXF233", "MXF233"]),
        (lambda account: account.subnets.pop(PRIVATE), ["MXF234"]),
        (lambda account: account.subnets[PRIVATE].update(VpcId="vpc-2"), ["MXF234"]),
        (lambda account: account.subnets[PRIVATE].update(AvailabilityZone="eu-central-1c"), ["MXF235"]),
        (lambda account: account.subnets[PRIVATE].update(AvailableIpAddressCount=5), ["MXF236"]),
        (lambda account: account.subnets[PUBLIC].update(Tags=[]), ["MXF237"]),
        (lambda account: account.ways.update({PRIVATE: {"GatewayId": "igw-1"}}), ["MXF238"]),
        (lambda account: account.ways.update({PRIVATE: {}}), ["MXF238"]),
        (lambda account: account.ways.update({PRIVATE: {"NatGatewayId": "nat-1", "State": "blackhole"}}), ["MXF238"]),
        (lambda account: account.ways.update({PUBLIC: {"NatGatewayId": "nat-1"}}), ["MXF238"]),
        (lambda account: account.ways.update({PRIVATE: {"TransitGatewayId": "tgw-1"}}), ["MXF230"]),
    ],
)
def test_the_vpc(asked: Any, change: Callable[[Account], Any], expected: list[str]) -> None:
    account = Account()
    change(account)
    assert codes(asked(borrowed.QUESTIONS[0], subject(YAML), account.services())) == expected


def statement(principal: Any, *actions: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*"}


ROOT = statement({"AWS": "arn:aws:iam::123456789012:root"}, "kms:*")
SCALING = statement(
    {"AWS": "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"},
    "kms:CreateGrant",
)


@pytest.mark.parametrize(
    ("key", "policy", "expected"),
    [
        ({}, [ROOT, SCALING], ["MXF240"]),
        (missing("NotFoundException"), [], ["MXF241"]),
        ({"KeyState": "PendingDeletion"}, [], ["MXF242"]),
        ({"KeyUsage": "SIGN_VERIFY"}, [], ["MXF242"]),
        ({}, [ROOT], ["MXF243"]),
        ({}, [SCALING, statement({"AWS": "arn:aws:iam::123456789012:root"}, "kms:Decrypt")], ["MXF243"]),
    ],
)
def test_keys(asked: Any, key: Any, policy: list[Any], expected: list[str]) -> None:
    said = key if isinstance(key, Exception) else {"KeyState": "Enabled", "KeyUsage": "ENCRYPT_DECRYPT", **key}
    services = FakeServices(
        kms={
            "describe_key": said if isinstance(said, Exception) else {"KeyMetadata": said},
            "get_key_policy": {"Policy": json.dumps({"Statement": policy})},
        }
    )
    assert codes(asked(borrowed_keys.QUESTION, subject(YAML), services)) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ({"Name": "prod.apps.example.com."}, "MXF250"),
        ({"Name": "example.com."}, "MXF250"),
        ({"Name": "ample.com."}, "MXF252"),
        ({"Name": "example.com.", "Config": {"PrivateZone": True}}, "MXF251"),
        (missing("NoSuchHostedZone"), "MXF251"),
    ],
)
def test_the_hosted_zone(asked: Any, zone: Any, expected: str) -> None:
    answer = zone if isinstance(zone, Exception) else {"HostedZone": zone}
    services = FakeServices(route53={"get_hosted_zone": answer})
    assert codes(asked(borrowed_names.QUESTIONS[0], subject(YAML), services)) == [expected]


@pytest.mark.parametrize(
    ("status", "names", "expected"),
    [
        ("ISSUED", ["prod.apps.example.com", "*.prod.apps.example.com"], ["MXF250"]),
        ("PENDING_VALIDATION", ["prod.apps.example.com", "*.prod.apps.example.com"], ["MXF254"]),
        ("ISSUED", ["prod.apps.example.com", "*.apps.example.com"], ["MXF255"]),
    ],
)
def test_certificates(asked: Any, status: str, names: list[str], expected: list[str]) -> None:
    certificate = {"DomainName": names[0], "SubjectAlternativeNames": names, "Status": status}
    services = FakeServices(acm={"describe_certificate": {"Certificate": certificate}})
    assert codes(asked(borrowed_names.QUESTIONS[1], subject(YAML), services)) == expected


def test_a_certificate_of_another_region(asked: Any) -> None:
    elsewhere = YAML.replace("acm:eu-central-1", "acm:us-east-1")
    assert codes(asked(borrowed_names.QUESTIONS[1], subject(elsewhere), FakeServices())) == ["MXF253"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"ClientIDList": ["sts.amazonaws.com"]}, ["MXF260"]),
        ({"ClientIDList": ["https://github.com/example"]}, ["MXF262"]),
        (missing("NoSuchEntity"), ["MXF261"]),
    ],
)
def test_identity_providers(asked: Any, answer: Any, expected: list[str]) -> None:
    text = FOUNDATION.replace("branches: [main]}", "branches: [main], create_provider: false}")
    services = FakeServices(iam={"get_open_id_connect_provider": answer})
    assert codes(asked(borrowed_identities.QUESTIONS[0], subject(text), services)) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}], ["MXF260"]),
        ([{"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}], ["MXF264"]),
        (
            [
                {"Effect": "Allow", "Action": "*", "Resource": "*"},
                {"Effect": "Deny", "Action": "kms:*", "Resource": "*"},
            ],
            ["MXF264"],
        ),
    ],
)
def test_boundaries(asked: Any, statements: list[Any], expected: list[str]) -> None:
    services = FakeServices(
        iam={
            "get_policy": {"Policy": {"DefaultVersionId": "v1"}},
            "get_policy_version": {"PolicyVersion": {"Document": {"Statement": statements}}},
        }
    )
    assert codes(asked(borrowed_identities.QUESTIONS[1], subject(YAML), services)) == expected


def test_nothing_is_asked_where_all_is_ours() -> None:
    questions = (
        *borrowed.QUESTIONS,
        borrowed_keys.QUESTION,
        *borrowed_names.QUESTIONS,
        *borrowed_identities.QUESTIONS,
    )
    assert [one.name for one in questions if one.concerns(subject()) is not None] == []
