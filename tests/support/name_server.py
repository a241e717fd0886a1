"""A DNS server on the loopback interface, over UDP: recursive resolver and name server of all zones in one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


@dataclass
class NameServer:
    """``answers``: (name, type) -> values of a recursive answer; ``referrals``: domain -> the NS records above it.

    ``rcodes``: name -> the code of the answer to whatever is asked of it; ``asked``: (name, type, recursive).
    """

    answers: Mapping[tuple[str, str], list[str]]
    referrals: Mapping[str, list[str]] = field(default_factory=dict)
    rcodes: Mapping[str, dns.rcode.Rcode] = field(default_factory=dict)
    asked: list[tuple[str, str, bool]] = field(default_factory=list)
    port: int = 0

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
        recursive = bool(query.flags & dns.flags.RD)
        self.asked.append((name, kind, recursive))
        response = dns.message.make_response(query)
        if name in self.rcodes:
            response.set_rcode(self.rcodes[name])
        elif not recursive and kind == "NS" and name in self.referrals:
            response.authority.append(_records(name, "NS", self.referrals[name]))
        elif (name, kind) in self.answers and recursive:
            response.answer.append(_records(name, kind, self.answers[name, kind]))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


def _records(name: str, kind: str, values: list[str]) -> dns.rrset.RRset:
    return dns.rrset.from_text_list(f"{name}.", 60, dns.rdataclass.IN, dns.rdatatype.from_text(kind), values)


@contextmanager
def serving(server: NameServer) -> Iterator[NameServer]:
    """Serve until the end of the block; ``server.port`` says where."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(0.1)
        server.port = bound.getsockname()[1]
        over = threading.Event()

        def work() -> None:
            while not over.is_set():
                try:
                    wire, sender = bound.recvfrom(4096)
                except TimeoutError:
                    continue
                bound.sendto(server.answer(wire), sender)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            over.set()
            thread.join()
