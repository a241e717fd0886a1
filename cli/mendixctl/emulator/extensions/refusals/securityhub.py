"""What Security Hub's rules need to know: whether the account has a hub."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge


def _hubs(ask: Ask, document: Document) -> int:
    return 1 if ask("securityhub", "DescribeHub").get("HubArn") else 0


KNOWLEDGE = Knowledge(members={"securityhub.one-account": _hubs})
