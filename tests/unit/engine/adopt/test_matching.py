"""Matching what a plan would create with what there is: a network outward, names, settings; an ID given once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.adopt.inventory import Bucket, Cluster, Endpoint, Inventory, Nat, RouteTable, Subnet, Vpc
from mendixctl.engine.adopt.matching import match
from mendixctl.engine.adopt.planned import Creation, creations, needing, references
from mendixctl.engine.journal.import_ids import surroundings

GIVEN = surroundings("123456789012", "eu-central-1")
VPC = Vpc(
    "vpc-1",
    "10.30.0.0/16",
    further={"vpc-cidr-assoc-1": "100.64.0.0/16"},
    gateway="igw-1",
    subnets=(
        Subnet("subnet-pa", "10.30.128.0/22", "eu-central-1a", table="rtb-public"),
        Subnet("subnet-pb", "10.30.132.0/22", "eu-central-1b", table="rtb-public"),
        Subnet("subnet-a", "10.30.0.0/20", "eu-central-1a", table="rtb-shared"),
        Subnet("subnet-b", "10.30.16.0/20", "eu-central-1b", table="rtb-shared"),
    ),
    tables=(
        RouteTable("rtb-main", main=True),
        RouteTable("rtb-public", routes={"0.0.0.0/0": "igw-1"}),
        RouteTable("rtb-shared", routes={"0.0.0.0/0": "nat-a"}),
    ),
    nats=(Nat("nat-a", "subnet-pa", "eipalloc-a"),),
    endpoints=(Endpoint("vpce-1", "com.amazonaws.eu-central-1.s3", "Gateway", ("rtb-shared",)),),
)
INVENTORY = Inventory("123456789012", "eu-central-1", VPC)


def made(
    kind: str, called: str, key: str = "", *, area: str = "network", managed: bool = False, **values: Any
) -> Creation:
    place = f'["{key}"]' if key else ""
    return Creation(f"module.{area}.{kind}.{called}{place}", area, kind, called, key, values, managed)


def subnets(managed: bool = False) -> list[Creation]:
    blocks = {
        ("public", "a"): "10.30.128.0/22",
        ("public", "b"): "10.30.132.0/22",
        ("private", "a"): "10.30.0.0/20",
        ("private", "b"): "10.30.16.0/20",
        ("database", "a"): "10.30.160.0/22",
    }
    return [
        made("aws_subnet", tier, zone, managed=managed, cidr_block=cidr, availability_zone=f"eu-central-1{zone}")
        for (tier, zone), cidr in blocks.items()
    ]


def ids(*wanted: Creation, inventory: Inventory = INVENTORY) -> dict[str, str]:
    return {one.address.removeprefix("module."): one.id for one in match(wanted, inventory, GIVEN)}


def test_a_network_is_matched_from_the_vpc_outward() -> None:
    wanted = [
        made("aws_route", "internet", destination_cidr_block="0.0.0.0/0"),
        made("aws_route", "nat", "a", destination_cidr_block="0.0.0.0/0"),
        made("aws_route", "nat", "b", destination_cidr_block="0.0.0.0/0"),
        made("aws_vpc", "this", cidr_block="10.30.0.0/16"),
        made("aws_vpc_ipv4_cidr_block_association", "this", "100.64.0.0/16", cidr_block="100.64.0.0/16"),
        *subnets(),
        made("aws_internet_gateway", "this"),
        made("aws_eip", "nat", "a"),
        made("aws_nat_gateway", "this", "a"),
        made("aws_nat_gateway", "this", "b"),
        made("aws_route_table", "public"),
        made("aws_route_table", "private", "a"),
        made("aws_route_table", "private", "b"),
        made("aws_route_table", "database"),
        made("aws_route_table_association", "private", "b"),
        made("aws_route_table_association", "database", "a"),
        made(
            "aws_vpc_endpoint",
            "gateway",
            "s3",
            service_name="com.amazonaws.eu-central-1.s3",
            vpc_endpoint_type="Gateway",
        ),
        made("aws_vpc_endpoint_route_table_association", "private", "s3-a"),
        made("aws_vpc_endpoint_route_table_association", "private", "s3-b"),
    ]
    assert ids(*wanted) == {
        "network.aws_vpc.this": "vpc-1",
        'network.aws_vpc_ipv4_cidr_block_association.this["100.64.0.0/16"]': "vpc-cidr-assoc-1",
        'network.aws_subnet.public["a"]': "subnet-pa",
        'network.aws_subnet.public["b"]': "subnet-pb",
        'network.aws_subnet.private["a"]': "subnet-a",
        'network.aws_subnet.private["b"]': "subnet-b",
        "network.aws_internet_gateway.this": "igw-1",
        'network.aws_eip.nat["a"]': "eipalloc-a",
        'network.aws_nat_gateway.this["a"]': "nat-a",
        "network.aws_route_table.public": "rtb-public",
        # two zones share a table, and it is given to the first
        'network.aws_route_table.private["a"]': "rtb-shared",
        'network.aws_route_table_association.private["b"]': "subnet-b/rtb-shared",
        "network.aws_route.internet": "rtb-public_0.0.0.0/0",
        'network.aws_route.nat["a"]': "rtb-shared_0.0.0.0/0",
        'network.aws_vpc_endpoint.gateway["s3"]': "vpce-1",
        'network.aws_vpc_endpoint_route_table_association.private["s3-a"]': "vpce-1/rtb-shared",
    }


def test_what_the_state_has_leads_on_and_is_not_matched_again() -> None:
    wanted = [*subnets(managed=True), made("aws_nat_gateway", "this", "a"), made("aws_route_table", "public")]
    assert ids(*wanted) == {
        'network.aws_nat_gateway.this["a"]': "nat-a",
        "network.aws_route_table.public": "rtb-public",
    }


def test_a_bucket_brings_the_settings_that_it_has() -> None:
    bucket = Bucket("dev-1-files", parts=frozenset({"aws_s3_bucket_versioning"}))
    inventory = replace(INVENTORY, buckets=(bucket,), names={"aws_s3_bucket": frozenset({"dev-1-files"})})
    wanted = [
        made("aws_s3_bucket_versioning", "this", "files", area="storage"),
        made("aws_s3_bucket_policy", "this", "files", area="storage"),
        made("aws_s3_bucket", "this", "files", area="storage", bucket="dev-1-files"),
        made("aws_s3_bucket", "this", "other", area="storage", bucket="dev-1-other"),
        made("aws_s3_bucket_versioning", "this", "other", area="storage"),
    ]
    assert ids(*wanted, inventory=inventory) == {
        'storage.aws_s3_bucket_versioning.this["files"]': "dev-1-files",
        'storage.aws_s3_bucket.this["files"]': "dev-1-files",
    }


def test_a_key_is_found_by_its_alias() -> None:
    alias = {"alias/dev-database": "1111-2222"}
    inventory = replace(INVENTORY, keys=alias, names={"aws_kms_alias": frozenset(alias)})
    wanted = [
        made("aws_kms_key", "this", "database", area="encryption"),
        made("aws_kms_key", "this", "logs", area="encryption"),
        made("aws_kms_alias", "this", "database", area="encryption", name="alias/dev-database"),
    ]
    assert ids(*wanted, inventory=inventory) == {
        'encryption.aws_kms_key.this["database"]': "1111-2222",
        'encryption.aws_kms_alias.this["database"]': "alias/dev-database",
    }


@given(st.permutations([*subnets(), made("aws_nat_gateway", "this", "a"), made("aws_route_table", "private", "a")]))
def test_the_order_of_a_plan_means_nothing(wanted: list[Creation]) -> None:
    found = match(wanted, INVENTORY, GIVEN)
    assert {one.id for one in found} == {"subnet-pa", "subnet-pb", "subnet-a", "subnet-b", "nat-a", "rtb-shared"}
    assert len({(one.type, one.id) for one in found}) == len(found)


def test_what_is_in_a_cluster_is_matched_by_the_cluster_and_its_name() -> None:
    def inside(kind: str, **values: Any) -> Creation:
        return made(kind, "this", str(values), area="cluster", cluster_name="acme", **values)

    admin = "arn:aws:iam::123456789012:role/admin"
    names = {
        "aws_eks_cluster": frozenset({"acme"}),
        "aws_eks_node_group": frozenset({"acme:workers"}),
        "aws_eks_addon": frozenset({"acme:coredns", "other:vpc-cni"}),
        "aws_eks_access_entry": frozenset({f"acme:{admin}"}),
        "aws_launch_template": frozenset[str](),
    }
    provider = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/A"
    inventory = replace(
        INVENTORY,
        names=names,
        clusters=(Cluster("acme", "1.34", issuer="https://oidc.eks.eu-central-1.amazonaws.com/id/A"),),
        ids={
            "aws_launch_template": {"acme-batch": "lt-1"},
            "aws_iam_openid_connect_provider": {"oidc.eks.eu-central-1.amazonaws.com/id/A": provider, "x": "arn:x"},
        },
    )
    wanted = [
        made("aws_eks_cluster", "this", area="cluster", name="acme"),
        inside("aws_eks_node_group", node_group_name="workers"),
        inside("aws_eks_node_group", node_group_name_prefix="system-"),
        inside("aws_eks_addon", addon_name="coredns"),
        inside("aws_eks_addon", addon_name="vpc-cni"),
        inside("aws_eks_access_entry", principal_arn=admin),
        made("aws_launch_template", "this", "batch", area="cluster", name="acme-batch"),
        made("aws_launch_template", "this", "system", area="cluster", name="dev-system"),
        made("aws_iam_openid_connect_provider", "this", area="cluster"),
    ]
    assert sorted(ids(*wanted, inventory=inventory).values()) == sorted(
        ["acme", "acme:workers", "acme:coredns", f"acme:{admin}", "lt-1", provider]
    )
    # without the cluster its provider is nobody's
    assert provider not in ids(wanted[-1], inventory=inventory).values()


DOCUMENT: dict[str, Any] = {
    "resource_changes": [
        {
            "address": 'module.network.aws_subnet.public["a"]',
            "module_address": "module.network",
            "mode": "managed",
            "type": "aws_subnet",
            "name": "public",
            "index": "a",
            "change": {"actions": ["create"], "after": {"cidr_block": "10.0.0.0/20"}},
        },
        {
            "address": "module.network.aws_vpc.this[0]",
            "module_address": "module.network",
            "mode": "managed",
            "type": "aws_vpc",
            "name": "this",
            "index": 0,
            "change": {"actions": ["no-op"], "after": {"id": "vpc-1"}},
        },
        {"address": "data.aws_x.y", "mode": "data", "type": "aws_x", "name": "y", "change": {"actions": ["read"]}},
        {
            "address": "aws_x.gone",
            "mode": "managed",
            "type": "aws_x",
            "name": "gone",
            "change": {"actions": ["delete"], "after": None},
        },
    ],
    "configuration": {
        "root_module": {
            "module_calls": {
                "encryption": {
                    "module": {
                        "outputs": {"key": {"expression": {"references": ["aws_kms_key.this"]}}},
                        "resources": [{"type": "aws_kms_key", "name": "this"}],
                    }
                },
                "network": {
                    "expressions": {
                        "logs_key_arn": {"references": ["module.encryption.key", "module.encryption"]},
                        "cidr": {"constant_value": "10.0.0.0/16"},
                    },
                    "module": {
                        "resources": [
                            {
                                "type": "aws_vpc",
                                "name": "this",
                                "expressions": {"cidr_block": {"references": ["var.cidr"]}},
                            },
                            {
                                "type": "aws_subnet",
                                "name": "public",
                                "expressions": {"vpc_id": {"references": ["aws_vpc.this.id", "aws_vpc.this"]}},
                                "for_each_expression": {"references": ["local.zones"]},
                            },
                            {
                                "type": "aws_log",
                                "name": "this",
                                "expressions": {"kms": {"references": ["var.logs_key_arn"]}},
                                "depends_on": ["aws_subnet.public"],
                            },
                        ]
                    },
                },
            }
        }
    },
}


def test_a_plan_says_what_it_creates_and_what_there_is() -> None:
    subnet, vpc = creations(DOCUMENT)
    assert (subnet.area, subnet.name, subnet.key, subnet.managed) == ("network", "public", "a", False)
    assert subnet.value("cidr_block") == "10.0.0.0/20"
    assert (vpc.key, vpc.managed) == ("", True)


def test_what_needs_what_is_told_through_the_calls_of_modules() -> None:
    graph = references(DOCUMENT)
    addresses = ['module.network.aws_subnet.public["a"]', "module.network.aws_log.this", "module.network.aws_vpc.this"]
    assert needing(addresses, "module.encryption.aws_kms_key.this", graph) == ["module.network.aws_log.this"]
    assert needing(addresses, "module.network.aws_vpc.this", graph) == addresses[:2]
    # a local may refer to any variable
    loose = references(DOCUMENT, loose=True)
    assert needing(addresses, "module.encryption.aws_kms_key.this", loose) == addresses[:2]


def test_an_output_of_a_local_may_be_of_any_resource_of_its_module() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    outputs = document["configuration"]["root_module"]["module_calls"]["encryption"]["module"]["outputs"]
    outputs["key"]["expression"]["references"] = ["local.key_arns"]
    log, key = "module.network.aws_log.this", "module.encryption.aws_kms_key.this"
    assert needing([log], key, references(document)) == []
    assert needing([log], key, references(document, loose=True)) == []
    assert needing([log], key, references(document, outputs=True)) == [log]
