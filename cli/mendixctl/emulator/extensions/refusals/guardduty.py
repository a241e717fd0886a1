"""What GuardDuty's rules need to know: the detectors of a region."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge


def _detectors(ask: Ask, document: Document) -> int:
    return len(ask("guardduty", "ListDetectors").get("DetectorIds") or [])


KNOWLEDGE = Knowledge(members={"guardduty.one-detector": _detectors})
