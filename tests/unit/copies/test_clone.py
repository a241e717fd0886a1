"""A copy in another region or account: what is translated, and what is refused with a reason."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixgen.areas.network import Network
from mendixgen.copies.clone import DEFAULT_CIDR, Copy, Wish, clone, dotted
from tests.support.soak import examples

PROD: dict[str, Any] = {
    "name": "prod",
    "region": "eu-central-1",
    "account": "123456789012",
    "domain": "apps.example.com",
    "state": {"bucket": "mine"},
    "network": {"cidr": "10.20.0.0/16", "zones": 3},
    "cluster": {
        "admins": ["arn:aws:iam::123456789012:role/admin"],
        "node_groups": {"apps": {"instance_types": ["m7i.large"], "zones": ["a", "c"]}},
    },
    "apps": {"crm": {"hostname": "crm.apps.example.com"}, "portal": {"hostname": "portal.example.com"}},
}
TAKEN = {"prod": ["10.20.0.0/16"], "dr": ["10.21.0.0/16"]}


def copied(data: dict[str, Any] | None = None, **wished: str) -> Copy:
    wish = {"name": "prod-eu", "region": "eu-west-1", "account": "123456789012", "domain": "eu.example.com", **wished}
    return clone(PROD if data is None else data, Wish(**wish), TAKEN)


def obstacles(made: Copy) -> dict[str, str]:
    return {dotted(one.path): one.instead for one in made.obstacles}


def test_what_is_regional_is_translated_and_the_original_untouched() -> None:
    made = copied()
    assert made.obstacles == []
    assert made.data["name"] == "prod-eu"
    assert made.data["state"] == {"bucket": "mine", "region": "eu-central-1"}
    assert made.data["network"]["cidr"] == "10.22.0.0/16"
    assert made.data["apps"] == {"crm": {"hostname": "crm.eu.example.com"}, "portal": {}}
    assert PROD["network"]["cidr"] == "10.20.0.0/16"
    assert all(one.why for one in made.translations)


def test_another_account_has_a_bucket_and_roles_of_its_own() -> None:
    made = copied(account="210987654321")
    assert "state" not in made.data
    assert made.data["cluster"]["admins"] == ["arn:aws:iam::210987654321:role/admin"]
    assert any("bootstrap" in note for note in made.notes)


def test_another_partition_is_said_and_written_into_the_roles() -> None:
    made = copied(region="cn-north-1", account="210987654321")
    assert made.data["cluster"]["admins"] == ["arn:aws-cn:iam::210987654321:role/admin"]
    assert any("aws-cn" in note for note in made.notes)


@pytest.mark.parametrize(
    ("section", "path"),
    [
        (
            {"ingress": {"certificate_arn": "arn:aws:acm:eu-central-1:123456789012:certificate/x"}},
            "ingress.certificate_arn",
        ),
        ({"secrets": {"replicas": [{"region": "eu-west-1"}]}}, "secrets.replicas[0].region"),
        ({"network": {"cidr": "10.20.0.0/16", "secondary_cidrs": ["100.64.0.0/16"]}}, "network.secondary_cidrs"),
        ({"network": {"zones": 6}}, "network.zones"),
        (
            {"cluster": {"node_groups": {"gpu": {"instance_types": ["p6-b300.48xlarge"]}}}},
            "cluster.node_groups.gpu.instance_types",
        ),
    ],
)
def test_what_cannot_be_carried_over_is_refused_with_what_would_do(section: dict[str, Any], path: str) -> None:
    made = copied({**PROD, **section})
    assert path in obstacles(made)
    assert obstacles(made)[path]


def test_a_type_that_is_missing_is_left_out_where_others_are_left() -> None:
    groups = {"apps": {"instance_types": ["p6-b300.48xlarge", "m7i.large"]}}
    made = copied({**PROD, "cluster": {"node_groups": groups}})
    assert made.data["cluster"]["node_groups"]["apps"]["instance_types"] == ["m7i.large"]


def test_a_database_class_that_rds_does_not_offer_there_is_refused() -> None:
    database = {"instances": {"erp": {"engine": "oracle-se2", "class": "db.r6i.large", "license": "license-included"}}}
    made = copied({**PROD, "database": database}, region="af-south-1")
    assert obstacles(made)["database.instances.erp.class"].startswith("--set database.instances.erp.class=db.r")


def test_letters_of_zones_go_by_their_place() -> None:
    made = copied({**PROD, "network": {"cidr": "10.20.0.0/16", "zones": ["a", "b"]}}, region="ap-northeast-1")
    assert made.data["network"]["zones"] == ["a", "c"]
    assert made.data["cluster"]["node_groups"]["apps"]["zones"] == ["a", "c"]


def test_data_of_the_original_is_not_restored_into_the_copy() -> None:
    database = {"instances": {"crm": {"engine": "postgres", "restore_from": {"snapshot": "last"}}}}
    assert "restore_from" not in copied({**PROD, "database": database}).data["database"]["instances"]["crm"]


def test_a_block_that_overlaps_is_refused_with_one_that_is_free() -> None:
    assert obstacles(copied(cidr="10.21.128.0/17")) == {"network.cidr": "--cidr 10.22.0.0/17"}
    assert copied(cidr="172.16.0.0/16").data["network"]["cidr"] == "172.16.0.0/16"
    assert "network.cidr" in obstacles(copied(cidr="nonsense"))


def test_subnets_stand_at_the_same_place_of_the_other_block() -> None:
    subnets = {"private": {"a": "10.20.64.0/20", "b": "10.20.80.0/20"}, "public": {"a": "10.20.0.0/24"}}
    network = {"cidr": "10.20.0.0/16", "zones": ["a", "b"], "subnets": subnets}
    made = copied({**PROD, "network": network})
    assert made.obstacles == []
    assert made.data["network"]["subnets"] == {
        "private": {"a": "10.22.64.0/20", "b": "10.22.80.0/20"},
        "public": {"a": "10.22.0.0/24"},
    }
    assert subnets["public"] == {"a": "10.20.0.0/24"}
    smaller = copied({**PROD, "network": network}, cidr="10.60.0.0/20")
    assert "subnets" not in smaller.data["network"]


def test_zones_of_written_subnets_go_by_their_place_too() -> None:
    subnets = {"public": {"a": "10.20.0.0/24", "b": "10.20.1.0/24"}}
    network = {"cidr": "10.20.0.0/16", "zones": ["a", "b"], "subnets": subnets}
    made = copied({**PROD, "network": network}, region="ap-northeast-1")
    assert made.data["network"]["zones"] == ["a", "c"]
    assert made.data["network"]["subnets"] == {"public": {"a": "10.22.0.0/24", "c": "10.22.1.0/24"}}


def test_without_the_area_network_no_block_is_written() -> None:
    data = {key: value for key, value in PROD.items() if key != "network"}
    wish = Wish("prod-eu", "eu-west-1", "123456789012", "eu.example.com")
    assert "network" not in clone(data, wish, TAKEN, has_network=False).data


def test_a_region_that_there_is_not() -> None:
    assert list(obstacles(copied(region="eu-nowhere-1"))) == ["region"]


def test_the_default_network_is_that_of_the_area() -> None:
    assert Network.Inputs.model_fields["cidr"].default == DEFAULT_CIDR


BLOCKS = st.builds(
    lambda number, length: str(ipaddress.ip_network((0x0A000000 + (number << 16), length), strict=False)),
    st.integers(0, 255),
    st.integers(12, 22),
)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(BLOCKS, max_size=30), BLOCKS)
def test_the_block_that_is_found_overlaps_none(others: list[str], own: str) -> None:
    data = {**PROD, "network": {"cidr": own}}
    made = clone(data, Wish("x", "eu-west-1", "123456789012", "x.example.com"), {"all": [*others, own]})
    if made.obstacles:
        assert dotted(made.obstacles[0].path) == "network.cidr"
        return
    found = ipaddress.ip_network(made.data["network"]["cidr"])
    assert found.prefixlen == ipaddress.ip_network(own).prefixlen
    assert not any(found.overlaps(ipaddress.ip_network(one)) for one in [*others, own])


def test_a_vpc_that_exists_stays_where_it_is() -> None:
    existing = {"vpc_id": "vpc-0000000a", "subnets": {"private": {"a": "subnet-0000000a", "b": "subnet-0000000b"}}}
    data = {**PROD, "network": {"cidr": "10.20.0.0/16", "zones": ["a", "b"], "existing": existing}}
    beside = copied(data, region="eu-central-1")
    assert obstacles(beside) == {}
    assert beside.at(("network", "cidr")) == "10.20.0.0/16"
    assert "network.existing" in obstacles(copied(data))
    assert "network.existing" in obstacles(copied(data, region="eu-central-1", cidr="10.40.0.0/16"))


def test_what_the_original_adopted_keeps_its_name_to_itself() -> None:
    made = copied(
        {
            **PROD,
            "encryption": {"keys": {"storage": {"alias": "acme-files"}}, "rotation_days": 90},
            "cluster": {
                "name": "acme",
                "role_arn": "arn:aws:iam::123456789012:role/acme",
                "node_groups": {"workers": {"adopted": {"name": "workers"}, "min": 2}},
            },
            "storage": {"buckets": {"files": {"name": "acme-files", "inventory": "none"}}},
            "database": {"subnet_group": "acme", "instances": {"crm": {"name": "acme-crm", "engine": "postgres"}}},
        }
    )
    assert made.data["encryption"] == {"rotation_days": 90}
    assert made.data["cluster"] == {"node_groups": {"workers": {"min": 2}}}
    assert made.data["storage"] == {"buckets": {"files": {"inventory": "none"}}}
    assert made.data["database"] == {"instances": {"crm": {"engine": "postgres"}}}
    assert "storage.buckets.files.name" in {dotted(one.path) for one in made.translations}
