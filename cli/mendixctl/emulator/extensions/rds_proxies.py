"""RDS proxies and event subscriptions, for aws_db_proxy, aws_db_proxy_target and aws_db_event_subscription.

moto 5.2.5 cannot change a proxy or a subscription, and forgets that events are wanted (``Enabled``) of a subscription
that does not say so.
"""

from __future__ import annotations

from typing import Any

CHANGEABLE = ("require_tls", "idle_client_timeout", "debug_logging", "role_arn", "auth")


def install(backend: Any, responses: Any) -> None:
    """Add the operations that moto lacks."""
    from moto.core.responses import ActionResult

    def modify_db_proxy(self: Any) -> Any:
        proxy = self.backend.describe_db_proxies(self.params["DBProxyName"])[0]
        given = {name: self.params.get(name) for name in CHANGEABLE}
        given["vpc_security_group_ids"] = self.params.get("SecurityGroups")
        for name, value in given.items():
            if value is not None:
                setattr(proxy, name, value)
        return ActionResult({"DBProxy": proxy})

    def modify_event_subscription(self: Any) -> Any:
        subscription = _subscription(self)
        for name in ("sns_topic_arn", "source_type", "event_categories", "enabled"):
            if self.params.get(name) is not None:
                setattr(subscription, name, self.params[name])
        return ActionResult({"EventSubscription": subscription})

    def add_source_identifier_to_subscription(self: Any) -> Any:
        subscription = _subscription(self)
        subscription.source_ids = sorted({*subscription.source_ids, self.params["SourceIdentifier"]})
        return ActionResult({"EventSubscription": subscription})

    def remove_source_identifier_from_subscription(self: Any) -> Any:
        subscription = _subscription(self)
        subscription.source_ids = sorted({*subscription.source_ids} - {self.params["SourceIdentifier"]})
        return ActionResult({"EventSubscription": subscription})

    responses.modify_db_proxy = modify_db_proxy
    responses.modify_event_subscription = modify_event_subscription
    responses.add_source_identifier_to_subscription = add_source_identifier_to_subscription
    responses.remove_source_identifier_from_subscription = remove_source_identifier_from_subscription


def _subscription(response: Any) -> Any:
    return next(iter(response.backend.describe_event_subscriptions(response.params["SubscriptionName"])))
