"""ACM certificates: ISSUED (DescribeCertificate). One that waits for its DNS record can still be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.health.contract import Finding, Subject, broken, not_yet, well

if TYPE_CHECKING:
    from mendixctl.aws import Clients


class Certificates:
    """The certificate can be served."""

    kind = "certificate"
    types = frozenset({"aws_acm_certificate"})

    def name(self, subject: Subject) -> str:
        return subject.text("domain_name")

    def look(self, services: Clients, subject: Subject) -> Finding:
        found = services.client("acm", subject.region).describe_certificate(CertificateArn=subject.text("arn"))[
            "Certificate"
        ]
        status = str(found.get("Status", ""))
        if status == "ISSUED":
            return well(status)
        if status == "PENDING_VALIDATION":
            return not_yet(f"{status}: its validation records have to be found in DNS")
        return broken(", ".join(str(part) for part in (status, found.get("FailureReason")) if part))
