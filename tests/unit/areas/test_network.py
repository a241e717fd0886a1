"""The network's section: its defaults, each choice, each refusal; and that its addresses never move."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Network
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.blocks import parse
from mendixgen.areas.contract import Check, Header
from mendixgen.areas.fields import RetentionDays
from mendixgen.areas.network import Network, addresses, services
from mendixgen.areas.network.acls import ANYWHERE, INBOUND, OUTBOUND

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
PRIVATE_RANGES = ("10.0.0.0/8", "172.16.0.0/13", "172.24.0.0/13", "192.168.0.0/16", "100.64.0.0/10")


def section(**values: Any) -> Any:
    return Network.Inputs.model_validate(values)


def findings(**values: Any) -> list[Check]:
    return parts.check(Network, section(**values), HEADER)


def found(**values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in findings(**values)]


@st.composite
def blocks(draw: st.DrawFn, smallest: int = addresses.SMALLEST_VPC_PREFIX) -> IPv4Network:
    """Any block that a VPC may have: every range, every size."""
    around = IPv4Network(draw(st.sampled_from(PRIVATE_RANGES)))
    prefix = draw(st.integers(max(addresses.LARGEST_PREFIX, around.prefixlen), smallest))
    number = draw(st.integers(0, 2 ** (prefix - around.prefixlen) - 1))
    block = IPv4Network((int(around.network_address) + (number << (32 - prefix)), prefix))
    return IPv4Network("172.18.0.0/16") if block.overlaps(IPv4Network("172.17.0.0/16")) else block


class TestDefaults:
    def test_are_safe_and_highly_available(self) -> None:
        inputs = section()
        assert inputs.zones == 3
        assert inputs.nat == "per-zone"
        assert inputs.flow_logs.retention_days == 365
        assert inputs.flow_logs.aggregation_seconds == 600
        assert inputs.endpoints == ["s3", "ec2"]
        assert inputs.secondary_cidrs == []

    def test_nobody_reaches_the_load_balancer(self) -> None:
        assert section().allow_from == []

    def test_have_no_findings(self) -> None:
        assert findings() == []

    def test_the_section_of_production_is_accepted(self) -> None:
        assert (
            findings(
                cidr="10.20.0.0/16",
                zones=3,
                nat="per-zone",
                endpoints=[
                    *("s3", "ecr.api", "ecr.dkr", "sts", "logs", "secretsmanager", "kms", "ec2", "elasticloadbalancing")
                ],
                flow_logs={"retention_days": 365},
                allow_from=["203.0.113.0/24", "198.51.100.0/24"],
            )
            == []
        )

    def test_a_section_with_its_block_alone_is_accepted(self) -> None:
        assert findings(cidr="10.21.0.0/16") == []


class TestChoices:
    @pytest.mark.parametrize("nat", ["per-zone", "single", "none"])
    def test_nat(self, nat: str) -> None:
        assert section(nat=nat).nat == nat

    @pytest.mark.parametrize("days", get_args(RetentionDays))
    def test_retention(self, days: int) -> None:
        assert section(flow_logs={"retention_days": days}).flow_logs.retention_days == days

    @pytest.mark.parametrize("seconds", [60, 600])
    def test_aggregation(self, seconds: int) -> None:
        assert section(flow_logs={"aggregation_seconds": seconds}).flow_logs.aggregation_seconds == seconds

    @pytest.mark.parametrize("zones", [2, 6, ["a", "b"], ["f", "a", "c"], list("abcdef")])
    def test_zones(self, zones: int | list[str]) -> None:
        assert found(zones=zones) == []

    @pytest.mark.parametrize("service", [*services.GATEWAY, *sorted(services.INTERFACE)])
    def test_every_known_service(self, service: str) -> None:
        assert found(endpoints=[service]) == []

    @pytest.mark.parametrize(
        "service",
        [
            "com.amazonaws.eu-central-1.something-new",
            "cn.com.amazonaws.cn-north-1.ecr.api",
            "com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0",
        ],
    )
    def test_a_full_service_name(self, service: str) -> None:
        assert found(endpoints=[service]) == []

    @pytest.mark.parametrize("value", ["0.0.0.0/0", "203.0.113.7/32"])
    def test_sources(self, value: str) -> None:
        assert found(allow_from=[value]) == []

    @pytest.mark.parametrize(
        ("cidr", "secondary"),
        [
            ("10.20.0.0/16", ["100.64.0.0/16", "10.21.0.0/16"]),
            ("172.18.0.0/16", ["172.19.0.0/24", "100.127.0.0/16"]),
            ("192.168.0.0/18", ["192.168.64.0/20"]),
            ("100.64.0.0/16", ["100.65.0.0/16", "100.66.0.0/25"]),
            ("10.2.0.0/16", ["10.0.0.0/16"]),
        ],
    )
    def test_secondary_blocks(self, cidr: str, secondary: list[str]) -> None:
        assert found(cidr=cidr, secondary_cidrs=secondary) == []


class TestBounds:
    @pytest.mark.parametrize(
        "values",
        [
            {"zones": 1},
            {"zones": 7},
            {"zones": True},
            {"zones": "3"},
            {"zones": ["a"]},
            {"zones": ["a", "g"]},
            {"zones": [*"abcdef", "a"]},
            {"zones": ["a", "eu-central-1b"]},
            {"cidr": "10.0.0.0"},
            {"cidr": "2001:db8::/56"},
            {"nat": "both"},
            {"flow_logs": {"retention_days": 366}},
            {"flow_logs": {"aggregation_seconds": 300}},
            {"flow_logs": {"days": 365}},
            {"egress_ports": [0]},
            {"egress_ports": [65536]},
            {"egress_ports": list(range(1, 10))},
            {"secondary_cidrs": [f"10.{number}.0.0/16" for number in range(5)]},
            {"endpoints": ["S3"]},
            {"endpoints": ["a b"]},
            {"allow_from": ["example.com"]},
            {"subnets": 3},
        ],
    )
    def test_are_refused(self, values: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            section(**values)


class TestRefusals:
    @pytest.mark.parametrize(
        ("cidr", "code", "words"),
        [
            ("10.20.1.0/16", "MXS301", "first address of a /16"),
            ("10.20.300.0/16", "MXS301", "not a block"),
            ("10.20.0.0/33", "MXS301", "not a block"),
            ("10.20.0.0/23", "MXS302", "too small for 3 zones"),
            ("10.20.0.0/28", "MXS302", "too small"),
            ("10.0.0.0/15", "MXS302", "larger than a VPC"),
            ("8.8.0.0/16", "MXS303", "private range"),
            ("169.254.0.0/16", "MXS303", "private range"),
            ("172.17.0.0/16", "MXS303", "services of AWS"),
        ],
    )
    def test_of_the_block(self, cidr: str, code: str, words: str) -> None:
        (check,) = findings(cidr=cidr)
        assert (check.path, check.code) == (("cidr",), code)
        assert words in check.summary
        assert check.hint

    def test_says_the_number_of_zones_that_were_listed(self) -> None:
        (check,) = findings(cidr="10.20.0.0/24", zones=["a", "c"])
        assert "2 zones" in check.summary

    def test_names_the_block_that_was_meant(self) -> None:
        (check,) = findings(cidr="10.20.1.0/16")
        assert "10.20.0.0/16" in check.hint

    @pytest.mark.parametrize(
        ("cidr", "secondary", "code"),
        [
            ("10.20.0.0/16", "10.20.64.0/20", "MXS305"),
            ("10.20.0.0/16", "10.20.0.0/16", "MXS305"),
            ("10.20.0.0/16", "172.18.0.0/16", "MXS304"),
            ("10.20.0.0/16", "192.168.0.0/16", "MXS304"),
            ("172.18.0.0/16", "10.20.0.0/16", "MXS304"),
            ("192.168.0.0/20", "172.18.0.0/16", "MXS304"),
            ("100.64.0.0/16", "10.20.0.0/16", "MXS304"),
            ("10.20.0.0/16", "198.19.0.0/16", "MXS304"),
            ("10.1.0.0/16", "10.0.0.0/16", "MXS304"),
            ("172.18.0.0/16", "172.17.0.0/16", "MXS303"),
            ("10.20.0.0/16", "100.64.0.0/26", "MXS302"),
            ("10.20.0.0/16", "100.64.0.0/15", "MXS302"),
            ("10.20.0.0/16", "100.64.0.1/16", "MXS301"),
        ],
    )
    def test_of_a_secondary_block(self, cidr: str, secondary: str, code: str) -> None:
        assert found(cidr=cidr, secondary_cidrs=[secondary]) == [(("secondary_cidrs", 0), code)]

    def test_of_secondary_blocks_that_overlap_each_other(self) -> None:
        assert found(secondary_cidrs=["100.64.0.0/16", "100.65.0.0/16", "100.64.128.0/20"]) == [
            (("secondary_cidrs", 2), "MXS305")
        ]

    def test_of_sources(self) -> None:
        assert found(allow_from=["203.0.113.0/24", "203.0.113.9/24", "203.0.113.0/24"]) == [
            (("allow_from", 1), "MXS301"),
            (("allow_from", 2), "MXS306"),
        ]

    def test_of_what_is_listed_twice(self) -> None:
        assert found(zones=["a", "b", "a"], endpoints=["s3", "s3"], egress_ports=[443, 443]) == [
            (("zones", 2), "MXS306"),
            (("egress_ports", 1), "MXS306"),
            (("endpoints", 1), "MXS306"),
        ]

    @pytest.mark.parametrize(("written", "meant"), [("secretmanager", "secretsmanager"), ("ecr-api", "ecr.api")])
    def test_of_a_misspelt_service(self, written: str, meant: str) -> None:
        (check,) = findings(endpoints=["s3", written])
        assert (check.path, check.code) == (("endpoints", 1), "MXS307")
        assert f"did you mean {meant}?" in check.hint
        assert f"com.amazonaws.eu-central-1.{written}" in check.hint


class TestSubnets:
    APART = {"a": "10.30.0.0/24", "b": "10.30.1.0/24"}  # noqa: RUF012

    def test_blocks_of_every_zone_are_taken_as_they_are(self) -> None:
        every = {
            "private": self.APART,
            "public": {"a": "10.30.2.0/24", "b": "10.30.3.0/28"},
            "database": {"a": "10.30.4.0/24", "b": "10.30.5.0/24"},
        }
        assert found(cidr="10.30.0.0/16", zones=["a", "b"], subnets=every) == []
        # of a tier that says nothing the blocks are the platform's, and they count
        assert found(cidr="10.30.0.0/16", zones=2, subnets={"private": self.APART}) == []
        beside = {"private": {"a": "10.30.128.0/24", "b": "10.30.1.0/24"}}
        assert found(cidr="10.30.0.0/16", zones=["a", "b"], subnets=beside) == [(("subnets", "private", "a"), "MXS305")]

    @pytest.mark.parametrize(
        ("private", "place"),
        [
            ({"a": "10.30.0.0/24"}, ()),
            ({"a": "10.30.0.0/24", "b": "10.31.0.0/24"}, ("b",)),
            ({"a": "10.30.0.0/24", "b": "10.30.1.0/29"}, ("b",)),
            ({"a": "10.30.0.0/24", "b": "10.30.1.0/24", "c": "10.30.2.0/24"}, ("c",)),
        ],
    )
    def test_what_no_subnet_can_have_is_named(self, private: dict[str, str], place: tuple[str, ...]) -> None:
        wrong = found(cidr="10.30.0.0/16", zones=["a", "b"], subnets={"private": private})
        assert wrong == [(("subnets", "private", *place), "MXS308")]

    def test_blocks_of_two_tiers_share_no_address(self) -> None:
        both = {"private": self.APART, "database": {"a": "10.30.0.128/25", "b": "10.30.9.0/24"}}
        wrong = found(cidr="10.30.0.0/16", zones=["a", "b"], subnets=both)
        assert [code for _, code in wrong] == ["MXS305"]


class TestAddresses:
    @given(blocks(), st.sets(st.sampled_from("abcdef"), min_size=2))
    def test_subnets_lie_in_the_block_and_never_overlap(self, vpc: IPv4Network, letters: set[str]) -> None:
        subnets = [addresses.subnet(vpc, tier, zone) for tier in addresses.TIERS for zone in letters]
        assert all(subnet.subnet_of(vpc) for subnet in subnets)
        assert not any(one.overlaps(other) for one, other in itertools.combinations(subnets, 2))
        assert all(subnet.prefixlen <= 28 for subnet in subnets)

    @given(blocks(), st.sets(st.sampled_from("abcdef"), min_size=2, max_size=5), st.sampled_from("abcdef"))
    def test_a_further_zone_moves_no_subnet(self, vpc: IPv4Network, letters: set[str], further: str) -> None:
        def plan(zones: set[str]) -> dict[tuple[str, str], IPv4Network]:
            return {(tier, zone): addresses.subnet(vpc, tier, zone) for tier in addresses.TIERS for zone in zones}

        before, after = plan(letters), plan(letters | {further})
        assert {key: after[key] for key in before} == before

    @given(blocks())
    def test_a_tier_is_one_block_and_the_last_quarter_is_free(self, vpc: IPv4Network) -> None:
        tiers = {tier: addresses.tier_block(vpc, tier) for tier in addresses.TIERS}
        last_quarter = list(vpc.subnets(prefixlen_diff=2))[3]
        assert not any(one.overlaps(other) for one, other in itertools.combinations([*tiers.values(), last_quarter], 2))
        for tier, block in tiers.items():
            assert all(addresses.subnet(vpc, tier, zone).subnet_of(block) for zone in addresses.SLOTS)

    @given(blocks())
    def test_private_subnets_have_half_of_the_block(self, vpc: IPv4Network) -> None:
        assert addresses.tier_block(vpc, "private").num_addresses * 2 == vpc.num_addresses

    @given(blocks(smallest=addresses.SMALLEST_SECONDARY_PREFIX))
    def test_pod_subnets_lie_in_their_block_and_never_overlap(self, secondary: IPv4Network) -> None:
        subnets = [addresses.pod_subnet(secondary, zone) for zone in addresses.SLOTS]
        assert all(subnet.subnet_of(secondary) and subnet.prefixlen <= 28 for subnet in subnets)
        assert not any(one.overlaps(other) for one, other in itertools.combinations(subnets, 2))

    @given(blocks())
    def test_every_block_that_a_vpc_may_have_is_accepted(self, vpc: IPv4Network) -> None:
        assert found(cidr=str(vpc)) == []

    @given(st.text(max_size=40))
    def test_no_text_is_a_traceback(self, text: str) -> None:
        parsed = parse(text)
        assert isinstance(parsed, IPv4Network) or parsed.code == "MXS301"


class TestNetworkAcls:
    """What AWS's quota and the traffic of the platform ask of the rules that no environment changes."""

    def test_keep_to_the_quota_with_everything_set(self) -> None:
        blocks_inside, low_ports, unreachable = 5, 8, 1
        assert len(INBOUND["public"]) + unreachable + 2 * blocks_inside <= 20
        assert len(INBOUND["private"]) + unreachable + 2 * blocks_inside <= 20
        assert len(OUTBOUND["public"]) + unreachable + blocks_inside + low_ports <= 20
        assert len(OUTBOUND["private"]) + unreachable + blocks_inside + low_ports <= 20
        assert len(INBOUND["database"]) + 3 * blocks_inside <= 20

    @pytest.mark.parametrize("tier", ["public", "private"])
    @pytest.mark.parametrize("port", [20, 21, 22, 3389])
    def test_keep_administration_closed_to_the_internet(self, tier: str, port: int) -> None:
        open_to_all = [rule for rule in INBOUND[tier] if rule.cidr == ANYWHERE]
        assert not [rule.key for rule in open_to_all if rule.first <= port <= rule.last]

    @pytest.mark.parametrize(
        ("tier", "protocol", "port"),
        [
            ("public", "tcp", 443),
            ("public", "tcp", 80),
            ("public", "udp", 5140),  # a listener, and the answers of time servers
            ("public", "tcp", 32768),  # answers to a NAT gateway
            ("private", "tcp", 65535),
            ("private", "udp", 5140),  # clients' own addresses, which UDP keeps
        ],
    )
    def test_let_in_what_must_come_from_anywhere(self, tier: str, protocol: str, port: int) -> None:
        assert any(rule.protocol == protocol and rule.first <= port <= rule.last for rule in INBOUND[tier])

    @pytest.mark.parametrize("tier", ["public", "private"])
    @pytest.mark.parametrize(
        ("protocol", "port"), [("udp", 53), ("tcp", 53), ("udp", 123), ("tcp", 1024), ("udp", 65535)]
    )
    def test_let_out_names_time_and_answers(self, tier: str, protocol: str, port: int) -> None:
        assert any(rule.protocol == protocol and rule.first <= port <= rule.last for rule in OUTBOUND[tier])

    def test_databases_have_no_fixed_rule_to_or_from_anywhere(self) -> None:
        rules = [*INBOUND["database"], *OUTBOUND["database"]]
        assert {repr(rule.cidr) for rule in rules} == {"Expr('local.tiers.database')"}


def test_moves_lead_from_the_names_of_the_first_version() -> None:
    assert {(move.source, move.target) for move in Network.moves} == {
        ("aws_cloudwatch_log_group.flow_logs", "aws_cloudwatch_log_group.this"),
        ("aws_iam_role.flow_logs", "aws_iam_role.this"),
        ("aws_iam_role_policy.flow_logs", "aws_iam_role_policy.this"),
        ("aws_flow_log.vpc", "aws_flow_log.this"),
    }


EXISTING: dict[str, Any] = {
    "vpc_id": "vpc-97805e6b0b8b4ddff",
    "subnets": {"private": {"a": "subnet-0647e036eca352f4d", "b": "subnet-646f6e946c764c99f"}},
}


class TestVpcThatExists:
    def test_needs_its_block_and_zones(self) -> None:
        assert found(cidr="172.31.0.0/24", zones=["a", "b"], existing=EXISTING) == []
        assert found(zones=["a", "b"], existing=EXISTING) == [(("existing",), "MXS309")]

    def test_nothing_is_said_of_one_that_is_made(self) -> None:
        said: dict[str, Any] = {"nat": "none", "endpoints": [], "secondary_cidrs": [], "subnets": {}}
        checks = found(cidr="172.31.0.0/24", zones=["a", "b"], existing=EXISTING, **said)
        assert {path for path, code in checks if code == "MXS309"} == {(key,) for key in said}

    def test_every_zone_has_a_subnet_of_each_tier_and_no_other(self) -> None:
        assert found(cidr="10.0.0.0/16", zones=3, existing=EXISTING) == [
            (("existing", "subnets", "private"), "MXS309"),
        ]
        more = {**EXISTING["subnets"], "database": {"a": "subnet-00000001", "c": "subnet-00000002"}}
        assert found(cidr="10.0.0.0/16", zones=["a", "b"], existing={**EXISTING, "subnets": more}) == [
            (("existing", "subnets", "database"), "MXS309"),
            (("existing", "subnets", "database", "c"), "MXS309"),
        ]

    def test_a_subnet_has_one_place(self) -> None:
        twice = {**EXISTING["subnets"], "public": EXISTING["subnets"]["private"]}
        assert found(cidr="10.0.0.0/16", zones=["a", "b"], existing={**EXISTING, "subnets": twice}) == [
            (("existing", "subnets", "public", "a"), "MXS306"),
            (("existing", "subnets", "public", "b"), "MXS306"),
        ]
