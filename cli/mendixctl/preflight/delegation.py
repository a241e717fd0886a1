"""Whether a domain is delegated to its hosted zone: a real look-up, of the parent's own name servers.

A recursive resolver answers with what the zone says of itself. What decides is the zone above: its name servers refer
to the name servers of the domain, or say that there is no such name (RFC 1034, section 4.3.2). So for each resolver the
parent's servers are found through it and asked directly; where they cannot be reached (a network that lets DNS out
through its resolver alone), the resolver's own answer has to do.

dnspython comes with the extra ``aws`` and is imported when the first look-up is made.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SECONDS = 1.5
"""For one question to one server; DNS answers in a few hundredths or not at all."""

PUBLIC = ("1.1.1.1", "8.8.8.8")
"""Resolvers of the internet, which see what a certificate authority sees; the machine's own may see other zones."""

ASKED_PARENTS = 3
PORT = 53


@dataclass(frozen=True, slots=True)
class Delegated:
    """The zone above refers to exactly the expected name servers."""

    found: frozenset[str]


@dataclass(frozen=True, slots=True)
class NotDelegated:
    """It refers to others, to some of them, or (``found`` is empty) to none."""

    found: frozenset[str]
    expected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody could be asked; ``reason`` is what each of the resolvers said."""

    reason: str


class LookupFailed(Exception):
    """A resolver did not say; its text is why."""


class Resolver(Protocol):
    """Someone who can say to which name servers a domain is delegated."""

    @property
    def name(self) -> str: ...

    def delegation(self, domain: str) -> frozenset[str]:
        """The name servers in lower case without the last dot; none where the domain is not delegated.

        Raises:
            LookupFailed: it cannot be said.
        """
        ...


def look(
    domain: str, expected_name_servers: Iterable[str], resolvers: Sequence[Resolver]
) -> Delegated | NotDelegated | Unknown:
    """Ask all resolvers to which name servers ``domain`` is delegated, and compare.

    One that sees something else than expected decides: a change that has not reached every resolver is not done.
    """
    expected = frozenset(map(normal, expected_name_servers))
    seen: list[frozenset[str]] = []
    failures = []
    for resolver in resolvers:
        try:
            seen.append(resolver.delegation(domain))
        except LookupFailed as error:
            failures.append(f"{resolver.name}: {error}")
    if not seen:
        return Unknown("; ".join(failures) or "there is no resolver to ask")
    different = [found for found in seen if found != expected]
    return NotDelegated(different[0], expected) if different else Delegated(expected)


def normal(name: str) -> str:
    """A host name as it is compared: lower case, without the last dot."""
    return name.rstrip(".").lower()


def resolvers() -> tuple[Resolver, ...]:
    """The machine's own resolvers (two at most) and the public ones; none where dnspython is not installed."""
    try:
        import dns.resolver
    except ImportError:
        return ()
    own: Sequence[str] = ()
    with contextlib.suppress(dns.resolver.NoResolverConfiguration):
        own = [str(server) for server in dns.resolver.Resolver().nameservers[:2]]
    return tuple(ServerResolver(address) for address in dict.fromkeys((*own, *PUBLIC)))


@dataclass(frozen=True, slots=True)
class ServerResolver:
    """A recursive resolver at an address, and through it the name servers of the zone above.

    ``port`` is the resolver's, and that of all name servers; another one than 53 is for tests.
    """

    address: str
    port: int = PORT
    seconds: float = SECONDS

    @property
    def name(self) -> str:
        return self.address

    def delegation(self, domain: str) -> frozenset[str]:
        """As `Resolver.delegation`.

        Raises:
            LookupFailed: the resolver does not answer, or answers with an error.
        """
        for address in self._parents(normal(domain)):
            with contextlib.suppress(LookupFailed):
                return _referred(self._ask(address, domain, "NS", recursive=False), domain)
        return _answered(self._ask(self.address, domain, "NS"), domain)

    def _parents(self, domain: str) -> list[str]:
        """Addresses of name servers of the nearest zone above."""
        above = domain
        while "." in above:
            above = above.partition(".")[2]
            servers = sorted(_answered(self._ask(self.address, above, "NS"), above))
            if servers:
                return self._addresses(servers)
        return []

    def _addresses(self, servers: Sequence[str]) -> list[str]:
        found = []
        for server in servers[:ASKED_PARENTS]:
            with contextlib.suppress(LookupFailed):
                answer = self._ask(self.address, server, "A")
                found += [item.address for rrset in answer.answer for item in rrset if hasattr(item, "address")][:1]
        return found

    def _ask(self, address: str, name: str, kind: str, *, recursive: bool = True) -> Any:
        """The answer of one server, whether the name exists or not."""
        import dns.exception
        import dns.flags
        import dns.message
        import dns.query
        import dns.rcode

        try:
            query = dns.message.make_query(name, kind)
            if not recursive:
                query.flags &= ~dns.flags.RD
            answer, _ = dns.query.udp_with_fallback(query, address, timeout=self.seconds, port=self.port)
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise LookupFailed(f"{name} {kind}: {type(error).__name__} {error}".rstrip()) from error
        code = answer.rcode()
        if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise LookupFailed(f"{name} {kind}: {dns.rcode.to_text(code)}")
        return answer


def _answered(answer: Any, domain: str) -> frozenset[str]:
    """The name servers in the answer itself."""
    return _named(answer.answer, domain)


def _referred(answer: Any, domain: str) -> frozenset[str]:
    """The name servers in a referral, or in the answer of a server that has both zones."""
    return _named(answer.answer, domain) or _named(answer.authority, domain)


def _named(section: Any, domain: str) -> frozenset[str]:
    import dns.rdatatype

    wanted = normal(domain)
    return frozenset(
        normal(item.target.to_text())
        for rrset in section
        if rrset.rdtype == dns.rdatatype.NS and normal(rrset.name.to_text()) == wanted
        for item in rrset
    )
