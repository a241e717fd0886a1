"""The edge's section: what goes together, at its place, and the prefix list of each region."""

from __future__ import annotations

from typing import Any

import pytest

from mendixgen.areas import parts
from mendixgen.areas.contract import Header
from mendixgen.areas.edge import Edge
from mendixgen.areas.edge.capacity import INCLUDED, OWN_RULES, capacity
from mendixgen.regions import prefix_lists, regions
from mendixgen.resolve import Unresolvable, cloudfront_prefix_list

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"


def found(**settings: Any) -> list[str]:
    inputs = Edge.Inputs.model_validate(settings)
    return [f"{one.code} {'.'.join(map(str, one.path))}" for one in parts.check(Edge, inputs, HEADER)]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, []),
        ({"waf": {"mode": "block"}}, []),
        ({"allow_from_ipv6": ["2001:db8::/32"]}, []),
        ({"allow_from_ipv6": ["2001:db8::1/32"]}, ["MXS680 allow_from_ipv6.0"]),
        ({"allow_from_ipv6": ["::/0"]}, ["MXS680 allow_from_ipv6.0"]),
        ({"allow_from_ipv6": ["2001:db8::/200"]}, ["MXS680 allow_from_ipv6.0"]),
        ({"further_names": ["crm.apps.example.com"], "certificate_arn": CERTIFICATE}, ["MXS681 further_names.0"]),
        ({"further_names": ["portal.example.com"]}, ["MXS681 further_names.0"]),
        ({"further_names": ["portal.example.com"], "certificate_arn": CERTIFICATE}, []),
        (
            {"waf": {"groups": [], "counted_rules": {"AWSManagedRulesCommonRuleSet": ["NoUserAgent_HEADER"]}}},
            ["MXS682 waf.counted_rules.AWSManagedRulesCommonRuleSet"],
        ),
        ({"waf": {"groups": ["AWSManagedRulesSQLiRuleSet"]}}, []),
        ({"waf": {"groups": sorted(capacity())}}, ["MXS683 waf.groups"]),
        ({"countries": ["DE", "DE"]}, ["MXS684 countries.1"]),
        ({"static_paths": ["/a/*", "/a/*"]}, ["MXS684 static_paths.1"]),
    ],
)
def test_what_goes_together(settings: dict[str, Any], said: list[str]) -> None:
    assert found(**settings) == said


def test_the_default_groups_fit_into_a_web_acl() -> None:
    assert sum(capacity()[group] for group in Edge.Inputs().waf.groups) + OWN_RULES <= INCLUDED


def test_the_prefix_list_is_that_of_the_region() -> None:
    assert cloudfront_prefix_list("auto", HEADER) == "pl-a3a144ca"
    assert cloudfront_prefix_list("pl-0123456789abcdef0", HEADER) == "pl-0123456789abcdef0"
    elsewhere = Header("prod", "af-south-1", "123456789012", "aws", "apps.example.com")
    with pytest.raises(Unresolvable) as error:
        cloudfront_prefix_list("auto", elsewhere)
    assert prefix_lists().name in error.value.hint
    assert set(prefix_lists().regions) <= {name for name, it in regions().items() if it.partition == "aws"}
