"""Whether the domain is delegated: over fake resolvers, and by real questions to a name server on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import dns.rcode
import pytest

from mendixctl.preflight import delegation
from mendixctl.preflight.delegation import Delegated, LookupFailed, NotDelegated, ServerResolver, Unknown, look
from mendixctl.preflight.questions import delegated
from tests.support.fake_services import FakeServices, denied
from tests.support.name_server import NameServer, serving
from tests.unit.preflight.conftest import YAML, change, codes, subject

OWN = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]


class Fake:
    """A resolver that says one thing, or fails."""

    def __init__(self, *servers: str, fails: str = "") -> None:
        self.name = "fake"
        self._servers = frozenset(servers)
        self._fails = fails

    def delegation(self, domain: str) -> frozenset[str]:
        if self._fails:
            raise LookupFailed(self._fails)
        return self._servers


def test_what_the_resolvers_say_together() -> None:
    expected = frozenset(OWN)
    assert look("a.b", [f"{OWN[0].upper()}.", OWN[1]], [Fake(*OWN), Fake(*OWN)]) == Delegated(expected)
    assert look("a.b", OWN, [Fake(*OWN), Fake(fails="timeout")]) == Delegated(expected)
    assert look("a.b", OWN, [Fake(*OWN), Fake()]) == NotDelegated(frozenset(), expected)
    assert look("a.b", OWN, [Fake("ns.other.com"), Fake(*OWN)]) == NotDelegated(frozenset({"ns.other.com"}), expected)
    assert look("a.b", OWN, [Fake(OWN[0])]) == NotDelegated(frozenset({OWN[0]}), expected)
    assert look("a.b", OWN, [Fake(fails="timeout")]) == Unknown("fake: timeout")
    assert look("a.b", OWN, []) == Unknown("there is no resolver to ask")


ANSWERS = {
    ("example.com", "NS"): ["a.iana-servers.net."],
    ("a.iana-servers.net", "A"): ["127.0.0.1"],
    ("apps.example.com", "NS"): ["stale.example.net."],
}


@pytest.fixture
def server() -> Iterator[NameServer]:
    with serving(NameServer(dict(ANSWERS), {"apps.example.com": [f"{name.upper()}." for name in OWN]})) as running:
        yield running


def resolver(server: NameServer) -> ServerResolver:
    return ServerResolver("127.0.0.1", server.port, 1.0)


def test_the_zone_above_is_asked_and_not_the_zone_itself(server: NameServer) -> None:
    assert resolver(server).delegation("apps.example.com") == frozenset(OWN)
    assert ("apps.example.com", "NS", False) in server.asked


def test_a_zone_above_that_knows_nothing_of_the_domain(server: NameServer) -> None:
    server.referrals = {}
    assert resolver(server).delegation("apps.example.com") == frozenset()


def test_the_next_zone_above_where_there_is_none_right_above(server: NameServer) -> None:
    server.referrals = {"a.b.example.com": ["ns.other.com."]}
    assert resolver(server).delegation("a.b.example.com") == frozenset({"ns.other.com"})


def test_the_resolver_alone_where_the_zone_above_cannot_be_reached(server: NameServer) -> None:
    server.answers = {key: value for key, value in ANSWERS.items() if key[1] != "A"}
    assert resolver(server).delegation("apps.example.com") == frozenset({"stale.example.net"})


def test_a_resolver_that_fails_says_why(server: NameServer) -> None:
    server.rcodes = {"example.com": dns.rcode.SERVFAIL}
    with pytest.raises(LookupFailed, match=r"example\.com NS: SERVFAIL"):
        resolver(server).delegation("apps.example.com")


def test_nobody_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = look("apps.example.com", OWN, [ServerResolver("127.0.0.1", port, 0.2)])
    assert isinstance(found, Unknown)
    assert found.reason.startswith("127.0.0.1: example.com NS: ")


def test_the_public_resolvers_are_among_those_that_are_asked() -> None:
    assert {one.name for one in delegation.resolvers()} >= set(delegation.PUBLIC)


# -- the question -----------------------------------------------------------------------------------

ZONE = frozenset({("aws_route53_zone", "Z1")})


def route53(**given: Any) -> FakeServices:
    zone = {"HostedZone": {"Name": "apps.example.com."}, "DelegationSet": {"NameServers": OWN}}
    return FakeServices(route53={"get_hosted_zone": zone, **given})


VALIDATION = change("aws_acm_certificate_validation")


@pytest.mark.parametrize(
    ("of", "resolvers", "expected"),
    [
        (subject(known=ZONE), [Fake(*OWN)], ["MXF200"]),
        (subject(known=ZONE), [Fake("ns.other.com")], ["MXF201"]),
        (subject(known=ZONE), [Fake(fails="timeout")], ["MXF203"]),
        (subject(known=ZONE), [], ["MXF203"]),
        (subject(known=ZONE, target="emulator"), [], ["MXF204"]),
        (subject(), [Fake()], ["MXF204"]),
        (subject(), [Fake("ns.other.com")], ["MXF202"]),
    ],
)
def test_what_is_found(asked: Any, of: Any, resolvers: list[Fake], expected: list[str]) -> None:
    assert codes(asked(delegated.QUESTION, of, route53(), tuple(resolvers))) == expected


def test_a_certificate_that_waits_makes_it_an_error(asked: Any) -> None:
    waiting = subject(known=ZONE, changes=(VALIDATION,))
    found, _ = asked(delegated.QUESTION, waiting, route53(), (Fake(),))
    assert (found[0].grade, found[0].evidence) == ("error", "the zone above has no NS records for it")
    assert found[0].hint.splitlines()[1:] == [f"apps.example.com. 3600 IN NS {name}." for name in OWN]
    idle, _ = asked(delegated.QUESTION, subject(known=ZONE), route53(), (Fake(),))
    assert idle[0].grade == "warning"


@pytest.mark.parametrize(
    ("section", "servers", "expected"),
    [
        ("", [], ["MXF205"]),
        ("", ["ns.other.com"], ["MXF205"]),
        ("ingress: {delegation_set_id: N0123456789}\n", ["ns.other.com"], ["MXF202"]),
        ("ingress: {delegation_set_id: N0123456789}\n", [], ["MXF205"]),
    ],
)
def test_a_zone_that_is_made_with_the_certificate_comes_first(
    asked: Any, section: str, servers: list[str], expected: list[str]
) -> None:
    waiting = subject(f"{YAML}{section}", changes=(change("aws_route53_zone"), VALIDATION))
    found, _ = asked(delegated.QUESTION, waiting, route53(), (Fake(*servers),))
    assert codes(found) == expected
    if expected == ["MXF205"]:
        assert found[0].grade == "error"
        assert "delegated: false" in found[0].hint


def test_a_zone_that_may_not_be_asked_about_is_said(asked: Any) -> None:
    services = route53(get_hosted_zone=denied())
    assert codes(asked(delegated.QUESTION, subject(known=ZONE), services, (Fake(),))) == ["MXF101"]


def test_an_apply_that_delegates_by_itself_is_not_asked_about() -> None:
    given = subject(f"{YAML}ingress: {{parent_zone_id: Z0123456789ABCDEFGHIJ}}\n")
    assert delegated.QUESTION.concerns(given) is None
    assert delegated.QUESTION.concerns(subject()) is not None
    assert delegated.QUESTION.concerns(subject(changes=(change("aws_vpc"),))) is None
