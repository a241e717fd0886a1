"""The ID by which a resource is imported, and the blocks that say so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.engine.journal import import_ids
from mendixctl.engine.journal.import_ids import TRANSIENT, identity_attributes, import_blocks, import_id, surroundings
from mendixgen import hcl
from mendixgen.diagnostics import MendixError
from tests.support.soak import examples

MODULES = Path(__file__).parents[4] / "modules"
HERE = surroundings("123456789012", "eu-central-1")


@pytest.mark.parametrize(
    ("resource", "values", "expected"),
    [
        ("aws_s3_bucket", {"bucket": "b"}, "b"),
        ("aws_s3_bucket_inventory", {"bucket": "b", "name": "all"}, "b:all"),
        ("aws_vpc", {"id": "vpc-1"}, "vpc-1"),
        ("aws_vpc", {"cidr_block": "10.0.0.0/16"}, None),
        (
            "aws_route",
            {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "id": "r-1"},
            "rtb-1_0.0.0.0/0",
        ),
        ("aws_route", {"route_table_id": "rtb-1", "destination_ipv6_cidr_block": "::/0"}, "rtb-1_::/0"),
        ("aws_route", {"destination_cidr_block": "0.0.0.0/0"}, None),
        ("aws_route_table_association", {"subnet_id": "subnet-1", "route_table_id": "rtb-1"}, "subnet-1/rtb-1"),
        (
            "aws_network_acl_rule",
            {"network_acl_id": "acl-1", "rule_number": 100, "protocol": "tcp", "egress": True},
            "acl-1:100:tcp:true",
        ),
        (
            "aws_network_acl_rule",
            {"network_acl_id": "acl-1", "rule_number": 100, "protocol": "-1"},
            "acl-1:100:-1:false",
        ),
        ("aws_iam_role_policy", {"role": "r", "name": "p", "id": "r:p"}, "r:p"),
        ("aws_iam_role_policy_attachment", {"role": "r", "policy_arn": "arn:x", "id": "r-2026"}, "r/arn:x"),
        ("aws_iam_policy", {"name": "p"}, "arn:aws:iam::123456789012:policy/p"),
        (
            "aws_iam_openid_connect_provider",
            {"url": "https://x.example"},
            "arn:aws:iam::123456789012:oidc-provider/x.example",
        ),
        ("aws_sns_topic", {"name": "t"}, "arn:aws:sns:eu-central-1:123456789012:t"),
        ("aws_eks_node_group", {"cluster_name": "c", "node_group_name": "g"}, "c:g"),
        ("aws_eks_node_group", {"cluster_name": "c", "node_group_name_prefix": "g-", "id": "c:g-1"}, "c:g-1"),
        ("aws_eks_pod_identity_association", {"cluster_name": "c", "id": "a-1"}, "c,a-1"),
        ("aws_eks_access_policy_association", {"cluster_name": "c", "principal_arn": "p", "policy_arn": "q"}, "c#p#q"),
        ("aws_autoscaling_group_tag", {"autoscaling_group_name": "g", "tag": [{"key": "k"}]}, "g,k"),
        ("aws_db_instance", {"identifier": "db", "id": "db-ABC"}, "db"),
        ("aws_secretsmanager_secret", {"name": "s"}, None),
        ("aws_cloudwatch_event_target", {"rule": "r", "target_id": "t"}, "default/r/t"),
        ("aws_route53_record", {"zone_id": "Z", "name": "n", "type": "A"}, "Z_n_A"),
        ("aws_default_route_table", {"id": "rtb-1"}, None),
        ("aws_something_new", {"id": "x"}, "x"),
    ],
)
def test_the_id_of_a_type(resource: str, values: dict[str, object], expected: str | None) -> None:
    assert import_id(resource, {**HERE, **values}) == expected


def test_china_has_names_of_its_own() -> None:
    there = surroundings("123456789012", "cn-north-1")
    assert import_id("aws_sns_topic", {**there, "name": "t"}) == "arn:aws-cn:sns:cn-north-1:123456789012:t"


def test_every_type_of_every_module_is_in_the_table() -> None:
    used = {
        found
        for path in MODULES.glob("*/*/main.tf")
        for found in re.findall(r'^resource "([a-z0-9_]+)"', path.read_text(), re.MULTILINE)
    }
    assert len(used) > 50
    assert sorted(resource for resource in used if not import_ids.is_known(resource)) == []


def test_a_type_either_has_an_id_or_says_why_it_needs_none() -> None:
    for resource in import_ids._table():
        assert bool(import_ids._templates(resource)) is not bool(import_ids.harmless(resource))
    assert identity_attributes("aws_route") == (
        "route_table_id",
        "destination_cidr_block",
        "destination_ipv6_cidr_block",
        "destination_prefix_list_id",
    )


WORDS = st.text("ab-7", min_size=1)


@given(st.data(), st.sampled_from(sorted(import_ids._table())))
def test_an_id_is_whole_or_none(data: st.DataObject, resource: str) -> None:
    """A template that lacks a value gives no ID at all, and one that has all gives each of them."""
    for template in import_ids._templates(resource):
        names = [match[1] for match in import_ids._PLACE.finditer(template) if match[3] is None and "." not in match[1]]
        values = {name: data.draw(WORDS, name) for name in names}
        found = import_ids._filled(template, values)
        assert found is None if "{tag.0.key}" in template else found is not None and "{" not in found
        for name in names:
            without = {**values, name: data.draw(st.sampled_from([None, "", [], {}]))}
            assert import_ids._filled(template, without) is None


@settings(max_examples=examples(40))
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_blocks_hold_exactly_the_id(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    root = tmp_path_factory.mktemp("root")
    with import_blocks(root, [('module.a["x y"].aws_sqs_queue.this[0]', value)]) as path:
        text = path.read_text()
        assert text.count("import {") == 1
        assert path.name == TRANSIENT
        # one line a block's argument: nothing of the value can end its string
        assert len([line for line in text.splitlines() if line.startswith("  id = ")]) == 1
        assert text.endswith(f"  id = {hcl.quote(value)}\n}}\n")
    assert list(root.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a.b\n}",
        'aws_x.y["${file("/etc/passwd")}"]',
        'aws_x.y["%{if true}"]',
        'aws_x.y["a"] }',
        "data.aws_x.y.z",
        'aws_x.y["\\q"]',
    ],
)
def test_what_is_no_address_is_not_written(tmp_path: Path, address: str) -> None:
    with pytest.raises(MendixError) as error, import_blocks(tmp_path, [(address, "x")]):
        pass
    assert error.value.diagnostics[0].code == "MXP210"
    assert list(tmp_path.iterdir()) == []


def test_blocks_are_gone_whatever_happens(tmp_path: Path) -> None:
    (tmp_path / TRANSIENT).write_text("left by one that was killed")
    import_ids.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with import_blocks(tmp_path, [("aws_x.y", "x")]):
        import_ids.clear(tmp_path)
        assert (tmp_path / TRANSIENT).exists()

    def interrupted() -> None:
        with import_blocks(tmp_path, [('aws_x.y["$${a}"]', "x")]):
            assert (tmp_path / TRANSIENT).exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
