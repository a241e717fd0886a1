"""Whether EKS makes clusters of the Kubernetes version, and for how long it supports it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixgen.messages import msg

VERSION = ("cluster", "version")


def _concerns(subject: Subject) -> Any:
    version = subject.section("cluster").get("version")
    if not version or not subject.touches("aws_eks_cluster"):
        return None
    return version


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    wanted = subject.section("cluster")["version"]
    offered: list[dict[str, Any]] = []
    with inquiry.asking("eks:DescribeClusterVersions"):
        offered = _pages(inquiry.client("eks"))
    if not offered:
        return
    found = next((one for one in offered if one["clusterVersion"] == wanted), None)
    # `status` is the former name of `versionStatus`
    status = str((found or {}).get("versionStatus") or (found or {}).get("status") or "").upper().replace("-", "_")
    others = sorted({one["clusterVersion"] for one in offered}, key=_order)
    if found is None or status == "UNSUPPORTED":
        yield Finding(
            "MXF151",
            Grade.ERROR,
            msg("EKS makes no clusters of Kubernetes {wanted}", wanted=wanted),
            evidence=msg("it has {names}", names=", ".join(others)),
            hint=msg('version: "{nearest}"', nearest=_nearest(wanted, others)),
            path=VERSION,
        )
        return
    until = _day(found.get("endOfStandardSupportDate"))
    if status == "EXTENDED_SUPPORT":
        yield Finding(
            "MXF152",
            Grade.WARNING,
            msg(
                "Kubernetes {wanted} is in extended support: a cluster of it costs six times as much by the hour",
                wanted=wanted,
            ),
            evidence=msg("standard support ended on {until}", until=until)
            if until
            else "DescribeClusterVersions says so",
            hint=msg('the newest that EKS has is version: "{value}"', value=others[-1]),
            path=VERSION,
        )
        return
    evidence = msg("standard support until {until}", until=until) if until else ""
    yield Finding("MXF150", Grade.OK, msg("EKS has Kubernetes {wanted}", wanted=wanted), evidence)


def _pages(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        page = client.describe_cluster_versions(**({"nextToken": token} if token else {}))
        found += page.get("clusterVersions", [])
        token = page.get("nextToken") or ""
        if not token:
            return found


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _nearest(wanted: str, offered: list[str]) -> str:
    """The oldest version above the wanted one, since EKS goes up only; the newest where there is none above."""
    above = [version for version in offered if _order(version) > _order(wanted)]
    return above[0] if above else offered[-1]


def _day(moment: object) -> str:
    return moment.date().isoformat() if isinstance(moment, datetime) else str(moment or "")[:10]


QUESTION = Question("kubernetes", "Kubernetes version", _concerns, _ask)
