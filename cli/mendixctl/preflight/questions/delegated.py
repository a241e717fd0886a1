"""Whether the environment's domain is delegated to its hosted zone.

The certificate is validated by a record in that zone, and an apply waits for it. Whoever holds the domain above has to
write four NS records there, which nobody can do before the zone exists: so the zone comes first, in an apply of its own
(``ingress.delegated: false``), and no apply that makes both is let begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendixctl.preflight import delegation
from mendixctl.preflight.delegation import Delegated, NotDelegated, Unknown
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject

DOMAIN = ("domain",)
CONCERNED = ("aws_route53_zone", "aws_acm_certificate", "aws_acm_certificate_validation")


def _concerns(subject: Subject) -> Any:
    if not subject.has("ingress") or not subject.header.domain or not subject.touches(*CONCERNED):
        return None
    section = subject.section("ingress")
    if section.get("parent_zone_id") and not section.get("zone_id"):
        return None  # the apply writes the NS records itself
    zones = sorted(known for kind, known in subject.known or () if kind == "aws_route53_zone")
    return [subject.header.domain, section.get("zone_id"), zones, _waits(subject)]


def _waits(subject: Subject) -> bool:
    """Whether the apply waits until the certificate is validated, for which the domain has to be delegated."""
    return subject.adds("aws_acm_certificate_validation") > 0


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    domain = subject.header.domain
    servers: list[str] | None = None
    with inquiry.asking("route53:GetHostedZone"):
        domain, servers = _name_servers(subject, inquiry)
    if servers is None:
        return
    resolvers = inquiry.desk.resolvers
    if not resolvers:
        yield _not_looked_up(subject)
        return
    found = delegation.look(domain, servers, resolvers)
    if isinstance(found, Unknown):
        yield Finding(
            "MXF203",
            Grade.WARNING,
            f"whether {domain} is delegated could not be looked up",
            evidence=found.reason,
            hint=f"ask from elsewhere: dig +trace NS {domain}",
            path=DOMAIN,
        )
    elif not servers:
        yield from _without_zone(subject, found)
    elif isinstance(found, Delegated):
        yield Finding("MXF200", Grade.OK, f"{domain} is delegated to its hosted zone", ", ".join(sorted(found.found)))
    else:
        grade = Grade.ERROR if _waits(subject) else Grade.WARNING
        seen = ", ".join(sorted(found.found))
        yield Finding(
            "MXF201",
            grade,
            f"{domain} is not delegated to its hosted zone"
            + (": the apply would wait for its certificate and fail" if grade is Grade.ERROR else ""),
            evidence=f"the zone above says {seen}" if seen else "the zone above has no NS records for it",
            hint=_records(domain, sorted(found.expected)),
            path=DOMAIN,
        )


def _name_servers(subject: Subject, inquiry: Inquiry) -> tuple[str, list[str]]:
    """The name and the servers of the zone, given or the environment's own; none where there is no zone yet.

    A zone that is given may be of a name above the domain's: then that is what has to be delegated.
    """
    client = inquiry.client("route53")
    given = subject.section("ingress").get("zone_id")
    known = [known for kind, known in subject.known or () if kind == "aws_route53_zone"]
    for zone in [given] if given else known:
        answer = client.get_hosted_zone(Id=zone)
        name = str(answer["HostedZone"]["Name"]).rstrip(".")
        if name == subject.header.domain or (given and subject.header.domain.endswith(f".{name}")):
            return name, list(answer["DelegationSet"]["NameServers"])
    return subject.header.domain, []


def _without_zone(subject: Subject, found: Delegated | NotDelegated) -> Iterator[Finding]:
    domain = subject.header.domain
    above = domain.partition(".")[2]
    section = subject.section("ingress")
    is_known_before = section.get("delegation_set_id") and found.found
    if _waits(subject) and not section.get("zone_id") and not is_known_before:
        seen = ", ".join(sorted(found.found))
        yield Finding(
            "MXF205",
            Grade.ERROR,
            f"{domain} cannot be delegated to a zone that is yet to be made: the apply would wait for its certificate"
            " and fail",
            evidence=f"the zone above says {seen}" if seen else "the zone above has no NS records for it",
            hint=f"make the zone first: say ingress: {{delegated: false}} and apply; write its name servers (mendixctl"
            f" output {subject.name}) as NS records of {domain} into {above}; then take the line out again",
            path=DOMAIN,
        )
        return
    if found.found:
        yield Finding(
            "MXF202",
            Grade.WARNING,
            f"{domain} is delegated to name servers that the environment's new zone will not have",
            evidence=", ".join(sorted(found.found)),
            hint=f"after the zone is made: mendixctl output {subject.name}, and change the NS records of {domain} in"
            f" {above}; until then the certificate is not validated",
            path=DOMAIN,
        )
        return
    yield Finding(
        "MXF204",
        Grade.NOTE,
        f"{domain} is not delegated, and its hosted zone is yet to be made",
        evidence="the zone above has no NS records for it",
        hint=f"as soon as the zone exists: write its four name servers (mendixctl output {subject.name}) as NS records"
        f" of {domain} into {above}; the apply waits for that",
        path=DOMAIN,
    )


def _records(domain: str, servers: list[str]) -> str:
    lines = "\n".join(f"{domain}. 3600 IN NS {server}." for server in servers)
    return f"write into the zone above ({domain.partition('.')[2]}), in the place of what it has of {domain}:\n{lines}"


def _not_looked_up(subject: Subject) -> Finding:
    if subject.target != "aws":
        what = "not looked up: the zones of an emulator are known to nobody"
        return Finding("MXF204", Grade.NOTE, what, path=DOMAIN)
    return Finding(
        "MXF203",
        Grade.WARNING,
        f"whether {subject.header.domain} is delegated could not be looked up",
        evidence="dnspython is not installed",
        hint="pip install 'mendixctl[aws]'",
        path=DOMAIN,
    )


QUESTION = Question("delegation", "Delegation of the domain", _concerns, _ask)
