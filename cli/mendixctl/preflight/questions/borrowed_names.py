"""Whether a hosted zone and certificates that exist are for the names that the environment has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendixctl.aws import error_code, is_missing
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject

ZONE = ("ingress", "zone_id")
OF_CLOUDFRONT = "us-east-1"


def _zone_concerns(subject: Subject) -> Any:
    given = subject.section("ingress").get("zone_id")
    return [given, subject.header.domain] if given else None


def _ask_zone(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    given, domain = str(subject.section("ingress")["zone_id"]), subject.header.domain
    zone: dict[str, Any] | None = None
    with inquiry.asking("route53:GetHostedZone"):
        try:
            zone = inquiry.client("route53").get_hosted_zone(Id=given)["HostedZone"]
        except Exception as error:
            if error_code(error) != "NoSuchHostedZone" and not is_missing(error):
                raise
            what = f"the account has no hosted zone {given}"
            yield Finding("MXF251", Grade.ERROR, what, str(error), "the ID of a public zone of this account", ZONE)
    if zone is None:
        return
    name = str(zone["Name"]).rstrip(".")
    if zone.get("Config", {}).get("PrivateZone"):
        hint = "a public zone: ACM and clients do not see what is in a private one"
        yield Finding("MXF251", Grade.ERROR, f"the hosted zone {given} is private", name, hint, ZONE)
    elif domain != name and not domain.endswith(f".{name}"):
        yield Finding("MXF252", Grade.ERROR, f"the hosted zone {given} does not hold {domain}", name, "", ZONE)
    else:
        yield Finding("MXF250", Grade.OK, f"the hosted zone {given} holds {domain}", name)


def _certificates(subject: Subject) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """(place, ARN, region in which it has to be) of each certificate that exists."""
    ingress, edge = subject.section("ingress"), subject.section("edge")
    if ingress.get("certificate_arn"):
        yield ("ingress", "certificate_arn"), str(ingress["certificate_arn"]), subject.region
    for index, arn in enumerate(ingress.get("further_certificate_arns", ())):
        yield ("ingress", "further_certificate_arns", index), str(arn), subject.region
    if edge.get("cloudfront") and edge.get("certificate_arn"):
        yield ("edge", "certificate_arn"), str(edge["certificate_arn"]), OF_CLOUDFRONT


def _hostnames(subject: Subject) -> list[str]:
    """The names that clients use: the domain's records that are written out, and the apps'."""
    domain = subject.header.domain
    records = [str(one) for one in subject.section("ingress").get("records", ())]
    of_records = [domain if one == "@" else f"{one}.{domain}" for one in records]
    of_apps = [app.hostname or f"{name}.{domain}" for name, app in subject.header.apps.items()]
    return sorted({*of_records, *of_apps})


def _certificates_concern(subject: Subject) -> Any:
    given = list(_certificates(subject))
    return [given, _hostnames(subject)] if given else None


def _ask_certificates(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    covered: dict[bool, list[str]] = {}
    wrong = False
    for path, arn, region in _certificates(subject):
        at_the_edge = path[0] == "edge"
        if arn.split(":")[3] != region:
            wrong = True
            what = f"the certificate is of {arn.split(':')[3]}, and has to be of {region}"
            yield Finding("MXF253", Grade.ERROR, what, arn, "", path)
            continue
        certificate: dict[str, Any] | None = None
        with inquiry.asking("acm:DescribeCertificate"):
            try:
                answer = inquiry.client("acm", region).describe_certificate(CertificateArn=arn)
                certificate = answer["Certificate"]
            except Exception as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise
                wrong = True
                yield Finding("MXF253", Grade.ERROR, f"there is no certificate {arn}", str(error), "", path)
        if certificate is None:
            continue
        names = [str(certificate["DomainName"]), *map(str, certificate.get("SubjectAlternativeNames", ()))]
        covered.setdefault(at_the_edge, []).extend(names)
        if certificate["Status"] != "ISSUED":
            wrong = True
            what = "the certificate is not issued: a listener that has it is refused"
            hint = "whoever asked for it writes its CNAME records for the validation, or asks for another one"
            yield Finding("MXF254", Grade.ERROR, what, str(certificate["Status"]), hint, path)
    for at_the_edge, names in covered.items():
        if at_the_edge or subject.section("ingress").get("certificate_arn"):
            missed = [one for one in _hostnames(subject) if not any(_covers(name, one) for name in names)]
            if missed:
                wrong = True
                what = f"no certificate that exists is for {', '.join(missed)}"
                path = ("edge" if at_the_edge else "ingress", "certificate_arn")
                yield Finding("MXF255", Grade.ERROR, what, ", ".join(dict.fromkeys(names)), "", path)
    if not wrong and not inquiry.missed:
        yield Finding("MXF250", Grade.OK, "the certificates are issued, and for the environment's names")


def _covers(pattern: str, name: str) -> bool:
    """Whether a certificate of ``pattern`` is for ``name``: a star stands for one label."""
    if pattern == name:
        return True
    return pattern.startswith("*.") and name.partition(".")[2] == pattern[2:]


QUESTIONS = (
    Question("existing-zone", "The hosted zone that exists", _zone_concerns, _ask_zone),
    Question("existing-certificates", "Certificates that exist", _certificates_concern, _ask_certificates),
)
