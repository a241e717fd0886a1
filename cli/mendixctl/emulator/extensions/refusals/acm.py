"""What ACM's rules need to know: the listeners that serve a certificate."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge


def _listeners(ask: Ask, document: Document) -> list[Document]:
    found = []
    for balancer in ask("elbv2", "DescribeLoadBalancers").get("LoadBalancers") or []:
        listed = ask("elbv2", "DescribeListeners", LoadBalancerArn=balancer["LoadBalancerArn"]).get("Listeners") or []
        for listener in listed:
            served = [one for one in listener.get("Certificates") or [] if _is(one, document)]
            found += [{**listener, "Certificates": served}] if served else []
    return found


def _is(certificate: Document, document: Document) -> bool:
    return certificate.get("CertificateArn") == document.get("CertificateArn")


KNOWLEDGE = Knowledge(related={"listeners": _listeners})
