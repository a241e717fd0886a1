"""A topic by which something is told to people: encrypted, for named publishers, over TLS only, with mails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mendixgen.authoring.constructs.policy import deny, policy
from mendixgen.authoring.expression import Expr, call, each
from mendixgen.authoring.module import ModuleBuilder


def topic(
    module: ModuleBuilder,
    name: str,
    comment: str,
    *,
    topic_name: str,
    publishers: Callable[[Expr], Sequence[Any]],
    publishers_comment: str,
    addresses: Expr,
    count: Expr | None = None,
    subscriptions: str = "mail",
    subscriptions_comment: str = "Who gets a mail; SNS asks each address once whether it wants to.",
) -> tuple[Expr, Expr]:
    """Add ``aws_sns_topic.<name>``, its policy and its mails; returns the topic and the policy.

    It is encrypted with ``var.logs_key_arn``. ``publishers`` gives the statements of who may publish, from the topic's
    ARN; ``addresses`` are mail addresses, one ``aws_sns_topic_subscription.<subscriptions>`` each. With ``count`` there
    is one or none, and no addresses where there is none.
    """
    made = module.resource(
        f"aws_sns_topic.{name}",
        comment,
        count=count,
        name=topic_name,
        kms_master_key_id=module.var.logs_key_arn,
        tags={"Name": topic_name},
    )
    made = made if count is None else made[0]
    policies = module.resource(
        f"aws_sns_topic_policy.{name}",
        publishers_comment,
        count=count,
        arn=made.arn,
        policy=policy(
            [
                *publishers(made.arn),
                only_over_tls(made.arn),
            ]
        ),
    )
    module.resource(
        f"aws_sns_topic_subscription.{subscriptions}",
        subscriptions_comment,
        for_each=call("toset", addresses),
        topic_arn=made.arn,
        protocol="email",
        endpoint=each.value,
    )
    return made, policies


def only_over_tls(topic_arn: Expr) -> dict[str, Any]:
    """The statement by which nobody publishes to a topic in the clear."""
    over_tls = {"Bool": {"aws:SecureTransport": "false"}}
    return deny("OnlyOverTls", ["sns:Publish"], topic_arn, principal="*", condition=over_tls)
