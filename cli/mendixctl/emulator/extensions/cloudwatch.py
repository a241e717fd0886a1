"""CloudWatch: mute rules and composite alarms, which moto 5.2.5 has not, and a refusal of its own for
aws_cloudwatch_metric_alarm.

AWS takes an alarm on a metric that it does not send, which then never sees data. The emulator says so at once, as
an error that AWS does not have, because nothing else would tell before the alarm is needed. Metrics of namespaces that
are not AWS's can be anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendixctl.emulator.extensions.composite_alarms import add_composite_alarms
from mendixctl.emulator.partitions import partition
from mendixgen.metrics import unknown


def install(account: str) -> None:
    """Mend moto's alarms."""
    from moto.cloudwatch.exceptions import ValidationError
    from moto.cloudwatch.models import CloudWatchBackend

    put = CloudWatchBackend.put_metric_alarm

    def put_metric_alarm(self: Any, name: str, *arguments: Any, **named: Any) -> Any:
        for namespace, metric, dimensions in _metrics(named):
            why = unknown(namespace, metric, dimensions)
            if why:
                raise ValidationError(
                    f"The alarm {name} would never see data: {why}. AWS takes it; the emulator does not."
                )
        return put(self, name, *arguments, **named)

    CloudWatchBackend.put_metric_alarm = put_metric_alarm  # type: ignore[method-assign]
    _add_mute_rules(account)
    add_composite_alarms(account)


def _add_mute_rules(account: str) -> None:
    """Rules are kept and mute nothing: no alarm of the emulator tells anybody."""
    from moto.cloudwatch.exceptions import ResourceNotFoundException
    from moto.cloudwatch.responses import CloudWatchResponse
    from moto.core.responses import ActionResult, EmptyResult

    rules: dict[tuple[str, str], dict[str, Any]] = {}

    def put(self: Any) -> Any:
        given = {name: self._get_param(name) for name in ("Name", "Description", "Rule", "MuteTargets")}
        arn = f"arn:{partition(self.region)}:cloudwatch:{self.region}:{account}:alarm-mute-rule:{given['Name']}"
        rules[self.region, given["Name"]] = {**given, "AlarmMuteRuleArn": arn, "Status": "ACTIVE"}
        return EmptyResult()

    def get(self: Any) -> Any:
        found = rules.get((self.region, self._get_param("AlarmMuteRuleName")))
        if found is None:
            raise ResourceNotFoundException
        return ActionResult(found)

    def listed(self: Any) -> Any:
        return ActionResult(
            {"AlarmMuteRuleSummaries": [it for (region, _), it in rules.items() if region == self.region]}
        )

    def delete(self: Any) -> Any:
        rules.pop((self.region, self._get_param("AlarmMuteRuleName")), None)
        return EmptyResult()

    for name, method in (("put", put), ("get", get), ("delete", delete)):
        setattr(CloudWatchResponse, f"{name}_alarm_mute_rule", method)
    setattr(CloudWatchResponse, "list_alarm_mute_rules", listed)  # noqa: B010 -- moto's class has no such method


def _metrics(alarm: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Namespace, name and names of dimensions of each metric that an alarm reads."""
    if alarm.get("metric_name"):
        yield alarm["namespace"], alarm["metric_name"], [one["Name"] for one in alarm.get("dimensions") or []]
    for query in alarm.get("metric_data_queries") or []:
        if query.metric_stat is not None:
            metric = query.metric_stat.metric
            yield metric.namespace, metric.metric_name, [one.name for one in metric.dimensions]
