"""The YAML that is proposed for an inventory: it is one, says where each value is from, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.adopt.inventory import (
    Bucket,
    Cluster,
    Database,
    Endpoint,
    Inventory,
    Nat,
    NodeGroup,
    RouteTable,
    Subnet,
    Vpc,
)
from mendixctl.engine.adopt.proposal import Wish, propose, tiers
from mendixctl.engine.adopt.results import LeftOut
from mendixgen.spec.source import read

WISH = Wish("dev", "eu-central-1", "123456789012", "dev.example.com", "emulator")
SETTINGS: dict[str, frozenset[str]] = {
    "network": frozenset({"cidr", "subnets"}),
    "storage": frozenset(),
    "database": frozenset(),
    "cluster": frozenset(),
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
CRM = Database("dev-crm", "postgres", "17.6", "db.m7g.large", 100, multi_az=True, backup_days=7, vpc="vpc-1")
INVENTORY = Inventory(
    "123456789012",
    "eu-central-1",
    VPC,
    buckets=(Bucket("dev-123456789012-files"), Bucket("acme-archive"), Bucket("other", {"environment": "prod"})),
    databases=(
        CRM,
        replace(CRM, name="portal", version="17.4", multi_az=False),
        replace(CRM, name="dev-crm-replica-1", source="dev-crm"),
        replace(CRM, name="old", encrypted=False),
        replace(CRM, name="ms", engine="sqlserver-se"),
        replace(CRM, name="elsewhere", vpc="vpc-2"),
    ),
    clusters=(
        Cluster("dev", "1.33", "vpc-1", groups=(NodeGroup("system", ("m7i.large",), 2, 6, spot=True),)),
        Cluster("acme", "1.33", "vpc-1"),
    ),
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
    assert data["storage"] == {"buckets": {"files": {}}}
    assert data["database"]["instances"] == {
        "crm": {
            "engine": "postgres",
            "version": "17.6",
            "class": "db.m7g.large",
            "storage_gb": 100,
            "multi_az": True,
            "backup_retention_days": 7,
            "replicas": 1,
        },
        "portal": {
            "engine": "postgres",
            "version": "17",
            "class": "db.m7g.large",
            "storage_gb": 100,
            "multi_az": False,
            "backup_retention_days": 7,
        },
    }
    assert data["cluster"] == {
        "version": "1.33",
        "node_groups": {"system": {"instance_types": ["m7i.large"], "min": 2, "max": 6, "capacity": "spot"}},
    }
    assert "# vpc-1 (acme)" in text
    assert "to be renamed dev-portal" in text


def test_what_no_yaml_adopts_is_named_with_the_way() -> None:
    _, text, left_out = proposed()
    assert {one.id for one in left_out} == {"subnet-xa", "acme-archive", "old", "ms", "acme"}
    assert all(one.way for one in left_out)
    assert "# old: {engine: postgres" in text


def test_a_module_without_the_setting_is_told_nothing_of_subnets() -> None:
    data, _, left_out = proposed(network=frozenset({"cidr"}))
    assert "subnets" not in data["network"]
    assert {"subnet-pa", "subnet-a", "subnet-da"} <= {one.id for one in left_out}


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
