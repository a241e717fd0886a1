"""The ingress section: its defaults, each choice, each refusal with its place; and what its module holds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.cluster.resources import FIRST_ACL_RULE
from mendixgen.areas.contract import Check, Header
from mendixgen.areas.ingress import Ingress
from mendixgen.areas.ingress.checks import ADMINISTRATION
from mendixgen.areas.ingress.resources import ACL_NUMBERS
from mendixgen.areas.storage import Storage
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render
from mendixgen.authoring.module import ResourceBlock

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
TLS = {"port": 443, "protocol": "TLS", "target_port": 8443}
TCP = {"port": 80, "protocol": "TCP", "target_port": 8080}
UDP = {"port": 5140, "protocol": "UDP", "target_port": 5140, "health_check": {"port": 8080}}
BOTH = {"port": 53, "protocol": "TCP_UDP", "target_port": 5353}
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
LONGEST_ENVIRONMENT, HASH, LONGEST_LOAD_BALANCER_NAME, LAST_RULE_NUMBER = 16, 6, 32, 32766


def section(**values: Any) -> Any:
    return Ingress.Inputs.model_validate(values)


def findings(header: Header = HEADER, **values: Any) -> list[Check]:
    return parts.check(Ingress, section(**values), header)


def found(**values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in findings(**values)]


def listening(listener: dict[str, Any], **more: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return found(listeners=[{**listener, **more}])


def block(address: str) -> ResourceBlock:
    return next(it for it in collect(Ingress).resources if it.address == address)


def test_no_section_gives_tls_and_a_redirecting_port_protected_and_logged() -> None:
    made = section()

    assert [(it.port, it.protocol, it.target_port) for it in made.listeners] == [(443, "TLS", 8443), (80, "TCP", 8080)]
    assert (made.scheme, made.cross_zone, made.deregistration_delay) == ("internet-facing", True, 120)
    assert made.deletion_protection
    assert made.access_logs
    assert made.records == ["@", "*"]
    assert findings() == []


def test_the_section_of_a_large_environment_is_right() -> None:
    health = {"protocol": "HTTP", "port": 8080, "path": "/healthz"}
    assert (
        found(
            scheme="internet-facing",
            listeners=[TLS, TCP, {**UDP, "health_check": health}],
            deregistration_delay=120,
            access_logs=True,
        )
        == []
    )


@pytest.mark.parametrize("scheme", ["internet-facing", "internal"])
def test_each_scheme_is_taken(scheme: str) -> None:
    assert found(scheme=scheme) == []


@pytest.mark.parametrize("listener", [TLS, TCP, UDP, BOTH], ids=lambda it: it["protocol"])
@pytest.mark.parametrize("protocol", ["TCP", "HTTP", "HTTPS"])
def test_each_protocol_may_be_checked_by_each(listener: dict[str, Any], protocol: str) -> None:
    assert listening(listener, health_check={"protocol": protocol, "port": 8080}) == []


@pytest.mark.parametrize(
    "values",
    [
        {"scheme": "public"},
        {"listeners": [{**TCP, "protocol": "HTTP"}]},
        {"listeners": [{**TCP, "port": 0}]},
        {"listeners": [{**TCP, "port": 65536}]},
        {"listeners": [{**TCP, "target_port": 80}]},
        {"listeners": [{**TCP, "health_check": {"port": 80}}]},
        {"listeners": [{**TCP, "health_check": {"interval": 4}}]},
        {"listeners": [{**TCP, "health_check": {"healthy": 1}}]},
        {"listeners": [{**TCP, "health_check": {"protocol": "HTTP", "path": "healthz"}}]},
        {"listeners": [{**TCP, "health_check": {"protocol": "HTTP", "codes": "ok"}}]},
        {"listeners": [{**TCP, "idle_timeout": 59}]},
        {"deregistration_delay": 3601},
        {"tls_policy": "ELBSecurityPolicy-2016-08"},
        {"certificate_arn": "arn:aws:iam::123456789012:server-certificate/x"},
        {"zone_id": "example.com"},
        {"records": ["*.a"]},
        {"records": ["a..b"]},
        {"client_routing": "any"},
        {"access_logs_days": 0},
        {"unknown": 1},
    ],
    ids=str,
)
def test_what_aws_does_not_have_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


def test_two_listeners_on_one_port_are_refused_at_the_second() -> None:
    assert found(listeners=[TCP, {**UDP, "port": 80}]) == [(("listeners", 1, "port"), "MXS381")]


@pytest.mark.parametrize("port", sorted(ADMINISTRATION))
def test_ports_of_administration_are_refused(port: int) -> None:
    assert listening(TCP, port=port) == [(("listeners", 0, "port"), "MXS382")]


@pytest.mark.parametrize(
    ("listener", "key", "value"),
    [
        (TCP, "target_protocol", "TLS"),
        (UDP, "target_protocol", "TCP"),
        (TCP, "alpn", "HTTP2Preferred"),
        (TLS, "idle_timeout", 600),
        (UDP, "idle_timeout", 600),
        (TLS, "sticky", True),
        (UDP, "preserve_client_ip", False),
        (BOTH, "preserve_client_ip", False),
    ],
)
def test_a_setting_of_another_protocol_is_refused_where_it_stands(
    listener: dict[str, Any], key: str, value: Any
) -> None:
    assert listening(listener, **{key: value}) == [(("listeners", 0, key), "MXS383")]


@pytest.mark.parametrize(
    ("listener", "more"),
    [
        (TLS, {"target_protocol": "TCP", "alpn": "HTTP2Preferred", "preserve_client_ip": True}),
        (TCP, {"idle_timeout": 600, "sticky": True, "proxy_protocol": True, "preserve_client_ip": False}),
        (UDP, {"sticky": True, "preserve_client_ip": True}),
        (BOTH, {"sticky": True}),
    ],
)
def test_settings_of_the_protocol_itself_are_taken(listener: dict[str, Any], more: dict[str, Any]) -> None:
    assert listening(listener, **more) == []


def test_udp_needs_a_port_that_answers() -> None:
    assert listening(UDP, health_check={}) == [(("listeners", 0, "health_check"), "MXS384")]
    assert listening(BOTH, health_check={}) == []


@pytest.mark.parametrize(("key", "value"), [("path", "/healthz"), ("codes", "200")])
def test_a_tcp_check_asks_for_nothing(key: str, value: str) -> None:
    assert listening(TCP, health_check={key: value}) == [(("listeners", 0, "health_check", key), "MXS385")]
    assert listening(TCP, health_check={"protocol": "HTTP", key: value}) == []


def test_an_answer_may_not_take_longer_than_until_the_next_check() -> None:
    path = ("listeners", 0, "health_check", "timeout")
    assert listening(TCP, health_check={"interval": 5, "timeout": 5}) == [(path, "MXS386")]
    assert listening(TCP, health_check={"interval": 6, "timeout": 5}) == []


@pytest.mark.parametrize("name", ["portal.example.com", "example.com", "notapps.example.com", "apps.example.com"])
def test_a_name_that_is_not_below_the_domain_is_refused(name: str) -> None:
    assert found(certificate_names=["a.b.apps.example.com", name]) == [(("certificate_names", 1), "MXS387")]


def test_what_is_given_is_not_made_too() -> None:
    assert found(certificate_arn=CERTIFICATE, certificate_names=["a.b.apps.example.com"]) == [
        (("certificate_names",), "MXS388")
    ]
    assert found(zone_id="Z1", parent_zone_id="Z2", delegation_set_id="N1") == [
        (("parent_zone_id",), "MXS388"),
        (("delegation_set_id",), "MXS388"),
    ]
    assert found(parent_zone_id="Z2", delegation_set_id="N1") == []
    assert found(delegated=False) == []
    assert found(delegated=False, parent_zone_id="Z2") == [(("delegated",), "MXS388")]
    assert found(delegated=False, certificate_arn=CERTIFICATE) == [(("delegated",), "MXS388")]


@pytest.mark.parametrize(
    ("key", "value"),
    [("records", "@"), ("certificate_names", "a.b.apps.example.com"), ("further_certificate_arns", CERTIFICATE)],
)
def test_what_is_listed_twice_is_refused_at_the_second(key: str, value: str) -> None:
    assert found(**{key: [value, value]}) == [((key, 1), "MXS389")]


@pytest.mark.parametrize(("name", "refused"), [("internal", True), ("internal-a", True), ("internals", False)])
def test_names_that_aws_keeps_for_itself_are_refused(name: str, refused: bool) -> None:
    header = Header(name, "eu-central-1", "123456789012", "aws", "apps.example.com")
    assert [check.code for check in findings(header)] == (["MXS380"] if refused else [])


def test_the_longest_names_fit() -> None:
    assert LONGEST_ENVIRONMENT + len("-65535-") + HASH <= LONGEST_LOAD_BALANCER_NAME
    assert LONGEST_ENVIRONMENT + len("-ingress") <= LONGEST_LOAD_BALANCER_NAME


def test_rule_numbers_never_meet() -> None:
    low = range(1, 1024)
    numbers = [start + port for start in ACL_NUMBERS.values() for port in low]
    assert len(numbers) == len(set(numbers))
    assert min(numbers) >= 20000
    assert max(numbers) <= LAST_RULE_NUMBER


def test_no_rule_number_is_one_of_the_cluster_s() -> None:
    """An internal load balancer and the cluster's private clients write into the same ACL."""
    most_private_clients = 4
    own = {first + port for first in ACL_NUMBERS.values() for port in range(1, 1024)}
    assert own.isdisjoint(range(FIRST_ACL_RULE, FIRST_ACL_RULE + most_private_clients))


def test_a_domain_that_no_certificate_can_begin_with_is_refused() -> None:
    longest = "a" * 60 + ".com"
    assert findings(Header("prod", "eu-central-1", "123456789012", "aws", longest)) == []
    longer = Header("prod", "eu-central-1", "123456789012", "aws", f"a{longest}")
    assert [(it.path, it.code) for it in findings(longer)] == [((), "MXS387")]
    plain = [{"port": 80, "protocol": "TCP", "target_port": 8080}]
    assert findings(longer, listeners=plain) == []


def test_deletion_protection_is_disarmed_by_a_teardown_alone() -> None:
    balancer = block("aws_lb.this")
    assert render(balancer.arguments["enable_deletion_protection"]) == "var.deletion_protection && !var.teardown"
    assert render(block("aws_s3_bucket.this").arguments["force_destroy"]) == "var.teardown"
    assert render(block("aws_route53_zone.this").arguments["force_destroy"]) == "var.teardown"


def test_only_the_log_delivery_of_the_own_account_writes_access_logs() -> None:
    policy = render(block("aws_s3_bucket_policy.this").arguments["policy"])
    assert policy.count('Service = "delivery.logs.amazonaws.com"') == 2
    assert policy.count('"aws:SourceAccount" = var.account') == 2
    assert policy.count('"aws:SourceArn" = "arn:${var.partition}:logs:${var.region}:${var.account}:*"') == 2


def test_nobody_can_take_the_log_bucket_s_name() -> None:
    checks = parts.check(Storage, Storage.Inputs.model_validate({"buckets": {"load-balancer-logs": {}}}), HEADER)
    assert [(check.path, check.code) for check in checks] == [(("buckets", "load-balancer-logs"), "MXS320")]
    bucket = block("aws_s3_bucket.this").arguments["bucket"]
    assert str(bucket).endswith("-load-balancer-logs")


def test_every_tls_policy_begins_with_tls_1_2() -> None:
    for policy in Ingress.Inputs.model_json_schema()["properties"]["tls_policy"]["enum"]:
        assert policy.startswith(("ELBSecurityPolicy-TLS13-1-2-", "ELBSecurityPolicy-TLS13-1-3-"))
