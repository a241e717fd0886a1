"""What a kind of health check is: the types it looks at, and one look at one resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mendixctl.ledger.release import Health

if TYPE_CHECKING:
    from mendixctl.aws import Clients


@dataclass(frozen=True, slots=True)
class Subject:
    """A resource of the state. ``attributes`` are those that Terraform keeps; they may hold secrets."""

    address: str
    type: str
    attributes: Mapping[str, Any]

    def text(self, attribute: str) -> str:
        """An attribute that is text; empty where it is not."""
        value = self.attributes.get(attribute)
        return value if isinstance(value, str) else ""

    @property
    def region(self) -> str:
        """Where AWS has it, by its ARN: what CloudFront needs is in us-east-1. Empty where the ARN does not say."""
        parts = self.text("arn").split(":")
        return parts[3] if len(parts) > 5 else ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look showed. ``settled``: looking again would show the same."""

    health: Health
    detail: str = ""
    settled: bool = True


def well(detail: str = "") -> Finding:
    return Finding(Health.HEALTHY, detail)


def not_yet(detail: str) -> Finding:
    """Not well, and it may still become so."""
    return Finding(Health.UNHEALTHY, detail, settled=False)


def broken(detail: str) -> Finding:
    """Not well, and waiting does not help."""
    return Finding(Health.UNHEALTHY, detail)


class Check(Protocol):
    """One kind of check. It asks AWS and lets boto3's errors through; `watching` knows what they mean."""

    kind: str
    """What a person calls it: ``database``."""
    types: frozenset[str]
    """Terraform's types that it looks at."""

    def name(self, subject: Subject) -> str:
        """What AWS calls the resource, for people."""

    def look(self, services: Clients, subject: Subject) -> Finding:
        """One look, without waiting."""
