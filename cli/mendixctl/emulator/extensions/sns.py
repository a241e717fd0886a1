"""SNS, for aws_sns_topic and aws_sns_topic_subscription.

moto 5.2.5 does not tell a topic's ``SignatureVersion`` and ``TracingConfig`` (GetTopicAttributes: a difference in every
plan), and takes every subscription for confirmed. Here one to a mail or an HTTP(S) address is pending, as in AWS, until
ConfirmSubscription; no message is sent, so the token is the address. moto would post to an HTTP(S) address whatever
was published, and fail where nobody answers: here nothing leaves the machine. A pending one cannot be unsubscribed:
AWS keeps it for some days and then forgets it (API reference, Unsubscribe).
"""

from __future__ import annotations

from typing import Any

CONFIRMED_BY_PEOPLE = frozenset({"email", "email-json", "http", "https"})
FORGOTTEN = {"signature_version": "SignatureVersion", "tracing_config": "TracingConfig"}


def install(account: str) -> None:
    """Mend moto's SNS."""
    from moto.sns.models import SNSBackend, Subscription
    from moto.sns.responses import SNSResponse

    _tell_attributes(SNSResponse)
    _leave_pending(SNSBackend)
    _confirm(SNSResponse)
    _keep_inside(Subscription)


def _tell_attributes(responses: Any) -> None:
    get = responses.get_topic_attributes

    def get_topic_attributes(self: Any) -> Any:
        answer = get(self)
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        attributes = answer.result["Attributes"]
        attributes.update({sent: getattr(topic, kept) for kept, sent in FORGOTTEN.items() if hasattr(topic, kept)})
        every = self.backend._get_topic_subscriptions(topic)
        pending = [it for it in every if it.attributes["PendingConfirmation"]]
        attributes.update(SubscriptionsPending=len(pending), SubscriptionsConfirmed=len(every) - len(pending))
        return answer

    responses.get_topic_attributes = get_topic_attributes


def _leave_pending(backends: Any) -> None:
    subscribe, unsubscribe = backends.subscribe, backends.unsubscribe

    def subscribed(self: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:
        known = self._find_subscription(topic_arn, endpoint, protocol)
        made = subscribe(self, topic_arn, endpoint, protocol)
        if known is None and protocol in CONFIRMED_BY_PEOPLE:
            made.attributes.update(PendingConfirmation=True, ConfirmationWasAuthenticated=False)
        return made

    def unsubscribed(self: Any, subscription_arn: str) -> None:
        from moto.sns.exceptions import SNSInvalidParameter

        held = self.subscriptions.get(subscription_arn)
        if held is not None and held.attributes["PendingConfirmation"]:
            text = "Invalid parameter: Cannot unsubscribe a subscription that is pending confirmation"
            raise SNSInvalidParameter(text)
        unsubscribe(self, subscription_arn)

    backends.subscribe = subscribed
    backends.unsubscribe = unsubscribed


def _confirm(responses: Any) -> None:
    def confirm_subscription(self: Any) -> Any:
        from moto.core.responses import ActionResult
        from moto.sns.exceptions import SNSInvalidParameter

        topic = self.backend.get_topic(self._get_param("TopicArn"))
        for held in self.backend._get_topic_subscriptions(topic):
            if held.endpoint == self._get_param("Token"):
                held.attributes["PendingConfirmation"] = False
                return ActionResult({"SubscriptionArn": held.arn})
        raise SNSInvalidParameter("Invalid parameter: Token")

    responses.confirm_subscription = confirm_subscription


def _keep_inside(subscriptions: Any) -> None:
    publish = subscriptions.publish

    def published(self: Any, *given: Any, **named: Any) -> None:
        if self.protocol not in {"http", "https"}:
            publish(self, *given, **named)

    subscriptions.publish = published
