"""Which VPC is meant, where a bucket is, what an answer says; what AWS does not allow is said and left out.

What AWS answers in full is read in ``tests/emulator/test_adopt.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mendixctl.engine.adopt.discovery import Discovery
from mendixctl.engine.adopt.inventory import Inventory
from mendixgen.diagnostics import MendixError

Answers = Mapping[str, Any]


class Client:
    """A client that gives ``answers`` by operation; an exception is raised, and what is not there is empty."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def answer(self, operation: str) -> Any:
        found = self._answers.get(operation, {})
        if isinstance(found, Exception):
            raise found
        return found

    def get_paginator(self, operation: str) -> Any:
        client = self

        class Pages:
            def paginate(self, **_: Any) -> Iterator[Any]:
                yield client.answer(operation)

        return Pages()

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            found = self.answer(operation)
            return found[arguments["Bucket"]] if "Bucket" in arguments and found else found

        return call


class Clients:
    def __init__(self, answers: Answers) -> None:
        self._client = Client(answers)

    def client(self, service: str, region: str = "") -> Client:
        return self._client


def denied(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)


def vpc(identifier: str, number: int, **more: Any) -> dict[str, Any]:
    return {"VpcId": identifier, "CidrBlock": f"10.{number}.0.0/16", **more}


VPCS = {
    "describe_vpcs": {"Vpcs": [vpc("vpc-0", 0, IsDefault=True), vpc("vpc-1", 1), vpc("vpc-2", 2)]},
    "describe_vpc_attribute": {"EnableDnsSupport": {"Value": True}},
}


def found(answers: Answers, **options: Any) -> tuple[Inventory, list[str]]:
    discovery = Discovery(Clients(answers), "123456789012", "eu-central-1")  # type: ignore[arg-type]
    return discovery.inventory(**options), [one.code for one in discovery.warnings]


def test_which_vpc_is_meant_is_asked() -> None:
    with pytest.raises(MendixError, match="MXP252") as caught:
        found(VPCS)
    hint = caught.value.diagnostics[0].hint
    assert all(one in hint for one in ("vpc-1 (10.1.0.0/16)", "vpc-2 (10.2.0.0/16)"))
    with pytest.raises(MendixError, match="MXP251"):
        found(VPCS, vpc="vpc-0")
    chosen = found(VPCS, vpc="vpc-2")[0].vpc
    assert chosen is not None
    assert chosen.id == "vpc-2"
    assert found(VPCS, areas=("storage",))[0].vpc is None


def test_routes_and_tables_are_read_from_their_many_forms() -> None:
    tables = [
        {"RouteTableId": "rtb-main", "Associations": [{"Main": True}], "Routes": [{"GatewayId": "local"}]},
        {
            "RouteTableId": "rtb-1",
            "Associations": [{"SubnetId": "subnet-1"}],
            "Routes": [
                {"DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "local"},
                {"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": "eni-1", "InstanceOwnerId": "123456789012"},
                {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
            ],
        },
    ]
    subnet = {"SubnetId": "subnet-1", "CidrBlock": "10.1.0.0/20", "AvailabilityZone": "eu-central-1a"}
    answers = {**VPCS, "describe_route_tables": {"RouteTables": tables}, "describe_subnets": {"Subnets": [subnet]}}
    there = found(answers, vpc="vpc-1")[0].vpc
    assert there is not None
    assert there.main.id == "rtb-main"
    table = there.table(there.subnets[0])
    assert (table.id, table.routes) == ("rtb-1", {"0.0.0.0/0": "eni-1", "pl-1": "vpce-1"})


def test_buckets_of_other_regions_are_not_here_and_settings_that_are_not_set_are_none() -> None:
    unset = ClientError({"Error": {"Code": "NoSuchBucketPolicy"}}, "GetBucketPolicy")
    answers = {
        "list_buckets": {"Buckets": [{"Name": "here"}, {"Name": "there"}]},
        "get_bucket_location": {"here": {"LocationConstraint": "eu-central-1"}, "there": {"LocationConstraint": "EU"}},
        "get_bucket_versioning": {"here": {"Status": "Enabled", "ResponseMetadata": {}}},
        "get_bucket_logging": {"here": {"ResponseMetadata": {}}},
        "get_bucket_policy": unset,
    }
    (bucket,) = found(answers)[0].buckets
    assert (bucket.name, bucket.parts) == ("here", {"aws_s3_bucket_versioning"})


def test_what_may_not_be_asked_is_said_and_left_out() -> None:
    answers = {"describe_db_instances": denied("DescribeDBInstances"), "list_roles": denied("ListRoles")}
    inventory, warnings = found(answers)
    assert warnings == ["MXP250", "MXP250"]
    assert (inventory.databases, inventory.names["aws_iam_role"]) == ((), frozenset())
    broken = ClientError({"Error": {"Code": "InternalError"}}, "ListAliases")
    with pytest.raises(MendixError, match="MXA106"):
        found({"list_aliases": broken})
