"""Hundreds of additions in a line an area; what a person has to see is never in it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.engine import results
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.terraform.plan import Action
from mendixctl.views.folds import MOST, by_type, fold, noun
from mendixctl.views.human import HumanView
from tests.support.soak import examples
from tests.unit.cli import samples


def added(count: int, kind: str = "aws_subnet", area: str = "network") -> list[results.Judged]:
    return [samples.change(f"module.{area}.{kind}.this[{number}]", Action.CREATE) for number in range(count)]


def lines(*changes: results.Judged, details: bool = False) -> list[str]:
    out = io.StringIO()
    HumanView(out=out, err=io.StringIO()).show(samples.plan(*changes, base=0), details=details)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("kind", "one", "several"),
    [
        ("aws_subnet", "subnet", "subnets"),
        ("aws_nat_gateway", "NAT gateway", "NAT gateways"),
        ("aws_iam_role_policy", "IAM role policy", "IAM role policies"),
        ("aws_kms_alias", "KMS alias", "KMS aliases"),
        ("aws_network_acl", "network ACL", "network ACLs"),
        ("aws_eip", "EIP", "EIPs"),
        ("aws_s3_bucket_ownership_controls", "S3 bucket ownership controls", "S3 bucket ownership controls"),
        ("aws_vpc_ipv4_cidr_block_association", "VPC IPv4 CIDR block association", "VPC IPv4 CIDR block associations"),
        ("aws_ecr_repository", "ECR repository", "ECR repositories"),
        ("aws_autoscaling_group_tag", "autoscaling group tag", "autoscaling group tags"),
    ],
)
def test_a_type_reads_as_words(kind: str, one: str, several: str) -> None:
    assert noun(kind) == one
    assert noun(kind, 2) == several


def test_the_most_frequent_types_come_first_and_the_rest_is_a_number() -> None:
    many = [change for number in range(1, 12) for change in added(number, f"aws_thing_{'abcdefghijk'[number - 1]}")]
    assert by_type(many, most=2) == "11 thing ks, 10 thing js, and 45 more"
    assert by_type(added(2) + added(1, "aws_vpc"), most=1) == "2 subnets, 1 VPC"  # no "and 1 more" in place of a name


def test_areas_that_only_grow_are_a_line_each() -> None:
    shown = lines(*added(20), *added(12, "aws_kms_key", "encryption"), *added(2, "aws_s3_bucket", "storage"))
    place = shown.index("encryption  12 to add: 12 KMS keys")
    assert shown[place + 1] == "network  20 to add: 20 subnets"
    assert "storage  2 changes" in shown
    assert "   + aws_s3_bucket.this[1]" in shown
    assert "Each of the 32 by name: add --details" in shown
    assert not any("aws_subnet" in line for line in shown)


def test_details_tell_each_by_name() -> None:
    shown = lines(*added(20), details=True)
    assert "   + aws_subnet.this[19]" in shown
    assert not any("to add: " in line for line in shown)


def test_what_is_changed_replaced_or_deleted_stands_beside_the_fold() -> None:
    gone = samples.change("module.network.aws_route.old", Action.DELETE)
    shown = lines(*added(20), samples.VPC, gone)
    place = shown.index("network  22 changes")
    assert shown[place + 1] == "   + 20 to add: 20 subnets"
    assert "   ~ aws_vpc.this" in shown
    assert "         enable_dns_support  (not set) -> true" in shown
    assert "   - aws_route.old" in shown


def test_an_addition_that_a_guard_has_a_word_about_is_never_folded() -> None:
    odd = added(1, "aws_config_configuration_recorder")[0]
    told = replace(odd, judgement=Judgement(Verdict.RESTORE_NEEDED, "one an account", "a.rule"))
    merely_told = replace(added(1, "aws_vpc")[0], judgement=Judgement(reason="it takes an hour"))
    shown = lines(*added(20), told, merely_told)
    assert "   + aws_config_configuration_recorder.this[0]   restore-needed" in shown
    assert "     one an account" in shown
    assert "     it takes an hour" in shown


CHANGES = st.builds(
    lambda number, kind, action, verdict, reason: replace(
        samples.change(f"module.a.aws_{kind}.this[{number}]", action), judgement=Judgement(verdict, reason)
    ),
    st.integers(0, 40),
    st.sampled_from(["subnet", "vpc", "policy"]),
    st.sampled_from([Action.CREATE, Action.CREATE, Action.DELETE, Action.UPDATE, Action.REPLACE, Action.IMPORT]),
    st.sampled_from(list(Verdict)),
    st.sampled_from(["", "", "why"]),
)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(CHANGES, max_size=40))
def test_nothing_is_lost_and_only_harmless_additions_fold(changes: list[results.Judged]) -> None:
    parts = fold(changes)
    assert len(parts.shown) + len(parts.folded) == len(changes)
    assert all(one.change.action is Action.CREATE and one.verdict is Verdict.REVERSIBLE for one in parts.folded)
    assert not parts.folded or len(parts.folded) > MOST
