"""The YAML that is proposed for an inventory: it is one, says where each value is from, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.adopt.draft import Wish
from mendixctl.engine.adopt.inventory import (
    Bucket,
    Cluster,
    Database,
    Endpoint,
    Inventory,
    Key,
    Nat,
    NodeGroup,
    RouteTable,
    Subnet,
    Vpc,
)
from mendixctl.engine.adopt.proposal import propose, tiers
from mendixctl.engine.adopt.results import LeftOut
from mendixgen.spec.source import read

WISH = Wish("dev", "eu-central-1", "123456789012", "dev.example.com", "emulator")
SETTINGS: dict[str, frozenset[str]] = {
    "encryption": frozenset({"keys"}),
    "network": frozenset({"cidr", "subnets"}),
    "storage": frozenset(),
    "database": frozenset(),
    "cluster": frozenset({"name"}),
}
VPC = Vpc(
    "vpc-1",
    "10.30.0.0/16",
    {"Name": "acme"},
    gateway="igw-1",
    subnets=(
        Subnet("subnet-pa", "10.30.0.0/24", "eu-central-1a", table="rtb-public"),
        Subnet("subnet-pb", "10.30.1.0/24", "eu-central-1b", table="rtb-public"),
        Subnet("subnet-a", "10.30.16.0/20", "eu-central-1a", table="rtb-private"),
        Subnet("subnet-b", "10.30.32.0/20", "eu-central-1b", table="rtb-private"),
        Subnet("subnet-da", "10.30.48.0/24", "eu-central-1a"),
        Subnet("subnet-db", "10.30.49.0/24", "eu-central-1b"),
        Subnet("subnet-xa", "10.30.50.0/24", "eu-central-1a"),
    ),
    tables=(
        RouteTable("rtb-main", main=True),
        RouteTable("rtb-public", routes={"0.0.0.0/0": "igw-1"}),
        RouteTable("rtb-private", routes={"0.0.0.0/0": "nat-1"}),
    ),
    nats=(Nat("nat-1", "subnet-pa", "eipalloc-1"),),
    endpoints=(Endpoint("vpce-1", "com.amazonaws.eu-central-1.s3", "Gateway"),),
)
CRM = Database(
    *("dev-crm", "postgres", "17.6", "db.m7g.large", 100),
    multi_az=True,
    backup_days=7,
    group="acme-data",
    vpc="vpc-1",
    key="arn:data",
    most_gb=200,
    backup_window="01:00-02:00",
)
WORKERS = NodeGroup(
    *("Acme_Workers", ("m7i.large",), 2, 6),
    spot=True,
    role="arn:role/n",
    image="AL2023_x86_64_STANDARD",
    version="1.32",
    template="acme",
    subnets=("subnet-a",),
    labels={"work": "web"},
    taints=("a=b:NoSchedule",),
    unavailable="1",
)
WINDOWS = NodeGroup("windows", ("m7i.large",), 1, 1, image="WINDOWS_CORE_2022_x86_64")
INVENTORY = Inventory(
    "123456789012",
    "eu-central-1",
    VPC,
    buckets=(
        Bucket("dev-123456789012-files", key="arn:files"),
        Bucket("Acme.Archive", key="arn:files"),
        Bucket("other", {"environment": "prod"}),
        Bucket("acme-terraform-state"),
    ),
    databases=(
        CRM,
        replace(CRM, name="portal", version="17.4", multi_az=False),
        replace(CRM, name="dev-crm-replica-1", source="dev-crm"),
        replace(CRM, name="old", encrypted=False),
        replace(CRM, name="ms", engine="sqlserver-se"),
        replace(CRM, name="elsewhere", vpc="vpc-2"),
    ),
    clusters=(
        Cluster("dev", "1.33", "vpc-1", role="arn:role/c", mode="CONFIG_MAP", groups=(WORKERS, WINDOWS)),
        Cluster("acme", "1.33", "vpc-1"),
    ),
    used={
        "arn:files": Key("1234", "arn:1234", "alias/acme-files"),
        "arn:data": Key("5678", "arn:5678", multi_region=True),
    },
)


def proposed(inventory: Inventory = INVENTORY, **settings: frozenset[str]) -> tuple[dict[str, Any], str, list[LeftOut]]:
    text, left_out = propose(inventory, WISH, {**SETTINGS, **settings})
    return dict(read(text, "dev.yaml").data), text, left_out


def test_a_proposal_says_what_there_is() -> None:
    data, text, _ = proposed()
    assert data["network"] == {
        "cidr": "10.30.0.0/16",
        "zones": ["a", "b"],
        "nat": "single",
        "subnets": {
            "private": {"a": "10.30.16.0/20", "b": "10.30.32.0/20"},
            "public": {"a": "10.30.0.0/24", "b": "10.30.1.0/24"},
            "database": {"a": "10.30.48.0/24", "b": "10.30.49.0/24"},
        },
        "endpoints": ["s3"],
    }
    assert data["encryption"] == {
        "keys": {"storage": {"alias": "acme-files", "multi_region": False}},
        "existing": {"database": "arn:5678"},
    }
    assert data["storage"] == {"buckets": {"files": {}, "acme-archive": {"name": "Acme.Archive"}}}
    assert data["database"]["subnet_group"] == "acme-data"
    assert data["database"]["instances"] == {
        "crm": {
            "engine": "postgres",
            "version": "17.6",
            "class": "db.m7g.large",
            "storage_gb": 100,
            "max_storage_gb": 200,
            "multi_az": True,
            "backup_retention_days": 7,
            "backup_window": "01:00-02:00",
            "replicas": 1,
        },
        "portal": {
            "name": "portal",
            "engine": "postgres",
            "version": "17",
            "class": "db.m7g.large",
            "storage_gb": 100,
            "max_storage_gb": 200,
            "multi_az": False,
            "backup_retention_days": 7,
            "backup_window": "01:00-02:00",
        },
    }
    assert data["cluster"] == {
        "version": "1.33",
        "name": "dev",
        "role_arn": "arn:role/c",
        "authentication": "api-and-config-map",
        "zonal_shift": False,
        "node_groups": {
            "acme-workers": {
                "adopted": {"name": "Acme_Workers", "role_arn": "arn:role/n", "launch_template": "acme"},
                "instance_types": ["m7i.large"],
                "capacity": "spot",
                "version": "1.32",
                "zones": ["a"],
                "min": 2,
                "max": 6,
                "labels": {"work": "web"},
                "taints": ["a=b:NoSchedule"],
                "update": {"max_unavailable": 1},
                "repair": False,
            }
        },
    }
    assert "# vpc-1 (acme)" in text


def test_subnets_that_are_to_be_made_stand_where_there_is_room() -> None:
    vpc = replace(
        VPC,
        subnets=(
            *VPC.subnets[:2],
            Subnet("subnet-da", "10.30.10.0/24", "eu-central-1a"),
            Subnet("subnet-db", "10.30.16.0/24", "eu-central-1b"),
        ),
        nats=(),
    )
    crm = replace(CRM, subnets=("subnet-da", "subnet-db"))
    data, text, _ = proposed(replace(INVENTORY, vpc=vpc, databases=(crm,)))
    # ours would begin at 10.30.0.0/20, which two of the subnets are in, and b's is taken in part
    assert data["network"]["subnets"]["private"] == {"a": "10.30.32.0/20", "b": "10.30.48.0/20"}
    assert "# a, b to be made, where there is room" in text
    one = replace(VPC, subnets=(VPC.subnets[0], VPC.subnets[3]))
    data, text, _ = proposed(replace(INVENTORY, vpc=one, databases=()))
    assert data["network"]["subnets"]["private"] == {"a": "10.30.16.0/20", "b": "10.30.32.0/20"}
    assert data["network"]["subnets"]["public"] == {"a": "10.30.0.0/24", "b": "10.30.132.0/22"}


def test_what_no_yaml_adopts_is_named_with_the_way() -> None:
    _, text, left_out = proposed()
    assert {one.id for one in left_out} == {"subnet-xa", "acme-terraform-state", "old", "ms", "acme", "windows"}
    assert all(one.way for one in left_out)
    assert "# old: {name: old, engine: postgres" in text


def test_a_module_without_the_setting_is_told_nothing_of_subnets() -> None:
    data, _, left_out = proposed(network=frozenset({"cidr"}))
    assert "subnets" not in data["network"]
    assert {"subnet-pa", "subnet-a", "subnet-da"} <= {one.id for one in left_out}


def test_an_editor_is_told_the_schema_in_the_first_line() -> None:
    _, text, _ = proposed()
    assert text.startswith("# yaml-language-server: $schema=../schema/environment.json\n# Proposed by")
    chinese, _ = propose(INVENTORY, replace(WISH, schema="environment.zh.json"), SETTINGS)
    assert chinese.startswith("# yaml-language-server: $schema=../schema/environment.zh.json\n")


def test_an_empty_account_proposes_a_header() -> None:
    data, _, left_out = proposed(Inventory("123456789012", "eu-central-1"))
    assert set(data) == {"name", "region", "account", "target", "domain"}
    assert left_out == []


@pytest.mark.parametrize(
    ("routes", "tier"),
    [({"0.0.0.0/0": "igw-1"}, "public"), ({"0.0.0.0/0": "tgw-1"}, "private"), ({}, "private")],
)
def test_the_tier_of_a_lonely_subnet_is_told_by_its_way_out(routes: dict[str, str], tier: str) -> None:
    vpc = Vpc(
        "vpc-1",
        "10.0.0.0/16",
        subnets=(Subnet("subnet-1", "10.0.0.0/20", "eu-central-1a"),),
        tables=(RouteTable("rtb-1", main=True, routes=routes),),
    )
    assert tiers(vpc) == {"subnet-1": tier}
    assert tiers(vpc, {"subnet-1"}) == {"subnet-1": tier if routes else "database"}


def test_the_only_cluster_of_the_vpc_is_the_environment_s() -> None:
    data, _, _ = proposed(
        replace(INVENTORY, clusters=(Cluster("Acme", "1.33", "vpc-1"), Cluster("x", "1.33", "vpc-2")))
    )
    assert data["cluster"]["name"] == "Acme"


def test_a_key_of_two_purposes_is_adopted_for_one_and_used_for_the_other() -> None:
    data, _, _ = proposed(
        replace(INVENTORY, used={name: Key("1", "arn:1", "alias/x") for name in ("arn:files", "arn:data")})
    )
    assert data["encryption"] == {
        "keys": {"database": {"alias": "x", "multi_region": False}},
        "existing": {"storage": "arn:1"},
    }


NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
TEXTS = st.text(max_size=30)
IDENTIFIERS = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True)


@given(NAMES, TEXTS, IDENTIFIERS)
def test_whatever_aws_calls_a_thing_the_proposal_is_yaml(bucket: str, name: str, database: str) -> None:
    inventory = replace(
        INVENTORY,
        vpc=replace(VPC, tags={"Name": name}),
        buckets=(Bucket(f"dev-123456789012-{bucket}"),),
        databases=(replace(CRM, database=database),),
    )
    data, _, _ = proposed(inventory)
    assert data["network"]["cidr"] == "10.30.0.0/16"
    if bucket != "access-logs":
        assert list(data["storage"]["buckets"]) == [bucket]
    assert data["database"]["instances"]["crm"].get("database_name", "") == database
