"""Auto Scaling, for aws_autoscaling_policy, _lifecycle_hook and _notification.

moto 5.2.5 answers a policy as disabled and with an empty predictive configuration, invents a hook's role and target
(DescribeLifecycleHooks), and has no notification configurations.
"""

from __future__ import annotations

from typing import Any


def install(account: str) -> None:
    """Mend moto's Auto Scaling."""
    from moto.autoscaling.models import FakeScalingPolicy, LifecycleHook
    from moto.autoscaling.responses import AutoScalingResponse

    _mend_answers(FakeScalingPolicy, LifecycleHook)
    _add_notifications(AutoScalingResponse)


def _mend_answers(policies: Any, hooks: Any) -> None:
    initialise_policy, initialise_hook = policies.__init__, hooks.__init__

    def policy(self: Any, *arguments: Any, **named: Any) -> None:
        initialise_policy(self, *arguments, **named)
        self.enabled = True
        self.predictive_scaling_configuration = self.predictive_scaling_configuration or None

    def hook(self: Any, *arguments: Any, **named: Any) -> None:
        initialise_hook(self, *arguments, **named)
        self.role_arn = None
        self.notification_target_arn = None

    policies.__init__ = policy
    hooks.__init__ = hook


def _add_notifications(responses: Any) -> None:
    from moto.core.responses import ActionResult, EmptyResult

    kept: dict[tuple[str, str, str], list[str]] = {}

    def put(self: Any) -> Any:
        sent = self._get_params()
        kept[self.region, sent["AutoScalingGroupName"], sent["TopicARN"]] = sent.get("NotificationTypes", [])
        return EmptyResult()

    def describe(self: Any) -> Any:
        wanted = self._get_params().get("AutoScalingGroupNames") or []
        found = [
            {"AutoScalingGroupName": group, "TopicARN": topic, "NotificationType": kind}
            for (region, group, topic), kinds in kept.items()
            if region == self.region and (not wanted or group in wanted)
            for kind in kinds
        ]
        return ActionResult({"NotificationConfigurations": found})

    def delete(self: Any) -> Any:
        sent = self._get_params()
        kept.pop((self.region, sent["AutoScalingGroupName"], sent["TopicARN"]), None)
        return EmptyResult()

    responses.put_notification_configuration = put
    responses.describe_notification_configurations = describe
    responses.delete_notification_configuration = delete
