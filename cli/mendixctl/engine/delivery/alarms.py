"""The alarms of an app: those of the environment in whose names it stands."""

from __future__ import annotations

from mendixctl.aws import Clients, guarded


def is_about(alarm: str, environment: str, app: str) -> bool:
    """Whether an alarm is one of an app: ``prod-delivery-crm`` and ``prod-crm-errors`` are crm's, ``prod-crmx`` not."""
    if not alarm.startswith(f"{environment}-"):
        return False
    return f"-{app}-" in f"{alarm.removeprefix(environment)}-"


def ringing(clients: Clients, environment: str, app: str) -> dict[str, str]:
    """The app's alarms that are in alarm now, with what CloudWatch gives as the reason.

    Raises:
        MendixError: MXA1xx.
    """
    found: dict[str, str] = {}
    with guarded(f"look at the alarms of {app} (cloudwatch:DescribeAlarms)"):
        pages = (
            clients.client("cloudwatch")
            .get_paginator("describe_alarms")
            .paginate(
                AlarmNamePrefix=f"{environment}-", StateValue="ALARM", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
            )
        )
        for page in pages:
            for one in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())):
                if one.get("StateValue") == "ALARM" and is_about(str(one["AlarmName"]), environment, app):
                    found[str(one["AlarmName"])] = str(one.get("StateReason", ""))
    return found
