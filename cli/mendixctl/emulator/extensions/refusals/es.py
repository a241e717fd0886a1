"""What OpenSearch Service's rules need to know: a domain as it is."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge


def _domain(ask: Ask, document: Document) -> Document:
    return dict(ask("opensearch", "DescribeDomain", DomainName=document.get("DomainName")).get("DomainStatus") or {})


KNOWLEDGE = Knowledge(stored={"UpdateDomainConfig": _domain, "UpgradeDomain": _domain})
