"""The form of what a service's module knows: how to find what is stored, and what else its rules need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mendixctl.emulator.extensions.refusals.asking import Ask

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """``stored``: by operation, the resource that a request is about, as the service answers it (empty: there is none).

    ``related``: by a rule's relation, the resources that it finds for a document, stored or to be. ``members``: by
    rule, how many resources are in the group that a request would enlarge.
    """

    stored: Mapping[str, Callable[[Ask, Document], Document]] = field(default_factory=dict)
    related: Mapping[str, Callable[[Ask, Document], list[Document]]] = field(default_factory=dict)
    members: Mapping[str, Callable[[Ask, Document], int]] = field(default_factory=dict)


NOTHING = Knowledge()


def first(found: Document, name: str) -> Document:
    """The first of a list in an answer; empty where there is none."""
    listed = found.get(name) or []
    return dict(listed[0]) if listed else {}


def zones(ask: Ask, subnets: list[str]) -> list[Document]:
    """The subnets of these IDs, as EC2 has them; fewer where one is not there."""
    if not subnets:
        return []
    found = ask("ec2", "DescribeSubnets", Filters=[{"Name": "subnet-id", "Values": subnets}])
    return list(found.get("Subnets") or [])


def within(service: str, code: str, counting: Callable[[Ask, Document], int]) -> Callable[[Ask, Document], int]:
    """Counts for a rule that holds while the account's quota is what AWS gives; once that was raised, up to it."""

    def count(ask: Ask, document: Document) -> int:
        found = counting(ask, document)
        given = ask("service-quotas", "GetServiceQuota", ServiceCode=service, QuotaCode=code).get("Quota") or {}
        return found if found >= given.get("Value", 0) else 0

    return count
