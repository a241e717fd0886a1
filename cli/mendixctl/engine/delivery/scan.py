"""The gate of the scanner: waits until the registry has looked at an image, and lets none pass with a critical finding.

Source: Amazon ECR API Reference, DescribeImageScanFindings (``COMPLETE`` of the basic scanner, ``ACTIVE`` of Amazon
Inspector, which goes on looking).
"""

from __future__ import annotations

from datetime import timedelta

from mendixctl.aws import Clients, error_code, guarded
from mendixctl.engine.delivery.results import Scan
from mendixctl.engine.polling import rounds
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

DEADLINE = timedelta(minutes=15)
DONE = frozenset({"COMPLETE", "ACTIVE"})
WAITS = frozenset({"PENDING", "IN_PROGRESS", "SCAN_NOT_FOUND"})
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED")


def gate(session: Session, clients: Clients, repository: str, account: str, digest: str) -> Scan:
    """What the scanner says once it has looked.

    Raises:
        Refused: MXV121, it found something critical.
        MendixError: MXV122, it did not look, or not in time; MXA1xx.
    """
    session.reporter.stage("scan", digest[:19])
    found = Scan("SCAN_NOT_FOUND", {})
    for _ in rounds(session, DEADLINE):
        found = _asked(clients, repository, account, digest)
        if found.status not in WAITS:
            break
    if found.status not in DONE:
        late = found.status in WAITS
        minutes = int(DEADLINE.total_seconds() // 60)
        why = f"has not looked at it after {minutes} minutes" if late else f"says {found.status}"
        raise MendixError(
            Diagnostic(
                "MXV122",
                f"nothing is known of {repository}@{digest}: the scanner {why}",
                hint="push again when it has; is scanning on for the registry, and the base image one that it reads?",
            )
        )
    critical = found.counts.get("CRITICAL", 0)
    if critical:
        raise Refused(
            Diagnostic(
                "MXV121",
                f"{repository}@{digest} has {critical} critical "
                f"{'vulnerability' if critical == 1 else 'vulnerabilities'}, and is not signed",
                hint=f"aws ecr describe-image-scan-findings --repository-name {repository} --image-id "
                f"imageDigest={digest} names each; a newer base or library is a new commit",
            )
        )
    return found


def _asked(clients: Clients, repository: str, account: str, digest: str) -> Scan:
    ecr = clients.client("ecr")
    try:
        said = ecr.describe_image_scan_findings(
            registryId=account, repositoryName=repository, imageId={"imageDigest": digest}, maxResults=1
        )
    except Exception as error:
        if error_code(error) == "ScanNotFoundException":
            return Scan("SCAN_NOT_FOUND", {})
        with guarded(f"ask for the findings of {digest[:19]} (ecr:DescribeImageScanFindings)"):
            raise
    counts = (said.get("imageScanFindings") or {}).get("findingSeverityCounts") or {}
    return Scan(
        str(said["imageScanStatus"]["status"]), {name: int(counts[name]) for name in SEVERITIES if name in counts}
    )
