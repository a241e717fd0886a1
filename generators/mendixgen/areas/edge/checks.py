"""What no single field of the edge's section can say: blocks, names and rule groups that do not go together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv6Network

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.edge import Edge
from mendixgen.areas.edge.capacity import INCLUDED, OWN_RULES, capacity


def check(inputs: Edge.Inputs, header: Header) -> list[Check]:
    """Blocks that are none, names that no certificate has, rule groups that are not on or come to too much."""
    return independent(
        lambda: _blocks(inputs.allow_from_ipv6),
        lambda: _names(inputs, header),
        lambda: _groups(inputs),
        lambda: _capacity(inputs),
        lambda: _repeated(inputs),
    )


def _blocks(blocks: Sequence[str]) -> Iterator[Check]:
    for index, text in enumerate(blocks):
        path = ("allow_from_ipv6", index)
        try:
            network = IPv6Network(text, strict=False)
        except ValueError:
            yield Check(path, "MXS680", f"{text} is not a block of IPv6 addresses", "write it like 2001:db8::/32")
            continue
        if str(network) != text:
            yield Check(path, "MXS680", f"{text} is not how its block is written", f"write {network}")
        elif network.prefixlen == 0:
            hint = "let everybody in by network.allow_from: [0.0.0.0/0]"
            yield Check(path, "MXS680", "an IP set of AWS WAF takes every block but /0", hint)


def _names(inputs: Edge.Inputs, header: Header) -> Iterator[Check]:
    for index, name in enumerate(inputs.further_names):
        path = ("further_names", index)
        if name.endswith(f".{header.domain}") or name == header.domain:
            yield Check(path, "MXS681", f"{name} is of the domain already", "list it in ingress.records")
        elif inputs.certificate_arn is None:
            hint = "have a certificate with all names in us-east-1, and give its certificate_arn"
            yield Check(path, "MXS681", f"nobody can prove here whose {name} is, so it gets no certificate", hint)


def _groups(inputs: Edge.Inputs) -> Iterator[Check]:
    given = "counted_rules" in inputs.waf.model_fields_set
    for group in inputs.waf.counted_rules:
        if given and group not in inputs.waf.groups:
            yield Check(("waf", "counted_rules", group), "MXS682", f"{group} is not on", "add it to waf.groups")


def _capacity(inputs: Edge.Inputs) -> Iterator[Check]:
    needed = sum(capacity()[group] for group in inputs.waf.groups) + OWN_RULES
    if needed > INCLUDED:
        summary = f"these groups need {needed:,} capacity units, and a web ACL has {INCLUDED:,}"
        yield Check(("waf", "groups"), "MXS683", summary, "take fewer groups")


def _repeated(inputs: Edge.Inputs) -> Iterator[Check]:
    lists: tuple[tuple[tuple[str, ...], Sequence[str]], ...] = (
        (("static_paths",), inputs.static_paths),
        (("allow_from_ipv6",), inputs.allow_from_ipv6),
        (("countries",), inputs.countries),
        (("further_names",), inputs.further_names),
        (("waf", "groups"), inputs.waf.groups),
    )
    for path, values in lists:
        for index, value in enumerate(values):
            if value in values[:index]:
                yield Check((*path, index), "MXS684", f"{value} is listed twice", "list it once")
