"""Quotas that a specification alone shows: counted as the areas make things, and told with the number."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mendixgen.diagnostics import Severity
from mendixgen.kubernetes import gateway
from mendixgen.spec import quotas
from mendixgen.spec.quotas import concerns, counts

MANY_ROLES, TOO_MANY_ROLES = (f"{apps + quotas.OWN_ROLES} IAM roles" for apps in (990, 5000))
BLOCKS = [f"203.0.113.{number}/32" for number in range(40)]
NETWORK: dict[str, Any] = {"zones": 3, "nat": "per-zone", "allow_from": [], "egress_ports": [80, 443, 587]}
LISTENERS = [
    {"port": 443, "protocol": "TLS"},
    {"port": 80, "protocol": "TCP"},
    {"port": 5140, "protocol": "UDP"},
    {"port": 53, "protocol": "TCP_UDP"},
]


def instance(engine: str = "mysql", replicas: int = 0) -> dict[str, Any]:
    return {"engine": engine, "version": "8.4", "replicas": replicas}


def number_of(quota: str, **settings: Any) -> list[int]:
    return [one.number for one in counts(settings) if one.quota == quota]


def test_what_is_ordinary_is_within_every_quota() -> None:
    settings = {
        "network": NETWORK,
        "ingress": {"listeners": LISTENERS, "certificate_names": []},
        "database": {"instances": {"crm": instance()}},
        "apps": {"crm": {}},
    }
    assert list(concerns(settings)) == []
    assert {one.quota for one in counts(settings)} == set(quotas.quotas()) - {"log-policies"}


@pytest.mark.parametrize(
    ("settings", "path", "code", "words"),
    [
        ({"network": {**NETWORK, "zones": 6}}, ("network", "zones"), "MXS177", "6 Elastic IP addresses"),
        (
            {"network": {**NETWORK, "allow_from": BLOCKS[:16]}, "ingress": {"listeners": LISTENERS}},
            ("network", "allow_from"),
            "MXS177",
            "80 inbound rules of a security group",
        ),
        (
            {"network": {**NETWORK, "secondary_cidrs": ["a", "b", "c", "d"]}, "ingress": {"listeners": [
                {"port": port, "protocol": "UDP"} for port in (53, 123, 161, 514)
            ]}},
            ("network", "secondary_cidrs"),
            "MXS177",
            "21 rules of a network ACL",
        ),
        (
            {"ingress": {"listeners": [{"port": port, "protocol": "TCP"} for port in range(51)]}},
            ("ingress", "listeners"),
            "MXS178",
            "51 listeners",
        ),
        (
            {"ingress": {"listeners": [], "certificate_names": [f"{number}.a" for number in range(9)]}},
            ("ingress", "certificate_names"),
            "MXS177",
            "11 names of an ACM certificate",
        ),
        (
            {"database": {"instances": {f"db{number}": instance() for number in range(21)}}},
            ("database", "instances"),
            "MXS177",
            "21 RDS option groups",
        ),
        (
            {"database": {"instances": {f"db{number}": instance("postgres", 15) for number in range(3)}}},
            ("database", "instances"),
            "MXS177",
            "48 RDS instances",
        ),
        ({"apps": {f"app{number}": {} for number in range(990)}}, ("apps",), "MXS177", MANY_ROLES),
        ({"apps": {f"app{number}": {} for number in range(5000)}}, ("apps",), "MXS178", TOO_MANY_ROLES),
    ],
)  # fmt: skip
def test_more_than_aws_gives_is_told_with_the_number(
    settings: dict[str, Any], path: tuple[str, ...], code: str, words: str
) -> None:
    (found,) = concerns(settings)
    assert (found.path, found.code) == (path, code)
    assert found.summary.startswith(words)
    assert (found.severity is Severity.ERROR) == (code == "MXS178")


UDP = [{"port": 1024 + port, "protocol": "UDP"} for port in range(200)]


EDGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "rules-per-group",
        {"network": {**NETWORK, "allow_from": BLOCKS[:30]}},
        {"network": {**NETWORK, "allow_from": BLOCKS[:31]}},
    ),
    ("elastic-addresses", {"network": {**NETWORK, "zones": 5}}, {"network": {**NETWORK, "zones": 6}}),
    (
        "rules-per-acl",
        {"network": {**NETWORK, "egress_ports": list(range(13))}},
        {"network": {**NETWORK, "egress_ports": list(range(14))}},
    ),
    ("listeners", {"ingress": {"listeners": UDP[:50]}}, {"ingress": {"listeners": UDP[:51]}}),
    ("targets", {"ingress": {"listeners": UDP[:166]}}, {"ingress": {"listeners": UDP[:167]}}),
    (
        "certificates",
        {"ingress": {"further_certificate_arns": ["a"] * 24}},
        {"ingress": {"further_certificate_arns": ["a"] * 25}},
    ),
    ("certificate-names", {"ingress": {"certificate_names": ["a"] * 8}}, {"ingress": {"certificate_names": ["a"] * 9}}),
    (
        "database-instances",
        {"database": {"instances": {"a": instance(replicas=39)}}},
        {"database": {"instances": {"a": instance(replicas=40)}}},
    ),
    (
        "option-groups",
        {"database": {"instances": dict.fromkeys(map(str, range(20)), instance())}},
        {"database": {"instances": dict.fromkeys(map(str, range(21)), instance())}},
    ),
    (
        "roles",
        {"apps": {str(number): {} for number in range(1000 - quotas.OWN_ROLES)}},
        {"apps": {str(number): {} for number in range(1001 - quotas.OWN_ROLES)}},
    ),
]


@pytest.mark.parametrize(("quota", "within", "beyond"), EDGES)
def test_a_quota_holds_up_to_its_number(quota: str, within: dict[str, Any], beyond: dict[str, Any]) -> None:
    title = quotas.quotas()[quota].title
    assert [one for one in concerns(within) if title in one.summary] == []
    (told,) = [one for one in concerns(beyond) if title in one.summary]
    assert f"AWS gives {quotas.quotas()[quota].default}" in told.summary


def test_each_quota_has_its_edge_tried() -> None:
    assert {quota for quota, _, _ in EDGES} == set(quotas.quotas()) - {"log-policies"}


def test_the_gateways_are_those_of_the_manifests() -> None:
    assert quotas.GATEWAYS == gateway._REPLICAS


def test_the_way_to_more_is_a_command() -> None:
    (found,) = concerns({"network": {**NETWORK, "zones": 6}})
    assert found.hint.endswith("--service-code ec2 --quota-code L-0263D0A3")


def test_an_internal_load_balancer_opens_the_private_subnets() -> None:
    ingress = {"listeners": LISTENERS, "scheme": "internal"}
    found = quotas.inbound_rules({"network": NETWORK, "ingress": ingress})
    assert (found["public"], found["private"]) == (9, 9 + 4)


def test_the_table_is_dated_and_names_its_sources() -> None:
    table = json.loads((Path(quotas.__file__).parents[1] / "data" / "quotas.json").read_text("utf-8"))
    assert date.fromisoformat(table["as_of"]) >= date(2026, 11, 29)
    for name, quota in quotas.quotas().items():
        assert quota.source, name
        assert quota.most is None or quota.most >= quota.default, name
