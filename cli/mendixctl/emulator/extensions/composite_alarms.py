"""Composite alarms of CloudWatch, for aws_cloudwatch_composite_alarm: moto 5.2.5 keeps metric alarms alone.

They are kept and never evaluated: nothing tells anybody here. What CloudWatch refuses is refused: a rule or a
suppressor that names an alarm which is not there, and to delete an alarm that a rule still names.

Sources: Amazon CloudWatch API reference, PutCompositeAlarm, DeleteAlarms, DescribeAlarms (composite alarms only where
AlarmTypes asks for them); terraform-provider-aws, issues about composite alarms (the wording of both refusals).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mendixctl.emulator.partitions import partition

MOST_CHILDREN = 100
_NAMED = re.compile(r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*["']?([^"')]+)["']?\s*\)""")
GIVEN = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "AlarmName",
    "AlarmRule",
    "InsufficientDataActions",
    "OKActions",
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)


def children(rule: str) -> set[str]:
    """The names of the alarms in a rule, by name or by ARN."""
    return {name.rpartition(":alarm:")[2] for name in _NAMED.findall(rule)}


def add_composite_alarms(account: str) -> None:
    """Mend moto's CloudWatch."""
    from moto.cloudwatch.responses import CloudWatchResponse

    kept = _Composites(account)
    described, deleted = CloudWatchResponse.describe_alarms, CloudWatchResponse.delete_alarms
    methods: dict[str, Callable[[Any], Any]] = {
        "put_composite_alarm": kept.put,
        "describe_alarms": lambda asked: kept.describe(asked, described(asked)),
        "delete_alarms": lambda asked: kept.delete(asked, deleted),
    }
    for name, method in methods.items():
        setattr(CloudWatchResponse, name, _method(method))


def _method(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of its own, which a class binds to its instances; a bound method it would not."""

    def method(self: Any) -> Any:
        return work(self)

    return method


class _Composites:
    """The composite alarms by region and name; ``asked`` is moto's response, which knows what is asked for."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._alarms: dict[tuple[str, str], dict[str, Any]] = {}

    def _here(self, asked: Any) -> dict[str, dict[str, Any]]:
        return {name: it for (region, name), it in sorted(self._alarms.items()) if region == asked.region}

    def put(self, asked: Any) -> Any:
        """PutCompositeAlarm."""
        from moto.core.responses import EmptyResult

        given = {name: value for name in GIVEN if (value := asked._get_param(name)) is not None}
        self._check(asked, given)
        name = given["AlarmName"]
        arn = f"arn:{partition(asked.region)}:cloudwatch:{asked.region}:{self._account}:alarm:{name}"
        self._alarms[asked.region, name] = {
            "ActionsEnabled": True,
            "AlarmActions": [],
            "InsufficientDataActions": [],
            "OKActions": [],
            **given,
            "AlarmArn": arn,
            "StateValue": "OK",
            "StateReason": "nothing is evaluated here",
        }
        tags = asked._get_param("Tags") or []
        if tags:
            asked.cloudwatch_backend.tagger.tag_resource(arn, tags)
        return EmptyResult()

    def _check(self, asked: Any, given: dict[str, Any]) -> None:
        from moto.cloudwatch.exceptions import ValidationError

        known = set(self._here(asked)) | set(asked.cloudwatch_backend.alarms)
        named = children(given["AlarmRule"])
        missing = sorted(named - known)
        if missing:
            raise ValidationError(
                f"Could not save the composite alarm as alarm(s) [{', '.join(missing)}] in the alarm rule do not exist"
            )
        if len(named) > MOST_CHILDREN:
            raise ValidationError(f"AlarmRule must not contain more than {MOST_CHILDREN} children")
        suppressor = str(given.get("ActionsSuppressor", "")).rpartition(":alarm:")[2]
        if suppressor and suppressor not in known:
            raise ValidationError(f"ActionsSuppressor {suppressor} does not exist")

    def describe(self, asked: Any, answer: Any) -> Any:
        """DescribeAlarms, from moto's ``answer`` about metric alarms."""
        from moto.core.responses import ActionResult

        types = asked._get_param("AlarmTypes") or ["MetricAlarm"]
        names, prefix = asked._get_param("AlarmNames") or [], asked._get_param("AlarmNamePrefix") or ""
        composite = [
            it for name, it in self._here(asked).items() if (not names or name in names) and name.startswith(prefix)
        ]
        return ActionResult(
            {
                "MetricAlarms": answer.result["MetricAlarms"] if "MetricAlarm" in types else [],
                "CompositeAlarms": composite if "CompositeAlarm" in types else [],
            }
        )

    def delete(self, asked: Any, moto: Callable[[Any], Any]) -> Any:
        """DeleteAlarms: composite ones here, all others by ``moto``."""
        from moto.cloudwatch.exceptions import ValidationError

        names = set(asked._get_param("AlarmNames") or [])
        for name, it in self._here(asked).items():
            held = names & (children(it["AlarmRule"]) | {it.get("ActionsSuppressor", "")})
            if name not in names and held:
                raise ValidationError(
                    f"Cannot delete {min(held)} as there are composite alarm(s) depending on it. [{name}]"
                )
        for name in names:
            self._alarms.pop((asked.region, name), None)
        return moto(asked)
