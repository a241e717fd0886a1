"""Subscriptions to topics: confirmed by whoever is behind the address (GetSubscriptionAttributes).

One that waits for that is no failure of an apply, and waiting for a person would be no use: it is found and named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.health.contract import Finding, Subject, well
from mendixctl.ledger.release import Health

if TYPE_CHECKING:
    from mendixctl.aws import Clients

TYPE = "aws_sns_topic_subscription"


class Contacts:
    """The contact is told: its address has confirmed that it wants to be."""

    kind = "contact"
    types = frozenset({TYPE})

    def name(self, subject: Subject) -> str:
        return subject.text("endpoint")

    def look(self, services: Clients, subject: Subject) -> Finding:
        asked = services.client("sns", subject.region).get_subscription_attributes(SubscriptionArn=subject.text("arn"))
        if str(asked["Attributes"].get("PendingConfirmation", "")).lower() == "true":
            topic = subject.text("topic_arn").rpartition(":")[2]
            return Finding(Health.UNCONFIRMED, f"nothing of {topic} reaches it until it confirms")
        return well("confirmed")
