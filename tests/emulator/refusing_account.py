"""An account on the emulator whose clients check nothing themselves, and what the service is to refuse of them."""

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
from mendixctl.guard.refusals import rulebook

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
        self.refused: set[str] = set()
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
        self.refused.add(rule)
        return str(error["Message"])


def key(account: Account, *, resources_only: bool = False) -> str:
    """The ARN of a new key; ``resources_only``: its policy lets grants be made for AWS resources alone."""
    root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Resource": "*"}
    statements: list[dict[str, Any]] = [{**root, "Action": "kms:*"}]
    if resources_only:
        condition = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        statements = [
            {**root, "Action": ["kms:Describe*", "kms:Put*", "kms:Get*"]},
            {**root, "Action": "kms:CreateGrant", "Condition": condition},
        ]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return str(account("kms").create_key(Policy=text)["KeyMetadata"]["Arn"])
