"""What Route 53's rules need to know: the name of a zone, which is written with its last dot and without it."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge


def _zone(ask: Ask, document: Document) -> list[Document]:
    found = ask("route53", "GetHostedZone", Id=document.get("HostedZoneId")).get("HostedZone") or {}
    name = str(found.get("Name") or "").rstrip(".")
    return [{"Name": name}, {"Name": f"{name}."}] if name else []


KNOWLEDGE = Knowledge(related={"zone": _zone})
